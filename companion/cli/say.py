"""`companion say`: one turn, answered, thought about, done."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from companion import strings
from companion.cli.asking import Talk
from companion.cli.guard import INTERRUPTED, complain
from companion.cli.output import care_json, print_json, reply_json
from companion.cli.process_age import process_age
from companion.cli.session import opened
from companion.cli.thoughts import thought_lines
from companion.errors import CompanionError, EmptyMessage
from companion.events import CareShown, Notice, ProgramSaid, ThoughtsFormed
from companion.pasted import counts_as_pasted
from companion.records import ReplyReport
from companion.text import sanitise, valid_text
from companion.ui.care_text import plain_lines
from companion.ui.format import not_from_memory

TextArgument = Annotated[
    list[str] | None, typer.Argument(metavar="TEXT", help="What you say; - reads it from standard input.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write one JSON object instead of text.")]


def say(text: TextArgument = None, as_json: JsonOption = False) -> None:
    """Say one thing, get the reply, and be remembered."""
    message, piped = _message(text or [])
    pasted = ((0, len(message)),) if piped and counts_as_pasted(message) else ()
    with opened(load_model=True, load_embedder=True, nights=True) as companion:
        care: list[CareShown | ProgramSaid] = []
        talk = Talk(companion, lambda event: _care(event, care))
        try:
            report = talk.exchange(message, _silent if as_json else _write, _progress(), pasted)
        except CompanionError:
            companion.settle()  # there is no reply, but what was said is on disk: remember it all the same
            raise
        age = process_age()
        if as_json:
            print_json({**reply_json(report, age), **care_json(care)})
        else:
            _write("\n")
            _mark(report)
        unheard = talk.unheard()
        for told in unheard:
            if isinstance(told, Notice):
                complain(told.title, told.hint)
        if report.turn.state == "stopped":
            raise typer.Exit(INTERRUPTED)
        # The next `say` is to remember this one: think about it before the process ends.
        companion.settle()
        if not as_json:
            for told in (*unheard, *talk.unheard()):
                if isinstance(told, ThoughtsFormed):
                    _tell(thought_lines(told))
                elif isinstance(told, Notice) and told not in unheard:
                    complain(told.title, told.hint)


def _message(words: list[str]) -> tuple[str, bool]:
    """The text to send, and whether it came through a pipe: much of it, then nobody typed it. Raises EmptyMessage."""
    piped = words == ["-"] or (not words and not sys.stdin.isatty())
    text = valid_text(sys.stdin.read() if piped else " ".join(words)).strip()
    if not text:
        raise EmptyMessage(hint=strings.text("cli.say_hint"))
    return text, piped


def _care(event: CareShown | ProgramSaid, heard: list[CareShown | ProgramSaid]) -> None:
    """On stderr and at once, with --json as well: help does not wait for the reply, nor depend on it."""
    heard.append(event)
    _tell(plain_lines(event.card) if isinstance(event, CareShown) else [strings.text("care.is_program")])


def _silent(_: str) -> None:
    return


def _tell(lines: list[str]) -> None:
    """On stderr: stdout gets the reply and nothing else."""
    for line in lines:
        sys.stderr.write(sanitise(line) + "\n")
    sys.stderr.flush()


def _mark(report: ReplyReport) -> None:
    """What is not from memory, dim, and only for a person who watches: a pipe gets the reply and nothing else."""
    line = sanitise(not_from_memory(report.unsupported))
    if line and sys.stdout.isatty():
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        typer.echo(line if plain else typer.style(line, dim=True))


def _write(text: str) -> None:
    sys.stdout.write(sanitise(text))
    sys.stdout.flush()


class _Activity:
    """Tells on stderr what is being waited for, each thing once, and only to a person who watches."""

    def __init__(self) -> None:
        self._said = ""
        self._watched = sys.stderr.isatty() and not sys.stdout.isatty()

    def __call__(self, activity: str) -> None:
        if self._watched and activity and activity != self._said:
            self._said = activity
            sys.stderr.write(sanitise(activity) + "\n")
            sys.stderr.flush()


def _progress() -> _Activity:
    return _Activity()
