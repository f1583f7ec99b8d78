"""Memory for scripts: `from companion import Companion`. Public and kept stable; docs/api.md lists it.

    with Companion.open() as companion:
        for found in companion.recall("Where does my sister live?"):
            print(found.date, found.text)

It opens the profile as the app does, so the app must be closed meanwhile. The process is the script's own: nothing of
it is changed but the language of the texts, and no other computer is asked for anything but a server that the settings
name. Every error is a `companion.errors.CompanionError`, which says what happened (`str`) and what to do (`hint`).
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from companion.clock import local_date
from companion.companion import Companion as Engine
from companion.errors import InvalidInput, NotFound, ProfileSealed
from companion.network import QUIET
from companion.paths import Paths, default_paths, from_here
from companion.records import Change, Memory, MemoryFilter, RecalledMemory
from companion.settings import Settings, load_settings
from companion.store.unlocking import is_sealed, key_for, key_from_keyring
from companion.strings import text, use_language
from companion.text import valid_text

__all__ = ["Companion", "Remembered"]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A memory as scripts see it. `kind`: moment, thought, event, day or trait; `status`: active, dormant, …; `date`:
    the day it was told; `happened`: the day it tells of, if it tells of one; `why`: why it was found, in words; empty
    where it was not searched for."""

    id: int
    text: str
    kind: str
    status: str
    date: datetime.date
    happened: datetime.date | None
    pinned: bool
    why: tuple[str, ...] = ()


class Companion:
    """An open profile. Use `Companion.open` in a `with` statement, or `close` it."""

    def __init__(self, engine: _Engine) -> None:
        self._engine: _Engine | None = engine

    @classmethod
    def open(cls, home: str | Path | None = None, *, passphrase: str | None = None, meaning: bool = True) -> Companion:
        """Open the profile in the folder `home`, by default the one the app uses; it is made when there is none.
        `passphrase`: of a profile that has one, where the keyring does not open it. `meaning`: load the embedder; False
        searches by words alone. Raises ProfileLocked while the app has it open, ProfileSealed, ProfileError,
        InvalidInput."""
        if home is not None and (not str(home).strip() or "\0" in str(home)):
            raise InvalidInput(text("scripting.no_home"), hint=text("scripting.no_home_hint"))
        paths = default_paths() if home is None else _paths(Path(home))
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        settings = load_settings(paths.settings)
        use_language(settings.ui.language)
        engine = _Engine(paths, settings, index=False, load_model=False, load_embedder=meaning, nights=False)
        try:
            engine.start(_key(paths, settings, passphrase))
        except BaseException:
            engine.close()
            raise
        return cls(engine)

    def __enter__(self) -> Companion:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the profile. Safe to call twice."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    # Memory

    def recall(self, query: str, limit: int = 10) -> tuple[Remembered, ...]:
        """What `query` brings to mind, best first; reinforces nothing. Raises InvalidInput when it is empty."""
        return tuple(_found(each) for each in self._open.search_memories(query, limit))

    def memories(self, words: str = "", *, limit: int = 100, everything: bool = False) -> tuple[Remembered, ...]:
        """Those that hold all of `words` (all there are by default), newest first; `everything`: forgotten and replaced
        ones too."""
        words, limit = valid_text(words), max(0, limit)
        filter = MemoryFilter(text=words, limit=limit)
        if everything:
            filter = MemoryFilter(text=words, limit=limit, statuses=())
        return tuple(_remembered(row.memory) for row in self._open.list_memories(filter))

    def memory(self, id: int) -> Remembered:
        """Raises NotFound."""
        return _remembered(self._open.memory(id).memory)

    def quotes(self, id: int) -> tuple[str, ...]:
        """The words that a memory rests on; none where it was written by hand. Raises NotFound."""
        return tuple(quote.text for quote in self._open.memory(id).quotes)

    def about(self, name: str) -> tuple[Remembered, ...]:
        """What is known of somebody or something; empty when nothing is."""
        try:
            page = self._open.about(valid_text(name))
        except NotFound:
            return ()
        return tuple(_remembered(row.memory) for row in (*page.facts, *page.events))

    def remember(self, statement: str) -> Remembered:
        """Keep a statement as a memory written by hand. Raises InvalidInput when it is empty."""
        return self._changed(lambda engine: engine.add_memory(statement))

    def edit(self, id: int, statement: str) -> Remembered:
        """Raises NotFound, InvalidInput."""
        return self._changed(lambda engine: engine.edit_memory(id, statement))

    def pin(self, id: int, pinned: bool = True) -> Remembered:
        """A pinned memory never fades. Raises NotFound, InvalidInput when it is like that already."""
        return self._changed(lambda engine: engine.pin_memory(id, pinned))

    def forget(self, id: int) -> Remembered:
        """Neither recalled nor learned again, with all that rests on the same words; `undo` brings it back. Raises
        NotFound, InvalidInput."""
        return self._changed(lambda engine: engine.forget_memory(id))

    def undo(self) -> str:
        """Take the latest change back; what that was, in words. Raises NothingToUndo."""
        return self._open.undo().summary

    def portrait(self) -> tuple[str, ...]:
        """Who the person is, a line each, as the nights put it together."""
        return tuple(line.memory.text for line in self._open.portrait())

    # Talking

    def say(self, message: str) -> str:
        """Say it as the person would in the chat: it is remembered, and the reply comes back once it is whole. The
        first one loads the model. Raises ModelError, EmptyMessage, ProfileError."""
        self._open.load()
        return self._open.ask(message).turn.text

    def wait(self) -> None:
        """Until what was said has been thought about. Without it that is done the next time the profile is open."""
        self._open.settle()

    # Inside

    @property
    def _open(self) -> _Engine:
        if self._engine is None:
            raise InvalidInput(text("engine.closed"))
        return self._engine

    def _changed(self, call: Callable[[_Engine], Change]) -> Remembered:
        return _remembered(call(self._open).memories[0])


class _Engine(Engine):
    """One whose model is loaded when somebody talks."""

    def load(self) -> None:
        if not self._load_model:
            self._load_model = True
            self._talking.start()


def _paths(home: Path) -> Paths:
    folder = from_here(home)
    return Paths(data=folder, config=folder)


def _key(paths: Paths, settings: Settings, passphrase: str | None) -> bytes | None:
    if not is_sealed(paths):
        return None
    if passphrase is not None:
        return key_for(paths, passphrase)
    if settings.lock.keyring and (key := key_from_keyring(paths)) is not None:
        return key
    raise ProfileSealed(str(paths.data), hint=text("scripting.sealed_hint"))


def _found(found: RecalledMemory) -> Remembered:
    return _remembered(found.memory, found.reasons)


def _remembered(memory: Memory, why: tuple[str, ...] = ()) -> Remembered:
    return Remembered(
        memory.id,
        memory.text,
        memory.kind,
        memory.status,
        local_date(memory.recorded_at, memory.utc_offset),
        None if memory.event_start is None else local_date(memory.event_start, memory.utc_offset),
        memory.pinned,
        why,
    )
