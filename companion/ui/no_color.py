"""NO_COLOR: shades of grey alone.

Textual's own filter (8.2.8, `Monochrome.apply`) fails on text without a style, which its DataTable writes: when the
memories were opened the app ended.
"""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter, Monochrome


class Grey(LineFilter):
    """`Monochrome`, for text without a style too."""

    _grey = Monochrome()

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        styled = [Segment(text, style or Style.null(), control) for text, style, control in segments]
        return self._grey.apply(styled, background)


def without_crash(filters: list[LineFilter]) -> list[LineFilter]:
    """`filters`, with the one that fails replaced."""
    return [Grey() if isinstance(each, Monochrome) else each for each in filters]
