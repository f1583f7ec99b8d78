"""The pages of an export, for a person to read: plain Markdown that Obsidian shows well."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from companion.clock import iso, local
from companion.exchange.raft.collecting import BLANK
from companion.exchange.raft.content import Content, ConversationLine, MemoryLine, TurnLine
from companion.exchange.raft.escaping import escaped
from companion.exchange.raft.file_names import Names
from companion.exchange.raft.homes import Home, HomeKind, day_at, homes, said_in
from companion.records import PLAY
from companion.strings import text
from companion.text import one_line

TITLE = 60
"""Characters of a title at most."""
FILE_TITLE = 40
"""Characters of it in the name of a file."""
_FOLDERS = {"person": "People/", "topic": "Topics/", "day": "Journal/", "apart": "Apart/"}
_KINDS = frozenset((*get_args(HomeKind), "index"))
_NOW, _FADED = ("active", "candidate"), ("dormant", "archived")
LISTED = 40
"""Days, and conversations, that the index names, the latest."""


@dataclass(frozen=True, slots=True)
class Page:
    """`memories`: those that stand on it, in order; `pinned`: those of them that are."""

    path: str
    kind: str
    name: str
    text: str
    memories: tuple[int, ...] = ()
    pinned: tuple[int, ...] = ()


def pages(content: Content, taken: Iterable[str] = ()) -> list[Page]:
    """In the order of their paths. `taken`: paths that other files have."""
    return _Writing(content, Names(taken)).pages()


class _Writing:
    def __init__(self, content: Content, names: Names) -> None:
        self._content = content
        self._names = names
        self._memories = {memory.id: memory for memory in content.memories}
        self._home = homes(content)
        self._on: defaultdict[Home, list[MemoryLine]] = defaultdict(list)
        for memory in sorted(content.memories, key=lambda m: (m.recorded_at, m.id)):
            self._on[self._home[memory.id]].append(memory)
        self._turns: defaultdict[int, list[TurnLine]] = defaultdict(list)
        for turn in content.turns:
            self._turns[turn.conversation].append(turn)
        self._days: defaultdict[str, list[MemoryLine]] = defaultdict(list)
        for memory in content.memories:
            if memory.kind == "thought" and not memory.scope:
                self._days[day_at(memory.recorded_at, memory.utc_offset)].append(memory)
        self._conversations = {str(one.id): one for one in content.conversations}
        self._begun: defaultdict[str, list[ConversationLine]] = defaultdict(list)
        for one in content.conversations:
            self._begun[day_at(one.started_at, one.utc_offset)].append(one)
        self._paths: dict[Home, str] = {}
        self._titles: dict[Home, str] = {}

    def pages(self) -> list[Page]:
        self._name_all()
        found = [self._page(home) for home in self._paths]
        found.append(self._index())
        return sorted(found, key=lambda page: page.path)

    def _name_all(self) -> None:
        index = self._names.claim("", "README")
        self._index_path = index
        for home, stem in ((Home("me"), "Me"), (Home("portrait"), "Portrait"), (Home("companion"), "Companion")):
            if home in self._on or home.kind != "companion":
                self._name(home, "", stem, self._heading(home))
        days = {home.name for home in self._on if home.kind == "day"} | set(self._days)
        for day in sorted(days | set(self._begun)):
            self._name(Home("day", day), "Journal/", day, day)
        for home in sorted(home for home in self._on if home.kind in ("person", "topic", "apart")):
            title = text("export.play") if home.name == PLAY else one_line(home.name, TITLE) or "?"
            self._name(home, _FOLDERS[home.kind], "Play" if home.name == PLAY else home.name, title)
        for one in self._content.conversations:
            title = self._title_of(one)
            self._name(Home("conversation", str(one.id)), "Conversations/", f"{_minute(one)} {_short(title)}", title)

    def _name(self, home: Home, folder: str, stem: str, title: str) -> None:
        self._paths[home] = self._names.claim(folder, stem)
        self._titles[home] = title

    def _heading(self, home: Home) -> str:
        if home.kind == "me":
            return text("export.me")
        return text("export.portrait") if home.kind == "portrait" else text("export.companion")

    def _title_of(self, one: ConversationLine) -> str:
        said = (
            turn.text
            for turn in self._turns[one.id]
            if turn.role == "person" and not turn.off_path and turn.text.strip() and BLANK not in turn.text
        )
        return one_line(one.title, TITLE) or one_line(next(said, ""), TITLE) or text("export.conversation")

    def _page(self, home: Home) -> Page:
        if home.kind == "conversation":
            return self._conversation(home)
        memories = self._on.get(home, [])
        lines = [f"# {escaped(self._titles[home])}", ""]
        if home.kind == "day":
            lines += self._day(home.name, memories)
        else:
            lines += self._sections(memories)
        ids = tuple(memory.id for memory in memories)
        pinned = tuple(memory.id for memory in memories if memory.pinned)
        head: dict[str, object] = {
            "companion": home.kind,
            "name": home.name,
            "memories": _marks(ids),
            "pinned": _marks(pinned),
        }
        return Page(self._paths[home], home.kind, home.name, _document(head, lines), ids, pinned)

    def _sections(self, memories: Sequence[MemoryLine]) -> list[str]:
        now = [m for m in memories if m.status in _NOW]
        faded = [m for m in memories if m.status in _FADED]
        before = [m for m in memories if m.status not in (*_NOW, *_FADED)]
        lines = [*_bullets(now)]
        for title, part in ((text("export.faded"), faded), (text("export.before"), before)):
            if part:
                lines += [*([""] if len(lines) else []), f"## {title}", "", *_bullets(part)]
        return lines or [text("export.nothing")]

    def _day(self, day: str, memories: Sequence[MemoryLine]) -> list[str]:
        digests = [m for m in memories if m.kind == "day"]
        events = [m for m in memories if m.kind == "event"]
        others = [m for m in memories if m.kind not in ("day", "event")]
        learned = [f"- !{self._link(m.id)}" for m in self._days.get(day, ())]
        said = [
            f"- [[{_linked(self._paths[Home('conversation', str(one.id))])}|{_alias(self._title_of(one))}]]"
            for one in self._begun.get(day, ())
        ]
        parts = [
            ("", _bullets(digests)),
            (text("export.events"), _bullets(events)),
            (text("export.moments"), _bullets(others)),
            (text("export.learned"), learned),
            (text("export.conversations"), said),
        ]
        lines: list[str] = []
        for title, part in parts:
            if part:
                lines += [*([""] if lines else []), *([f"## {title}", ""] if title else []), *part]
        return lines

    def _link(self, memory: int) -> str:
        return f"[[{_linked(self._paths[self._home[memory]])}#^m{memory}]]"

    def _conversation(self, home: Home) -> Page:
        one = self._conversations[home.name]
        marks: dict[int, int] = {}
        turns = {turn.id: turn for turn in self._turns[one.id]}
        for memory in self._on.get(home, []):
            turn = said_in(memory, turns)
            if turn is not None:
                marks[turn.id] = memory.id
        lines = [f"# {escaped(self._titles[home])}", ""]
        for turn in self._turns[one.id]:
            if not turn.off_path:
                lines += _said(turn, marks.get(turn.id))
        others = [turn for turn in self._turns[one.id] if turn.off_path]
        if others:
            lines += [f"## {text('export.versions')}", ""]
            for turn in others:
                lines += _said(turn, marks.get(turn.id))
        ids = tuple(memory.id for memory in self._on.get(home, []))
        head: dict[str, object] = {
            "companion": "conversation",
            "name": home.name,
            "began": _iso(one.started_at, one.utc_offset),
            "persona": one.persona,
            "memories": _marks(ids),
        }
        return Page(self._paths[home], "conversation", home.name, _document(head, lines), ids)

    def _index(self) -> Page:
        by_kind: defaultdict[str, list[Home]] = defaultdict(list)
        for home in self._paths:
            by_kind[home.kind].append(home)
        lines = [f"# {text('export.index')}", "", text("export.about"), "", text("export.how"), ""]
        for kind in ("me", "portrait", "companion"):
            lines += [self._entry(home) for home in by_kind[kind]]
        for title, kind in (
            (text("export.people"), "person"),
            (text("export.topics"), "topic"),
            (text("export.apart"), "apart"),
        ):
            if by_kind[kind]:
                lines += ["", f"## {title}", "", *(self._entry(home) for home in by_kind[kind])]
        for title, kind in ((text("export.journal"), "day"), (text("export.conversations"), "conversation")):
            if by_kind[kind]:
                latest = sorted(by_kind[kind], key=lambda home: self._paths[home], reverse=True)[:LISTED]
                lines += ["", f"## {title}", "", *(self._entry(home) for home in latest)]
        head: dict[str, object] = {"companion": "index"}
        return Page(self._index_path, "index", "", _document(head, lines))

    def _entry(self, home: Home) -> str:
        count = len(self._on.get(home, ()))
        told = f" ({count})" if count and home.kind != "conversation" else ""
        return f"- [[{_linked(self._paths[home])}|{_alias(self._titles[home])}]]{told}"


def _short(title: str) -> str:
    """Enough of a title for the name of a file, whole words where they are spaced."""
    cut = title.removesuffix("…")[: FILE_TITLE + 1]
    if len(cut) <= FILE_TITLE and cut == title:
        return title
    return (cut.rpartition(" ")[0] if " " in cut[FILE_TITLE // 2 :] else cut[:FILE_TITLE]).rstrip(" ,.;:")


def _bullets(memories: Iterable[MemoryLine]) -> list[str]:
    return [f"- {escaped(memory.text)} ^m{memory.id}" for memory in memories]


def _said(turn: TurnLine, memory: int | None) -> list[str]:
    at = _clock(turn.at, turn.utc_offset)
    lines = [escaped(line) for line in turn.text.split("\n")]
    mark = f" ^m{memory}" if memory is not None else ""
    return [f"**{escaped(one_line(turn.speaker, TITLE))}** · {at}", "", *lines[:-1], lines[-1] + mark, ""]


def _document(head: dict[str, object], lines: Sequence[str]) -> str:
    """With front matter: YAML, its texts as JSON writes them, which YAML reads the same."""
    front = [f"{name}: {_yaml(value)}" for name, value in head.items()]
    return "\n".join(["---", *front, "---", "", *lines]).rstrip("\n") + "\n"


def _yaml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(value)}]"  # of marks, which need no quotation marks
    if isinstance(value, str) and value in _KINDS:
        return value
    written = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in written)


def _marks(ids: Iterable[int]) -> list[str]:
    return [f"m{id}" for id in ids]


def _linked(path: str) -> str:
    return path.removesuffix(".md")


def _alias(title: str) -> str:
    """What a link shows: nothing that would end it."""
    return "".join(" " if character in "[]|" else character for character in title).strip() or "?"


def _minute(one: ConversationLine) -> str:
    try:
        return local(one.started_at, one.utc_offset).strftime("%Y-%m-%d %H%M")
    except (OverflowError, ValueError, OSError):
        return "undated"


def _clock(at: float, utc_offset: int) -> str:
    try:
        return local(at, utc_offset).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "?"


def _iso(at: float, utc_offset: int) -> str:
    try:
        return iso(at, utc_offset)
    except (OverflowError, ValueError, OSError):
        return ""
