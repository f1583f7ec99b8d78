"""What other programs may read of memory, beside the app that has it open: never more than one question's answer.

Given is what everybody's companion may recall: active memories (faded ones when asked for), never what waits to be
confirmed, was forgotten, replaced or erased; never what was told to a persona with a memory of its own, or said in
play; not what the companion said itself; and nothing heavy (`mind.heavy`, `Memory.sensitivity`) unless the settings
allow it. Whatever is withheld looks as if there were no such memory.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from companion.clock import Clock, stamp
from companion.errors import (
    CompanionError,
    InvalidInput,
    NotFound,
    ProfileReadOnly,
    ProfileSealed,
    ProfileUnavailable,
)
from companion.memory.embedder import Embedder
from companion.memory.forgetting import DAY, curve, fading_at
from companion.memory.learner import Learner
from companion.memory.meaning import Meaning, open_meaning
from companion.memory.recall import Cue, Recall
from companion.memory.verbatim import verbatim_first
from companion.mind.heavy import is_heavy, weighs
from companion.pages.about import about
from companion.paths import Paths
from companion.records import Memory, MemoryFilter, Quote, Status
from companion.settings import Settings
from companion.store.beside import read_beside
from companion.store.encrypting import is_half_done
from companion.store.files import told
from companion.store.inbox import LONGEST, LONGEST_WHY, Inbox, Proposal, new_id
from companion.store.scopes import EVERYBODY
from companion.store.store import Store
from companion.strings import text as words
from companion.text import one_line, sanitise, valid_text
from companion.voices import COMPANION

MOST = 50
"""Memories in one answer."""
LONGEST_QUESTION = 4_000
A_MINUTE = 10
"""Proposals that one program may make in a minute."""
MOST_WAITING = 100
"""Proposals that may wait for the person, of all programs together."""
_SPARE = 3
"""Times as many are looked up as are wanted: some of them are not given."""
FADED: tuple[Status, ...] = ("active", "dormant", "archived")


@dataclass(frozen=True, slots=True)
class Lent:
    """A memory that is given. `why`: why it was found, in words; `quotes`: the person's words it rests on."""

    memory: Memory
    why: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()


