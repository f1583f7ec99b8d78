"""The models: those here, those that can be fetched, other programs' files. To use, fetch and remove them."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DataTable

from companion.calls import EnginePort
from companion.events import Event, ModelPullFinished, ModelPullProgress
from companion.offers import ModelList
from companion.strings import text
from companion.text import one_line
from companion.ui.format import amount, bar
from companion.ui.model_text import PullMeter, machine_line, model_parts, plan_lines
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.screens.confirm import ConfirmScreen
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.model_table import ModelTable


class ModelsScreen(EngineScreen):
    """Enter uses the model under the cursor, or fetches it first; `x` removes; `s` stops fetching. What is fetched goes
    on when this is closed: the engine does it."""

    HELP_TOPIC = "models"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete", "remove", text("models.key_remove"), key_display="x", id="models.remove"),
        Binding("s", "stop", text("models.key_stop"), id="models.stop"),
        Binding("r", "load", text("models.key_reload"), id="models.reload"),
        Binding("escape", "back", text("models.key_back"), key_display="Esc", id="models.back"),
    ]
    DEFAULT_CSS = """
    ModelsScreen #machine { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
    ModelsScreen #pull { height: auto; padding: 0 1; display: none; }
    ModelsScreen #about { height: auto; max-height: 40%; padding: 0 1; border-top: solid $panel; }
    """

    class UseWanted(Message):
        """The person chose a model that is on this computer."""

        def __init__(self, key: str, name: str) -> None:
            super().__init__()
            self.key = key
            self.name = name

    class PullWanted(Message):
        """The person was told the host and agreed to fetch a model."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, engine: EnginePort, pull: PullMeter | None = None) -> None:
        super().__init__(engine)
        self._pull = pull

    def compose(self) -> ComposeResult:
        yield Literal(text("models.looking"), id="machine")
        yield ModelTable()
        yield Literal(id="about")
        yield Literal(id="pull")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(ModelTable).focus()
        self._show_pull()
        self.load()

    # What is listed

    @work(group="list", exclusive=True)
    async def load(self) -> None:
        """Fetch the list; the cursor stays on its model."""
        found: ModelList | None = await attempt(self, self.engine.models())
        if not self.is_attached:
            return
        if found is None:
            self.query_one("#machine", Literal).show(text("models.not_listed"))
            return
        self.query_one(ModelTable).show(found.models)
        notice = f"\n{one_line(found.notice)}" if found.notice else ""
        self.query_one("#machine", Literal).show(machine_line(found), (notice, "$text-warning"))
        self._show_about()

    def action_load(self) -> None:
        self.load()

    @on(DataTable.RowHighlighted)
    def _show_about(self) -> None:
        model = self.query_one(ModelTable).current
        self.query_one("#about", Literal).show(*(model_parts(model) if model else ()))

    def _show_pull(self) -> None:
        line, pull = self.query_one("#pull", Literal), self._pull
        line.display = pull is not None
        if pull is not None:
            doing = text("models.pull_line", name=one_line(pull.name, 40), doing=one_line(pull.what, 60))
            line.show((bar(pull.share, 20), "$primary"), f" {pull.share:.0%} {pull.words}\n{doing}")

    # What the person does

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        model = self.query_one(ModelTable).current
        if model is None:
            return
        if model.problem:
            tell(self, text("models.cannot", name=one_line(model.name)), one_line(model.problem, 300), "warning")
        elif model.place == "offered":
            self._fetch(model.key)
        elif model.in_use:
            tell(self, text("models.in_use_already", name=one_line(model.name)), seconds=2)
        else:
            self.post_message(self.UseWanted(model.path, model.name))

    @work(group="choose", exclusive=True)
    async def _fetch(self, key: str) -> None:
        plan = await attempt(self, self.engine.plan_pull(key))
        if plan is None:
            return
        question = text("models.fetch_question", name=one_line(plan.name, 40), host=one_line(plan.host, 60))
        if await self.app.push_screen_wait(ConfirmScreen(question, plan_lines(plan), text("models.fetches"))):
            self.post_message(self.PullWanted(key))

    @work(group="choose", exclusive=True)
    async def action_remove(self) -> None:
        model = self.query_one(ModelTable).current
        if model is None:
            return
        removal = await attempt(self, self.engine.plan_removal(model.path or model.key))
        if removal is None:
            return
        deletes = removal.what == "delete"
        size = text("models.freed", size=amount(removal.size_bytes)) if deletes else text("models.file_stays")
        name = one_line(model.name, 40)
        question = text("models.delete_question", name=name) if deletes else text("models.forget_question", name=name)
        yes = text("models.deletes") if deletes else text("models.forgets")
        lines = (one_line(removal.path, 300), size)
        if await self.app.push_screen_wait(ConfirmScreen(question, lines, yes)):
            await attempt(self, self.engine.remove_model(model.path or model.key))
            self.load()

    @work(group="stop")
    async def action_stop(self) -> None:
        if self._pull is None:
            tell(self, text("models.nothing_fetched"), seconds=2)
        else:
            await attempt(self, self.engine.stop_pull())

    # What the engine says

    def engine_event(self, event: Event) -> None:
        if isinstance(event, ModelPullProgress):
            self._pull = self._pull or PullMeter()
            self._pull.note(event.done, event.total, event.what, event.name)
            self._show_pull()
        elif isinstance(event, ModelPullFinished):
            self._pull = None
            self._show_pull()
            self.load()

    async def engine_back(self) -> None:
        self.load()

    def engine_lost(self) -> None:
        """The engine ended, and what it fetched with it; the app begins that anew."""
        self._pull = None
        self._show_pull()

    def action_back(self) -> None:
        self.dismiss()
