"""Wide characters in front of edges that lie behind them."""

from __future__ import annotations

import random
from typing import Any

import pytest
import textual
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual._compositor import Compositor
from textual.geometry import Region, Size
from textual.strip import Segment, Strip

from companion.settings import Settings
from companion.ui import overlaps
from companion.ui.app import CompanionApp
from companion.ui.screens.base import tell
from companion.ui.widgets.long_table import LongTable
from tests.ui.demo import filled
from tests.ui.helpers import NARROW, WIDE, screen_text, wait_until

pytestmark = pytest.mark.skipif(textual.__version__ != overlaps.MADE_FOR, reason="made for another Textual")
WIDTH, HEIGHT = 24, 4
boxes = st.builds(
    lambda x, y, w, h: Region(x, y, min(w, WIDTH - x), min(h, HEIGHT - y)),
    st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.integers(1, WIDTH), st.integers(1, HEIGHT),
)  # fmt: skip


class Box:
    """A widget of one letter, or of one wide character with a blank at the end of an odd line."""

    def __init__(self, char: str) -> None:
        self.char = char

    def line(self, width: int) -> str:
        line = self.char * (width // cell_len(self.char))
        return line + " " * (width - cell_len(line))

    def render_lines(self, crop: Region) -> list[Strip]:
        return [Strip([Segment(self.line(crop.width))], crop.width)] * crop.height


def composed(regions: list[Region]) -> Any:
    """The foremost first; the last one is the whole screen."""
    overlaps.install()
    compositor: Any = Compositor()
    compositor.size = Size(WIDTH, HEIGHT)
    chars = "一a二b三四cd"
    boxes = [Box(chars[index % len(chars)]) for index in range(len(regions))]
    screen = Region(0, 0, WIDTH, HEIGHT)
    compositor._visible_widgets = {
        box: (region, screen) for box, region in zip([*boxes, Box(".")], [*regions, screen], strict=True)
    }
    return compositor


@given(st.lists(boxes, max_size=6))
def test_whatever_lies_over_what_the_foremost_is_whole(regions: list[Region]) -> None:
    compositor = composed(regions)
    lines = ["".join(segment.text for segment in strip) for strip in compositor.render_strips()]
    assert [cell_len(line) for line in lines] == [WIDTH] * HEIGHT
    for number, line in enumerate(lines):
        # Every cell is of the foremost there, or a blank that a wide character, half hidden, or too wide, left.
        cells = [char for char in line for _ in range(cell_len(char))]
        for column, char in enumerate(cells):
            top = next(
                box for box, (region, _) in compositor.visible_widgets.items() if region.contains(column, number)
            )
            assert char == top.char or (char == " " and cell_len(top.char) == 2)
    if regions:
        box, (region, _) = next(iter(compositor.visible_widgets.items()))
        for line in lines[region.y : region.bottom]:
            assert box.line(region.width) in line


@given(st.lists(boxes, max_size=6), st.integers(0, 2**32))
def test_what_is_drawn_anew_begins_and_ends_where_something_does(regions: list[Region], seed: int) -> None:
    compositor = composed(regions)
    chosen = random.Random(seed)
    x, y = chosen.randrange(WIDTH), chosen.randrange(HEIGHT)
    dirty = Region(x, y, chosen.randint(1, WIDTH - x), chosen.randint(1, HEIGHT - y))
    compositor._dirty_regions = {dirty}
    update = compositor.render_partial_update()
    for line, left, right in update.spans:
        assert left <= dirty.x
        assert right >= dirty.right
        assert {left, right} <= set(compositor.cuts[line])


@pytest.mark.parametrize(("key", "size"), [("f1", NARROW), ("f2", WIDE)])
async def test_no_character_of_a_chinese_notice_is_lost(key: str, size: tuple[int, int]) -> None:
    app = CompanionApp(filled(), Settings())
    words = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往"
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_until(pilot, lambda: app.chat._loaded)
        await pilot.press(key)
        if key == "f2":
            await wait_until(pilot, lambda: app.screen.query_one(LongTable).row_count)
        tell(app.screen, words)
        tell(app.screen, f" {words}")
        await wait_until(pilot, lambda: all(screen_text(app).count(char) >= 2 for char in words))
