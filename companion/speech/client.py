"""The interface's end of speech: a process that is started when it is first wanted, and ended at once afterwards."""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from companion.paths import Paths
from companion.settings import VoiceSettings
from companion.speech.messages import (
    Finish,
    Gone,
    Hearer,
    Hush,
    Listen,
    Part,
    Ready,
    Request,
    Say,
    Try,
)
from companion.speech.process import serve
from companion.speech.shelf import chosen, setup_of
from companion.strings import language

Target = Callable[..., None]


class SpeechPort(Protocol):
    """Speech as a front end sees it. No call waits; what comes of it is told to the hearer, from a thread."""

    def check(self, part: Part) -> None:
        """Raises VoiceMissing where something is missing for it."""

    def ready(self, part: Part) -> None: ...
    def say(self, text: str) -> None:
        """After what is said already."""

    def hush(self) -> int:
        """Silence, at once; the round that begins. Nothing is started for it."""

    def listen(self, take: int) -> None: ...
    def finish(self, take: int, keep: bool) -> None: ...
    def close(self) -> None:
        """Silence, the microphone closed, the process gone. The next call starts another."""


class SpeechClient(SpeechPort):
    """`settings`: asked when a process is started. `around`: entered meanwhile. `target`: what runs in it."""

    def __init__(
        self,
        paths: Paths,
        settings: Callable[[], VoiceSettings],
        hear: Hearer,
        around: Callable[[], AbstractContextManager[None]] = nullcontext,
        target: Target = serve,
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._hear = hear
        self._around = around
        self._target = target
        self._link: _Link | None = None
        self._round = 0

    @property
    def pid(self) -> int | None:
        return self._link.process.pid if self._link is not None else None

    def check(self, part: Part) -> None:
        chosen(self._paths, self._settings(), part)

    def ready(self, part: Part) -> None:
        self._send(Ready(part))

    def say(self, text: str) -> None:
        self._send(Say(self._round, text))

    def hush(self) -> int:
        self._round += 1
        if self._link is not None:
            self._link.put(Hush(self._round))
        return self._round

    def listen(self, take: int) -> None:
        self._send(Listen(take))

    def finish(self, take: int, keep: bool) -> None:
        if self._link is not None:
            self._link.put(Finish(take, keep))

    def try_all(self, sentence: str, aloud: bool) -> None:
        self._send(Try(sentence, aloud))

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _send(self, request: Request) -> None:
        if self._link is None or self._link.ended:
            self.close()
            with self._around():
                setup = setup_of(self._paths, self._settings())
                self._link = _Link(self._target, (self._paths, setup, language()), self._hear)
            if self._round:
                self._link.put(Hush(self._round))
        self._link.put(request)


class _Link:
    """One process and the pipe to it."""

    def __init__(self, target: Target, arguments: tuple[Any, ...], hear: Hearer) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._hear = hear
        self._closing = False
        self.ended = False
        self._outgoing: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self.process: BaseProcess = context.Process(
            target=target, args=(theirs, *arguments), name="companion-speech", daemon=True
        )
        self.process.start()
        theirs.close()  # so that the end of the process is the end of the pipe
        threading.Thread(target=self._read, name="speech-reader", daemon=True).start()
        threading.Thread(target=self._write, name="speech-writer", daemon=True).start()

    def put(self, request: Request) -> None:
        self._outgoing.put(request)

    def close(self) -> None:
        # Killed, not asked: nothing in it is to be saved, and it must be silent now. That its memory is given back, a
        # fifth of a second, is not waited for: the screen may have to be emptied meanwhile.
        self._closing = True
        self.process.kill()
        threading.Thread(target=self.process.join, name="speech-end", daemon=True).start()
        self._outgoing.put(None)

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (request := self._outgoing.get()) is not None:
                self._pipe.send(request)

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                event = self._pipe.recv()
                if not self._closing:
                    self._hear(event)
        self.ended = True
        self._outgoing.put(None)
        if not self._closing:
            self._hear(Gone())
