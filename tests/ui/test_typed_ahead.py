"""What was typed while the program started is not lost."""

from __future__ import annotations

import os
import sys

import pytest

from companion.settings import Settings
from companion.ui.app import CompanionApp
from companion.ui.typed_ahead import typed_ahead
from companion.ui.widgets.prompt import Prompt
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import said, wait_until


@pytest.mark.skipif(os.name == "nt", reason="a pseudo terminal is POSIX")
def test_waiting_keys_are_read_and_the_terminal_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        before = termios.tcgetattr(terminal.fileno())
        os.write(ours, "Hello, it is me\rhow are\x1b]52;c;x\x07 you 你好".encode())
        assert typed_ahead() == "Hello, it is me\nhow are you 你好"
        assert termios.tcgetattr(terminal.fileno()) == before
        assert typed_ahead() == ""
    os.close(ours)


async def test_finished_lines_are_sent_and_the_rest_stands_in_the_prompt() -> None:
    engine = FakeEngine()
    app = CompanionApp(engine, Settings(), "Hello, it is me\n\nhow are")
    async with app.run_test(size=(60, 20)) as pilot:
        await wait_until(pilot, lambda: said(app) == ["Hello, it is me"])
        assert app.chat.query_one(Prompt).text == "how are"
        await pilot.press("!")
        assert app.chat.query_one(Prompt).text == "how are!"
