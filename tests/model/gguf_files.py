"""Writes tiny GGUF files, to test what is said about broken or unusual ones."""

from __future__ import annotations

import struct
from pathlib import Path

Value = str | int | list[str] | list[int]


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def pair(key: str, value: Value) -> bytes:
    if isinstance(value, str):
        return text(key) + struct.pack("<I", 8) + text(value)
    if isinstance(value, int):
        return text(key) + struct.pack("<II", 4, value)
    if value and isinstance(value[0], str):
        return text(key) + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(text(str(item)) for item in value)
    return text(key) + struct.pack("<IIQ", 9, 5, len(value)) + struct.pack(f"<{len(value)}i", *map(int, value))


def head(pairs: dict[str, Value], *, tensors: int, version: int = 3) -> bytes:
    body = b"".join(pair(key, value) for key, value in pairs.items())
    return b"GGUF" + struct.pack("<IQQ", version, tensors, len(pairs)) + body


def tensor(name: str, shape: tuple[int, ...], kind: int, offset: int) -> bytes:
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def write(path: Path, pairs: dict[str, Value], *, floats: int = 64, kept: int | None = None) -> Path:
    """A file with one tensor of `floats` 32-bit numbers; `kept` cuts it to that many bytes."""
    data = head(pairs, tensors=1) + tensor("token_embd.weight", (floats,), 0, 0)
    data += b"\0" * (-len(data) % 32) + b"\0" * 4 * floats
    path.write_bytes(data[:kept])
    return path


BASE_MODEL: dict[str, Value] = {
    "general.architecture": "llama",
    "general.name": "A base model",
    "llama.context_length": 2048,
    "tokenizer.ggml.tokens": ["<s>", "</s>", "a"],
    "tokenizer.ggml.token_type": [3, 3, 1],
}
