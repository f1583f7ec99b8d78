"""The engine's process: answers requests over the pipe until it ends. `companion.engine` is the other end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

from companion.chats import ChatMode
from companion.crashes import ended_well, watch
from companion.errors import CompanionError, WrongPassphrase
from companion.events import Event
from companion.garbage import share_memory
from companion.kernel_seal import close_internet
from companion.logs import describe, keep_off_the_screen
from companion.network import seal
from companion.paths import Paths, keep_private
from companion.records import Change
from companion.settings import Settings
from companion.store.unlocking import key_for
from companion.strings import text
from companion.traceless import go_first, leave_no_dump

log = logging.getLogger(__name__)
END_PATIENCE = 1.5
"""Seconds in which the engine closes once its interface is gone, however that ended."""
MOST_CROSSING = 1000
"""Memories that come with a change, the first of those it touched."""
OPEN = "open"
"""Not a call of the API: the first message to an engine, with a passphrase, a key or nothing."""


class Place(NamedTuple):
    """Where the person talks. Another engine begins there as well: what waits to be sent was meant for it, and words
    that were said to be kept nowhere must not go into a conversation that is kept."""

    conversation: int
    """0: its first message is still to come."""
    mode: ChatMode
    persona: str


def serve(pipe: Connection, paths: Paths, settings: Settings, place: Place | None = None) -> None:
    """The engine process: answer requests until the pipe ends or None comes. Its parent's death ends it too. `place`:
    where the person talked to the engine before."""
    seal()
    if not (settings.model.url or settings.index.url):
        close_internet()
    go_first()
    share_memory()
    leave_no_dump()
    keep_private()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the interface's to handle
    if hasattr(signal, "SIGHUP"):
        signal.signal(
            signal.SIGHUP, signal.SIG_IGN
        )  # the window was closed: the end of the pipe tells, and all is saved
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ending = told_by_signals()
    keep_off_the_screen(paths)
    watch(paths)
    try:
        _serve(Server(pipe, ending), paths, settings, place)
    except Exception as error:
        # Left to itself Python would print the message, which may hold what the person said.
        log.error("the engine failed\n%s", describe(error))
        os._exit(1)


def told_by_signals() -> int | None:
    """A descriptor that can be read once a signal came. One that comes between Python's last look and the system call
    that waits for a message only sets a flag, and the call waits all the same: it is to wait for this as well
    (https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd). None on Windows, where none is sent."""
    if sys.platform == "win32":
        return None
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _serve(server: Server, paths: Paths, settings: Settings, place: Place | None) -> None:
    server.hear_key(paths)
    from companion.companion import Companion
    from companion.schedule import Schedule
    from companion.strings import use_language

    use_language(settings.ui.language)
    companion = Companion(paths, settings, chat=True)
    companion.subscribe(server.event)
    if not server.open(paths, companion.start):
        return
    if place is not None:
        companion.go_back(*place)
    companion.measure_when_idle()
    schedule = Schedule(settings.sleep.at, companion.night, companion.every_minute)
    schedule.start()
    try:
        server.answer(companion)
    finally:
        # Whatever hangs, an engine does not outlive its interface for long; what was acknowledged is on disk.
        deadline = threading.Timer(END_PATIENCE, os._exit, (0,))
        deadline.daemon = True
        deadline.start()
        schedule.stop()
        companion.close()
        ended_well(paths)
        # Threads of native libraries must not hold the process up, and there is nothing left to save.
        os._exit(0)


class _Heard(NamedTuple):
    """The message that is to open the profile, and the key that it stands for, or why there is none."""

    id: int
    key: bytes | None
    problem: CompanionError | None = None


class Server:
    """The engine's end of the pipe. Requests run side by side, so that `stop` is heard while others work. Once the
    descriptor `ending` can be read, it hears no more of them."""

    def __init__(self, pipe: Connection, ending: int | None = None) -> None:
        self._pipe = pipe
        self._awaited: list[Connection | int] = [pipe] if ending is None else [pipe, ending]
        self._writing = threading.Lock()
        self._heard: Future[_Heard | None] = Future()

    def event(self, event: Event) -> None:
        self._send((None, event))

    def hear_key(self, paths: Paths) -> None:
        """Begin to wait for the message that brings a passphrase, the key itself or nothing, and to make the key of it:
        meanwhile what takes as long can be imported, and a person type."""
        heard = self._heard = Future[_Heard | None]()
        # A daemon: whoever ends this process does not wait for a passphrase.
        threading.Thread(target=lambda: heard.set_result(self._hear(paths)), name="key", daemon=True).start()

    def _hear(self, paths: Paths) -> _Heard | None:
        for id, method, arguments in self._requests():
            try:
                return _Heard(id, _key_of(paths, arguments[0] if method == OPEN else None))
            except CompanionError as error:
                return _Heard(id, None, error)
            except Exception as error:
                log.exception("the key could not be made")
                return _Heard(id, None, CompanionError(text("engine.in_engine", name=type(error).__name__)))
        return None

    def open(self, paths: Paths, start: Callable[[bytes | None], None]) -> bool:
        """Open the profile, after as many passphrases as it takes; the right one is answered with the key. False when
        nobody wants it opened any more, or it cannot be: then every request was answered with the reason."""
        while (heard := self._heard.result()) is not None:
            problem = heard.problem
            if problem is None:
                try:
                    start(heard.key)
                    self._send((heard.id, True, heard.key))
                    return True
                except CompanionError as error:
                    problem = error
            self._send((heard.id, False, problem))
            if not isinstance(problem, WrongPassphrase):
                self.refuse(problem)
                return False
            self.hear_key(paths)
        return False

    def refuse(self, error: CompanionError) -> None:
        """The engine could not start: every request is answered with the reason."""
        for id, _, _ in self._requests():
            self._send((id, False, error))

    def answer(self, companion: object) -> None:
        # Not as a context manager: at the end nobody waits for answers that take long.
        pool = ThreadPoolExecutor(4, thread_name_prefix="request")
        for id, method, arguments in self._requests():
            pool.submit(self._one, companion, id, method, arguments)
        pool.shutdown(wait=False, cancel_futures=True)

    def _one(self, companion: object, id: int, method: str, arguments: tuple[object, ...]) -> None:
        try:
            answer = (id, True, crossing(getattr(companion, method)(*arguments)))
        except CompanionError as error:
            answer = (id, False, error)
        except Exception as error:
            log.exception("%s failed", method)
            answer = (id, False, CompanionError(text("engine.in_engine", name=type(error).__name__)))
        self._send(answer)

    def _requests(self) -> Iterator[tuple[int, str, tuple[object, ...]]]:
        with contextlib.suppress(EOFError, OSError):
            while wait(self._awaited) == [self._pipe] and (message := self._pipe.recv()) is not None:
                yield message

    def _send(self, message: object) -> None:
        with self._writing, contextlib.suppress(OSError, ValueError):
            self._pipe.send(message)


def crossing(answer: object) -> object:
    """As it crosses the pipe: a change of a hundred thousand memories would hold the screens for seconds, and they show
    none of them."""
    if isinstance(answer, Change) and len(answer.memories) > MOST_CROSSING:
        return replace(answer, memories=answer.memories[:MOST_CROSSING])
    return answer


def _key_of(paths: Paths, secret: object) -> bytes | None:
    if isinstance(secret, str):
        return key_for(paths, secret)
    return secret if isinstance(secret, bytes) else None
