"""The Chroma index in a folder, and the way to a Chroma server. The only importer of chromadb.

The folder may vanish or be damaged at any time: then it is made anew from the stored vectors. Chroma does not sync its
files, so an index that was not closed cleanly is not trusted either (measured: after a power loss vectors are gone
without a word).
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from companion.memory.feed import FedIndex
from companion.store.store import Store
from companion.strings import text

# Before the import: Chroma pulls in onnxruntime, which looks up its maker's hosts unless told not to.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["ANONYMIZED_TELEMETRY"] = "False"

log = logging.getLogger(__name__)
SPACE = {"hnsw": {"space": "cosine", "ef_search": 200}}
"""How vectors are compared, and how thoroughly."""


class VectorIndex(FedIndex):
    """The index in a folder of the profile."""

    def __init__(self, store: Store, folder: Path, embedder: int, dimension: int) -> None:
        super().__init__(store, embedder, dimension)
        self._folder = folder
        self._client: Any = None

    @property
    def _opening(self) -> Path:
        return self._folder.with_name(self._folder.name + ".opening")

    def open(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        stamp = self._noted()
        trusted = stamp.startswith(self._stamp(""))
        # A damaged folder can take the process down while it is opened; then this file is still there next time.
        if not trusted or self._opening.exists():
            self._remove()
        # What waits in the outbox came after it was closed; without that it holds what it held then.
        unchanged = trusted and not self._store.vectors.outbox(1)
        try:
            self._connect()
            if unchanged and stamp != self._stamp(self.count()):
                raise ValueError(text("index.not_what_it_should"))
        except Exception as error:
            self._renew(error)
            unchanged = False
        self._mark("")
        self.catch_up(wanted=wanted)
        if trusted and not unchanged and self.ready and not self._is_whole():
            self._renew(ValueError(text("index.not_what_it_should")))
            self.catch_up(wanted=wanted)

    def close(self) -> None:
        """The folder is trusted next time if it is in step."""
        in_step = self.ready and not self._store.vectors.outbox(1)
        try:
            stamp = self._stamp(self.count()) if in_step else ""
        except Exception:
            log.exception("the index cannot say what it holds")
            stamp = ""
        self._ready.clear()
        self._disconnect()
        if stamp:
            self._mark(stamp)

    def _renew(self, error: Exception) -> None:
        """Begin with an empty folder: whatever Chroma raises, the cure is the same."""
        log.warning("the index is made anew: %s", error)
        self.problem = text("index.made_anew", name=type(error).__name__)
        self._ready.clear()
        self._disconnect()
        self._remove()
        self._connect()

    def _connect(self) -> None:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._opening.touch(mode=0o600)
        # Or Chroma's own SQLite would put its temporary files among those of all programs.
        os.environ["SQLITE_TMPDIR"] = str(self._folder)
        settings = Settings(anonymized_telemetry=False, allow_reset=False)
        try:
            self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
        except Exception:
            # Chroma keeps the half-made client of a folder it could not open, and would hand it out again.
            SharedSystemClient.clear_system_cache()
            raise
        # Without an explicit None Chroma would fetch an embedding model of its own.
        self._collection = self._client.get_or_create_collection(
            f"memories-{self._embedder}",
            embedding_function=None,
            configuration=SPACE,
        )
        self._collection.count()
        self._opening.unlink(missing_ok=True)

    def _disconnect(self) -> None:
        client, self._client, self._collection = self._client, None, None
        if client is not None:
            client.close()

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._folder.is_file() or self._folder.is_symlink():
            self._folder.unlink()
        self._opening.unlink(missing_ok=True)

    def _stamp(self, count: int | str) -> str:
        """What is written when it was closed in step: counting what should be there reads all of a large store."""
        return f"clean:{self._embedder}:{count}"


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
