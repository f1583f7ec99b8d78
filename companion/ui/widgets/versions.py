""" "‹ 2/3 ›" under a turn that there are several versions of."""

from __future__ import annotations

from textual.events import Click
from textual.message import Message

from companion.strings import text
from companion.ui.widgets.literal import Literal


class Versions(Literal):
    """A click on the left half goes to the version before, on the right half to the one after. Hidden for one."""

    DEFAULT_CSS = """
    Versions { display: none; width: auto; color: $text-muted; }
    Versions:hover { color: $text; }
    """

    class Stepped(Message):
        """The person wants another version of the turn: −1 the one before, 1 the one after."""

        def __init__(self, mark: Versions, direction: int) -> None:
            super().__init__()
            self.mark = mark
            self.direction = direction

    def tell(self, siblings: tuple[int, ...], chosen: int) -> None:
        """`siblings`: all versions in order, empty for the only one; `chosen` is shown."""
        self.display = len(siblings) > 1
        if self.display:
            self.show(text("chat.versions", number=siblings.index(chosen) + 1, count=len(siblings)))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.post_message(self.Stepped(self, -1 if event.x * 2 < self.size.width else 1))
