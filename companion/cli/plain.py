"""`companion --plain`: the chat line by line, for screen readers, dumb terminals and pipes.

Only text and line breaks are written: no colour, no cursor movement, nothing redrawn. Lines are read from stdin
directly, because readline switches terminal modes with escape codes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import companion
from companion.api import CompanionApi
from companion.chats import SentMessage
from companion.cli.asking import Interrupted, Talk
from companion.cli.guard import show_error
from companion.cli.lines import TypedLines
from companion.cli.morning import report_text
from companion.cli.output import say
from companion.cli.plain_commands import run_command
from companion.cli.plain_commands.base import Leave
from companion.cli.session import opened, prepare
from companion.cli.thoughts import thought_lines
from companion.errors import CompanionError, NotFound
from companion.events import CareShown, CheckedIn, ModelPullFinished, Notice, ProgramSaid, ThoughtsFormed
from companion.paths import default_paths
from companion.records import CheckInKind, ReplyReport, Role
from companion.settings import Settings
from companion.status import EngineStatus
from companion.strings import text
from companion.text import one_line, sanitise, valid_text
from companion.ui.care_text import plain_lines
from companion.ui.format import aside, not_from_memory

LOOKED_AT = 20
"""Turns among which the latest reply is looked for."""

if TYPE_CHECKING:
    from companion.companion import Companion


def plain_chat() -> int:
    """Talk until /quit, Ctrl+D or a second Ctrl+C. Raises ProfileError when the profile cannot be used."""
    paths, settings = prepare()
    with opened(load_model=True, index=True, load_embedder=True, nights=True, chat=True) as engine:
        say(text("plain.welcome", version=companion.__version__))
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
                PlainChat(engine, lines, settings, paths.settings).run()
        except KeyboardInterrupt:
            say()
        if not sys.stdin.isatty():
            engine.settle()  # a script's conversation is remembered by the time the script goes on
    return 0


class PlainChat:
    def __init__(
        self, engine: Companion, lines: TypedLines, settings: Settings | None = None, settings_file: Path | None = None
    ) -> None:
        self.settings = settings or Settings()
        self.settings_file = settings_file or default_paths().settings
        self._engine = engine
        self._lines = lines
        self._talk = Talk(engine, tell_care)
        self._leaving = False
        self.brought_up: CheckInKind | None = None

    def run(self) -> None:
        while (line := self._read()) is not None:
            typed = line.strip()
            if typed in ("/quit", "/exit"):
                return
            try:
                if typed.startswith("/") and not typed.startswith("//"):
                    run_command(self, typed)
                elif typed:
                    self._exchange(typed[1:] if typed.startswith("//") else typed)
            except Leave as last:
                say(str(last))
                return
            except CompanionError as error:
                show_error(error)

    def _read(self) -> str | None:
        """A line of the person's, None at the end. Ctrl+C asks; the second in a row leaves."""
        if sys.stdin.isatty():
            self._engine.bring_up()  # here nobody is typing; the minutes of a script are nobody's
        self._tell_news()
        while True:
            try:
                _write(text("plain.you"))
                line = self._lines.read()
            except KeyboardInterrupt:
                if self._leaving:
                    raise Interrupted from None
                self._leaving = True
                say("\n" + text("plain.quit_again"))
                continue
            self._leaving = False
            if not sys.stdin.isatty():
                say(line.rstrip("\n"))  # nobody typed it here, so nobody has seen it
            elif not line:
                say()
            return valid_text(line) if line else None

    @property
    def engine(self) -> CompanionApi:
        return cast("CompanionApi", self._engine)

    @property
    def reply(self) -> int:
        return self._latest("companion")

    @property
    def message(self) -> int:
        return self._latest("person")

    def _latest(self, role: Role) -> int:
        here = self._engine.conversation().id  # what is shown above a new one belongs to those before it
        turns = [item.turn for item in self._engine.transcript(limit=LOOKED_AT) if item.turn.conversation == here]
        found = next((turn.id for turn in reversed(turns) if turn.role == role), None)
        if found is None:
            raise NotFound(text("plain.no_reply"), hint=text("plain.no_reply_hint"))
        return found

    def follow(self, call: Callable[[], SentMessage]) -> None:
        self._show(lambda on_text: self._talk.follow(call, on_text))

    def _exchange(self, message: str) -> None:
        self._show(lambda on_text: self._talk.exchange(message, on_text, self._activity))

    def _show(self, talk: Callable[[Callable[[str], None]], ReplyReport]) -> None:
        """Write a reply while it comes, and what there is to say of it."""
        started = False

        def on_text(piece: str) -> None:
            nonlocal started
            if not started:
                piece = piece.lstrip()
                if not piece:
                    return
                started = True
                _write(text("plain.companion"))
            _write(piece)

        try:
            report = talk(on_text)
        finally:
            if started:
                say()
        if report.turn.state == "stopped":
            say(text("plain.stopped"))
        if report.unsupported:
            say(aside(not_from_memory(report.unsupported)))

    def _activity(self, activity: str) -> None:
        """Nothing: a screen reader would read every step aloud."""

    def _tell_news(self) -> None:
        for event in self._talk.unheard():
            if isinstance(event, ThoughtsFormed):
                for line in thought_lines(event):
                    say(line)
            elif isinstance(event, CheckedIn):
                _write(text("plain.companion"))
                say(event.text)
                say(aside(text("plain.brought_up")))
                self.brought_up = event.kind
            elif isinstance(event, ModelPullFinished):
                say(aside(_end_of_pull(event)))
            elif isinstance(event, Notice):
                told = text("errors.then", title=event.title, hint=event.hint) if event.hint else event.title
                say(aside(told))


def _end_of_pull(event: ModelPullFinished) -> str:
    name = one_line(event.name, 60)
    if event.stopped:
        return text("models.stopped", name=name)
    if event.title:
        return text("errors.then", title=one_line(event.title), hint=one_line(event.hint, 400))
    return text("models.arrived", name=name)


def tell_care(event: CareShown | ProgramSaid) -> None:
    """What the program says itself, before the reply."""
    for line in plain_lines(event.card) if isinstance(event, CareShown) else [aside(text("care.is_program"))]:
        say(line)


def words_go(status: EngineStatus) -> str:
    """Where words and vectors go, when they do not stay on this computer; else empty."""
    told = []
    if status.model_host:
        host = one_line(status.model_host)
        told.append(text("plain.words_go", host=host))
    if status.index_host:
        told.append(text("plain.vectors_go", host=one_line(status.index_host)))
    return " ".join(told)


def _write(piece: str) -> None:
    sys.stdout.write(sanitise(piece))
    sys.stdout.flush()
