"""The pages of an export, for a person to read: plain Markdown that Obsidian shows well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from companion.exchange.raft import page_text
from companion.exchange.raft.collecting import BLANK
from companion.exchange.raft.content import Content, ConversationLine, MemoryLine, TurnLine
from companion.exchange.raft.escaping import escaped
from companion.exchange.raft.file_names import Names
from companion.exchange.raft.homes import Home, day_at, homes, said_in
from companion.records import PLAY
from companion.strings import text
from companion.text import one_line

_FOLDERS = {"person": "People/", "topic": "Topics/", "day": "Journal/", "apart": "Apart/"}
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
            title = text("export.play") if home.name == PLAY else one_line(home.name, page_text.TITLE) or "?"
            self._name(home, _FOLDERS[home.kind], "Play" if home.name == PLAY else home.name, title)
        for one in self._content.conversations:
            title = self._title_of(one)
            self._name(
                Home("conversation", str(one.id)),
                "Conversations/",
                f"{page_text.minute(one)} {page_text.short(title)}",
                title,
            )

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
        return (
            one_line(one.title, page_text.TITLE)
            or one_line(next(said, ""), page_text.TITLE)
            or text("export.conversation")
        )

    def _page(self, home: Home) -> Page:
        if home.kind == "conversation":
            return self._conversation(home)
        memories = self._on.get(home, [])
        title = page_text.day_told(home.name) if home.kind == "day" else self._titles[home]
        lines = [f"# {escaped(title)}", ""]
        if home.kind == "day":
            lines += self._day(home.name, memories)
        else:
            lines += self._sections(memories)
        ids = tuple(memory.id for memory in memories)
        pinned = tuple(memory.id for memory in memories if memory.pinned)
        head: dict[str, object] = {
            "companion": home.kind,
            "name": home.name,
            "memories": page_text.marks(ids),
            "pinned": page_text.marks(pinned),
        }
        return Page(self._paths[home], home.kind, home.name, page_text.document(head, lines), ids, pinned)

    def _sections(self, memories: Sequence[MemoryLine]) -> list[str]:
        now = [m for m in memories if m.status in _NOW]
        faded = [m for m in memories if m.status in _FADED]
        before = [m for m in memories if m.status not in (*_NOW, *_FADED)]
        lines = [*page_text.bullets(now)]
        for title, part in ((text("export.faded"), faded), (text("export.before"), before)):
            if part:
                lines += [*([""] if len(lines) else []), f"## {title}", "", *page_text.bullets(part)]
        return lines or [text("export.nothing")]

    def _day(self, day: str, memories: Sequence[MemoryLine]) -> list[str]:
        digests = [m for m in memories if m.kind == "day"]
        events = [m for m in memories if m.kind == "event"]
        others = [m for m in memories if m.kind not in ("day", "event")]
        learned = [f"- !{self._link(m.id)}" for m in self._days.get(day, ())]
        said = [self._entry(Home("conversation", str(one.id))) for one in self._begun.get(day, ())]
        parts = [
            ("", page_text.bullets(digests)),
            (text("export.events"), page_text.bullets(events)),
            (text("export.moments"), page_text.bullets(others)),
            (text("export.learned"), learned),
            (text("export.conversations"), said),
        ]
        lines: list[str] = []
        for title, part in parts:
            if part:
                lines += [*([""] if lines else []), *([f"## {title}", ""] if title else []), *part]
        return lines

    def _link(self, memory: int) -> str:
        return f"[[{page_text.linked(self._paths[self._home[memory]])}#^m{memory}]]"

    def _conversation(self, home: Home) -> Page:
        one = self._conversations[home.name]
        marks: dict[int, int] = {}
        turns = {turn.id: turn for turn in self._turns[one.id]}
        for memory in self._on.get(home, []):
            turn = said_in(memory, turns)
            if turn is not None:
                marks[turn.id] = memory.id
        day = day_at(one.started_at, one.utc_offset)
        told = page_text.day_told(day)
        lines = [f"# {escaped(self._titles[home])}", ""]
        lines += [f"[[{page_text.linked(self._paths[Home('day', day)])}|{page_text.alias(told)}]]", ""]
        for turn in self._turns[one.id]:
            if not turn.off_path:
                lines += page_text.said(turn, marks.get(turn.id))
        others = [turn for turn in self._turns[one.id] if turn.off_path]
        if others:
            lines += [f"## {text('export.versions')}", ""]
            for turn in others:
                lines += page_text.said(turn, marks.get(turn.id))
        ids = tuple(memory.id for memory in self._on.get(home, []))
        head: dict[str, object] = {
            "companion": "conversation",
            "name": home.name,
            "began": page_text.began(one.started_at, one.utc_offset),
            "persona": one.persona,
            "memories": page_text.marks(ids),
        }
        return Page(self._paths[home], "conversation", home.name, page_text.document(head, lines), ids)

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
        return Page(self._index_path, "index", "", page_text.document(head, lines))

    def _entry(self, home: Home) -> str:
        count = len(self._on.get(home, ()))
        told = f" ({count})" if count and home.kind != "conversation" else ""
        return f"- [[{page_text.linked(self._paths[home])}|{page_text.alias(self._titles[home])}]]{told}"
