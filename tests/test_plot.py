"""Curves in characters: inside the space there is, and never a failure whatever they are given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.plot import curve

FALLING = [(float(day), 1 - day / 100) for day in range(61)]


def test_a_curve_falls_through_its_level() -> None:
    lines = curve(FALLING, 20.0, 0.6, [5.0, 10.0], [(20.0, "now"), (0.0, "begin"), (60.0, "end")], 60, 14)
    assert len(lines) == 14
    body = [line for line in lines if "│" in line and "┌" not in line]
    assert "100%┤••" in body[0]
    assert any(" 60%┤" in line and "─" in line for line in body)
    assert sum(line.count("▲") for line in body) == 2
    assert lines[-1].split() == ["begin", "now", "end"]
    past, ahead = body[0].index("•"), min(line.index("·") for line in body if "·" in line)
    assert past < ahead


@given(
    points=st.lists(st.tuples(st.floats(0, 1e10), st.floats(0, 1)), min_size=0, max_size=30, unique_by=lambda p: p[0]),
    here=st.floats(0, 1e10),
    level=st.floats(0, 1),
    marks=st.lists(st.floats(0, 1e10), max_size=5),
    width=st.integers(0, 120),
    height=st.integers(0, 40),
)
def test_it_stays_in_its_space(
    points: list[tuple[float, float]], here: float, level: float, marks: list[float], width: int, height: int
) -> None:
    lines = curve(sorted(points), here, level, marks, [(here, "now"), (0.0, "1 Jan 26")], width, height)
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)


def test_labels_that_would_run_into_each_other_make_way() -> None:
    labels = [(1.0, "now"), (0.0, "3 Mar 2026"), (60.0, "end")]
    assert curve(FALLING, 1.0, 0.6, (), labels, 60, 14)[-1].split() == ["now", "end"]
    assert curve(FALLING, 1.0, 0.6, (), labels, 10, 14) == []
