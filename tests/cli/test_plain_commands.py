"""The commands of the plain chat: complete, told in every language, and reading what follows them as it is meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.cli.plain_commands import COMMANDS, OTHER_NAMES
from companion.cli.plain_commands.base import numbers, numbers_and_text
from companion.errors import InvalidInput
from companion.strings import texts, use_language
from companion.ui.commands import ENTRIES
from tests.cli.conftest import Shell

OF_A_SCREEN = {"stop", "learned", "newest", "copy", "code", "file", "keys", "theme", "tour", "welcome", "help", "quit"}
"""What the app has and lines have not: a moving screen, the clipboard, or the chat's own words."""


def test_what_the_app_can_be_asked_the_plain_chat_can_be_asked_too() -> None:
    asked = {entry.command.slash for entry in ENTRIES if entry.command.slash and entry.command.plain}
    assert asked - OF_A_SCREEN - COMMANDS.keys() - OTHER_NAMES.keys() == set()


def test_every_command_says_how_it_is_written_and_what_it_does() -> None:
    for each in (*COMMANDS, "help", "quit"):
        assert str(texts("plain_use")[each]).startswith("/")
        assert texts("plain_about")[each]


def test_help_lists_all_in_the_language_of_the_settings(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = shell("--plain", input="/help\n/help pin\n").stdout
    assert shown.count("/pin N …") == 2
    assert "  /why [without KEY]" in shown
    monkeypatch.setenv("COMPANION_UI__LANGUAGE", "zh")
    try:
        told = shell("--plain", input="/help\n/nonsense\n")
    finally:
        use_language("en")
    assert "你：/help" in told.stdout
    assert "查看和修改设置" in told.stdout
    assert "没有命令 /nonsense" in told.stderr


def test_several_memories_are_pinned_at_once_and_taken_back(shell: Shell) -> None:
    for words in ("I like the sea.", "I like tea.", "I like trees."):
        shell("memories", "add", words)
    shown = shell("--plain", input="/pin 1, 3\n/memories is:active tea\n/undo\n/history\n").stdout
    assert "I like tea." in shown
    assert "/undo takes it back." in shown


def test_one_memory_is_told_with_all_there_is(shell: Shell) -> None:
    shell("memories", "add", "I like the sea.")
    shown = shell("--plain", input="/memory 1\n/memory #1\n/memory 9\n").stdout
    assert shown.count("I like the sea.") >= 2


def test_a_setting_is_shown_changed_and_given_back(shell: Shell) -> None:
    script = "/settings\n/settings memory.tier\n/settings memory.tier 7\n/settings nothing.here\n"
    script += "/settings sleep.morning_report false\n/settings sleep.morning_report -\n"
    result = shell("--plain", input=script)
    assert "memory.tier" in result.stdout
    assert "nothing.here" in result.stderr
    assert result.exit_code == 0


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=6), st.sampled_from([" ", ", ", "，", "、", "  "]))
def test_numbers_are_read_however_they_are_parted(ids: list[int], between: str) -> None:
    assert numbers(between.join(map(str, ids))) == tuple(dict.fromkeys(ids))


@pytest.mark.parametrize(
    ("written", "ids", "words"),
    [
        ("3 5: both say this", (3, 5), "both say this"),
        ("3, 5 both say this", (3, 5), "both say this"),
        ("3 2 cats live here", (3, 2), "cats live here"),
        ("#7 one | two", (7,), "one | two"),
        ("4", (4,), ""),
        ("4：两件事", (4,), "两件事"),
    ],
)
def test_what_follows_the_numbers_is_text(written: str, ids: tuple[int, ...], words: str) -> None:
    assert numbers_and_text(written) == (ids, words)


@given(st.text(max_size=40))
def test_whatever_is_written_it_is_read_or_refused(written: str) -> None:
    try:
        ids, _ = numbers_and_text(written)
    except InvalidInput:
        return
    assert ids
