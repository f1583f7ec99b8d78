"""Bringing in a past: first what would be done, then, once the person agrees, how far it is, and what there is now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from companion.calls import EnginePort
from companion.events import Event, ExchangeProgress
from companion.strings import text
from companion.text import one_line
from companion.transfers import ImportPlan
from companion.ui.import_text import done_lines, plan_lines
from companion.ui.screens.base import EngineScreen, attempt
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal


class ImportScreen(EngineScreen):
    """Enter imports what is shown, Esc leaves. Leaving while it goes on does not stop it."""

    HELP_TOPIC = "memories"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", text("importing.key_import"), id="import.go"),
        Binding("escape,q", "back", text("importing.key_close"), key_display="Esc", id="import.back"),
    ]
    DEFAULT_CSS = """
    ImportScreen VerticalScroll { padding: 1 2; scrollbar-size-vertical: 1; }
    ImportScreen #question { margin-top: 1; }
    """

    def __init__(self, engine: EnginePort, path: str) -> None:
        super().__init__(engine)
        self._path = path
        self._plan: ImportPlan | None = None
        self._working = False

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Literal((text("importing.title"), "bold"))
            yield Literal(text("importing.looking"), id="told")
            yield Literal(id="question")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._can_go if action == "go" else True

    @property
    def _can_go(self) -> bool:
        return self._plan is not None and not self._plan.empty and not self._working

    @work(group="import", exclusive=True)
    async def _look(self) -> None:
        plan = await attempt(self, self.engine.plan_import(self._path))
        if not self.is_attached:
            return
        if plan is None:  # what is wrong with it was told
            self.dismiss()
            return
        self._plan = plan
        self._tell(plan_lines(plan), "" if plan.empty else text("importing.ask"))

    @work(group="import")
    async def action_go(self) -> None:
        if not self._can_go:
            return
        self._working = True
        self.refresh_bindings()
        self.query_one("#question", Literal).show((text("importing.begun"), "$text-muted"))
        done = await attempt(self, self.engine.import_from(self._path))
        self._working, self._plan = False, None
        if not self.is_attached:
            return
        if done is None:
            self._look()
            return
        self._tell(done_lines(done), text("importing.then_app") if done.source is not None else "")

    def engine_event(self, event: Event) -> None:
        if isinstance(event, ExchangeProgress) and self._working:
            told = text("importing.working", done=event.done, total=event.total)
            self.query_one("#question", Literal).show((told, "$text-muted"))

    def _tell(self, lines: Sequence[str], question: str) -> None:
        self.query_one("#told", Literal).show("\n".join(one_line(line, 400) for line in lines))
        self.query_one("#question", Literal).show((question, "$text-muted"))
        self.refresh_bindings()

    def action_back(self) -> None:
        self.dismiss()
