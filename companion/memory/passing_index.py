"""The index of a profile with a passphrase: in memory alone, made anew at each start.

Vectors tell much of what was said, and Chroma's files cannot be encrypted. Exact search serves until it is filled.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from companion.errors import CompanionError
from companion.memory.feed import FedIndex
from companion.memory.index import SPACE, passing_client
from companion.memory.index_note import IndexNote
from companion.store.store import Store
from companion.strings import text

log = logging.getLogger(__name__)


class PassingIndex(FedIndex):
    """Writes no file, not even a temporary one. `note`, `crashed`: what is known of native crashes in Chroma, and the
    last one of the engine."""

    def __init__(
        self,
        store: Store,
        embedder: int,
        dimension: int,
        *,
        note: IndexNote | None = None,
        crashed: Path | None = None,
    ) -> None:
        super().__init__(store, embedder, dimension)
        self._note = note
        self._crashed = crashed
        self._client: Any = None
        self._name = ""

    def open(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        if self._note is not None:
            self._note.count_crash(self._crashed)
            if self._note.is_off:
                self._leave_alone()
                return
        self._mark("")  # a folder that another kind of index left is not to be trusted
        try:
            self._client = passing_client()
            # Every such client of a process sees the same memory.
            self._name = f"memories-{secrets.token_hex(8)}"
            # Without an explicit None Chroma would fetch an embedding model of its own.
            self._collection = self._client.create_collection(self._name, embedding_function=None, configuration=SPACE)
        except CompanionError:
            raise
        except Exception as error:
            log.exception("the index cannot be made")
            self._failed(text("index.failed", name=type(error).__name__))
            return
        self.catch_up(wanted=wanted)

    def close(self) -> None:
        self._ready.clear()
        client, self._client, self._collection = self._client, None, None
        if client is not None:
            try:
                client.delete_collection(self._name)
                client.close()
            except Exception as error:
                log.debug("the index was left as it was: %s", type(error).__name__)
