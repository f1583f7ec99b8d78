"""What is pasted never becomes keys, whatever it holds and in whatever pieces it comes."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._xterm_parser import XTermParser
from textual.events import Key, Paste

from companion.ui.safe_paste import BEGIN, END, SafeParser, filter_pastes
from tests.security.payloads import ALL
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import running

PASTES = {name: text for name, text in ALL.items() if END not in text and text}


def heard(parser: XTermParser, *pieces: str) -> list[object]:
    return [event for piece in pieces for event in parser.feed(piece)]


@pytest.mark.parametrize("text", PASTES.values(), ids=PASTES.keys())
def test_a_paste_is_one_paste_and_no_key(text: str) -> None:
    events = heard(SafeParser(), f"{BEGIN}{text}{END}", "z")
    assert [type(event) for event in events] == [Paste, Key] or not text.strip("\x00\x1b")
    assert [event.key for event in events if isinstance(event, Key)] == ["z"]
    assert "\x1b" not in "".join(event.text for event in events if isinstance(event, Paste))


@pytest.mark.parametrize("text", [f"a{END}/quit\r", f"{END}{END}\r", f"page{END}\x1b\rno{END}\x11yes", f"{END}"])
def test_an_end_within_a_paste_ends_nothing(text: str) -> None:
    """What a page has to hold so that the rest of it is typed, where the terminal does not keep it out (tmux)."""
    events = heard(SafeParser(), f"{BEGIN}{text}{END}", "z", f"{BEGIN}b{END}{BEGIN}c{END}")
    assert [event.key for event in events if isinstance(event, Key)] == ["z"]
    assert [event.text for event in events if isinstance(event, Paste)][-2:] == ["b", "c"]


def test_without_it_a_paste_presses_keys() -> None:
    """The positive control, and the day on which this is not needed any more."""
    events = heard(XTermParser(), f"{BEGIN}evil\x1b\r\x1b\x11{END}")
    assert any(isinstance(event, Key) for event in events)


@given(st.text("ab\x1b[20~1;\r\n\x11", max_size=30), st.lists(st.integers(0, 45), max_size=6))
def test_it_is_the_same_in_any_pieces(text: str, cuts: list[int]) -> None:
    whole = f"x{BEGIN}{text.replace(END, '')}{END}y"
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[start:end] for start, end in pairwise(edges) if start < end]
    keys = [event.key for event in heard(SafeParser(), *pieces) if isinstance(event, Key)]
    inner = text.replace(END, "")
    if BEGIN[:5] not in inner and END[:5] not in inner:
        assert keys == ["x", "y"]


def test_an_escape_key_is_not_held_back() -> None:
    parser = SafeParser()
    assert heard(parser, "a")[0].key == "a"  # type: ignore[attr-defined]
    list(parser.feed("\x1b"))
    assert parser._filter._held == ""


def test_bytes_that_are_no_text_are_no_end() -> None:
    filter_pastes()
    if sys.platform == "win32":
        pytest.skip("Windows hands over text")
    from textual.drivers import linux_driver

    decode = linux_driver.getincrementaldecoder("utf-8")().decode
    assert decode(b"\x9b31337H \xff\xed\xb2\x9b") + decode(b"\xe6\xbc") + decode(b"\xa2") != ""
    assert decode(b"\xe6\xbc") + decode(b"\xa2") == "漢"


async def test_whatever_comes_into_the_prompt_is_drawn_harmless() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        for way in (app.chat.prompt.insert, app.chat.prompt.put_back):
            way(f"left {ALL['cursor to']}{ALL['override']} right")
        await pilot.pause()
        assert "\x1b" not in app.chat.prompt.text
        assert "\u202e" not in app.chat.prompt.text
        assert "left" in app.chat.prompt.text
