"""What was learned from an exchange as words on the screen: short in one line, whole when it is opened. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from companion import voices
from companion.events import Line
from companion.text import one_line
from companion.ui.format import counted

WIDTH = 52
"""Cells of a row under a reply on a screen of 60 columns."""
ROWS = 2
SHORTEST = 24
"""Cells below which a part says nothing any more: rather than shortening it further, leave some out."""
_ARROW = " → "


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was learned; `older` is what it took the place of, `memory` None when there is none to open."""

    memory: int | None
    text: str
    older: str = ""


def entries_of(memories: Sequence[int], lines: Sequence[Line]) -> tuple[Entry, ...]:
    """What `ThoughtsFormed` says, each line with its memory."""
    ids = (*memories, *[None] * len(lines))
    return tuple(Entry(memory, line.newer, line.older) for memory, line in zip(ids, lines, strict=False))


def whole(entry: Entry) -> str:
    """ "+ I adopted a dog.", or "~ I live in Leeds. → I live in Bristol now."."""
    text = voices.brief(one_line(entry.text, 2_000))
    return f"~ {one_line(entry.older, 2_000)}{_ARROW}{text}" if entry.older else f"+ {text}"


def summary(entries: Sequence[Entry], before: str = "") -> str:
    """All of it after `before`, in at most ROWS rows of WIDTH cells: each part shortened, the last ones only counted
    when even that is too much."""
    for shown in range(len(entries), 0, -1):
        rest = [counted(len(entries) - shown, "more")] if shown < len(entries) else []
        for cells in range(ROWS * WIDTH, SHORTEST - 1, -4):
            text = before + " · ".join([*(brief(entry, cells) for entry in entries[:shown]), *rest])
            if len(Content(text).wrap(WIDTH)) <= ROWS:
                return text
    return _cut(before, WIDTH)


def brief(entry: Entry, cells: int) -> str:
    """One part in at most `cells` cells. Of a change: what it was, then only what is different."""
    text = _sentence(entry.text)
    if not entry.older:
        return "+ " + _cut(text, cells - 2)
    older = _sentence(entry.older)
    same = _same_beginning(older.split(), text.split())
    different = " ".join(text.split()[same:])
    for before in (older, "… " + " ".join(older.split()[same:]) if same else older):
        if cell_len(f"~ {before}{_ARROW}{different}") <= cells:
            return f"~ {before}{_ARROW}{different}"
    half = (cells - 2 - len(_ARROW)) // 2
    return f"~ {_cut(before, half)}{_ARROW}{_cut(different, half)}"


def _sentence(text: str) -> str:
    """One line without the full stop at its end, which separates nothing here."""
    text = voices.brief(one_line(text, 500))
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def _same_beginning(older: list[str], newer: list[str]) -> int:
    """Number of words with which both begin, 0 when one word alone is the same or nothing else would be left."""
    same = 0
    for one, other in zip(older[:-1], newer[:-1], strict=False):
        if one.casefold() != other.casefold():
            break
        same += 1
    return same if same > 1 else 0


def _cut(text: str, cells: int) -> str:
    """The beginning of `text`, whole words if there are any, and "…" where it was cut."""
    if cell_len(text) <= cells:
        return text
    kept = text
    while kept and cell_len(kept) > cells - 1:
        kept = kept[:-1]
    words = kept.rsplit(" ", 1)[0] if text[len(kept) : len(kept) + 1] != " " else kept
    return (words if len(words) * 2 > len(kept) else kept).rstrip(" ,;:–—") + "…"
