"""Recall as bars, a year as lines, as wide as the terminal of whoever looks at them. The only importer of plotext."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import plotext

from companion.bench.scoring import Figures
from companion.text import one_line

WIDEST = 100
NAME = 24
"""Characters of a set's name that are shown."""
YEAR_HEIGHT = 16
MARKERS = ("n", "e", "f", "w")
"""Of the ways to forget, in their order: never, exponential, fsrs, neWest."""
_FRAME = 3
"""Lines and columns of the frame and its axis."""
_SHORTEST = 20
"""Columns without which a bar says nothing."""


def recall_bars(sets: Mapping[str, Figures], width: int) -> list[str]:
    """A bar for each recall@k of each set, 0 to 100 %. Empty when there is nothing to draw or no room for it."""
    bars = [
        (f"{one_line(name, NAME) if not at else ''} @{k} {value:5.1f}", float(value))
        for name, figures in sets.items()
        for at, (k, value) in enumerate(_known(figures).items())
    ]
    # plotext takes every character for one column.
    width = min(width, WIDEST) - max((_wide(label) for label, _ in bars), default=0)
    if not bars or width < max(len(label) for label, _ in bars) + _FRAME + _SHORTEST:
        return []
    places = list(range(len(bars), 0, -1))  # plotext counts from below
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)  # of its own accord it would ask the terminal, and draw less than is asked for
    plotext.plotsize(width, len(bars) + _FRAME)
    plotext.bar(places, [value for _, value in bars], orientation="horizontal", marker="█", width=0.01)
    plotext.yticks(places, [label for label, _ in bars])
    plotext.ylim(*((1, len(bars)) if len(bars) > 1 else (0.5, 1.5)))
    plotext.xlim(0, 100)
    plotext.xticks([0, 25, 50, 75, 100])
    drawn = plotext.uncolorize(plotext.build())
    return ["recall@k, %", *(line.rstrip() for line in drawn.splitlines())]


def year_lines(months: Mapping[str, Sequence[float]], title: str, names: Sequence[str], width: int) -> list[str]:
    """A line for each way, month by month, in percent: `months` by way, `names` of the months. Empty without room."""
    width = min(width, WIDEST)
    if not months or not names or width < _SHORTEST + _FRAME:
        return []
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)
    plotext.plotsize(width, YEAR_HEIGHT)
    places = list(range(1, len(names) + 1))
    for (way, values), marker in zip(months.items(), MARKERS, strict=False):
        plotext.plot(places, [100 * value for value in values], label=f"{marker} {way}", marker=marker)
    plotext.ylim(0, 100)
    plotext.yticks([0, 25, 50, 75, 100])
    plotext.xticks(places, [name[-2:] for name in names])
    drawn = plotext.uncolorize(plotext.build())
    return [title, *(line.rstrip() for line in drawn.splitlines())]


def _wide(text: str) -> int:
    """Characters that take two columns."""
    return sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def _known(figures: Figures) -> dict[str, float]:
    """recall@k in percent by k, where there is one."""
    recall = figures["recall"]
    return {k: value for k, value in recall.items() if value is not None} if isinstance(recall, dict) else {}
