"""The real adapter with small peers in it: no library to import. Run in the adapter's place, with its arguments."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import platform
import socket
import sys
import types
from pathlib import Path
from typing import Any

ADAPTER = Path(__file__).parents[2] / "companion" / "bench" / "peers" / "adapter.py"


class Shared:
    """Remembers turns in a file; the more words they share with what is asked, the better they fit."""

    package = "packaging"
    told = "shared words"

    def __init__(self, embedder: str, dimension: int) -> None:
        self.embedder, self.dimension = embedder, dimension
        self.file = Path()

    def open(self, folder: str) -> None:
        sys.stdout.write("a library that prints\n")
        sys.stdout.flush()
        self.file = Path(folder) / "turns.jsonl"
        self.file.touch()

    def add(self, id: str, text: str, role: str, session: str) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps([id, text]) + "\n")

    def search(self, text: str, k: int) -> list[str]:
        turns = [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]
        words = {word.strip("?.!").lower() for word in text.split()}
        turns.sort(key=lambda turn: -len(words & {word.strip("?.!").lower() for word in turn[1].split()}))
        return [id for id, _ in turns[:k]]

    def close(self) -> None:
        pass


class Curious(Shared):
    """Wants to tell others, in Python and without asking Python, and goes on when it may not."""

    told = "curious"

    def open(self, folder: str) -> None:
        super().open(folder)
        for host in ("192.0.2.7", "telemetry.invalid"):
            try:
                socket.create_connection((host, 443), timeout=1)
            except PermissionError:
                continue
            raise RuntimeError("it was let out")
        if sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64"):
            native = ctypes.CDLL(None).socket(int(socket.AF_INET), int(socket.SOCK_STREAM), 0)
            if native >= 0:
                raise RuntimeError("native code was let out")


class Raising(Shared):
    def add(self, id: str, text: str, role: str, session: str) -> None:
        raise KeyError("no room")


class Dying(Shared):
    def search(self, text: str, k: int) -> list[str]:
        os.write(2, b"native code fell over\n")
        os._exit(7)


class Telling(Shared):
    """Its settings are its surroundings."""

    def __init__(self, embedder: str, dimension: int) -> None:
        super().__init__(embedder, dimension)
        self.told = json.dumps(dict(os.environ))


def main() -> None:
    spec = importlib.util.spec_from_file_location("adapter", ADAPTER)
    assert spec is not None
    assert spec.loader is not None
    adapter: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(adapter)
    stand_in: Any = types.ModuleType("sentence_transformers")
    stand_in.SentenceTransformer = type("SentenceTransformer", (), {"encode": lambda self: None})
    sys.modules["sentence_transformers"] = stand_in
    kinds = {kind.__name__.lower(): kind for kind in (Shared, Curious, Raising, Dying, Telling)}
    adapter.PEERS.clear()
    adapter.PEERS.update(kinds)
    adapter.main()


if __name__ == "__main__":
    main()
