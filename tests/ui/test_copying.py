"""Copying: by the terminal, by the desktop, by a file; never without saying which."""

from __future__ import annotations

import base64
import os
import re
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.ui import clipboard
from companion.ui.clipboard import MOST, copy, osc52, programs
from companion.ui.code_blocks import code_blocks
from companion.ui.screens.choose import ChooseScreen
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import notices, running, screen_text, wait_until

CODE = "First:\n\n```python\nx = [1]\n```\n\nthen\n\n- in a list\n  ```\n  echo hi\n  ```\n"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No desktop, and files in a folder of the test's own."""
    for name in ("TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY", "SSH_TTY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(clipboard.tempfile, "tempdir", str(tmp_path))


@given(st.text(max_size=400))
def test_what_goes_through_the_terminal_is_the_text(text: str) -> None:
    sequence = osc52(text, {})
    assert sequence is not None
    inside = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\a", sequence)  # nothing in it can act on the terminal
    assert inside
    assert base64.b64decode(inside[1]).decode() == text.encode("utf-8", "replace").decode()


def test_tmux_is_asked_to_pass_it_on() -> None:
    sequence = osc52("hello", {"TMUX": "default,1,0"})
    assert sequence is not None
    assert "\x1bPtmux;\x1b\x1b]52;c;aGVsbG8=\a\x1b\\" in sequence


def test_what_is_too_long_for_a_terminal_is_not_cut() -> None:
    assert osc52("a" * MOST, {})
    assert osc52("a" * (MOST + 1), {}) is None


def test_over_ssh_the_desktop_here_is_not_the_persons() -> None:
    there = {"SSH_TTY": "/dev/pts/1", "DISPLAY": ":0", "TMUX": "x"}
    assert programs(there, which=lambda name: name) == [["tmux", "load-buffer", "-w", "-"]]
    found = programs({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, lambda name: None if name == "xclip" else name)
    assert [command[0] for command in found] == ["wl-copy", "xsel"]
    assert programs({}, lambda name: name, "darwin") == [["pbcopy"]]


async def test_a_program_of_the_desktop_takes_it(tmp_path: Path) -> None:
    tool = tmp_path / "wl-copy"
    tool.write_text(f"#!/bin/sh\ncat > {tmp_path}/taken\n")
    tool.chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{tmp_path}:{path}"
    try:
        done = await copy("schön", lambda sequence: None, {"WAYLAND_DISPLAY": "w"})
    finally:
        os.environ["PATH"] = path
    assert done.how == "desktop"
    assert (tmp_path / "taken").read_text("utf-8") == "schön"


async def test_what_nothing_takes_is_in_a_file_that_only_the_person_reads() -> None:
    words = "ä" * MOST
    done = await copy(words, lambda sequence: None, {})
    assert done.how == "file"
    assert done.path is not None
    assert done.path.read_text("utf-8") == words
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o600


def test_code_is_found_wherever_it_stands() -> None:
    assert [(block.language, block.code) for block in code_blocks(CODE)] == [("python", "x = [1]"), ("", "echo hi")]


async def test_the_message_one_is_on_is_copied_and_the_way_is_told() -> None:
    engine = FakeEngine()
    person = engine.said("person", "my words")
    engine.said("companion", CODE, answers=person.id)
    async with running(engine) as (app, pilot):
        await pilot.press("up", "up", "c")
        await wait_until(pilot, lambda: app.clipboard == "my words")
        assert any("through the terminal" in notice for notice in notices(app))


async def test_one_of_several_blocks_of_code_is_chosen() -> None:
    engine = FakeEngine()
    person = engine.said("person", "code?")
    engine.said("companion", CODE, answers=person.id)
    async with running(engine) as (app, pilot):
        await pilot.press("up", "b")
        await wait_until(pilot, lambda: isinstance(app.screen, ChooseScreen))
        assert "python: x = [1]" in screen_text(app)
        await pilot.press("2")
        await wait_until(pilot, lambda: app.clipboard == "echo hi")
