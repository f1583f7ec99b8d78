"""The copies of everything: when each was made and why, whether it is sound, and how to bring one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from companion.calls import EnginePort
from companion.safekeeping import Backup
from companion.strings import text
from companion.ui import backup_text
from companion.ui.format import amount
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal, cell
from companion.ui.widgets.row_table import RowTable


class BackupTable(RowTable):
    COLUMNS = (
        ("why", text("backups.column_why"), 24),
        ("when", text("backups.column_when"), 18),
        ("size", text("backups.column_size"), 9),
        ("state", text("backups.column_state"), 11),
    )

    def __init__(self) -> None:
        super().__init__()
        self.backups: tuple[Backup, ...] = ()

    @property
    def current(self) -> Backup | None:
        """The one under the cursor."""
        return self.backups[self.cursor_row] if 0 <= self.cursor_row < len(self.backups) else None

    def show(self, backups: Sequence[Backup]) -> None:
        """The cursor stays on its backup."""
        before = self.current.name if self.current else ""
        self.backups = tuple(backups)
        names = [each.name for each in self.backups]
        self._fill(names.index(before) if before in names else 0)

    def refill(self) -> None:
        self._fill(self.cursor_row)

    def _fill(self, place: int) -> None:
        self.put((_row(each) for each in self.backups), place)


def _row(backup: Backup) -> Sequence[object]:
    style = "$text-error" if backup.sound is False else "dim"
    return (
        cell(backup_text.why(backup)),
        cell(backup_text.when(backup), "dim"),
        cell(amount(backup.bytes), "dim"),
        cell(backup_text.looked(backup) or backup_text.sealed(backup), style),
    )


class BackupsScreen(EngineScreen):
    """`n` makes one now, `v` reads all of them through. `now`: make one at once."""

    HELP_TOPIC = "backups"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "make", text("backups.key_make"), id="backups.make"),
        Binding("v", "verify", text("backups.key_verify"), id="backups.verify"),
        Binding("escape,q", "back", text("backups.key_back"), key_display="Esc", id="backups.back"),
    ]
    DEFAULT_CSS = """
    BackupsScreen #how { height: auto; max-height: 50%; padding: 0 1; border-top: solid $panel; overflow-y: auto; }
    """

    def __init__(self, engine: EnginePort, now: bool = False) -> None:
        super().__init__(engine)
        self._now = now

    def compose(self) -> ComposeResult:
        yield BackupTable()
        yield Literal(text("backups.looking"), id="how")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(BackupTable).focus()
        if self._now:
            self.action_make()
        else:
            self.load()

    async def engine_back(self) -> None:
        self.load()

    @work(group="backups", exclusive=True)
    async def load(self) -> None:
        self._show(await attempt(self, self.engine.backups()))

    @work(group="backups", exclusive=True)
    async def action_verify(self) -> None:
        self.query_one("#how", Literal).show(text("backups.reading"))
        self._show(await attempt(self, self.engine.backups(verify=True)))

    @work(group="make", exclusive=True)
    async def action_make(self) -> None:
        self.query_one("#how", Literal).show(text("backups.making"))
        made = await attempt(self, self.engine.back_up())
        if made is not None:
            tell(self, text("backups.made", amount=amount(made.bytes)), seconds=3)
        self._show(await attempt(self, self.engine.backups()))

    def _show(self, backups: Sequence[Backup] | None) -> None:
        if self.is_attached:
            table = self.query_one(BackupTable)
            if backups is not None:
                table.show(backups)
            if backups is None and not table.backups:
                self.query_one("#how", Literal).show(text("underway.failed"))
            else:
                self._explain()

    @on(DataTable.RowHighlighted)
    def _explain(self) -> None:
        backup = self.query_one(BackupTable).current
        how = self.query_one("#how", Literal)
        if backup is None:
            how.show(text("backups.none"))
            return
        if backup.sound is False:
            how.show(backup.name, (f"\n{text('backups.is_damaged')}", "$text-error"))
            return
        sealed = text("backups.is_locked") if backup.encrypted else ""
        how.show((f"{sealed}{text('backups.how', name=backup.name)}", "$text-muted"))

    def action_back(self) -> None:
        self.dismiss()
