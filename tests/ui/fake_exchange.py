"""The fake engine's export and import."""

from __future__ import annotations

from companion.transfers import Exported, ExportForm, Imported, ImportForm, ImportPlan


class FakeExchange:
    """`plan` is what an import would do."""

    plan = ImportPlan("text", "diary.md", turns=3, memories=3, new_turns=3, new_memories=3)

    async def export_to(self, folder: str, form: ExportForm = "markdown", force: bool = False) -> Exported:
        return Exported(folder, form, 1, 2, 3, 4, "0" * 64)

    async def plan_import(self, path: str, form: ImportForm | None = None) -> ImportPlan:
        return self.plan

    async def import_from(self, path: str, form: ImportForm | None = None) -> Imported:
        return Imported(self.plan, source=1, batch=1)
