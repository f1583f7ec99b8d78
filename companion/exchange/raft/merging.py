"""The three-way merge: what somebody changed in the pages since they were written, held against what is here now.

The exact part of the export is what it was (`data/`), the pages what it is to be, the profile what it is here. What
was changed on one side only is taken over; what was changed on both, differently, is a conflict: what is here stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Literal

from companion.clock import stamp_day
from companion.exchange.raft.checking import refused
from companion.exchange.raft.content import MemoryLine
from companion.exchange.raft.given import Given
from companion.exchange.raft.manifest import PageNote
from companion.exchange.raft.parsing import RECORDS, Bullet, Parsed
from companion.records import Kind
from companion.strings import text
from companion.text import one_line, valid_text
from companion.transfers import HandEdit

LONGEST = 20_000
"""Characters of a memory that was written by hand, as everywhere."""
Stands = Callable[[str, Kind], Literal["here", "buried", ""]]
"""Whether a memory with these words is here, or was, or was forgotten and is not to be learned again."""


@dataclass(frozen=True, slots=True)
class Here:
    """A memory of this profile, as far as a merge looks at it."""

    text: str
    pinned: bool
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class New:
    """A memory that was written into a page by hand: what the page says of it. `day`: where it begins and ends,
    seconds."""

    text: str
    kind: Kind
    subject: str = "person"
    scope: str = ""
    day: tuple[float, float] | None = None


@dataclass
class Merge:
    """`edits` as they are told; `texts`, `forget`, `pins` (by id of the export) and `new` what is to be done."""

    edits: list[HandEdit] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    forget: list[int] = field(default_factory=list)
    pins: dict[int, bool] = field(default_factory=dict)
    new: list[New] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    """Of each of `edits` the page."""

    def tell(self, path: str, edit: HandEdit) -> None:
        self.edits.append(edit)
        self.paths.append(path)

    @property
    def empty(self) -> bool:
        return not (self.texts or self.forget or self.pins or self.new)


def merge(given: Given, here: Mapping[int, Here], stands: Stands, utc_offset: int = 0) -> Merge:
    """`here`: by id of the export, what is here now; `utc_offset`: the person's, for days of the journal. Raises
    FileRefused."""
    found = Merge()
    base = {memory.id: memory for memory in given.content.memories}
    for path in given.missing:
        found.notes.append(text("raft.page_gone", path=one_line(path, 120)))
    pages: dict[str, Parsed] = {}
    for path, page in given.pages.items():
        note = given.manifest.pages.get(path)
        if (note.kind if note is not None else page.kind) in RECORDS:
            if note is None or note.kind != "index":
                found.notes.append(text("raft.record", path=one_line(path, 120)))
        elif not page.kind:
            found.notes.append(text("raft.headless", path=one_line(path, 120)))
        else:
            pages[path] = page
    _take(found, given, base, pages, here, stands, utc_offset)
    return found


def _take(
    found: Merge,
    given: Given,
    base: dict[int, MemoryLine],
    pages: dict[str, Parsed],
    here: Mapping[int, Here],
    stands: Stands,
    utc_offset: int,
) -> None:
    seen: dict[int, str] = {}
    added: set[tuple[str, Kind]] = set()
    for path, page in pages.items():
        for bullet in page.bullets:
            if bullet.memory is None:
                new = _new(path, given.manifest.pages.get(path), page, bullet, utc_offset)
                there = stands(new.text, new.kind)
                if there == "buried":
                    found.notes.append(text("raft.stays_forgotten", path=one_line(path, 120), line=bullet.line))
                elif not there and (new.text, new.kind) not in added:
                    found.new.append(new)
                    added.add((new.text, new.kind))
                    found.tell(path, HandEdit("add", None, "", new.text))
                continue
            if bullet.memory not in base:
                raise refused(path, text("raft.unknown", id=bullet.memory), bullet.line)
            if bullet.memory in seen:
                raise refused(path, text("raft.twice_on", id=bullet.memory), bullet.line)
            seen[bullet.memory] = path
            if bullet.text != base[bullet.memory].text:
                _edit(found, path, bullet, base[bullet.memory], here.get(bullet.memory))
    elsewhere = _unchanged(given, pages)
    for path, page in pages.items():
        note = given.manifest.pages.get(path)
        if note is None:
            continue
        for id in sorted((page.pinned or frozenset()) - set(note.memories)):
            found.notes.append(text("raft.pin_elsewhere", id=id, path=one_line(path, 120)))
        for id in note.memories:
            if id not in seen and id not in elsewhere:
                _forget(found, path, base[id], here.get(id))
            elif id in seen and page.pinned is not None and seen[id] == path:
                _pin(found, path, base[id], here.get(id), id in page.pinned)


def _unchanged(given: Given, pages: dict[str, Parsed]) -> frozenset[int]:
    """What stands on pages that nobody changed, or that are not looked at."""
    return frozenset(id for path, note in given.manifest.pages.items() if path not in pages for id in note.memories)


def _edit(found: Merge, path: str, bullet: Bullet, base: MemoryLine, here: Here | None) -> None:
    after = written_text(path, bullet)
    if after == base.text.strip() or (here is not None and not here.forgotten and here.text == after):
        return
    conflict = here is None or here.forgotten or here.text != base.text
    found.tell(path, HandEdit("edit", base.id, here.text if here is not None else base.text, after, conflict))
    if not conflict:
        found.texts[base.id] = after


def _forget(found: Merge, path: str, base: MemoryLine, here: Here | None) -> None:
    if here is None or here.forgotten:
        return
    conflict = here.text != base.text
    found.tell(path, HandEdit("forget", base.id, here.text, "", conflict))
    if not conflict:
        found.forget.append(base.id)


def _pin(found: Merge, path: str, base: MemoryLine, here: Here | None, pinned: bool) -> None:
    if pinned == base.pinned or here is None or here.pinned == pinned:
        return
    conflict = here.forgotten
    found.tell(path, HandEdit("pin" if pinned else "unpin", base.id, here.text, here.text, conflict))
    if not conflict:
        found.pins[base.id] = pinned


def _new(path: str, note: PageNote | None, page: Parsed, bullet: Bullet, utc_offset: int) -> New:
    """What was written into a page belongs to whom or what the page is about."""
    words = written_text(path, bullet)
    kind, name = (note.kind, note.name) if note is not None else (page.kind, page.name or PurePosixPath(path).stem)
    if kind == "person":
        return New(words, "thought", subject=name or "person")
    if kind == "apart":
        return New(words, "thought", scope=name)
    if kind == "portrait":
        return New(words, "trait")
    if kind == "companion":
        return New(words, "thought", subject="companion")
    if kind == "day":
        return New(words, "event", day=_day(name, utc_offset))
    return New(words, "thought")


def _day(name: str, utc_offset: int) -> tuple[float, float] | None:
    try:
        return stamp_day((date.fromisoformat(name) - date(1970, 1, 1)).days, utc_offset)
    except ValueError:
        return None


def written_text(path: str, bullet: Bullet) -> str:
    """What a memory may say. Raises FileRefused."""
    words = valid_text(bullet.text).strip()
    if not words:
        raise refused(path, text("raft.no_words"), bullet.line)
    if len(words) > LONGEST:
        raise refused(path, text("editing.too_long", count=len(words), most=LONGEST), bullet.line)
    return words


def outstanding(given: Given, merged: Merge) -> str | None:
    """What would be lost if the pages were written anew: the first page with changes that were not taken over; None
    when there are none. Front matter of the person's own is kept."""
    for path, page in given.pages.items():
        note = given.manifest.pages.get(path)
        if note is not None and (note.kind in RECORDS or page.rest != note.rest or not page.kind):
            return path
    return next((path for path in merged.paths if path in given.manifest.pages), None)
