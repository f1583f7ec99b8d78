"""What the model's context is filled with: a bar of its parts, and what each is."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from companion.ui.format import percent
from companion.ui.why_text import Part
from companion.ui.widgets.literal import literal

COLOURS = ("$primary", "$accent", "$secondary", "$warning", "$success", "$text")


class ContextMeter(Widget):
    """Two rows, hidden until it is asked for. What is free comes last."""

    DEFAULT_CSS = """
    ContextMeter { display: none; height: 2; padding: 0 2; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._parts: Sequence[Part] = ()
        self._nothing = ""

    def tell(self, parts: Sequence[Part], nothing: str) -> None:
        """`nothing` is said while nothing is known."""
        self._parts, self._nothing = parts, nothing
        self.refresh()

    def render(self) -> RenderResult:
        width = self.content_size.width
        if not self._parts or width <= 0:
            return literal(self._nothing)
        *filled, free = self._parts
        bar: list[Content] = []
        cells = 0
        for part, colour in zip(filled, COLOURS, strict=False):
            # What is there is seen, however small its share.
            length = min(max(1, round(part.share * width)), max(0, width - cells))
            bar.append(literal(("━" * length, colour)))
            cells += length
        bar.append(literal(("─" * max(0, width - cells), "$text-muted")))
        told = [literal(f"{free.name} {percent(free.share)}")]  # first: that is never cut off
        told += [
            literal((f"{part.name} {percent(part.share)}", colour))
            for part, colour in zip(filled, COLOURS, strict=False)
        ]
        legend = literal(" · ").join(told)
        return Content("\n").join([Content.assemble(*bar), legend.truncate(width, ellipsis=True)])
