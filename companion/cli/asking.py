"""One exchange over the API of the engine, shown while it is written."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from companion.chats import SentMessage
from companion.errors import CompanionError
from companion.events import (
    CareShown,
    CheckedIn,
    Event,
    ModelPullFinished,
    Notice,
    ProgramSaid,
    ReplyFailed,
    ReplyFinished,
    ReplyToken,
    StatusChanged,
    ThoughtsFormed,
)
from companion.pasted import Span
from companion.records import ReplyReport

if TYPE_CHECKING:
    from companion.companion import Companion

_PATIENCE = 0.2
"""Seconds between looks at Ctrl+C where waiting cannot be interrupted (Windows)."""
Asked = Future[ReplyReport]
Unheard = ThoughtsFormed | Notice | CheckedIn | ModelPullFinished
"""What the engine says on its own account."""


class Interrupted(KeyboardInterrupt):
    """Ctrl+C was pressed again, or there was no reply to stop: the person wants to leave."""


class Talk:
    """Asks, and hands what happens meanwhile to callbacks on the caller's own thread.

    `ask` waits in a thread of its own so that this one can print and hears Ctrl+C: printing from the engine's
    threads would make a closed pipe the engine's problem.
    """

    def __init__(
        self, companion: Companion, on_care: Callable[[CareShown | ProgramSaid], None] = lambda _: None
    ) -> None:
        """`on_care` gets what the app says itself, before anything of the reply."""
        self._companion = companion
        self._on_care = on_care
        self._events: queue.SimpleQueue[Event | Asked] = queue.SimpleQueue()
        self._noticed: list[Unheard] = []
        companion.subscribe(self._events.put)

    def exchange(
        self,
        text: str,
        on_text: Callable[[str], None],
        on_activity: Callable[[str], None] = lambda _: None,
        pasted: tuple[Span, ...] = (),
    ) -> ReplyReport:
        """Send `text`; `on_text` gets the reply as it comes. Ctrl+C stops the reply, keeping what there is; when
        there is none yet, or at the second time, Interrupted is raised. Raises CompanionError."""
        asked = self._ask(text, pasted)
        stopping = False
        while True:
            try:
                self._pass_on(asked, on_text, on_activity)
                return asked.result()
            except KeyboardInterrupt:
                if stopping or not self._companion.stop():
                    raise Interrupted from None
                stopping = True

    def follow(self, call: Callable[[], SentMessage], on_text: Callable[[str], None]) -> ReplyReport:
        """Do `call`, after which a reply is written; `on_text` gets it as it comes. Ctrl+C as in `exchange`. Raises
        CompanionError, also what the reply failed with."""
        self._drain()
        turn = call().turn
        stopping = False
        while True:
            try:
                event = self._events.get(timeout=_PATIENCE)
                if isinstance(event, ReplyToken):
                    on_text(event.text)
                elif isinstance(event, ReplyFinished) and event.report.turn.answers in (turn, None):
                    return event.report
                elif isinstance(event, ReplyFailed) and event.turn == turn:
                    error = CompanionError(hint=event.hint)
                    error.title = event.title
                    raise error
                else:
                    self._keep(event)
            except queue.Empty:
                continue
            except KeyboardInterrupt:
                if stopping or not self._companion.stop():
                    raise Interrupted from None
                stopping = True

    def _ask(self, text: str, pasted: tuple[Span, ...]) -> Asked:
        asked: Asked = Future()

        def run() -> None:
            try:
                asked.set_result(self._companion.ask(text, pasted))
            except BaseException as error:
                asked.set_exception(error)
            self._events.put(asked)

        threading.Thread(target=run, name="ask", daemon=True).start()
        return asked

    def _pass_on(self, asked: Asked, on_text: Callable[[str], None], on_activity: Callable[[str], None]) -> None:
        """Events until the answer is there and all that was said before it has been passed on."""
        while True:
            try:
                event = self._events.get(timeout=_PATIENCE)
            except queue.Empty:
                if asked.done():
                    return
                continue
            if event is asked:
                return
            if isinstance(event, ReplyToken):
                on_text(event.text)
            elif isinstance(event, StatusChanged):
                on_activity(event.status.activity)
            else:
                self._keep(event)

    def unheard(self) -> list[Unheard]:
        """What the engine said on its own account since the last call."""
        self._drain()
        noticed, self._noticed = self._noticed, []
        return noticed

    def _drain(self) -> None:
        while True:
            try:
                self._keep(self._events.get_nowait())
            except queue.Empty:
                return

    def _keep(self, event: Event | Asked) -> None:
        if isinstance(event, CareShown | ProgramSaid):
            self._on_care(event)
        if isinstance(event, ThoughtsFormed | Notice | CheckedIn | ModelPullFinished):
            self._noticed.append(event)
