"""Figures drawn in characters, for people to look at. The only importer of plotext; no colours of its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import plotext

WIDEST = 100
FRAME = 3
"""Lines and columns of a frame with its axis."""
_SHORTEST = 20
"""Columns without which a bar, or a curve, says nothing."""
_LOWEST = 4
"""Lines without which a curve says nothing."""
BEFORE, AFTER, LEVEL, MARK = "•", "·", "─", "▲"
"""What a curve is drawn with up to its `here` and from there on, its level, and what is marked on it."""


def bars(rows: Sequence[tuple[str, float]], width: int) -> list[str]:
    """A bar for each (label, 0 to 100), one a line, on one scale with its axis. Empty when there is nothing to draw or
    no room for it."""
    # plotext takes every character for one column.
    width = min(width, WIDEST) - max((_wide(label) for label, _ in rows), default=0)
    if not rows or width < max(len(label) for label, _ in rows) + FRAME + _SHORTEST:
        return []
    places = list(range(len(rows), 0, -1))  # plotext counts from below
    _begin(width, len(rows) + FRAME)
    plotext.bar(places, [value for _, value in rows], orientation="horizontal", marker="█", width=0.01)
    plotext.yticks(places, [label for label, _ in rows])
    plotext.ylim(*((1, len(rows)) if len(rows) > 1 else (0.5, 1.5)))
    plotext.xlim(0, 100)
    plotext.xticks([0, 25, 50, 75, 100])
    return _drawn()


def curve(
    points: Sequence[tuple[float, float]],
    here: float,
    level: float,
    marks: Sequence[float],
    labels: Sequence[tuple[float, str]],
    width: int,
    height: int,
) -> list[str]:
    """The curve through `points` (x, share 0 to 1; x rising), a line at `level` and one at x = `here`, a mark at each x
    of `marks`, and under the axis as many of `labels` as have room, the first before the others. In `width` columns and
    `height` lines; empty when there is no room for it."""
    if len(points) < 2 or width < _SHORTEST + FRAME or height < _LOWEST + FRAME:
        return []
    begin, end = points[0][0], points[-1][0]
    lowest = min(level, *(share for _, share in points))
    floor = max(0, int((lowest - 0.1) * 10) * 10)
    _begin(width, height)
    plotext.xlim(begin, end)
    plotext.ylim(floor, 100)
    plotext.plot([begin, end], [100 * level] * 2, marker=LEVEL)
    for part, marker in (
        ([point for point in points if point[0] >= here], AFTER),
        ([point for point in points if point[0] <= here], BEFORE),
    ):
        if part:
            plotext.plot([x for x, _ in part], [100 * share for _, share in part], marker=marker)
    plotext.vline(here)
    if marks:
        plotext.scatter(list(marks), [floor] * len(marks), marker=MARK)
    shares = sorted({floor, round(100 * level), 100})
    plotext.yticks(shares, [f"{share}%" for share in shares])
    kept = _apart(labels, begin, end, width - FRAME - 3)
    plotext.xticks([x for x, _ in kept], [text for _, text in kept])
    return _drawn()


def lines(series: Mapping[str, Sequence[float]], names: Sequence[str], width: int, height: int) -> list[str]:
    """A line for each series (shares 0 to 1), drawn with the first letter of its name that no other has, over places
    with `names`; which letter is whose stands below. Empty when there is nothing to draw or no room for it."""
    width = min(width, WIDEST)
    if not series or not names or width < _SHORTEST + FRAME or height < _LOWEST + FRAME:
        return []
    _begin(width, height)
    places = list(range(1, len(names) + 1))
    letters: dict[str, str] = {}
    for name, shares in series.items():
        letters[name] = next((letter for letter in name if letter not in letters.values()), BEFORE)
        plotext.plot(places, [100 * share for share in shares], marker=letters[name])
    lowest = min(min(shares) for shares in series.values())
    floor = max(0, int(lowest * 10 - 0.5) * 10)
    ticks = sorted({floor, *range(50 if floor < 50 else floor, 101, 25 if floor < 50 else 10), 100})
    plotext.ylim(floor, 100)
    plotext.yticks(ticks)
    plotext.xticks(places, list(names))
    return [*_drawn(), "  ".join(f"{letter} {name}" for name, letter in letters.items())]


def course(
    points: Sequence[tuple[float, float]],
    labels: Sequence[tuple[float, str]],
    ticks: Sequence[tuple[float, str]],
    width: int,
    height: int,
    level: float | None = None,
) -> list[str]:
    """The line through `points` (x rising, any y), with a line at `level`, the y axis from the lowest to the highest of
    `ticks` (y, text), and under the x axis as many of `labels` as have room. Empty when there is nothing to draw, or no
    room for it."""
    letters = max((len(text) for _, text in ticks), default=0)
    wider = max((_wide(text) for _, text in ticks), default=0)  # plotext takes every character for one column
    width = min(width, WIDEST) - wider
    if len(points) < 2 or len(ticks) < 2 or width < _SHORTEST + FRAME + letters or height < _LOWEST + FRAME:
        return []
    begin, end = points[0][0], points[-1][0]
    _begin(width, height)
    plotext.xlim(begin, end)
    plotext.ylim(min(y for y, _ in ticks), max(y for y, _ in ticks))
    if level is not None:
        plotext.plot([begin, end], [level] * 2, marker=LEVEL)
    plotext.plot([x for x, _ in points], [y for _, y in points], marker=BEFORE)
    plotext.yticks([y for y, _ in ticks], [text for _, text in ticks])
    kept = _apart(labels, begin, end, width - FRAME - letters)
    plotext.xticks([x for x, _ in kept], [text for _, text in kept])
    return [" " * (wider - _wide(line[:letters])) + line for line in _drawn()]


def _apart(labels: Sequence[tuple[float, str]], begin: float, end: float, columns: int) -> list[tuple[float, str]]:
    """Those of `labels` within `begin` and `end` that do not run into an earlier one, over so many columns."""
    kept: list[tuple[float, str]] = []
    taken: list[tuple[float, float]] = []
    for x, text in labels:
        # plotext moves a label at the right edge back into the picture.
        middle = min((x - begin) / (end - begin) * columns, columns + 1 - len(text) / 2)
        first, last = middle - len(text) / 2 - 1, middle + len(text) / 2 + 1
        if begin <= x <= end and all(last < one or first > other for one, other in taken):
            kept.append((x, text))
            taken.append((first + 1, last - 1))
    return kept


def _begin(width: int, height: int) -> None:
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)  # of its own accord it would ask the terminal, and draw less than is asked for
    plotext.plotsize(width, height)


def _drawn() -> list[str]:
    return [line.rstrip() for line in plotext.uncolorize(plotext.build()).splitlines()]


def _wide(text: str) -> int:
    """Characters that take two columns."""
    return sum(unicodedata.east_asian_width(character) in "WF" for character in text)
