"""What a model has read of a conversation, kept in a file so that it need not be read again after a start.

Two files: the KV cache as llama.cpp writes it, and beside it a few lines that say what it belongs to. They are
disposable: whatever does not fit exactly (another model, template or build, a damaged or half-written file) is read
anew. Both hold the person's words as tokens and are as private as the profile.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)
_CHUNK = 1 << 20
_VERSION = 1
_LEFT_FREE = 200_000_000
"""Bytes that stay free on the disk: what the person says needs them more than what can be read again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`tokens` in the cache; `replies`: those of them that the model wrote, as it wrote them (tokenising their text may
    give others)."""

    tokens: int
    replies: tuple[tuple[int, ...], ...]


def write_kept(
    file: Path, identity: str, tokens: Sequence[int], replies: Sequence[Sequence[int]], write: Callable[[Path], None]
) -> int:
    """Let `write` write the cache to a file and put it in the place of `file` with its description. `identity` names
    everything that must be the same to use it. Returns the bytes written. Raises OSError; then the older one is gone or
    whole."""
    part = file.with_name(file.name + ".part")
    try:
        write(part)
        note = {
            "version": _VERSION,
            "identity": identity,
            "tokens": len(tokens),
            "text": text_hash(tokens),
            "cache": _hash(part),
            "replies": [list(reply) for reply in replies],
        }
        description = json.dumps(note).encode()
        beside = _beside(file)
        beside.unlink(missing_ok=True)  # from here on the older cache has no description: it is not used
        part.replace(file)
        part = beside.with_name(beside.name + ".part")
        part.write_bytes(description)
        part.replace(beside)
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size + len(description)


def has_room(file: Path, size: int) -> bool:
    """Whether the disk has room for `size` bytes beside the older file, and some to spare. Raises OSError."""
    return shutil.disk_usage(file.parent).free >= size + _LEFT_FREE


def read_kept(file: Path, identity: str) -> Kept | None:
    """What `file` holds, once it is sure that it is whole and belongs to `identity`; None otherwise."""
    try:
        note = json.loads(_beside(file).read_bytes())
        if note["version"] != _VERSION or note["identity"] != identity or note["cache"] != _hash(file):
            return None
        replies = tuple(tuple(int(token) for token in reply) for reply in note["replies"])
        return Kept(int(note["tokens"]), replies)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        log.info("what the model had read is not used: %s", type(error).__name__)
        return None


def remove_kept(file: Path) -> None:
    """Forget what was kept. Raises OSError."""
    for each in kept_files(file):
        each.unlink(missing_ok=True)


def kept_files(file: Path) -> tuple[Path, ...]:
    """All that keeping may leave; they need not be there."""
    both = (_beside(file), file)
    return (*both, *(each.with_name(each.name + ".part") for each in both))


def text_hash(tokens: Sequence[int]) -> str:
    """Of a text as tokens."""
    return hashlib.blake2b(b"".join(token.to_bytes(4, "little") for token in tokens), digest_size=16).hexdigest()


def _beside(file: Path) -> Path:
    return file.with_suffix(".json")


def _hash(file: Path) -> str:
    found = hashlib.blake2b(digest_size=16)
    with file.open("rb") as opened:
        while part := opened.read(_CHUNK):
            found.update(part)
    return found.hexdigest()
