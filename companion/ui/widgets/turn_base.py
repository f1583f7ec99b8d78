"""What every turn of the transcript has: versions, and keys for who walks through the messages."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key

from companion.records import Turn
from companion.strings import text
from companion.ui.keys import CommandKeys, key_for
from companion.ui.widgets.versions import Versions


class TurnView(Vertical):
    """Has the focus only while the person walks: Tab goes through the lines under replies, not through all turns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "screen.walk(-1)", text("keys_move.turn_up"), id="turn.up", show=False),
        Binding("down", "screen.walk(1)", text("keys_move.turn_down"), id="turn.down", show=False),
        Binding("left", "screen.version(-1)", text("keys_move.version_before"), id="turn.version_before", show=False),
        Binding("right", "screen.version(1)", text("keys_move.version_after"), id="turn.version_after", show=False),
        Binding("c,y", "screen.copy_turn", text("chat.key_copy"), id="turn.copy"),
        Binding("b", "screen.copy_code", text("chat.key_code"), id="turn.copy_code"),
        Binding("u", "screen.open_link", text("web_link.key_link"), id="turn.open_link"),
        Binding("e", "screen.edit_turn", text("chat.key_edit"), id="turn.edit"),
        Binding("r", "screen.again", text("chat.key_again"), id="turn.again"),
        Binding("o", "screen.go_on", text("chat.key_go_on"), id="turn.go_on"),
        Binding("w", "screen.why", text("chat.key_why"), id="turn.why"),
        Binding("l", "screen.less_like", text("chat.key_less_like"), id="turn.less_like"),
        Binding("enter,m", "screen.footnotes", text("chat.key_footnotes"), id="turn.footnotes"),
        Binding("escape", "screen.leave_walk", text("chat.key_back"), id="turn.leave"),
    ]
    DEFAULT_CSS = """
    TurnView:focus { background: $surface; border-left: thick $primary; padding-left: 1; }
    """

    def __init__(self, id: int, siblings: tuple[int, ...] = (), classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self.turn_id = id
        self.alternatives = siblings
        self.versions = Versions()
        self.versions.tell(siblings, id)
        self._walked = False
        self._commands = CommandKeys(self)

    @property
    def words(self) -> str:
        """What was said, as it was written."""
        raise NotImplementedError

    @property
    def record(self) -> Turn | None:
        """The turn, once it is on record."""
        raise NotImplementedError

    def what(self) -> list[tuple[str, str]]:
        """What can be done with it: an action and its name, the most useful first."""
        raise NotImplementedError

    def allow_focus(self) -> bool:
        return self._walked

    def walk_to(self) -> None:
        """The person has come to it."""
        self._walked = True
        self._commands.leaving = False
        self.focus()

    def leave(self) -> None:
        """The person goes on writing."""
        self._commands.leaving = True

    def on_blur(self) -> None:
        self._walked = False

    def beside(self, direction: int) -> int | None:
        """Id of the version before (−1) or after (1) this one."""
        place = self.alternatives.index(self.turn_id) + direction if self.alternatives else -1
        return self.alternatives[place] if 0 <= place < len(self.alternatives) else None

    def keys(self) -> list[str]:
        """ "c copy", "e edit" …: what can be done with it, with the keys for it."""
        told = [f"{key_for(self, action)} {name}" for action, name in self.what()]
        if len(self.alternatives) > 1:
            told.append(f"←→ {text('chat.key_versions')}")
        return [*told, f"{key_for(self, 'screen.leave_walk')} {text('chat.key_back')}"]

    async def on_key(self, event: Key) -> None:
        if self.has_focus:
            await self._commands.act(event)
