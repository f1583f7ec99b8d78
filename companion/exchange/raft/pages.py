"""The pages of an export, for a person to read: plain Markdown that Obsidian shows well."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from companion.exchange.raft import page_text
from companion.exchange.raft.collecting import BLANK
from companion.exchange.raft.content import ConversationLine, Line, MemoryLine, TurnLine
from companion.exchange.raft.escaping import escaped
from companion.exchange.raft.file_names import Names
from companion.exchange.raft.homes import Home, Homes, day_at
from companion.exchange.raft.line_files import LineFile
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


class Pages:
    """Hears all lines of an export, conversations, turns and memories in this order; then `pages` writes them. Of the
    lines it keeps what tells where they stand, and reads their words again page by page."""

    def __init__(self) -> None:
        self._homes = Homes()
        self._home: dict[int, Home] = {}
        self._on: defaultdict[Home, list[int]] = defaultdict(list)
        self._conversations: dict[int, ConversationLine] = {}
        self._talks: dict[int, Home] = {}
        self._turns: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
        self._begins: dict[int, str] = {}
        self._thoughts: defaultdict[str, list[int]] = defaultdict(list)
        self._recorded: list[tuple[float, int]] = []
        self._begun: defaultdict[str, list[ConversationLine]] = defaultdict(list)
        self._paths: dict[Home, str] = {}
        self._titles: dict[Home, str] = {}

    def hear(self, line: Line) -> None:
        if isinstance(line, ConversationLine):
            self._conversation_line(line)
        elif isinstance(line, TurnLine):
            self._turn_line(line)
        elif isinstance(line, MemoryLine):
            self._memory_line(line)

    def _conversation_line(self, one: ConversationLine) -> None:
        self._conversations[one.id] = one
        self._talks[one.id] = _home_of(one.id)
        self._begun[day_at(one.started_at, one.utc_offset)].append(one)

    def _turn_line(self, turn: TurnLine) -> None:
        self._turns[turn.conversation].append(turn.id)
        self._homes.turn(turn, self._talks[turn.conversation])
        if (
            turn.conversation not in self._begins
            and turn.role == "person"
            and not turn.off_path
            and turn.text.strip()
            and BLANK not in turn.text
        ):
            self._begins[turn.conversation] = one_line(turn.text, page_text.TITLE)

    def _memory_line(self, memory: MemoryLine) -> None:
        self._homes.memory(memory)
        self._recorded.append((memory.recorded_at, memory.id))
        if memory.kind == "thought" and not memory.scope:
            self._thoughts[day_at(memory.recorded_at, memory.utc_offset)].append(memory.id)

    def pages(
        self, turns: LineFile[TurnLine], memories: LineFile[MemoryLine], taken: Iterable[str] = ()
    ) -> Iterator[Page]:
        """In the order of their paths. `turns` and `memories` have the lines that were told of; `taken`: paths that
        other files have."""
        self._turn_lines, self._memory_lines = turns, memories
        self._names = Names(taken)
        self._home = self._homes.placed()
        for _, id in sorted(self._recorded):
            self._on[self._home[id]].append(id)
        self._recorded.clear()
        self._name_all()
        found: dict[str, Home | None] = {path: home for home, path in self._paths.items()} | {self._index_path: None}
        for path in sorted(found):
            home = found[path]
            yield self._index() if home is None else self._page(home)

    def _name_all(self) -> None:
        index = self._names.claim("", "README")
        self._index_path = index
        for home, stem in ((Home("me"), "Me"), (Home("portrait"), "Portrait"), (Home("companion"), "Companion")):
            if home in self._on or home.kind != "companion":
                self._name(home, "", stem, self._heading(home))
        days = {home.name for home in self._on if home.kind == "day"} | set(self._thoughts)
        for day in sorted(days | set(self._begun)):
            self._name(Home("day", day), "Journal/", day, day)
        for home in sorted(home for home in self._on if home.kind in ("person", "topic", "apart")):
            title = text("export.play") if home.name == PLAY else one_line(home.name, page_text.TITLE) or "?"
            self._name(home, _FOLDERS[home.kind], "Play" if home.name == PLAY else home.name, title)
        for one in self._conversations.values():
            title = self._title_of(one)
            self._name(
                _home_of(one.id),
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
        return one_line(one.title, page_text.TITLE) or self._begins.get(one.id) or text("export.conversation")

    def _page(self, home: Home) -> Page:
        if home.kind == "conversation":
            return self._conversation(home)
        ids, pinned = tuple(self._on.get(home, ())), list[int]()
        memories = self._standing_on(home, pinned)
        title = page_text.day_told(home.name) if home.kind == "day" else self._titles[home]
        lines = [f"# {escaped(title)}", ""]
        if home.kind == "day":
            lines += self._day(home.name, memories)
        else:
            lines += self._sections(memories)
        head: dict[str, object] = {
            "companion": home.kind,
            "name": home.name,
            "memories": page_text.marks(ids),
            "pinned": page_text.marks(pinned),
        }
        return Page(self._paths[home], home.kind, home.name, page_text.document(head, lines), ids, tuple(pinned))

    def _standing_on(self, home: Home, pinned: list[int]) -> Iterator[MemoryLine]:
        """One after the other; `pinned` is told of those that are."""
        for memory in self._memory_lines.read(self._on.get(home, ())):
            if memory.pinned:
                pinned.append(memory.id)
            yield memory

    def _sections(self, memories: Iterable[MemoryLine]) -> list[str]:
        lines, faded, before = list[str](), list[str](), list[str]()
        for memory in memories:
            part = lines if memory.status in _NOW else faded if memory.status in _FADED else before
            part.append(page_text.bullet(memory))
        for title, part in ((text("export.faded"), faded), (text("export.before"), before)):
            if part:
                lines += [*([""] if len(lines) else []), f"## {title}", "", *part]
        return lines or [text("export.nothing")]

    def _day(self, day: str, memories: Iterable[MemoryLine]) -> list[str]:
        digests, events, others = list[str](), list[str](), list[str]()
        for memory in memories:
            part = digests if memory.kind == "day" else events if memory.kind == "event" else others
            part.append(page_text.bullet(memory))
        learned = [f"- !{self._link(id)}" for id in self._thoughts.get(day, ())]
        said = [self._entry(_home_of(one.id)) for one in self._begun.get(day, ())]
        parts = [
            ("", digests),
            (text("export.events"), events),
            (text("export.moments"), others),
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
        one = self._conversations[int(home.name)]
        marks = self._homes.spoken
        day = day_at(one.started_at, one.utc_offset)
        told = page_text.day_told(day)
        lines = [f"# {escaped(self._titles[home])}", ""]
        lines += [f"[[{page_text.linked(self._paths[Home('day', day)])}|{page_text.alias(told)}]]", ""]
        others: list[str] = []
        for turn in self._turn_lines.read(self._turns[one.id]):
            (others if turn.off_path else lines).extend(page_text.said(turn, marks.get(turn.id)))
        if others:
            lines += [f"## {text('export.versions')}", "", *others]
        ids = tuple(self._on.get(home, ()))
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


def _home_of(conversation: int) -> Home:
    return Home("conversation", str(conversation))
