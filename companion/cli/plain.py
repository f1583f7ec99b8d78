"""`companion --plain`: the chat line by line, for screen readers, dumb terminals and pipes.

Only text and line breaks are written: no colour, no cursor movement, nothing redrawn. Lines are read from stdin
directly, because readline switches terminal modes with escape codes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import companion
from companion.cli.asking import Interrupted, Talk
from companion.cli.guard import show_error
from companion.cli.lines import TypedLines
from companion.cli.morning import report_text
from companion.cli.output import say
from companion.cli.plain_commands import run_command
from companion.cli.session import opened
from companion.cli.thoughts import thought_lines
from companion.errors import CompanionError
from companion.events import Notice, ThoughtsFormed
from companion.status import EngineStatus
from companion.text import one_line, sanitise, valid_text
from companion.ui.format import not_from_memory

if TYPE_CHECKING:
    from companion.companion import Companion

PROMPT = "You: "
REPLY = "Companion: "


def plain_chat() -> int:
    """Talk until /quit, Ctrl+D or a second Ctrl+C. Raises ProfileError when the profile cannot be used."""
    with opened(load_model=True, index=True, load_embedder=True, nights=True, chat=True) as engine:
        say(f"Companion {companion.__version__}. Type a message and press Enter. /help lists the commands.")
        if where := words_go(engine.status()):
            say(where)
        if sys.stdin.isatty() and (report := engine.morning()).due:
            for line in report_text(report):
                say(line)
            engine.morning_seen()
        if sys.stdin.isatty():
            engine.measure_when_idle()
        try:
            with TypedLines() as lines:
                PlainChat(engine, lines).run()
        except KeyboardInterrupt:
            say()
        if not sys.stdin.isatty():
            engine.settle()  # a script's conversation is remembered by the time the script goes on
    return 0


class PlainChat:
    def __init__(self, engine: Companion, lines: TypedLines) -> None:
        self._engine = engine
        self._lines = lines
        self._talk = Talk(engine)
        self._leaving = False

    def run(self) -> None:
        while (line := self._read()) is not None:
            text = line.strip()
            if text in ("/quit", "/exit"):
                return
            try:
                if text.startswith("/") and not text.startswith("//"):
                    run_command(self._engine, text)
                elif text:
                    self._exchange(text[1:] if text.startswith("//") else text)
            except CompanionError as error:
                show_error(error)

    def _read(self) -> str | None:
        """A line of the person's, None at the end. Ctrl+C asks; the second in a row leaves."""
        self._tell_news()
        while True:
            try:
                _write(PROMPT)
                line = self._lines.read()
            except KeyboardInterrupt:
                if self._leaving:
                    raise Interrupted from None
                self._leaving = True
                say("\nPress Ctrl+C again, or Ctrl+D, to quit.")
                continue
            self._leaving = False
            if not sys.stdin.isatty():
                say(line.rstrip("\n"))  # nobody typed it here, so nobody has seen it
            elif not line:
                say()
            return valid_text(line) if line else None

    def _exchange(self, text: str) -> None:
        started = False

        def on_text(piece: str) -> None:
            nonlocal started
            if not started:
                piece = piece.lstrip()
                if not piece:
                    return
                started = True
                _write(REPLY)
            _write(piece)

        try:
            report = self._talk.exchange(text, on_text, self._activity)
        finally:
            if started:
                say()
        if report.turn.state == "stopped":
            say("(stopped)")
        if report.unsupported:
            say(f"({not_from_memory(report.unsupported)})")

    def _activity(self, activity: str) -> None:
        """Nothing: a screen reader would read every step aloud."""

    def _tell_news(self) -> None:
        for event in self._talk.unheard():
            if isinstance(event, ThoughtsFormed):
                for line in thought_lines(event):
                    say(line)
            elif isinstance(event, Notice):
                say(f"({event.title}. {event.hint})" if event.hint else f"({event.title})")


def words_go(status: EngineStatus) -> str:
    """Where words and vectors go, when they do not stay on this computer; else empty."""
    told = []
    if status.model_host:
        host = one_line(status.model_host)
        told.append(f"What you say, and what is remembered for the reply, goes to {host} (model.url).")
    if status.index_host:
        told.append(f"The vectors of memories go to {one_line(status.index_host)} (index.url).")
    return " ".join(told)


def _write(text: str) -> None:
    sys.stdout.write(sanitise(text))
    sys.stdout.flush()
