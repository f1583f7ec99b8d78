"""The messages that wait to be sent; hidden when there are none."""

from __future__ import annotations

from companion.strings import text
from companion.text import one_line
from companion.ui.widgets.literal import Literal, Part

SHOWN = 3


class Waiting(Literal):
    """A line for each of the first few, and how to take the last one back."""

    DEFAULT_CSS = """
    Waiting { display: none; padding: 0 2; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def show_texts(self, texts: tuple[str, ...]) -> None:
        self.display = bool(texts)
        parts: list[Part] = []
        for message in texts[:SHOWN]:
            parts += [(text("status.waiting"), "$text-warning"), f"{one_line(message)}\n"]
        if len(texts) > SHOWN:
            parts.append(f"{text('status.and_more', count=len(texts) - SHOWN)}\n")
        if parts:
            parts[-1] = str(parts[-1]).rstrip("\n")
        self.show(*parts)
