"""A model file may say anything of itself: a clear error, in bounded time and memory."""

from __future__ import annotations

import struct
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from companion.errors import ModelError
from companion.model.gguf import read_header
from tests.model.gguf_files import BASE_MODEL, head, pair, tensor, text

HUGE = (2**63, 2**64 - 1, 2**40, 2**32 - 1, 2**31)
MOST = 60 << 20
"""Bytes that reading a head may take."""


def string_of(length: int) -> bytes:
    return struct.pack("<Q", length)


def body(pairs: int, *parts: bytes, tensors: int = 1) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, pairs) + b"".join(parts)


def read(path: Path, data: bytes, sparse: int = 0) -> str:
    """What was said of it; "" when it could be read. Never anything but a ModelError."""
    path.write_bytes(data)
    if sparse:
        with path.open("r+b") as file:
            file.truncate(sparse)  # claims to be that large, and takes no room
    tracemalloc.start()
    began = time.process_time()
    try:
        read_header(path)
        said = ""
    except ModelError as error:
        said = f"{error} {error.hint}"
    finally:
        took, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < MOST, f"{most:,} bytes"
    assert took < 60, f"{took:.0f} s of CPU"
    return said


FORGED = {
    "pairs": [b"GGUF" + struct.pack("<IQQ", 3, 1, n) for n in HUGE],
    "tensors": [b"GGUF" + struct.pack("<IQQ", 3, n, 0) for n in HUGE],
    "key": [body(1, string_of(n), b"x" * 64) for n in HUGE],
    "value": [body(1, text("general.name"), struct.pack("<I", 8), string_of(n), b"x" * 64) for n in HUGE],
    "array of strings": [body(1, text("a"), struct.pack("<IIQ", 9, 8, n), string_of(0) * 64) for n in HUGE],
    "array of numbers": [body(1, text("a"), struct.pack("<IIQ", 9, 4, n), b"x" * 64) for n in HUGE],
    "array of arrays": [body(1, text("a"), struct.pack("<I", 9), struct.pack("<IQ", 9, n) * 40) for n in (1, 2, *HUGE)],
    "string in an array": [body(1, text("a"), struct.pack("<IIQ", 9, 8, 3), string_of(n), b"x" * 64) for n in HUGE],
    "tensor name": [body(0, string_of(n), b"x" * 64) for n in HUGE],
    "tensor shape": [body(0, tensor("t", (n, n, n, n), 0, 0), b"\0" * 64) for n in HUGE],
    "tensor offset": [body(0, tensor("t", (1,), 0, n & (2**64 - 1)), b"\0" * 64) for n in HUGE],
    "alignment": [body(1, pair("general.alignment", n & (2**32 - 1)), tensor("t", (1,), 0, 0)) for n in HUGE],
    "type": [body(1, text("a"), struct.pack("<I", n)) for n in (13, 99, 2**32 - 1)],
    "dimensions": [body(0, text("t"), struct.pack("<I", n), b"x" * 64) for n in (9, 2**31, 2**32 - 1)],
}


@pytest.mark.parametrize("sparse", [0, 1 << 42], ids=["short", "sparse"])
@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_counts_and_lengths_that_lie(tmp_path: Path, forged: list[bytes], sparse: int) -> None:
    """Also where the file is as large as it claims to be: 4 TB of nothing."""
    for data in forged:
        try:
            said = read(tmp_path / "forged.gguf", data, sparse)
        except OSError:
            pytest.skip("no sparse files of that size here")
        assert said or sparse, "it lies within the file: nothing to complain about"


def test_many_empty_values_in_a_large_file_take_bounded_time(tmp_path: Path) -> None:
    """2**20 arrays of a million nothings: each is to be skipped, not walked."""
    data = body(1, text("a"), struct.pack("<IIQ", 9, 8, 2**40))
    assert read(tmp_path / "many.gguf", data, 1 << 42)


WHOLE = head(BASE_MODEL, tensors=1) + tensor("token_embd.weight", (64,), 0, 0) + b"\0" * 300


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(WHOLE)))
@example([], 0)
def test_any_bytes_changed_and_cut_anywhere(tmp_path: Path, changes: list[tuple[int, int]], kept: int) -> None:
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value
    read(tmp_path / "any.gguf", bytes(data[: kept or None]))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_behind_the_mark(tmp_path: Path, data: bytes) -> None:
    read(tmp_path / "any.gguf", b"GGUF\x03\0\0\0" + data)
