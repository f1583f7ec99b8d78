"""Reads the head of a GGUF file without llama.cpp, to say what a file is, and what is wrong with it, before loading.

The format is https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The `gguf` package maps every tensor and
every entry of the vocabulary into arrays (seconds for a large vocabulary) and does not name a file cut short, so
this reads the little that is needed: about 0.1 s and no more than the head of the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

from companion.errors import ModelMissing, ModelUnreadable
from companion.strings import text

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_MOST_PAIRS, _MOST_TENSORS, _LONGEST_NAME, _MOST_NESTED = 1 << 16, 1 << 20, 1 << 16, 4
_LONGEST_VALUE = 1 << 24
"""Bytes of a text that a file says of itself: a chat template is the longest, with some thousands."""
_MOST_WALKED = 1 << 22
"""Items of arrays that have to be walked one by one: vocabularies have some hundred thousand."""
_READ_AHEAD = 1 << 20
_KEPT = 1 << 12
"""Arrays of whole numbers up to this length are kept: what is told for each layer. The vocabulary's are skipped."""
_KV_BYTES = 2
"""Of a number in the KV cache: llama.cpp keeps 16-bit floats unless told otherwise."""

# (values per block, bytes per block) of ggml's tensor types; a type not listed is not measured.
_TYPE_SIZES = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says of itself. Empty or 0 where it says nothing."""

    version: int
    name: str
    architecture: str
    trained_context: int
    chat_template: str | None
    license: str
    size_label: str
    size_bytes: int
    tensors: int
    kind: str = ""
    """general.type: "model" or empty; "adapter" for small weights that are added to a model's, then `adapter_kind` says
    how; "mmproj" …"""
    adapter_kind: str = ""
    kv_bytes_per_token: int = 0
    """Bytes of KV cache for one token, in 16-bit floats: Σ over the layers of KV heads × (length of a key + of a
    value) × 2. An upper bound for models whose layers do not all look back all the way, or keep a state instead."""
    embeds: bool = False
    """Whether it turns texts into vectors and writes nothing."""

    @property
    def unsuited(self) -> str:
        """Why nobody can talk with this file, empty for a chat model."""
        if self.architecture == "clip" or self.kind == "mmproj":
            return text("gguf.projector")
        if self.kind not in ("", "model"):
            return text("gguf.other_kind", kind=self.kind)
        if self.embeds:
            return text("gguf.embedder")
        return "" if self.chat_template else text("gguf.base")


def read_header(path: Path) -> GgufHeader:
    """Check the file and read what it says of itself.

    Raises ModelMissing (no such file) or ModelUnreadable (a folder, no permission, empty, not GGUF, cut short);
    the detail names the path and what was found.
    """
    try:
        if path.is_dir():
            raise ModelUnreadable(text("gguf.folder", path=path))
        size = path.stat().st_size
        with path.open("rb") as file:
            return _Reader(path, file, size).header()
    except FileNotFoundError as error:
        raise ModelMissing(text("file.missing", path=path)) from error
    except OSError as error:
        raise ModelUnreadable(f"{path} ({error.strerror or error})") from error


class _Reader:
    """A cursor over the head of the file that never reads past the end without saying so."""

    def __init__(self, path: Path, file: BinaryIO, size: int) -> None:
        self._path = path
        self._file = file
        self._size = size
        self._buffer = b""
        self._at = 0
        self._walked = 0
        self._base = 0
        """Offset in the file of the buffer's first byte."""

    def header(self) -> GgufHeader:
        if self._size == 0:
            raise ModelUnreadable(text("gguf.empty", path=self._path))
        if self._size < 24 or self._take(4) != b"GGUF":
            raise ModelUnreadable(text("gguf.no_gguf", path=self._path))
        version = self._number("I")
        if version & 0xFFFF == 0:
            raise ModelUnreadable(text("gguf.big_endian", path=self._path))
        if version not in (2, 3):
            raise ModelUnreadable(text("gguf.version", path=self._path, version=version))
        tensors, pairs = self._number("Q"), self._number("Q")
        if pairs > _MOST_PAIRS or tensors > _MOST_TENSORS:
            raise ModelUnreadable(text("gguf.head", path=self._path, tensors=tensors, pairs=pairs))
        if tensors == 0:
            raise ModelUnreadable(text("gguf.no_weights", path=self._path))
        values: dict[str, object] = {}
        for _ in range(pairs):
            key = self._string(_LONGEST_NAME)
            values[key] = self._value(self._number("I"))
        self._check_tensors(tensors, values.get("general.alignment"))
        architecture = _text(values, "general.architecture")
        context = values.get(f"{architecture}.context_length")
        return GgufHeader(
            version=version,
            name=_text(values, "general.name"),
            architecture=architecture,
            trained_context=context if isinstance(context, int) else 0,
            chat_template=_text(values, "tokenizer.chat_template") or None,
            license=_text(values, "general.license"),
            size_label=_text(values, "general.size_label"),
            size_bytes=self._size,
            tensors=tensors,
            kind=_text(values, "general.type"),
            adapter_kind=_text(values, "adapter.type"),
            kv_bytes_per_token=_kv_bytes_per_token(values, architecture),
            embeds=f"{architecture}.pooling_type" in values,
        )

    def _check_tensors(self, count: int, alignment: object) -> None:
        """Where the last tensor ends, the file must not end earlier."""
        needed = 0
        for _ in range(count):
            self._string(_LONGEST_NAME)
            dimensions = self._number("I")
            if dimensions > 8:
                raise ModelUnreadable(text("gguf.dimensions", path=self._path, dimensions=dimensions))
            values = prod(self._number("Q") for _ in range(dimensions))
            block, width = _TYPE_SIZES.get(self._number("I"), (1, 0))
            needed = max(needed, self._number("Q") + values // block * width)
        step = alignment if isinstance(alignment, int) and alignment > 0 else 32
        start = -(-(self._base + self._at) // step) * step
        if start + needed > self._size:
            self._cut_short(start + needed)

    def _value(self, kind: int, depth: int = 0) -> object:
        if kind == _STRING:
            return self._string(_LONGEST_VALUE)
        if kind in _SCALARS:
            return self._number(_SCALARS[kind])
        if kind != _ARRAY or depth > _MOST_NESTED:
            raise ModelUnreadable(text("gguf.setting", path=self._path, kind=kind))
        kind, length = self._number("I"), self._number("Q")
        if kind in _SCALARS:
            width = struct.calcsize(_SCALARS[kind])
            if length <= _KEPT and _SCALARS[kind] in "BbHhIiQq":
                return struct.unpack(f"<{length}{_SCALARS[kind]}", self._take(length * width))
            self._skip(length * width)
            return None
        if length > self._size:
            self._cut_short(self._base + self._at + length)
        self._walked += length
        if self._walked > _MOST_WALKED:
            raise ModelUnreadable(text("gguf.items", path=self._path, length=length))
        if kind == _STRING:
            for _ in range(length):
                self._skip(self._number("Q"))
        else:
            for _ in range(length):
                self._value(kind, depth + 1)
        return None

    def _number(self, form: str) -> int:
        (value,) = struct.unpack("<" + form, self._take(struct.calcsize(form)))
        return int(value) if form not in "fd" else value

    def _string(self, longest: int) -> str:
        length = self._number("Q")
        if length > longest:
            raise ModelUnreadable(text("gguf.name", path=self._path, length=length))
        return self._take(length).decode("utf-8", "replace")

    def _take(self, count: int) -> bytes:
        start = self._at
        if start + count > len(self._buffer):
            self._fill(count)
            start = 0
        self._at = start + count
        return self._buffer[start : start + count]

    def _skip(self, count: int) -> None:
        end = self._at + count
        if end <= len(self._buffer):
            self._at = end
            return
        position = self._base + end
        if position > self._size:
            self._cut_short(position)
        self._file.seek(position)
        self._base, self._at, self._buffer = position, 0, b""

    def _fill(self, count: int) -> None:
        """Bring at least `count` bytes from the cursor on into the buffer."""
        position = self._base + self._at
        if position + count > self._size:
            self._cut_short(position + count)
        self._file.seek(position)
        self._base, self._at = position, 0
        self._buffer = self._file.read(max(count, _READ_AHEAD))
        if len(self._buffer) < count:
            self._cut_short(position + count)

    def _cut_short(self, needed: int) -> None:
        raise ModelUnreadable(text("gguf.cut", path=self._path, size=self._size, needed=needed))


def _text(values: dict[str, object], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _kv_bytes_per_token(values: dict[str, object], architecture: str) -> int:
    """See GgufHeader; 0 where the file does not say how many layers it has, or how wide they are."""

    def number(key: str) -> int:
        value = values.get(f"{architecture}.{key}")
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0

    layers, heads, width = number("block_count"), number("attention.head_count"), number("embedding_length")
    per_head = width // heads if heads else 0
    length = (number("attention.key_length") or per_head) + (number("attention.value_length") or per_head)
    each = values.get(f"{architecture}.attention.head_count_kv")
    if isinstance(each, tuple):
        kv_heads = sum(max(0, int(count)) for count in each)
    else:
        kv_heads = layers * (number("attention.head_count_kv") or heads)
    return kv_heads * length * _KV_BYTES
