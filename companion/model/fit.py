"""Whether a model fits into this computer's memory.

need = weights + 2 × KV cache + 600 MB. The weights are the size of the file, which llama.cpp maps into memory. The KV
cache is (bytes for a token) × (tokens of context), twice: talking and thinking have a context each. The rest is the
program itself, its embedder and llama.cpp's working buffers (see docs/models.md for what was measured).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psutil

from companion.errors import ModelTooLarge
from companion.model.gguf import GgufHeader
from companion.offers import Fit
from companion.strings import text

REST = 600_000_000
"""Bytes that do not depend on the model: the program, its embedder, llama.cpp's working buffers."""
CONTEXTS = 2
SYSTEM = 1_000_000_000
"""Bytes left to the system and other programs by a model that is not "tight"."""
_PART = re.compile(r"^(.*)-(\d{5})-of-(\d{5})$")


@dataclass(frozen=True, slots=True)
class Memory:
    """Of this computer, in bytes."""

    total: int
    available: int


def this_memory() -> Memory:
    """What this process holds itself counts as available: another model would take its place."""
    memory, own = psutil.virtual_memory(), psutil.Process().memory_info()
    # Pages of mapped files are among the available ones already, where the system tells them apart (Linux).
    return Memory(memory.total, memory.available + max(0, own.rss - getattr(own, "shared", 0)))


def weights_bytes(path: Path, header: GgufHeader) -> int:
    """Bytes of the weights: of all parts where the model is in several files."""
    part = _PART.match(path.stem)
    if part is None:
        return header.size_bytes
    total = header.size_bytes
    for number in range(1, min(int(part[3]), 1000) + 1):
        other = path.with_name(f"{part[1]}-{number:05d}-of-{part[3]}{path.suffix}")
        if other != path and other.is_file():
            total += other.stat().st_size
    return total


def need(weights: int, kv_bytes_per_token: int, context: int) -> int:
    """Bytes that a model takes while it talks with a context of so many tokens, about."""
    return weights + CONTEXTS * context * kv_bytes_per_token + REST


def needed_by(path: Path, header: GgufHeader, context: int) -> int:
    """`need` of a file, from what it says of itself."""
    tokens = min(context, header.trained_context) if header.trained_context > 0 else context
    return need(weights_bytes(path, header), header.kv_bytes_per_token, tokens)


def needed_as_told(size: int, ram: int, context: int) -> int:
    """`need` of a model that models.txt tells of: its `ram` is for 4,096 tokens, and only the KV cache grows."""
    return size + REST + max(0, ram - size - REST) * context // 4096


def fit(needed: int, memory: Memory) -> Fit:
    """Too large: more than all the memory there is. Tight: other programs would have to make room now, or next to
    nothing would be left to them."""
    if needed <= REST:
        return "unknown"
    if needed > memory.total:
        return "too large"
    return "fits" if needed <= min(memory.available, memory.total - SYSTEM) else "tight"


def check_room(path: Path, header: GgufHeader, context: int, memory: Memory | None = None) -> None:
    """Raises ModelTooLarge before llama.cpp maps a file that this computer's memory cannot hold."""
    memory = memory or this_memory()
    needed = needed_by(path, header, context)
    if fit(needed, memory) == "too large":
        raise ModelTooLarge(text("models.needs_ram", name=path.name, needed=needed / 1e9, total=memory.total / 1e9))
