"""Letters that are there, and what is taken out of them: all of them, or what was erased for good.

A letter is never in one place only while it is written anew: killed in between, the next try puts back what was there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from companion.disk import sync_folder
from companion.store import files
from companion.store.encrypting import wipe

NAME = re.compile(r"\d{4}-W\d{2}\.md")
_OLD, _NEW = ".before-erasing", ".erasing"


def letters_in(folder: Path) -> list[Path]:
    """The letters in a folder, oldest first. Raises OSError."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name) and path.is_file())


def remove_letters(folder: Path) -> None:
    """All of them, for good: each can be made again. None of a folder that only leads elsewhere. Raises
    ProfileUnavailable."""
    if folder.is_symlink():
        return
    with files.told(folder):
        _put_back(folder)
        for path in letters_in(folder):
            wipe(path)


def erase_from_letters(folder: Path, memories: frozenset[int], tells: Callable[[str], bool]) -> None:
    """Take out of the letters every line that rests on one of `memories`, its footnote, and every line that `tells` of
    what is erased; the rest stays byte for byte. Raises ProfileUnavailable, DiskFull."""
    gone = {f"[^m{id}]" for id in memories}
    with files.told(folder):
        _put_back(folder)
        for path in letters_in(folder):
            before = path.read_bytes().decode("utf-8", "surrogateescape").split("\n")
            kept = [line for line in before if not (_rests(line, gone) or tells(_plain(line)))]
            if kept != before:
                _exchange(path, "\n".join(kept).encode("utf-8", "surrogateescape"))


def _exchange(path: Path, content: bytes) -> None:
    old, new = (path.with_name(path.name + ending) for ending in (_OLD, _NEW))
    files.write(new, content)
    try:
        path.replace(old)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
    new.replace(path)
    sync_folder(path.parent)
    wipe(old)


def _put_back(folder: Path) -> None:
    """What was cut off is as it was, or done."""
    if not folder.is_dir():
        return
    for old in sorted(folder.glob(f"*.md{_OLD}")):
        path = old.with_name(old.name.removesuffix(_OLD))
        if path.exists():
            wipe(old)
        else:
            old.replace(path)
    for new in sorted(folder.glob(f"*.md{_NEW}")):
        new.unlink()


_NOTE = re.compile(r"\[\^[\w-]+\]")


def _rests(line: str, gone: set[str]) -> bool:
    return not gone.isdisjoint(_NOTE.findall(line))


def _plain(line: str) -> str:
    return re.sub(r"\\(.)", r"\1", _NOTE.sub("", line))
