"""Export and import: see `companion.api` for what each call does."""

from __future__ import annotations

from typing import Any

from companion.transfers import Exported, ExportForm, Imported, ImportForm, ImportPlan


class ExchangeCalls:
    """Whoever is one can call the engine."""

    async def _call(self, method: str, *arguments: object) -> Any:
        raise NotImplementedError

    async def export_to(self, folder: str, form: ExportForm = "markdown", force: bool = False) -> Exported:
        return await self._call("export_to", folder, form, force)

    async def plan_import(self, path: str, form: ImportForm | None = None) -> ImportPlan:
        return await self._call("plan_import", path, form)

    async def import_from(self, path: str, form: ImportForm | None = None) -> Imported:
        return await self._call("import_from", path, form)
