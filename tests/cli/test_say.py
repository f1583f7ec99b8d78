"""`companion say`: a turn from the shell, remembered by the next one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from companion.errors import ModelFailed
from tests.cli.conftest import Process, Shell


def test_reply_is_all_that_stdout_gets(shell: Shell) -> None:
    shell.model.enqueue("Hello, friend.")
    result = shell("say", "Hello there!")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "Hello, friend.\n", "")


def test_json_tells_the_turn(shell: Shell) -> None:
    shell.model.enqueue("Nice to meet Biscuit.")
    told = shell.json("say", "My dog is called Biscuit.")
    assert told["reply"] == "Nice to meet Biscuit."
    assert told["state"] == "complete"
    assert told["model"] == "fake"
    assert told["recalled"] == []
    assert set(told["timings"]) == {"recall", "first_token", "total", "process"}
    assert set(told["tokens"]) == {"prompt", "read", "reply", "per_second"}
    assert told["turn"] < told["reply_turn"]


def test_what_was_said_comes_to_mind_in_another_conversation(shell: Shell) -> None:
    first = shell.json("say", "My dog is called Biscuit.")
    second = shell.json("say", "What is my dog called?")
    assert second["conversation"] != first["conversation"]
    found = next(memory for memory in second["recalled"] if "Biscuit" in memory["text"])
    assert set(found) == {"id", "text", "score", "evidence", "kind", "date", "reasons"}
    assert first["turn"] in found["evidence"]


def test_words_need_no_quotes_and_a_dash_reads_stdin(shell: Shell) -> None:
    assert shell("say", "Good", "morning").exit_code == 0
    assert shell("say", "-", input="Good evening\nto you\n").exit_code == 0
    assert shell("say", input="Good night").exit_code == 0
    said = [call.messages[-1].text for call in shell.model.calls if call.lane == "talk"]
    assert said == ["Good morning", "Good evening\nto you", "Good night"]


def test_what_was_learned_is_told_beside_the_reply(shell: Shell) -> None:
    shell.model.enqueue("Oh!", "Ah!", "Oh!")
    result = shell("say", "I live in Leeds.")
    assert (result.stdout, result.stderr) == ("Oh!\n", "(remembered: I live in Leeds.)\n")
    result = shell("say", "I moved to Bristol, so I live in Bristol now.")
    assert result.stdout == "Ah!\n"
    assert result.stderr == "(changed: I live in Leeds. → I moved to Bristol, so I live in Bristol now.)\n"
    assert shell("say", "--json", "I adopted a dog named Biscuit.").stderr == ""


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_empty_message_is_refused(shell: Shell, text: str) -> None:
    result = shell("say", text, input="")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nothing to send" in result.stderr


def test_escape_sequences_never_reach_the_terminal(shell: Shell) -> None:
    nasty = "Hi \x1b[31mred\x1b[0m \x1b]52;c;AAAA\x07 \x9b2J \u202ebidi\u202c [/] end"
    shell.model.enqueue(nasty, nasty)
    shown = shell("say", nasty).stdout
    assert not any(c in shown for c in "\x1b\x07\x9b\u202e\u202c")
    assert "[/]" in shown
    written = shell("say", "--json", "again").stdout
    assert written.isascii()
    assert not any(c < " " and c != "\n" for c in written)
    assert json.loads(written)["reply"].endswith("end")


def test_model_trouble_is_told_and_the_words_are_kept(shell: Shell) -> None:
    shell.model.enqueue(ModelFailed("llama.cpp could not go on"))
    result = shell("say", "--json", "My sister lives in Lisbon.")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "llama.cpp could not go on" in result.stderr
    assert "Traceback" not in result.stderr
    assert shell.json("memories", "list")


def test_two_processes_with_the_real_model(process: Process, starter: Path) -> None:
    small = {"COMPANION_MODEL__SEED": "1", "COMPANION_MODEL__CONTEXT": "512"}  # a short reply, for speed
    first = process("say", "--json", "My dog is called Biscuit.", **small)
    second = process("say", "--json", "What is my dog called?", **small)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    told, asked = json.loads(first.stdout), json.loads(second.stdout)
    assert told["reply"].strip()
    assert told["tokens"]["reply"] > 0
    assert any("Biscuit" in m["text"] and told["turn"] in m["evidence"] for m in asked["recalled"])
    assert told["timings"]["process"] > told["timings"]["total"]


def test_a_message_beyond_the_context_is_answered_and_the_person_is_told(shell: Shell) -> None:
    result = shell("say", "-", input="word " * 40_000)
    assert result.exit_code == 0
    assert result.stdout.strip() == shell.model.default
    assert "longer than the model can read" in result.stderr
