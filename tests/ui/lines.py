"""Lines of what was learned, as tests write them."""

from __future__ import annotations

from companion.events import Line


def line_of(written: str) -> Line:
    """ "+ I like dogs." or "~ I run. → I swim."."""
    older, arrow, newer = written[2:].partition(" → ")
    return Line(newer, older) if arrow and written.startswith("~") else Line(written[2:])
