"""Which key does what, and giving it another: press Enter on it, then the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen, Screen
from textual.widgets import DataTable

from companion.errors import CompanionError
from companion.strings import text
from companion.ui import keymap
from companion.ui.preferences import Preferences
from companion.ui.screens.base import tell, tell_error
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal, cell
from companion.ui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


class KeyTable(RowTable):
    """Each thing the program can do, with its id in the settings and its keys."""

    COLUMNS = (("what", text("keys.column_what"), 40), ("between", "", 1), ("keys", text("keys.column_keys"), 18))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", text("keys.key_change"), key_display="⏎", id="keys.change")
    ]

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self._ids = sorted(keymap.described())

    @property
    def current(self) -> str:
        """The id under the cursor."""
        return self._ids[self.cursor_row] if 0 <= self.cursor_row < len(self._ids) else ""

    def widths(self, width: int) -> dict[str, int]:
        return {"between": 1, "keys": min(24, width * 35 // 100)}

    def refill(self) -> None:
        own = self._preferences.current.ui.keys
        words = keymap.described()
        rows = (
            (cell(words[id]), "", cell(keymap.keys_of(id, own), "bold" if id in own else "")) for id in self._ids
        )  # fmt: skip
        self.put(rows, self.cursor_row)


class KeysScreen(Screen[None]):
    """What is changed holds at once."""

    HELP_TOPIC = "keys"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete", "reset", text("keys.key_reset"), key_display="x", id="keys.reset"),
        Binding("escape,q", "back", text("keys.key_back"), key_display="Esc", id="keys.back"),
    ]
    DEFAULT_CSS = """
    KeysScreen #problems { height: auto; max-height: 6; padding: 0 1; border-top: solid $panel; }
    """

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences

    def compose(self) -> ComposeResult:
        yield KeyTable(self._preferences)
        yield Literal(id="problems")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(KeyTable).focus()
        self._show()

    def _show(self) -> None:
        self.query_one(KeyTable).refill()
        self._explain()

    @on(DataTable.RowHighlighted)
    def _explain(self) -> None:
        """What is under the cursor by its name in the settings, and whatever is wrong with the keys."""
        id = self.query_one(KeyTable).current
        own = keymap.problems(self._preferences.current.ui.keys)
        variable = self._preferences.overridden("ui", "keys")
        note = text("settings.overridden", variable=variable) if variable else text("keys.heading")
        wrong = "".join(f"\n{problem}" for problem in own)
        self.query_one("#problems", Literal).show((f"{id}: ", "bold"), note, (wrong, "$text-warning"))

    @on(DataTable.RowSelected)
    def _chosen(self) -> None:
        if not self._preferences.overridden("ui", "keys"):
            self._change(self.query_one(KeyTable).current)

    @work(group="key", exclusive=True)
    async def _change(self, id: str) -> None:
        key = await self.app.push_screen_wait(PressScreen(id, dict(self._preferences.current.ui.keys)))
        if key is not None:
            self._write(id, key)

    def _write(self, id: str, key: str | None) -> None:
        try:
            self._preferences.write_key(id, key)
        except CompanionError as error:
            tell_error(self, error)
            return
        cast("CompanionApp", self.app).look.set_keys()
        keys = keymap.keys_of(id, self._preferences.current.ui.keys) or "–"
        tell(self, text("keys.changed", what=keymap.described()[id], keys=keys), seconds=2)
        self._show()

    def action_reset(self) -> None:
        id = self.query_one(KeyTable).current
        if id in self._preferences.current.ui.keys and not self._preferences.overridden("ui", "keys"):
            self._write(id, None)

    def action_back(self) -> None:
        self.dismiss()


class PressScreen(ModalScreen[str | None]):
    """Dismissed with the key that was pressed, or None on Esc. One that does something else where both would be heard
    has to be pressed twice."""

    TAKES_EVERY_KEY = True
    """Not even the app's own keys are heard."""
    DEFAULT_CSS = """
    PressScreen { align: center middle; }
    PressScreen > Vertical {
        width: 90%; max-width: 64; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    PressScreen .keys { color: $text-muted; }
    """

    def __init__(self, id: str, own: dict[str, str]) -> None:
        super().__init__()
        self._what = id
        self._own = own
        self._warned = ""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal((text("keys.press", what=keymap.described()[self._what]), "bold"))
            yield Literal(text("keys.press_keys"), classes="keys")

    async def _on_key(self, event: Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
            return
        other = self._taken(event.key)
        if event.key in keymap.NOT_OURS:
            self._say(text("keys.not_ours", pressed=keymap.shown(event.key), id=self._what))
        elif other and self._warned != event.key:
            self._warned = event.key
            self._say(text("keys.taken", pressed=keymap.shown(event.key), what=keymap.described()[other]))
        else:
            self.dismiss(event.key)

    def _taken(self, key: str) -> str:
        clashes = keymap.clashes({**self._own, self._what: key})
        return next((a if b == self._what else b for a, b, at in clashes if self._what in (a, b) and at == key), "")

    def _say(self, words: str) -> None:
        self.query_one(".keys", Literal).show(words)
