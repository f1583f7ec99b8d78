"""The commands of the plain chat: complete, told in every language, and reading what follows them as it is meant."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from companion.cli.app import app
from companion.cli.help_words import tree
from companion.cli.plain_commands import COMMANDS, OTHER_NAMES, show_help
from companion.cli.plain_commands.base import days, moment, now, numbers, numbers_and_text
from companion.companion import Companion
from companion.errors import InvalidInput
from companion.safekeeping import Protection
from companion.strings import Strings, texts, use_language
from companion.ui.commands import ENTRIES
from tests.cli.conftest import Shell


def test_what_the_app_can_be_asked_the_plain_chat_can_be_asked_too() -> None:
    asked = {entry.command.slash for entry in ENTRIES if entry.command.slash and entry.command.plain}
    assert asked - COMMANDS.keys() - OTHER_NAMES.keys() == set()


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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_commands_do_stands_in_one_column(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    use_language(language)
    try:
        show_help()
        abouts = {str(about) for about in texts("plain_about").values()}
    finally:
        use_language("en")
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  /")]
    begins = {cell_len(line.removesuffix(about)) for line in lines for about in abouts if line.endswith(f"  {about}")}
    assert len(lines) == len(abouts)
    assert len(begins) == 1


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


def test_versions_of_a_reply_stay_beside_each_other(shell: Shell) -> None:
    shell.model.enqueue("The first reply.", "The second reply.", "Another reply altogether.")
    script = "I live in Leeds.\n/again\n/versions\n/versions 2\n/versions\n/resend Where do I live?\n/why\n/context\n"
    result = shell("--plain", input=script)
    assert result.exit_code == 0, result.stderr
    assert "Companion: The second reply.\n" in result.stdout
    assert "  1/2  #2" in result.stdout
    assert "* 2/2  #3  Companion: The second reply." in result.stdout
    assert "* 1/2  #2  Companion: The first reply." in result.stdout
    assert "Companion: Another reply altogether.\n" in result.stdout
    why = result.stdout.partition("You: /why")[2]
    assert "Where do I live?" in why
    assert "I live in Leeds." not in why
    assert "free" in why.partition("You: /context")[2]


def test_a_reply_is_written_again_without_what_is_left_out(shell: Shell) -> None:
    shell.model.enqueue("Nice.", "Yes, Leeds.", "I do not know.")
    shell("--plain", input="I live in Leeds.\nWhere do I live?\n/why without turn:1 turn:2\n/why\n")
    left = str(shell.model.calls[-1].messages)
    assert "I live in Leeds." not in left


def test_nothing_of_an_incognito_conversation_stays(shell: Shell) -> None:
    shell.model.enqueue("I see.", "I see.")
    script = "/incognito\nI adopted a dog named Biscuit.\n/conversations\n/new\n/search Biscuit\n/memories\n"
    shown = shell("--plain", input=script).stdout
    assert "nothing of it is remembered or kept" in shown
    after = shown.partition("You: /new")[2]
    assert "Biscuit." not in after
    assert "Nothing was said with these words." in after


def test_a_new_conversation_has_nothing_to_write_again(shell: Shell) -> None:
    shell.model.enqueue("I see.")
    result = shell("--plain", input="I live in Leeds.\n/new\n/again\n/resend Hello\n/continue\n")
    assert result.stderr.count("there is no reply here yet") == 3
    assert len(shell.model.calls) == 1


def test_memories_are_made_one_and_several_and_again_as_they_were(shell: Shell) -> None:
    for words in ("I like the sea.", "I like tea."):
        shell("memories", "add", words)
    script = "/merge 1 2: I like the sea and tea.\n/memories\n/undo\n/split 2 I like green tea. | I like black tea.\n"
    shown = shell("--plain", input=script + "/split 1\n/redo\n/asof 2001-01-01\n/links 1\n/timeline\n/growth\n").stdout
    assert "I like the sea and tea." in shown.partition("/memories")[2]
    assert "I like black tea." in shown
    assert "Nothing is remembered yet." in shown.partition("/asof")[2]


def test_what_the_person_asks_of_one_reply_is_told(shell: Shell) -> None:
    shell.model.enqueue("I see.", "You live in Leeds.")
    shell("say", "I live in Leeds.")
    shown = shell("--plain", input="Where do I live?\n/recalled\n/people\n/conversations\n/title Where I live\n").stdout
    assert "You: /recalled" in shown
    assert "It is called: Where I live" in shown


def test_all_that_help_says_has_its_words() -> None:
    known = set(Strings("en").section("cli_help").values())
    for command in tree(typer.main.get_command(app)):
        said = {command.help, *(getattr(each, "help", None) for each in command.params)}
        assert {each for each in said if each} - known == set(), command.name


def test_help_is_told_in_chinese() -> None:
    environment = {**os.environ, "COMPANION_UI__LANGUAGE": "zh"}
    shown = subprocess.run(
        [sys.executable, "-m", "companion", "memories", "pin", "--help"],
        env=environment, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    assert "固定一条记忆，不再淡忘。" in shown
    assert "输出 JSON，而不是文字。" in shown


def test_a_day_of_the_past_is_named_in_words_or_figures() -> None:
    day = 86_400
    at, rest = moment("yesterday lena tea")
    assert rest == "lena tea"
    assert 0 < now().timestamp() - at <= day
    assert moment("2025-06-30 restore 3")[1] == "restore 3"
    assert moment("3 May 2025") == moment("2025-05-03")
    for nonsense in ("", "nonsense", "25:99"):
        with pytest.raises(InvalidInput):
            moment(nonsense)


@given(st.text(max_size=12))
def test_a_number_of_days_is_read_or_refused(written: str) -> None:
    if written and (not written.isascii() or not written.isdigit() or not 0 < int(written) <= 36_525):
        with pytest.raises(InvalidInput, match="days"):
            days(written, 30)
    else:
        assert days(written, 30) == int(written or 30)


def test_what_the_companion_would_bring_up_is_told_and_refused_in_the_language_of_the_screens(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPANION_UI__LANGUAGE", "zh")
    try:
        told = shell("--plain", input="/less 别的\n/less 提醒\n/mood x\n/title\n")
    finally:
        use_language("en")
    assert "事后、提醒、纪念日、久别" in told.stderr
    assert "“x”不是天数" in told.stderr
    assert "还没有对话" in told.stderr


def test_without_a_passphrase_lock_says_how_to_have_one(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Companion, "protection", lambda _: Protection(encrypted=False))
    result = shell("--plain", input="/protection\n/lock\n/help lock\n")
    assert "not encrypted" in result.stdout
    assert "companion lock" in result.stdout + result.stderr
    assert "You: /help lock" in result.stdout


def test_with_one_lock_ends_the_program(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Companion, "protection", lambda _: Protection(encrypted=True))
    result = shell("--plain", input="/lock\n/help\n")
    assert result.exit_code == 0
    assert "still stands in this terminal" in result.stdout
    assert "You: /help" not in result.stdout
