"""The Chroma index in a folder, and the way to a Chroma server. The only importer of chromadb.

The folder may vanish or be damaged at any time: then it is made anew from the stored vectors. Chroma never opens what
we did not close ourselves, byte for byte (`index_files`, `index_note`): damaged files end the process, and it does not
sync them (measured: after a power loss vectors are gone without a word).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from companion.errors import CompanionError
from companion.memory import index_files as files
from companion.memory.feed import FedIndex
from companion.memory.index_note import IndexNote
from companion.memory.panics import Unpanicked, panics_as_errors
from companion.store.store import Store
from companion.store.vectors import Matrix
from companion.strings import text

# Before the import: Chroma pulls in onnxruntime, which looks up its maker's hosts unless told not to.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["ANONYMIZED_TELEMETRY"] = "False"

log = logging.getLogger(__name__)
SPACE = {"hnsw": {"space": "cosine", "ef_search": 200}}
"""How vectors are compared, and how thoroughly."""
MOST_RENEWALS = 2
"""Times an index is made anew before exact search serves for as long as the engine runs."""


class VectorIndex(FedIndex):
    """The index in a folder of the profile. `crashed`: what the last native crash of the engine left, if it did."""

    def __init__(
        self, store: Store, folder: Path, embedder: int, dimension: int, *, crashed: Path | None = None
    ) -> None:
        super().__init__(store, embedder, dimension)
        self._folder = folder
        self._note = IndexNote(store, folder, embedder)
        self._crashed = crashed
        self._client: Any = None
        self._held = 0
        self._renewals = 0
        self._broken = False

    def open(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        self._note.count_crash(self._crashed)
        if self._note.is_off:
            self._stay_off()
            return
        trusted = self._note.is_whole()
        # From here on until it is closed in order, the folder is not to be trusted by whoever finds it.
        self._mark("")
        if not trusted and not self._begin_anew():
            return
        try:
            self._connect()
        except CompanionError:
            raise
        except Exception as error:
            self._renew(error)
        self.catch_up(wanted=wanted)

    def catch_up(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        """As for every index; one that fails, holds what others put there, or outgrows what it holds is made anew."""
        for _ in range(MOST_RENEWALS + 1):
            if self._collection is None:
                return
            try:
                self._look_at_it()
                if self._bring_in_step(wanted):
                    self._look_at_size()
                    self._held = self.count()
                    self._ready.set()
                return
            except CompanionError:
                raise
            except Exception as error:
                # Chroma's own failures only cost speed: exact search serves until it is there again.
                log.exception("the index failed")
                self._failed(text("index.failed", name=type(error).__name__))
                self._renew(error)

    def search(self, vectors: Matrix, limit: int) -> list[list[int]] | None:
        was_ready = self.ready
        found = super().search(vectors, limit)
        if found is None and was_ready:
            self._broken = True
        return found

    def close(self) -> None:
        """The folder is trusted next time if it is in step and nobody else wrote into it."""
        try:
            in_step = self.ready and not self._store.vectors.outbox(1) and self.count() == self._held
        except Exception:
            log.exception("the index cannot say what it holds")
            in_step = False
        self._ready.clear()
        try:
            self._disconnect()
            if in_step:
                self._note.write(self._held)
        except CompanionError:
            raise
        except Exception:
            log.exception("the index could not be closed in order; it is made anew next time")

    def _look_at_it(self) -> None:
        """Raises ValueError when it could not be searched, somebody else wrote into it, or it was taken away."""
        broken, self._broken = self._broken, False
        if broken or (self.ready and (self.count() != self._held or not self._folder.is_dir())):
            raise ValueError(text("index.not_what_it_should"))

    def _look_at_size(self) -> None:
        """Raises ValueError when its files are larger than what they hold gives reason for."""
        if files.taken(self._folder) > files.justified(self.count(), self._dimension):
            raise ValueError(text("index.outgrown"))

    def _upsert(self, rows: list[tuple[int, bytes]]) -> None:
        super()._upsert(rows)
        self._look_at_size()

    def _renew(self, error: Exception) -> None:
        """Begin with an empty folder: whatever Chroma raises, the cure is the same."""
        log.warning("the index is made anew: %s", type(error).__name__)
        self._ready.clear()
        with suppress(Exception):
            self._disconnect()
        self._collection = None
        self._renewals += 1
        if self._renewals > MOST_RENEWALS:
            self.problem = text("index.failed", name=type(error).__name__)
            files.remove(self._folder)
            return
        self.problem = text("index.made_anew", name=type(error).__name__)
        if not self._begin_anew():
            return
        try:
            self._connect()
        except CompanionError:
            raise
        except Exception as again:
            log.exception("the index cannot be made")
            self._failed(text("index.failed", name=type(again).__name__))
            self._collection = None

    def _begin_anew(self) -> bool:
        """Make room for a new folder. Whether there is."""
        if files.remove(self._folder):
            return True
        self._failed(text("index.in_the_way"))
        return False

    def _stay_off(self) -> None:
        files.remove(self._folder)
        self._leave_alone()

    def _connect(self) -> None:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Or Chroma's own SQLite would put its temporary files among those of all programs.
        os.environ["SQLITE_TMPDIR"] = str(self._folder)
        settings = Settings(anonymized_telemetry=False, allow_reset=False)
        with panics_as_errors():
            try:
                self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
            except BaseException:
                # Chroma keeps the half-made client of a folder it could not open, and would hand it out again.
                SharedSystemClient.clear_system_cache()
                raise
            # Without an explicit None Chroma would fetch an embedding model of its own.
            self._collection = Unpanicked(
                self._client.get_or_create_collection(
                    f"memories-{self._embedder}",
                    embedding_function=None,
                    configuration=SPACE,
                )
            )
            self._collection.count()

    def _disconnect(self) -> None:
        client, self._client, self._collection = self._client, None, None
        if client is not None:
            with panics_as_errors():
                client.close()


def passing_client() -> Any:
    """Chroma in memory: nothing of it is ever in a file."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False, allow_reset=False))


def server_client(url: str, patience: float) -> Any:
    """Chroma's client for the server at `url`. Raises OSError (nothing there, or silent for `patience` seconds), or
    whatever Chroma raises when it is no Chroma server."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    _knock(parts, port, patience)  # Chroma's client waits for ever while it is made
    import chromadb
    from chromadb.config import Settings

    host = str(parts.hostname)
    # Its HTTP client would take the way through a proxy even to this computer.
    os.environ["NO_PROXY"] = ",".join(dict.fromkeys(filter(None, (*os.environ.get("NO_PROXY", "").split(","), host))))
    client = chromadb.HttpClient(
        host=f"{parts.scheme}://{host}{parts.path}" if parts.path else host,
        port=port,
        ssl=parts.scheme == "https",
        settings=Settings(anonymized_telemetry=False, allow_reset=False),
    )
    # It has no setting for this; without it a server that hangs would hold a thread for good.
    session = getattr(getattr(client, "_server", None), "_session", None)
    if session is not None:
        session.timeout = patience
    return client


def _knock(parts: SplitResult, port: int, patience: float) -> None:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(str(parts.hostname), port, timeout=patience)
    try:
        connection.request("GET", f"{parts.path}/api/v2/heartbeat")
        if (status := connection.getresponse().status) != 200:
            raise OSError(text("index.no_chroma", status=status))
    except HTTPException as error:
        raise OSError(text("index.no_http")) from error
    finally:
        connection.close()
