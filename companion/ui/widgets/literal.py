"""The one way by which text reaches the screen: exactly as it is, never as markup, never as terminal control."""

from __future__ import annotations

from rich.text import Text
from textual.content import Content
from textual.widgets import Static

from companion.text import one_line, sanitise

Part = str | tuple[str, str]
"""Text, or text with a style of ours."""


def literal(*parts: Part) -> Content:
    """`parts` joined, each sanitised and none read as markup."""
    return Content.assemble(
        *(sanitise(part) if isinstance(part, str) else (sanitise(part[0]), part[1]) for part in parts)
    )


def cell(text: str, style: str = "") -> Text:
    """A cell of a table: one line, never markup."""
    indent = len(text) - len(text.lstrip(" "))
    return Text(" " * indent + one_line(text, 2_000), style=style, no_wrap=True, overflow="ellipsis", end="")


class Literal(Static):
    """Text from outside. `Static` with markup crashes on "[/]" and runs "[@click=…]"."""

    def __init__(self, *parts: Part, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(literal(*parts), markup=False, id=id, classes=classes)

    def show(self, *parts: Part) -> None:
        """Replace the text."""
        self.update(literal(*parts))
