"""Says that there is new text below what is on the screen."""

from __future__ import annotations

from textual.events import Click
from textual.message import Message

from companion.strings import text
from companion.ui.widgets.literal import Literal


class Below(Literal):
    """Hidden at first. A click goes there."""

    DEFAULT_CSS = """
    Below { display: none; width: 100%; height: 1; text-align: center; color: $primary; }
    Below:hover { text-style: underline; }
    """

    class Wanted(Message):
        """The person wants to see it."""

    def __init__(self) -> None:
        super().__init__(text("chat.below"))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.post_message(self.Wanted())
