"""Export and import of the open profile. A part of `Companion`."""

from __future__ import annotations

from companion.store.store import Store
from companion.transfers import Exported, ExportForm, Imported, ImportForm, ImportPlan


class Exchanging:
    """See `companion.api`. Whoever is one gives it the parts below."""

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def export_to(self, folder: str, form: ExportForm = "markdown") -> Exported:
        raise NotImplementedError  # companion.exchange.raft

    def plan_import(self, path: str, form: ImportForm | None = None) -> ImportPlan:
        raise NotImplementedError  # companion.exchange.raft for "companion", companion.exchange.foreign for the others

    def import_from(self, path: str, form: ImportForm | None = None) -> Imported:
        raise NotImplementedError
