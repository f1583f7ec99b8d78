"""Companion in a child process: the same API over a pipe.

Why a process: importing the heavy libraries takes seconds of pure Python, llama.cpp and Chroma can crash natively, and
a terminal interface must not stutter, freeze or die for any of them. Requests are (id, method, arguments), answers
(id, ok, value or error), events (None, event); all of it plain records, pickled between our own two processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import multiprocessing
import queue
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from companion.calls import EnginePort
from companion.chats import Conversation, SentMessage
from companion.errors import EngineStopped, InvalidInput, WrongPassphrase
from companion.events import Event, Listener
from companion.key_holder import KeyHolder
from companion.paths import Paths
from companion.serving import OPEN, Place, serve
from companion.settings import Settings, load_settings
from companion.strings import text

log = logging.getLogger(__name__)

CLOSE_PATIENCE = 0.5
"""Seconds the engine has to close before it is ended: with what the app waits for besides, quitting takes less than a
second also where the engine answers nothing any more."""
_OPENING = frozenset({"conversation", "begin_conversation", "open_conversation", "use_persona"})
"""Calls whose answer is the conversation that is open."""


class EngineClient(EnginePort):
    """Every call of `CompanionApi` as a coroutine. Call from one event loop; listeners hear from a reader thread. Of
    the memories that a change touched the first thousand come with it (`serving.crossing`)."""

    def __init__(self, paths: Paths, settings: Settings) -> None:
        self._paths = paths
        self._settings = settings
        self._ids = itertools.count(1)
        self._listeners: list[Listener] = []
        self._on_exit: list[Callable[[], None]] = []
        self._link: _Link | None = None
        self._place: Place | None = None
        self._waiting: _Link | None = None
        """An engine that waits for the passphrase, so that unlocking need not wait for its imports."""
        self._holder = KeyHolder(paths)

    @property
    def is_sealed(self) -> bool:
        return self._holder.is_missing(self._settings)

    async def unlock(self, passphrase: str) -> None:
        if self._link is not None:
            await self.close()
        self.prepare()
        link, self._waiting = self._waiting, None
        if link is None:
            self.start()  # there is nothing to unlock any more
            return
        self._link = link
        try:
            self._holder.keep(await link.request(next(self._ids), OPEN, (passphrase,)))
        except WrongPassphrase:
            self._link, self._waiting = None, link
            raise
        except BaseException:
            self._link = None
            await asyncio.to_thread(link.abandon)
            raise

    def prepare(self) -> None:
        if self._waiting is not None and not self._waiting.process.is_alive():
            self._waiting.abandon()
            self._waiting = None
        if self._waiting is None and self.is_sealed:
            self._waiting = self._linked()

    async def seal(self) -> None:
        if not self._holder.needed:
            raise InvalidInput(text("sealing.has_none"), hint=text("sealing.has_none_hint"))
        await self.close()
        self._holder.lock()

    async def protect(self, passphrase: str, keyring: bool = False) -> str:
        code = await super().protect(passphrase, keyring)
        await self._learn_key()
        return code

    async def unprotect(self, passphrase: str) -> None:
        await super().unprotect(passphrase)
        self._holder.keep(None)

    async def rekey(self, passphrase: str) -> str:
        try:
            code = await super().rekey(passphrase)
        except EngineStopped:
            self._holder.lock()  # nobody knows which of the keys it is now: the person is asked
            raise
        await self._learn_key()
        return code

    async def _learn_key(self) -> None:
        """An engine that ends now takes it along: then the person is asked, and the recovery code is shown all the
        same."""
        try:
            self._holder.keep(await self._call("data_key"))
        except EngineStopped:
            self._holder.lock()

    def start(self) -> None:
        """Spawn the engine and return at once. Calls may be made; they are answered when it is up, with ProfileSealed
        where it wants a passphrase."""
        key = None if self.is_sealed else self._holder.key
        self._link = self._linked()
        self._link.open_with(key)

    def _linked(self) -> _Link:
        return _Link(self._paths, self._settings, self._event, self._exited, self._place)

    def restart(self) -> None:
        """A new engine after the old one ended."""
        if self._link is not None:
            self._link.abandon()
        self.start()

    async def renew(self) -> None:
        """Close the engine and start another, with the settings as they are written now. Raises InvalidInput."""
        settings = await asyncio.to_thread(load_settings, self._paths.settings)
        await self.close()
        if self._place is not None and settings.persona not in (self._settings.persona, self._place.persona):
            self._place = Place(0, self._place.mode, settings.persona)
        self._settings = settings
        self.start()

    def on_exit(self, callback: Callable[[], None]) -> None:
        """`callback` is called, from a thread, when the engine ended without being asked to."""
        self._on_exit.append(callback)

    @property
    def pid(self) -> int | None:
        """Process id of the engine."""
        return self._link.process.pid if self._link is not None else None

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    async def close(self) -> None:
        """Close the engine; after CLOSE_PATIENCE it is ended. What was acknowledged is on disk either way."""
        links = (self._link, self._waiting)
        self._link = self._waiting = None
        for link in links:
            if link is not None:
                await asyncio.to_thread(link.close)

    async def _call(self, method: str, *arguments: object) -> Any:
        if self._link is None:
            raise EngineStopped
        answer = await self._link.request(next(self._ids), method, arguments)
        if method in _OPENING and isinstance(answer, Conversation):
            self._place = Place(answer.id, answer.mode, answer.persona)
        elif isinstance(answer, SentMessage) and self._place is not None:
            # What is said in another conversation than the one that is open opens that one.
            stays = self._place.conversation in (0, answer.conversation)
            mode, persona = self._place[1:] if stays else ("usual", "")
            self._place = Place(answer.conversation, mode, persona)
        return answer

    def _event(self, event: Event) -> None:
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:  # a fault of who listens must not make the client deaf
                log.exception("a listener failed")

    def _exited(self, link: _Link) -> None:
        if link is self._link:
            for callback in list(self._on_exit):
                callback()


class _Link:
    """One engine process and the pipe to it."""

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        on_event: Listener,
        on_exit: Callable[[_Link], None],
        place: Place | None = None,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._on_event = on_event
        self._on_exit = on_exit
        self._asked: dict[int, tuple[asyncio.AbstractEventLoop, asyncio.Future[Any]]] = {}
        self._asking = threading.Lock()
        self._closing = False
        self._outgoing: queue.SimpleQueue[object] = queue.SimpleQueue()
        # As an object, through the pipe of `spawn`: JSON would carry asterisks in place of a key. Settings read from a
        # file are of a class made for that file, which cannot cross.
        arguments = (theirs, paths, Settings.model_construct(**dict(settings)), place)
        self.process: BaseProcess = context.Process(target=serve, args=arguments, name="companion-engine", daemon=True)
        self.process.start()
        theirs.close()  # so that the end of the process is the end of the pipe
        threading.Thread(target=self._read, name="engine-reader", daemon=True).start()
        # A big message can fill the pipe before the engine reads: the interface must not wait for that.
        threading.Thread(target=self._write, name="engine-writer", daemon=True).start()

    async def request(self, id: int, method: str, arguments: tuple[object, ...]) -> Any:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        with self._asking:
            if self._closing:
                raise EngineStopped
            self._asked[id] = (loop, future)
        self._outgoing.put((id, method, arguments))
        return await future

    def open_with(self, key: bytes | None) -> None:
        """Let the engine open the profile; whatever goes wrong is told to whoever asks for something."""
        self._outgoing.put((0, OPEN, (key,)))

    def close(self) -> None:
        self._outgoing.put(None)
        self.process.join(CLOSE_PATIENCE)
        self._fail_all(closing=True)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(1)

    def abandon(self) -> None:
        """Make sure that a process that is of no use any more is gone."""
        self._fail_all(closing=True)
        if self.process.is_alive():
            self.process.kill()
        self.process.join(1)

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (message := self._outgoing.get()) is not None:
                self._pipe.send(message)
            self._pipe.send(None)

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                message = self._pipe.recv()
                if message[0] is None:
                    self._on_event(message[1])
                else:
                    self._settle(*message)
        was_closing = self._closing
        self._fail_all(closing=True)
        self._outgoing.put(None)
        if not was_closing:
            self._on_exit(self)

    def _settle(self, id: int, ok: bool, value: Any) -> None:
        with self._asking:
            asked = self._asked.pop(id, None)
        if asked is not None:
            loop, future = asked

            def finish() -> None:
                if not future.done():
                    future.set_result(value) if ok else future.set_exception(value)

            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is waiting any more
                loop.call_soon_threadsafe(finish)

    def _fail_all(self, *, closing: bool) -> None:
        with self._asking:
            self._closing = self._closing or closing
            waiting = list(self._asked)
        for id in waiting:
            self._settle(id, False, EngineStopped())
