"""What the database knows of the index in the folder: how it was closed, and how often Chroma took the engine down."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import companion
from companion.crashes import blames
from companion.memory import index_files as files
from companion.store.store import Store

CRASHES = 2
"""Native crashes of one version in Chroma after which it is left alone until the person asks for it."""
_META = "index"
_CRASHES = "index_crashes"


class IndexNote:
    """`embedder`: whose vectors it has to hold, None for any."""

    def __init__(self, store: Store, folder: Path, embedder: int | None = None) -> None:
        self._store = store
        self._folder = folder
        self._embedder = embedder

    def write(self, vectors: int) -> None:
        """It was closed in order, with so many. Raises OSError, ProfileError."""
        self._put(_META, f"clean:{self._embedder}:{vectors}:{files.manifest(self._folder)}")

    def is_whole(self) -> bool:
        """Whether it is, byte for byte, what was closed in order."""
        noted = self._noted()
        return noted is not None and files.is_as(self._folder, noted[1])

    @property
    def vectors(self) -> int:
        """How many it was closed with, 0 when it was not."""
        noted = self._noted()
        return noted[0] if noted is not None else 0

    @property
    def taken(self) -> int:
        """Bytes on disk."""
        return files.taken(self._folder)

    @property
    def crashes(self) -> int:
        """Native crashes in Chroma with this version of Companion."""
        version, _, count = str(self._get(_CRASHES)).rpartition(":")
        return int(count) if version == companion.__version__ and count.isdecimal() else 0

    @property
    def is_off(self) -> bool:
        return self.crashes >= CRASHES

    def count_crash(self, crashed: Path | None) -> None:
        """Look at what the engine's last native crash left, and count it if it was Chroma's. Raises ProfileError."""
        if crashed is None or not crashed.is_file():
            return
        if blames(crashed, "chromadb"):
            self._put(_CRASHES, f"{companion.__version__}:{self.crashes + 1}")
        with suppress(OSError):  # kept for whoever looks for the fault, and not read twice
            crashed.replace(crashed.with_name("crash-before.txt"))

    def forgive(self) -> None:
        """Let Chroma try again, with a folder made anew. Raises ProfileError."""
        self._put(_CRASHES, "")
        self._put(_META, "")

    def _noted(self) -> tuple[int, str] | None:
        kind, embedder, vectors, written = [*str(self._get(_META)).split(":", 3), "", "", ""][:4]
        if kind != "clean" or not vectors.isdecimal() or not written:
            return None
        if self._embedder is not None and embedder != str(self._embedder):
            return None
        return int(vectors), written

    def _get(self, key: str) -> object:
        return self._store.db.value("SELECT value FROM meta WHERE key = ?", (key,)) or ""

    def _put(self, key: str, value: str) -> None:
        with self._store.db.write() as db:
            db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (key, value))
