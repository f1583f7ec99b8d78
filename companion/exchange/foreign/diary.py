"""Diaries: plain text or Markdown, one file or a folder or archive of them. Each entry is a turn of the person's.

The day of an entry is told by a heading in it (a line that is a date, or a Markdown heading that holds one, in any
language that dates are read in), by front matter ("date:", "created:"), or by the name of the file; else it is the day
on which the file was last written. An entry without a time of day is dated at noon. Of 03/04/2024 the file itself tells
which is the month: the reading in which its days can all be, else the one in which they go forward; else the day is
taken to stand first, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from companion.errors import FileRefused
from companion.exchange.foreign.diary_days import Days, front_matter_day, name_day
from companion.exchange.foreign.given import Chat, Given, Notes, Said, named, worded
from companion.strings import text
from companion.text import CJK_RUN, text_hash
from companion.unpacking import UnpackedFile

MOST = 64 << 20
"""Bytes of one text file, which is read whole."""
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    text: str


def chats(given: Given, files: Sequence[UnpackedFile], notes: Notes) -> Iterator[Chat]:
    """A conversation for each folder of files, and for a file that is given alone."""
    folders: dict[str, list[Entry]] = {}
    for file in files:
        written = read_text(file, notes)
        if written is None:
            if len(files) == 1:
                raise FileRefused(text("importing.no_utf8"), hint=text("importing.no_utf8_hint"))
            continue
        parent = PurePosixPath(file.name).parent
        folders.setdefault("" if str(parent) == "." else str(parent), []).extend(entries(written, file, given, notes))
    for folder, found in folders.items():
        title = named(PurePosixPath(folder or given.name).stem, given.name)
        yield _chat(folder, title, found)


def _chat(folder: str, title: str, found: list[Entry]) -> Chat:
    found.sort(key=lambda entry: entry.at)
    counted: dict[tuple[datetime, str], int] = {}
    said = []
    for entry in found:
        # By day and words: the same entry is the same in whatever file it comes.
        words = entry.at, text_hash(entry.text)
        times = counted[words] = counted.get(words, 0) + 1
        said.append(Said(f"{entry.at:%Y-%m-%d}/{words[1]}/{times}", "person", "", entry.text, entry.at))
    return Chat(f"diary/{folder or title}", title, said)


def entries(written: str, file: UnpackedFile, given: Given, notes: Notes) -> list[Entry]:
    """What a file tells, in order."""
    front = _FRONT.match(written)
    body = written[front.end() :] if front else written
    day = (front_matter_day(front[1]) if front else None) or name_day(PurePosixPath(file.name).stem)
    if day is None:
        day = given.modified(file)
        guessed = True
    else:
        guessed = False
    lines = body.split("\n")
    days = Days(lines)
    notes.add(days.guess, int(bool(days.guess)))
    found: list[Entry] = []
    begun: list[str] = []
    at, told = day, not guessed
    for line in lines:
        heading = days.of(line)
        if heading is None:
            begun.append(line)
            continue
        _end(found, at, told, begun, notes)
        at, told, begun = heading.at, True, [heading.rest] if heading.rest else []
    _end(found, at, told, begun, notes)
    return found


def _end(found: list[Entry], at: datetime, told: bool, begun: list[str], notes: Notes) -> None:
    words = worded("\n".join(begun), notes)
    if not re.search(r"\w", words):
        return
    if not told and not found and all(line.startswith("#") for line in words.split("\n") if line.strip()):
        return  # the diary's title
    notes.add("file_dated", int(not told))
    found.append(Entry(at, words))


def read_text(file: UnpackedFile, notes: Notes) -> str | None:
    """UTF-8, UTF-16 with its mark, or Chinese in GB18030; None for anything else."""
    if file.path.stat().st_size > MOST:
        raise FileRefused(text("importing.text_large", most=MOST >> 20))
    data = file.path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = _decoded(data, "utf-16")
    else:
        found = _decoded(data, "utf-8-sig")
        if found is None:
            chinese = _decoded(data, "gb18030")
            letters = [c for c in chinese or "" if ord(c) > 127]
            if chinese and sum(map(len, CJK_RUN.findall(chinese))) > len(letters) * 0.6:
                found = chinese
    if found is None or "\0" in found:
        notes.add("encoding")
        return None
    return found.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
