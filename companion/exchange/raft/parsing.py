"""Reads a page back: its front matter, and each memory on it with its line."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from companion.errors import FileRefused
from companion.exchange.raft.escaping import unescaped
from companion.strings import text
from companion.text import one_line

MOST_HEAD = 2 << 20
"""Characters of front matter."""
_BULLET = re.compile(r"^[ \t]*[-*+](?:[ \t]+(?:\[[ xX]\][ \t]+)?(.*)|)$")
_NUMBERED = re.compile(r"^[ \t]*\d{1,9}[.)][ \t]+(.*)$")
_MARK = re.compile(r"(?:^|\s)\^m(\d{1,16})\s*$")
_LOST_MARK = re.compile(r"(?:^|\s)\^m\d+")
_ONLY_LINKS = re.compile(r"^(?:!?\[\[[^\[\]]*\]\](?:\s*\(\d+\))?\s*)+$")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")
_RULE = re.compile(r"^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_STARTS = re.compile(r"^(?:#{1,6}(?:\s|$)|>)")
RECORDS = ("conversation", "index")
"""Kinds of pages that nothing is taken over from."""
_OURS = frozenset({"companion", "name", "memories", "pinned", "began", "persona"})


@dataclass(frozen=True, slots=True)
class Bullet:
    """`memory`: its number, None when somebody wrote it by hand; `line`: from 1."""

    memory: int | None
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """`pinned`: None where the front matter has no such list any more. `own`: front matter that is not the program's,
    as YAML. `rest`: a hash of all that is no memory and no front matter."""

    kind: str
    name: str
    pinned: frozenset[int] | None
    bullets: tuple[Bullet, ...]
    own: str
    rest: str


def parse(path: str, data: bytes) -> Parsed:
    """Raises FileRefused naming file and line."""
    try:
        written = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(path, data[: error.start].count(b"\n") + 1, text("raft.no_utf8")) from error
    lines = [line.removesuffix("\r") for line in written.split("\n")]
    head, body = _front_matter(path, lines)
    kind = _scalar(head.get("companion"))
    bullets, rest = _bullets(path, lines, body, strict=kind not in ("", *RECORDS))
    return Parsed(
        kind,
        _scalar(head.get("name")),
        _pinned(path, head),
        tuple(bullets),
        _own(path, head),
        hashlib.sha256("\n".join(rest).encode("utf-8", "replace")).hexdigest(),
    )


def _front_matter(path: str, lines: list[str]) -> tuple[dict[Any, Any], int]:
    """With the index of the first line behind it."""
    if not lines or lines[0].rstrip() != "---":
        return {}, 0
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        raise _refused(path, 1, text("raft.open_head"))
    import yaml  # not before a page was changed

    source = "\n".join(lines[1:end])
    if len(source) > MOST_HEAD:
        raise _refused(path, 1, text("raft.long_head"))
    try:
        head = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise _refused(path, 2 + (mark.line if mark is not None else 0), text("raft.bad_head")) from error
    if head is None:
        head = {}
    if not isinstance(head, dict):
        raise _refused(path, 2, text("raft.bad_head"))
    return head, end + 1


def _scalar(value: object) -> str:
    """As it was written. A list is no name, and one of lists of lists may be written out without end."""
    try:
        return str(value) if isinstance(value, str | int | float | date) else ""
    except ValueError:  # a number of thousands of digits
        return ""


def _own(path: str, head: dict[Any, Any]) -> str:
    import yaml

    others = {key: value for key, value in head.items() if key not in _OURS}
    try:
        return str(yaml.safe_dump(others, allow_unicode=True, sort_keys=False)) if others else ""
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _refused(path, 2, text("raft.bad_head")) from error


def _pinned(path: str, head: dict[Any, Any]) -> frozenset[int] | None:
    if "pinned" not in head:
        return None
    listed = head["pinned"]
    listed = [] if listed is None else listed if isinstance(listed, list) else [listed]
    found = [re.fullmatch(r"\^?m(\d{1,16})", _scalar(each).strip()) for each in listed]
    if not all(found):
        raise _refused(path, 1, text("raft.bad_pins"))
    return frozenset(int(each[1]) for each in found if each)


def _bullets(path: str, lines: list[str], start: int, *, strict: bool) -> tuple[list[Bullet], list[str]]:
    """`strict`: a mark that stands in no list is refused; its memory would be taken for one that was taken out."""
    found: list[Bullet] = []
    rest: list[str] = []
    open_at, parts = 0, list[str]()
    fence = ""

    def keep(line: str, number: int) -> None:
        if strict and _LOST_MARK.search(line):
            raise _refused(path, number, text("raft.lost_mark"))
        rest.append(line)

    def close() -> None:
        nonlocal open_at
        if open_at:
            joined = " ".join(part.strip() for part in parts).strip()
            bullet = _bullet(path, joined, open_at)
            if bullet is not None:
                found.append(bullet)
            elif joined:
                rest.append(joined)
        open_at = 0
        parts.clear()

    for number, line in enumerate(lines[start:], start + 1):
        opened = _FENCE.match(line)
        if fence:
            keep(line, number)
            if opened and opened[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif not line.strip() or _RULE.match(line):
            close()
        elif opened:
            close()
            fence = opened[1]
            rest.append(line)
        elif bullet := _BULLET.match(line):
            close()
            open_at = number
            parts.append(bullet[1] or "")
        elif (numbered := _NUMBERED.match(line)) and _MARK.search(line):
            close()
            open_at = number
            parts.append(numbered[1])
        elif open_at and not _STARTS.match(line):
            parts.append(line)
        else:
            close()
            keep(line.strip(), number)
    close()
    return found, rest


def _bullet(path: str, written: str, line: int) -> Bullet | None:
    """None for one that only leads elsewhere, or is empty."""
    if not written or _ONLY_LINKS.match(written):
        return None
    mark = _MARK.search(written)
    words = written[: mark.start()] if mark else written
    if _LOST_MARK.search(words):
        raise _refused(path, line, text("raft.lost_mark"))
    return Bullet(int(mark[1]) if mark else None, unescaped(words), line)


def _refused(path: str, line: int, what: str) -> FileRefused:
    return FileRefused(text("raft.at", path=one_line(path, 120), line=line, what=what), hint=text("raft.hint"))
