"""Recall as bars, and a year as lines, for a person to look at, as wide as the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from companion.bench.scoring import Figures
from companion.plot import bars, lines
from companion.text import one_line

NAME = 24
"""Characters of a set's name that are shown."""
YEAR_HEIGHT = 16


def recall_bars(sets: Mapping[str, Figures], width: int) -> list[str]:
    """A bar for each recall@k of each set, 0 to 100 %. Empty when there is nothing to draw or no room for it."""
    rows = [
        (f"{one_line(name, NAME) if not at else ''} @{k} {value:5.1f}", float(value))
        for name, figures in sets.items()
        for at, (k, value) in enumerate(_known(figures).items())
    ]
    drawn = bars(rows, width)
    return ["recall@k, %", *drawn] if drawn else []


def year_lines(months: Mapping[str, Sequence[float]], title: str, names: Sequence[str], width: int) -> list[str]:
    """A line for each way to forget, month by month, in percent: `months` by way, `names` of the months. Empty without
    room."""
    drawn = lines(months, [name[-2:] for name in names], width, YEAR_HEIGHT)
    return [title, *drawn] if drawn else []


def _known(figures: Figures) -> dict[str, float]:
    """recall@k in percent by k, where there is one."""
    recall = figures["recall"]
    return {k: value for k, value in recall.items() if value is not None} if isinstance(recall, dict) else {}
