"""Running the nightly pass by hand, and reading what it did."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import ProgressBar

from companion.calls import EnginePort
from companion.errors import CompanionError
from companion.events import Event, SleepProgress
from companion.reports import SleepReport
from companion.strings import text
from companion.text import one_line
from companion.ui.format import counted
from companion.ui.widgets.literal import Literal

LINES = 12


def report_lines(report: SleepReport) -> list[str]:
    """What the person should know of it, the most important first."""
    if not report.nights:
        return [text("sleep.nothing")]
    lines = [text("sleep.nights", nights=counted(len(report.nights), "night"), last=report.nights[-1])]
    if report.changes:
        lines += report.changes
    else:
        lines += [text("sleep.faded", count=report.dormant)] if report.dormant else []
        lines += [text("sleep.put_away", count=report.archived)] if report.archived else []
        lines += [text("sleep.came_back", count=report.woken)] if report.woken else []
    if report.dry_run:
        lines.append(text("sleep.preview_only"))
    return lines


class SleepScreen(ModalScreen[None]):
    """Closing it does not stop the night. `u` takes the whole night back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "back", text("sleep.key_close"), id="sleep.close"),
        Binding("u", "undo", text("sleep.key_undo"), id="sleep.undo"),
    ]
    DEFAULT_CSS = """
    SleepScreen { align: center middle; }
    SleepScreen > Vertical {
        width: 80%; max-width: 76; min-width: 40; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1; overflow-y: auto;
    }
    SleepScreen ProgressBar { margin: 1 0; width: 100%; }
    SleepScreen Bar { width: 1fr; }
    SleepScreen .keys { color: $text-muted; margin-top: 1; }
    """

    def __init__(self, engine: EnginePort, dry_run: bool = False) -> None:
        super().__init__()
        self._engine = engine
        self._dry_run = dry_run
        self._report: SleepReport | None = None

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal((text("sleep.title_preview") if self._dry_run else text("sleep.title"), "bold"))
            yield ProgressBar(show_eta=False)
            yield Literal(text("sleep.starting"), id="what")
            yield Literal(text("sleep.goes_on"), classes="keys")

    def on_mount(self) -> None:
        self._run_night()

    def engine_event(self, event: Event) -> None:
        if isinstance(event, SleepProgress) and self._report is None:
            self.query_one(ProgressBar).update(total=max(1, event.total), progress=event.done)
            self.query_one("#what", Literal).show(one_line(event.what))

    @work
    async def _run_night(self) -> None:
        what, keys = self.query_one("#what", Literal), self.query_one(".keys", Literal)
        try:
            self._report = await self._engine.sleep(dry_run=self._dry_run)
        except CompanionError as error:
            what.show((f"{error}\n", "bold"), error.hint)
        else:
            lines = report_lines(self._report)
            if len(lines) > LINES:
                where = "companion sleep --dry-run" if self._dry_run else "companion memories history"
                end = lines[-1:] if self._dry_run else []
                lines = [*lines[: LINES - 1 - len(end)], text("sleep.and_more", command=where), *end]
            what.show("\n".join(one_line(line) for line in lines))
        self.query_one(ProgressBar).display = False
        undo = self._report is not None and self._report.batch is not None and not self._dry_run
        keys.show(text("sleep.closes_or_undo") if undo else text("sleep.closes"))

    @work
    async def action_undo(self) -> None:
        if self._report is None or self._report.batch is None or self._report.dry_run:
            return
        what = self.query_one("#what", Literal)
        try:
            change = await self._engine.undo(self._report.batch)
        except CompanionError as error:
            what.show((f"{error}\n", "bold"), error.hint)
        else:
            what.show("\n".join([one_line(change.summary), *(one_line(line) for line in change.kept)]))
            self.query_one(".keys", Literal).show(text("sleep.closes"))

    def action_back(self) -> None:
        self.dismiss()
