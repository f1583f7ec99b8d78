"""Words that exist nowhere else, and finding them: in any writing, in any file, in whatever is left inside a file."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from companion.store.vectors import Matrix

PLACES = (
    "said", "answered", "remembered", "edited", "rewritten", "forgotten", "draft", "typed", "sought", "title", "slept",
    "provoked", "incognito",
)  # fmt: skip
"""Where a word is put in a session; each place has its own."""
KEPT_NOWHERE = ("sought", "typed", "incognito")
"""What is in no file even of a profile that anybody may read."""
_VOWELS, _OTHERS = "aeiou", "bdfgklmnprstvz"


def canary(place: str, seed: int) -> str:
    """A word of 18 letters that no text holds, the same for the same place and seed. Letters alone, so that tokenizers,
    stemmers and the full-text index leave it whole."""
    digest = hashlib.sha256(f"{seed} {place}".encode()).digest()
    return "".join((_OTHERS if at % 2 == 0 else _VOWELS)[digest[at] % (14 if at % 2 == 0 else 5)] for at in range(18))


def writings(word: str) -> dict[str, bytes]:
    """The word as a file may hold it. In base64 a text looks different at each of three alignments; what lies inside is
    the same whatever stands around it."""
    found = {}
    for case, written in (("as it is", word), ("upper", word.upper()), ("capital", word.capitalize())):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            found[f"{encoding} {case}"] = written.encode(encoding)
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + word.encode())
        found[f"base64 at {shift}"] = coded[(shift * 8 + 5) // 6 : len(word) * 8 // 6]
    return found


def vector_writings(vector: Matrix) -> dict[str, bytes]:
    """Eight of its numbers in a row, from several places, halved in width, and as bytes. See `holds_vector`."""
    half = vector.astype("<f2")
    small = np.clip(np.round(vector * 127), -127, 127).astype(np.int8)
    starts = (0, len(vector) // 3, len(vector) // 2)
    return {f"float16 {at}": half[at : at + 8].tobytes() for at in starts} | {
        f"int8 {at}": small[at : at + 16].tobytes() for at in starts
    }


def holds_vector(content: bytes, vector: Matrix) -> bool:
    """Whether eight of its numbers stand there in a row as float32, wherever they begin; however often a unit vector
    was normalised again, which changes the last bits."""
    for shift in range(4):
        numbers = np.frombuffer(content[shift : shift + (len(content) - shift) // 4 * 4], dtype="<f4")
        for at in (0, len(vector) // 3, len(vector) // 2):
            wanted = vector[at : at + 8]
            with np.errstate(invalid="ignore"):
                starts = np.flatnonzero(np.abs(numbers[: max(0, len(numbers) - 7)] - wanted[0]) < 1e-5)
                if any(np.allclose(numbers[start : start + 8], wanted, atol=1e-5) for start in starts):
                    return True
    return False


def files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                path = Path(place) / name
                if path.is_file() and not path.is_symlink():
                    yield path


def find_in(content: bytes, sought: Mapping[str, Mapping[str, bytes]], vector: Matrix) -> set[tuple[str, str]]:
    """(what, how it is written) of all that is found."""
    found = {(what, way) for what, ways in sought.items() for way, written in ways.items() if written in content}
    return found | ({("vector", "float32")} if holds_vector(content, vector) else set())


def find(
    folders: Sequence[Path], sought: Mapping[str, Mapping[str, bytes]], vector: Matrix
) -> set[tuple[str, str, str]]:
    """(what, how it is written, name of the file) of all that is found, names of files included."""
    found = set()
    for path in files(folders):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # SQLite has just removed it
        here = find_in(content + b"\0" + os.fsencode(path.name), sought, vector)
        found |= {(what, way, path.name) for what, way in here}
    return found


def held_open(pid: int) -> Iterator[bytes]:
    """The content of every file that a process has open (Linux): one that was deleted has no name to be found by."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if link.is_file():
                yield link.read_bytes()
        except OSError:
            continue  # it was closed meanwhile, or is no file
