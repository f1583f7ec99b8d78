"""Export and import of the open profile. A part of `Companion`."""

from __future__ import annotations

from pathlib import Path

from companion.clock import Clock
from companion.paths import Paths, full_path
from companion.store.store import Store
from companion.transfers import Exported, ExportForm, Imported, ImportForm, ImportPlan


class Exchanging:
    """See `companion.api`. Whoever is one gives it the parts below."""

    _paths: Paths
    _clock: Clock

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def export_to(self, folder: str, form: ExportForm = "markdown", force: bool = False) -> Exported:
        from companion.exchange import raft  # YAML and pydantic: not before somebody wants it

        return raft.export(
            self._opened, self._paths, self._clock, full_path(Path(folder), Path.cwd()), form, force=force
        )

    def plan_import(self, path: str, form: ImportForm | None = None) -> ImportPlan:
        raise NotImplementedError  # companion.exchange.raft for "companion", companion.exchange.foreign for the others

    def import_from(self, path: str, form: ImportForm | None = None) -> Imported:
        raise NotImplementedError
