"""What lies behind a widget does not cut what stands in front.

Textual cuts each line of the screen at every edge of every widget on it, also where the edge is hidden, and both halves
of a wide character that is cut become blanks: a Chinese notice over two columns lost the character where the columns
meet. Here an edge that is hidden is no cut, and a part of the screen that is drawn anew begins and ends at cuts. Done
only to the version this was made for: with another the character is lost, and nothing else.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import textual
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip

MADE_FOR = "8.2.8"
_partial: Callable[[Compositor], ChopsUpdate | None] = Compositor.render_partial_update


def cuts(self: Compositor) -> list[list[int]]:
    """For every line the columns where something that can be seen begins or ends, in their order."""
    if self._cuts is None:
        width, height = self.size
        seen = [{0, width} for _ in range(height)]
        covered: list[list[tuple[int, int]]] = [[] for _ in range(height)]
        for region, clip in self.visible_widgets.values():  # the foremost first
            x, y, columns, lines = region.intersection(clip)
            if not columns or not lines:
                continue
            for line in range(max(0, y), min(height, y + lines)):
                before = covered[line]
                seen[line].update(
                    edge for edge in (x, x + columns) if not any(left < edge < right for left, right in before)
                )
                before.append((x, x + columns))
        self._cuts = [sorted(each) for each in seen]
    return self._cuts


def render_chops(
    self: Compositor, crop: Region, is_rendered_line: Callable[[int], bool]
) -> Sequence[Mapping[int, Strip]]:
    """For every line that is drawn what begins at each cut: of the foremost widget there."""
    chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in self.cuts]
    for region, clip, strips in self._get_renders(crop):
        part = region.intersection(clip)
        first, last = part.column_span
        for y, strip in zip(part.line_range, strips, strict=False):
            if not is_rendered_line(y):
                continue
            here = [cut for cut in self.cuts[y] if first <= cut <= last]
            if len(here) < 2:
                continue
            hidden = here[0] > first
            pieces = strip.divide([cut - first for cut in (here if hidden else here[1:])])
            for cut, piece in zip(here, pieces[1:] if hidden else pieces, strict=False):
                if chops[y].get(cut) is None:
                    chops[y][cut] = piece
    return cast("Sequence[Mapping[int, Strip]]", chops)


def render_partial_update(self: Compositor) -> ChopsUpdate | None:
    update = _partial(self)
    if update is not None:
        update.spans = [_widened(y, left, right, self.cuts[y]) for y, left, right in update.spans]
    return update


def _widened(y: int, left: int, right: int, line: Sequence[int]) -> tuple[int, int, int]:
    return y, line[max(0, bisect_right(line, left) - 1)], line[min(len(line) - 1, bisect_left(line, right))]


def install() -> None:
    """For all screens of this process."""
    if textual.__version__ != MADE_FOR:
        return
    compositor = cast("Any", Compositor)
    compositor.cuts = property(cuts)
    compositor._render_chops = render_chops
    compositor.render_partial_update = render_partial_update
