"""The index on a Chroma server or cluster: a collection of this profile's own, with ids and vectors and nothing else.

A server may be down, slow, started again empty, or hold what somebody else put there. None of that may delay a recall
noticeably or make it wrong: every call ends after a while, exact search serves meanwhile, and it is tried again later.
"""

from __future__ import annotations

import logging
import queue
import random
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from companion.addresses import host_of, is_this_computer
from companion.errors import CompanionError
from companion.memory.feed import FedIndex
from companion.memory.index import SPACE, server_client
from companion.store.store import Store
from companion.store.vectors import Matrix, as_matrix
from companion.strings import text

log = logging.getLogger(__name__)

SEARCH_PATIENCE = 0.25
"""Seconds that a recall waits for the server, once: then exact search serves until it was found well again."""
WORK_PATIENCE = 15.0
"""Seconds for anything else, in the background."""
TRY_AGAIN = 60.0
"""Seconds after trouble before the server is asked anything again."""
_SAMPLE = 20
"""Vectors that are compared with what they should be, when it is opened."""
_NAME = "index_server_name"

Found = TypeVar("Found")


class ServerIndex(FedIndex):
    """`url` as `server_url` leaves it; `folder`: where the index was when it was kept here, which is removed once the
    server has everything."""

    def __init__(
        self, store: Store, url: str, folder: Path, embedder: int, dimension: int, *, again: float = TRY_AGAIN
    ) -> None:
        super().__init__(store, embedder, dimension)
        self._url = url
        self._folder = folder
        self._again = again
        self._failed_at: float | None = None
        self._client: Any = None

    def open(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        try:
            self._client = within(WORK_PATIENCE, lambda: server_client(self._url, WORK_PATIENCE / 3))
            trusted = self._noted() == self._stamp
            self._use(empty=not trusted)
            in_step = self._bring_in_step(wanted)
            if in_step and not self._is_as_it_should():
                log.warning("the index on the server is made anew: it does not hold what it should")
                self._use(empty=True)
                in_step = self._bring_in_step(wanted)
            if in_step:
                self._mark(self._stamp)
                shutil.rmtree(self._folder, ignore_errors=True)
                self.problem = ""
                self._failed_at = None
                self._ready.set()
        except CompanionError:
            raise
        except Exception as error:  # whatever Chroma or its server raises costs speed only
            log.warning("the index on the server cannot be used: %s", type(error).__name__)
            self._failed(text("index.server_cannot", url=host_of(self._url), error=_why(error)))

    def catch_up(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        """Deliver what the outbox holds; after trouble, and not at once, look at the server anew."""
        if self.ready:
            super().catch_up(wanted=wanted)
        elif self._failed_at is None or time.monotonic() - self._failed_at >= self._again:
            self.open(wanted=wanted)

    def count(self) -> int:
        try:
            return super().count()
        except Exception as error:
            self._failed(text("index.server_silent", url=host_of(self._url), error=_why(error)))
            return 0

    def close(self) -> None:
        """What was delivered stays there; the outbox knows the rest."""
        self._ready.clear()
        client, self._client, self._collection = self._client, None, None
        if client is not None:
            try:
                within(SEARCH_PATIENCE, client.close)
            except Exception as error:
                log.debug("the client was left as it was: %s", type(error).__name__)

    @property
    def elsewhere(self) -> bool:
        return not is_this_computer(self._url)

    @property
    def _stamp(self) -> str:
        return f"server:{self._url}:{self._embedder}"

    def _failed(self, problem: str) -> None:
        super()._failed(problem)
        self._failed_at = time.monotonic()

    def _use(self, *, empty: bool) -> None:
        """Take the collection of this profile and embedder, there is one from now on; `empty`: with nothing in it."""
        client, name = self._client, f"companion-{self._profile_name()}-{self._embedder}"
        if empty:
            self._mark("")
            there = within(WORK_PATIENCE, client.list_collections)
            if any(each.name == name for each in there):
                within(WORK_PATIENCE, lambda: client.delete_collection(name))

        def take() -> Any:
            # Without an explicit None Chroma would fetch an embedding model of its own.
            return client.get_or_create_collection(name, embedding_function=None, configuration=SPACE)

        self._collection = _Patient(within(WORK_PATIENCE, take))

    def _profile_name(self) -> str:
        """What nobody else's collection is called: a server may serve many."""
        found = self._store.db.value("SELECT value FROM meta WHERE key = ?", (_NAME,))
        if found is None:
            found = secrets.token_hex(12)
            with self._store.db.write() as db:
                db.run("INSERT INTO meta VALUES (?,?)", (_NAME, found))
        return str(found)

    def _is_as_it_should(self) -> bool:
        """As many vectors as there should be, and some of them, chosen by chance, are the right ones."""
        rows = self._store.vectors.recallable(self._embedder)
        if int(self._collection.count()) != len(rows):
            return False
        some = dict(random.sample(rows, min(_SAMPLE, len(rows))))
        if not some:
            return True
        found = self._collection.get(ids=[str(id) for id in some], include=["embeddings"])
        if {int(id) for id in found["ids"]} != set(some):
            return False
        expected = as_matrix([some[int(id)] for id in found["ids"]], self._dimension)
        there = np.asarray(found["embeddings"], dtype=np.float32)
        return there.shape == expected.shape and bool(np.allclose(there, expected, atol=1e-4))


class _Patient:
    """A collection whose every call ends in time: with TimeoutError, and the call is left to itself."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def count(self) -> int:
        return within(WORK_PATIENCE, lambda: int(self._collection.count()))

    def upsert(self, *, ids: list[str], embeddings: Matrix) -> None:
        within(WORK_PATIENCE, lambda: self._collection.upsert(ids=ids, embeddings=embeddings))

    def delete(self, *, ids: list[str]) -> None:
        within(WORK_PATIENCE, lambda: self._collection.delete(ids=ids))

    def get(self, *, ids: list[str], include: list[str]) -> Any:
        return within(WORK_PATIENCE, lambda: self._collection.get(ids=ids, include=include))

    def query(self, *, query_embeddings: Matrix, n_results: int, include: list[str]) -> Any:
        def ask() -> Any:
            return self._collection.query(query_embeddings=query_embeddings, n_results=n_results, include=include)

        return within(SEARCH_PATIENCE, ask)


def within(seconds: float, do: Callable[[], Found]) -> Found:
    """What `do` returns or raises, or TimeoutError after `seconds`. A thread for each call: one that hangs is left to
    end by itself, and holds up nothing, not even the end of the process."""
    outcome: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((True, do()))
        except BaseException as error:
            outcome.put((False, error))

    threading.Thread(target=run, name="index-server", daemon=True).start()
    try:
        well, found = outcome.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(text("index.no_answer_within", seconds=seconds)) from None
    if not well:
        raise found
    result: Found = found
    return result


def _why(error: Exception) -> str:
    match error:
        case ConnectionRefusedError():
            return text("index.nothing_listens")
        case TimeoutError():
            return str(error) or text("index.no_answer")
        case OSError():
            return str(error.strerror or error) or type(error).__name__
        case _:
            return type(error).__name__