@dataclass
class Lending:
    """`find_key` gets the key of a profile that has a passphrase; raises ProfileSealed. One question at a time."""

    paths: Paths
    settings: Settings
    clock: Clock
    find_key: Callable[[], bytes | None]
    open_embedder: Callable[[], Embedder] | None = None
    """None: words alone are searched."""
    proposals: bool = False
    _key: bytes | None = None
    _embedder: Embedder | None = None
    _made: deque[float] = field(default_factory=lambda: deque(maxlen=A_MINUTE))
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def search(self, text: str, limit: int = 10, faded: bool = False) -> tuple[Lent, ...]:
        """What `text` brings to mind, best first. Raises InvalidInput, ProfileError."""
        text = _question(text)
        limit = _within(limit)
        with self._store() as store:
            recall = Recall(store, self._meaning(store), learned=Learner(store, self.clock).reranker)
            cue = Cue(text, now=self.clock.now(), search=True, scopes=frozenset((EVERYBODY,)))
            found = recall(cue, limit * _SPARE + 10).memories
            found = verbatim_first(store, text, found, limit * _SPARE + 10)
            kept = self._given(store, (each.memory for each in found), faded, limit)
            lent = [Lent(each.memory, each.reasons) for each in found if each.memory.id in kept]
        return tuple(lent[:limit])

    def memory(self, id: int) -> Lent:
        """With the words it rests on. Raises NotFound, ProfileError."""
        with self._store() as store:
            found = store.memories.get(id)
            if id not in self._given(store, [found], True):
                raise NotFound(words("engine.no_memory_id", id=id))
            quotes = [quote for quote in store.memories.quotes(found) if quote.turn.role == "person"]
            return Lent(found, quotes=tuple(quote for quote in quotes if self._bearable(quote.text)))

    def recent(self, days: int = 7, limit: int = 20, faded: bool = False) -> tuple[Lent, ...]:
        """Thoughts and events of the last `days`, newest first. Raises InvalidInput, ProfileError."""
        limit = _within(limit)
        if not 1 <= days <= 36_500:
            raise InvalidInput(words("mcp.days", most=36_500))
        with self._store() as store:
            found = store.memories.find(
                MemoryFilter(
                    kinds=("thought", "event"),
                    statuses=FADED if faded else ("active",),
                    scopes=(EVERYBODY,),
                    after=stamp(self.clock.now())[0] - days * DAY,
                    limit=limit * _SPARE + 10,
                )
            )
            kept = self._given(store, found, faded, limit)
            return tuple(Lent(memory) for memory in found if memory.id in kept)[:limit]

    def about(self, name: str, limit: int = 20, faded: bool = False) -> tuple[Lent, ...]:
        """What is known of somebody or something: facts by weight, then what happened in order of time. Raises
        NotFound, InvalidInput, ProfileError."""
        name = one_line(_question(name), 100)
        limit = _within(limit)
        with self._store() as store:
            fading = fading_at(store, curve(self.settings.memory.curve), self.clock.now())
            page = about(store, fading, name)
            found = [row.memory for row in (*page.facts, *page.events)]
            kept = self._given(store, found, faded, limit)
            lent = tuple(Lent(memory) for memory in found if memory.id in kept)[:limit]
        if not lent:
            raise NotFound(words("pages.nothing_of", name=name), hint=words("pages.nothing_of_hint"))
        return lent

    def propose(self, text: str, why: str, client: str) -> None:
        """Leave it for the person to decide on. Raises InvalidInput, also when there are too many; ProfileError."""
        if not self.proposals:
            raise InvalidInput(words("mcp.not_allowed"), hint=words("mcp.not_allowed_hint"))
        text, why = sanitise(valid_text(text)).strip(), one_line(valid_text(why), LONGEST_WHY + 1)
        if not text:
            raise InvalidInput(words("mcp.empty"))
        for given, most in ((text, LONGEST), (why, LONGEST_WHY)):
            if len(given) > most:
                raise InvalidInput(words("mcp.too_long", count=most))
        inbox, seal = Inbox(self.paths.inbox), self._seal()
        with self._store() as store:
            if len(inbox.waiting()) + store.sources.proposed() >= MOST_WAITING:
                raise InvalidInput(words("mcp.many_wait", count=MOST_WAITING), hint=words("mcp.many_wait_hint"))
            now = time.monotonic()
            if len(self._made) == A_MINUTE and now - self._made[0] < 60:
                raise InvalidInput(words("mcp.too_fast", count=A_MINUTE))
            at, offset = stamp(self.clock.now())
            path = inbox.put(Proposal(new_id(), client, text, why, at, offset), store.db.key)
            self._made.append(now)
            if self._seal() != seal or is_half_done(self.paths):
                inbox.remove(path)  # a passphrase, or another key, came in this moment: with that it cannot be read
                raise ProfileUnavailable(words("mcp.half_done", path=self.paths.data), hint=words("mcp.half_done_hint"))

    # Inside

    @contextmanager
    def _store(self) -> Iterator[Store]:
        """The profile as it is now; the key is asked for once, and again when it is another one by now."""
        with self._asking:
            with told(self.paths.data):
                sealed = self.paths.keys.exists()
            known = self._key if sealed else None
            if sealed and known is None:
                known = self.find_key()
            try:
                opened = read_beside(self.paths, self.clock, known)
                store = opened.__enter__()
            except ProfileSealed:
                if self._key is None or not sealed:
                    raise
                self._key = None
                known = self.find_key()
                opened = read_beside(self.paths, self.clock, known)
                store = opened.__enter__()
            try:
                self._key = known
                yield store
            finally:
                opened.__exit__(None, None, None)

    def _seal(self) -> bytes:
        """What the key file says; nothing where there is none. Raises ProfileUnavailable."""
        with told(self.paths.keys), suppress(FileNotFoundError):
            return self.paths.keys.read_bytes()
        return b""

    def _meaning(self, store: Store) -> Meaning | None:
        """None where vectors are of no use: there is no embedder, or it has none here yet."""
        if self.open_embedder is None:
            return None
        try:
            self._embedder = self._embedder or self.open_embedder()
            return open_meaning(store, self._embedder)
        except ProfileReadOnly:  # the app has not used this embedder yet
            return None
        except CompanionError:
            self.open_embedder = None
            return None

    def _bearable(self, text: str) -> bool:
        return self.settings.mcp.sensitive or not weighs(text)

    def _given(self, store: Store, found: Iterable[Memory], faded: bool, limit: int = MOST) -> frozenset[int]:
        """Those of the first of `found` that may be given, `limit` at most."""
        states: tuple[Status, ...] = FADED if faded else ("active",)
        found = [memory for memory in found if memory.status in states and memory.scope == EVERYBODY]
        turns = store.turns.many([memory.evidence[0].turn for memory in found if memory.evidence])
        given: set[int] = set()
        for memory in found:
            if len(given) == limit:
                break
            turn = turns.get(memory.evidence[0].turn) if memory.evidence else None
            by_companion = memory.subject == COMPANION or (memory.kind == "moment" and turn and turn.role != "person")
            # Whether it is heavy takes milliseconds to tell: asked last, and of no more than are given.
            if not by_companion and (self.settings.mcp.sensitive or not is_heavy(memory)):
                given.add(memory.id)
        return frozenset(given)


def _question(text: str) -> str:
    text = sanitise(valid_text(text)).strip()
    if not text:
        raise InvalidInput(words("engine.nothing_to_search"))
    if len(text) > LONGEST_QUESTION:
        raise InvalidInput(words("mcp.too_long", count=LONGEST_QUESTION))
    return text


def _within(limit: int) -> int:
    if not 1 <= limit <= MOST:
        raise InvalidInput(words("mcp.limit", most=MOST))
    return limit
