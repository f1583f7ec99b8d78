"""What is not from memory, from the shell: always in --json, as a dim line only in a terminal."""

from __future__ import annotations

import sys

import pytest

from companion.cli.say import _mark
from companion.records import ReplyReport, Span, Turn
from tests.cli.conftest import Shell

MADE_UP = "You moved to Porto on 12 May."


@pytest.fixture
def report() -> ReplyReport:
    turn = Turn(2, 1, "companion", "", MADE_UP, 0.0, 0)
    return ReplyReport(turn, (), 1, 1, 1, 1, 1, 1, 1.0, 4096, unsupported=(Span(13, 18, "Por\x1b[2Jto"),))


def test_json_tells_where_it_stands(shell: Shell) -> None:
    shell.model.enqueue(MADE_UP, "I see.")
    assert shell.json("say", "Hello there")["unsupported"] == [
        {"start": 13, "end": 18, "text": "Porto"},
        {"start": 22, "end": 28, "text": "12 May"},
    ]
    assert shell.json("say", "Hello there")["unsupported"] == []


def test_a_pipe_gets_the_reply_alone(shell: Shell) -> None:
    shell.model.enqueue(MADE_UP)
    result = shell("say", "Hello there")
    assert result.stdout == MADE_UP + "\n"
    assert "not from memory" not in result.stderr


def test_a_terminal_gets_a_dim_line(
    report: ReplyReport, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    _mark(report)
    assert capsys.readouterr().out == "\x1b[2mnot from memory: Porto\x1b[0m\n"
    monkeypatch.setenv("NO_COLOR", "1")
    _mark(report)
    assert capsys.readouterr().out == "not from memory: Porto\n"


def test_the_plain_chat_tells_it_in_a_line(shell: Shell) -> None:
    shell.model.enqueue(MADE_UP)
    assert f"Companion: {MADE_UP}\n(not from memory: Porto, 12 May)\n" in shell("--plain", input="Hello there\n").stdout
