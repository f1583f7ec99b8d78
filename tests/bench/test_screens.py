"""How quickly screens open is measured on the real app; from a key to the screen as well."""

from __future__ import annotations

import pytest

from companion.bench import terminal
from companion.bench.keys import Keys, keys_of
from companion.bench.screens import Screens, measure_screens, screen_lines


def test_percentiles_of_keys() -> None:
    assert keys_of([float(number) for number in range(1, 201)]) == Keys(101.0, 199.0, 200.0, 200)
    assert keys_of([7.0]) == Keys(7.0, 7.0, 7.0, 1)


def test_each_figure_is_told_with_what_it_should_be() -> None:
    figures = Screens(6_482, 10_000, 101.0, 202.0, 33.0, 44.0, 55.0, 303.0, 404.0, Keys(3.0, 21.0, 22.0, 184))
    told = "\n".join(screen_lines(figures))
    for part in ("6,482", "101 ms", "at most 700", "33 ms, p95 44", "at most 50", "303 ms", "p99 21", "at most 30"):
        assert part in told
    assert "key to the screen" not in "\n".join(screen_lines(Screens(1, 1, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, None)))


@pytest.mark.nightly
@pytest.mark.skipif(not terminal.available(), reason="pseudo-terminals")
def test_panel_filter_and_chat_are_measured() -> None:
    figures = measure_screens(None, 400, lambda what, done, total: None)
    assert 100 < figures.memories <= 400
    assert figures.turns == 400
    assert min(figures.panel_ms, figures.filter_ms, figures.chat_ms) > 0
    assert figures.json()["keys"] is None
