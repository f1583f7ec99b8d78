"""One peer in a process of its own: told and asked over JSON lines. Run by `process.PeerProcess`, never imported.

    python -I adapter.py PEER EMBEDDER DIMENSION SEAL

PEER is a key of PEERS, EMBEDDER a sentence-transformers folder of DIMENSION numbers a text, SEAL the file of
`companion.kernel_seal`. It needs nothing of Companion but that file, which needs the standard library alone. Requests,
a line each, and what answers them; whatever went wrong is {"error": text}:

    {"do": "open", "folder"}                                     → {}          an empty memory in that folder
    {"do": "add", "id", "text", "role", "session"}               → {"ms"}      one turn; it is found from then on
    {"do": "search", "text", "k"}                                → {"ids", "ms", "embedding_ms"}, the best first
    {"do": "close"}                                              → {}

The first line is unasked: {"version", "settings": {…}, "sealed": "kernel" | "python"}. {"do": "end"} is answered by
{"tried": [host, …]}, what Python code of the peer asked for on the network and was refused, and ends the process.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_ASKING = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.connect", "socket.sendto"}


class Clockwork:
    """Seconds spent in the embedder so far."""

    seconds = 0.0

    def count(self, kind: Any) -> None:
        """Count every `encode` of a class from here on, one within another once."""
        plain, depth = kind.encode, 0

        def encode(*given: Any, **named: Any) -> Any:
            nonlocal depth
            depth += 1
            started = time.perf_counter()
            try:
                return plain(*given, **named)
            finally:
                depth -= 1
                if not depth:
                    self.seconds += time.perf_counter() - started

        kind.encode = encode


class Chroma:
    """A persistent collection whose documents are turns; everything else is Chroma's default."""

    package = "chromadb"
    told = (
        "a persistent collection, one document a turn, its SentenceTransformerEmbeddingFunction, HNSW as it comes (l2)"
    )

    def __init__(self, embedder: str, dimension: int) -> None:
        functions = importlib.import_module("chromadb.utils.embedding_functions")
        self._function = functions.SentenceTransformerEmbeddingFunction(model_name=embedder, device="cpu")
        self._collection: Any = None

    def open(self, folder: str) -> None:
        chromadb = importlib.import_module("chromadb")
        settings = chromadb.Settings(anonymized_telemetry=False)
        client = chromadb.PersistentClient(path=folder, settings=settings)
        self._collection = client.create_collection("turns", embedding_function=self._function)

    def add(self, id: str, text: str, role: str, session: str) -> None:
        self._collection.add(ids=[id], documents=[text], metadatas=[{"role": role, "session": session}])

    def search(self, text: str, k: int) -> list[str]:
        found = self._collection.query(query_texts=[text], n_results=k)["ids"]
        return [str(id) for id in found[0]]

    def close(self) -> None:
        self._collection = None


class Mem0:
    """mem0's Memory over Qdrant on disk, filled without a language model (`infer=False`); its defaults otherwise."""

    package = "mem0ai"
    told = (
        "Memory over Qdrant on disk, add(infer=False) a message a turn, search() with its own threshold 0.1; without "
        "mem0ai[nlp] and mem0ai[extras], as it installs: no keyword search"
    )

    def __init__(self, embedder: str, dimension: int) -> None:
        self._kind = importlib.import_module("mem0").Memory
        self._embedder, self._dimension = embedder, dimension
        self._memory: Any = None

    def open(self, folder: str) -> None:
        vectors = {"collection_name": "turns", "path": f"{folder}/qdrant", "on_disk": True}
        self._memory = self._kind.from_config(
            {
                "vector_store": {"provider": "qdrant", "config": vectors | {"embedding_model_dims": self._dimension}},
                "embedder": {
                    "provider": "huggingface",
                    "config": {
                        "model": self._embedder,
                        "embedding_dims": self._dimension,
                        "model_kwargs": {"device": "cpu"},
                    },
                },
                "llm": {"provider": "openai", "config": {"api_key": "never used: infer=False"}},
                "history_db_path": f"{folder}/history.db",
            }
        )

    def add(self, id: str, text: str, role: str, session: str) -> None:
        message = {"role": "assistant" if role == "companion" else "user", "content": text}
        self._memory.add([message], user_id="person", metadata={"turn": id, "session": session}, infer=False)

    def search(self, text: str, k: int) -> list[str]:
        found = self._memory.search(text, top_k=k, filters={"user_id": "person"})["results"]
        return [str(one["metadata"]["turn"]) for one in found]

    def close(self) -> None:
        self._memory.vector_store.client.close()
        self._memory = None


PEERS: dict[str, Any] = {"chroma": Chroma, "mem0": Mem0}


def seal(file: str, tried: dict[str, None]) -> str:
    """Close the network, for native code too where the system can; note in `tried` what Python code asks for."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _ASKING:
            return
        where = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        host = where[0] if isinstance(where, tuple) and where else where
        if event in ("socket.connect", "socket.sendto") and not isinstance(where, tuple):
            return  # a path: a socket within this computer
        if str(host) not in ("127.0.0.1", "::1", "localhost", "None"):
            tried[str(host)] = None
            raise PermissionError(f"the network is closed: {host}")

    sys.addaudithook(hook)
    spec = importlib.util.spec_from_file_location("kernel_seal", file)
    if spec is None or spec.loader is None:
        return "python"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return "kernel" if module.close_internet() else "python"


def serve(peer: Any, embedding: Clockwork, tried: dict[str, None], tell: Callable[[Json], None]) -> None:
    """Answer requests until the last."""
    for line in sys.stdin:
        asked = json.loads(line)
        do = asked.pop("do")
        if do == "end":
            tell({"tried": list(tried)})
            return
        try:
            before, started = embedding.seconds, time.perf_counter()
            found = getattr(peer, do)(**asked)
            told: Json = {"ms": (time.perf_counter() - started) * 1000}
            told["embedding_ms"] = (embedding.seconds - before) * 1000
            if do == "search":
                told["ids"] = found
        except Exception as error:  # a peer may raise whatever it likes: it is told, and the run goes on without it
            told = {"error": f"{type(error).__name__}: {error}"}
        tell(told)


def main() -> None:
    name, embedder, dimension, file = sys.argv[1:5]
    # What a library prints must not get between the lines.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.disable(logging.ERROR)
    tried: dict[str, None] = {}

    def tell(what: Json) -> None:
        out.write(json.dumps(what) + "\n")
        out.flush()

    sealed = seal(file, tried)
    embedding = Clockwork()
    try:
        embedding.count(importlib.import_module("sentence_transformers").SentenceTransformer)
        peer = PEERS[name](str(Path(embedder)), int(dimension))
        tell({"version": importlib.metadata.version(peer.package), "settings": peer.told, "sealed": sealed})
    except Exception as error:
        tell({"error": f"{type(error).__name__}: {error}"})
        return
    serve(peer, embedding, tried, tell)


if __name__ == "__main__":
    main()
