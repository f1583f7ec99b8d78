"""Export and import of the open profile. A part of `Companion`."""

from __future__ import annotations

from pathlib import Path

from companion.clock import Clock
from companion.editing import Editing
from companion.paths import Paths, full_path
from companion.safekeeping import Backup, BackupReason
from companion.store.store import Store
from companion.transfers import Exported, ExportForm, Imported, ImportForm, ImportPlan


class Exchanging:
    """See `companion.api`. Whoever is one gives it the parts below."""

    _paths: Paths
    _clock: Clock
    _editing: Editing

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def back_up_before(self, reason: BackupReason) -> Backup:
        raise NotImplementedError

    def export_to(self, folder: str, form: ExportForm = "markdown", force: bool = False) -> Exported:
        from companion.exchange import raft  # YAML and pydantic: not before somebody wants it

        return raft.export(
            self._opened, self._paths, self._clock, full_path(Path(folder), Path.cwd()), form, force=force
        )

    def _take_in_ours(self, path: Path) -> Imported:
        """An export of Companion's own."""
        from companion.exchange import raft

        planned = raft.plan(self._opened, self._paths, path)
        if planned.empty:
            return Imported(planned)
        self.back_up_before("import")
        return raft.take_in(self._opened, self._paths, path, self._editing)

    def plan_import(self, path: str, form: ImportForm | None = None) -> ImportPlan:
        raise NotImplementedError  # companion.exchange.raft for "companion", companion.exchange.foreign for the others

    def import_from(self, path: str, form: ImportForm | None = None) -> Imported:
        raise NotImplementedError
