"""The memory of the fake engine: it filters, changes in batches, takes back, does again, and knows the past."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from companion.calls import EnginePort
from companion.clock import SystemClock, local, stamp
from companion.errors import InvalidInput, NotFound, NothingToUndo
from companion.events import MemoriesChanged
from companion.memory_pages import AboutPage, GroupAction, Growth, GrowthDay, LinkedMemory, Month, Topic
from companion.records import (
    Change,
    Evidence,
    JournalEntry,
    Kind,
    Link,
    Memory,
    MemoryDetail,
    MemoryFilter,
    MemoryRow,
    PortraitLine,
    Quote,
    RecalledMemory,
    RetentionCurve,
    Turn,
)
from companion.reports import DayMood

DAY = 86_400.0
ORDERS = {
    "newest": lambda row: (-row.memory.recorded_at, -row.memory.id),
    "oldest": lambda row: (row.memory.recorded_at, row.memory.id),
    "text": lambda row: (row.memory.text.casefold(), row.memory.id),
    "kept": lambda row: (-row.retention, row.memory.id),
    "faded": lambda row: (row.retention, row.memory.id),
    "strength": lambda row: (-row.memory.strength, row.memory.id),
    "used": lambda row: (-row.memory.used_count, row.memory.id),
    "important": lambda row: (-row.memory.importance, row.memory.id),
}
GROUP: dict[GroupAction, dict[str, object]] = {
    "pin": {"pinned": True},
    "unpin": {"pinned": False},
    "forget": {"status": "forgotten"},
    "restore": {"status": "active"},
}


class FakeMemories(EnginePort):
    """For `FakeEngine`, which has the fields."""

    def _begin_memory(self) -> None:
        self._ids = itertools.count(1000)
        self._batches = itertools.count(1)
        self._journal: list[JournalEntry] = []
        self._undone: list[int] = []
        """Batches that were taken back, in that order."""
        self._done_again: set[int] = set()
        self._formed: dict[int, tuple[Memory, ...]] = {}
        """By batch, the memories that undoing it takes away, or gives back when they are not there."""
        self.links: list[Link] = []
        self.topics_told: list[Topic] = []
        self.moods: list[DayMood] = []

    # For tests

    def remember(self, text: str, kind: Kind = "thought", **more: object) -> Memory:
        moment, offset = stamp(SystemClock().now())
        fields: dict[str, object] = {"recorded_at": moment, "utc_offset": offset, "status": "active"} | more
        memory = Memory(id=next(self._ids), kind=kind, text=text, **fields)  # type: ignore[arg-type]
        self.memories[memory.id] = memory
        return memory

    def rests_on(self, memory: Memory, turn: Turn, start: int, end: int) -> None:
        """Give a memory its evidence."""
        self.memories[memory.id] = replace(memory, evidence=(Evidence(turn.id, start, end, ""),))

    # Looking

    async def list_memories(self, filter: MemoryFilter) -> tuple[MemoryRow, ...]:
        await self._call("list_memories", filter)
        return self._found(filter)[filter.offset : filter.offset + filter.limit]

    async def count_memories(self, filter: MemoryFilter) -> int:
        await self._call("count_memories", filter)
        return len(self._found(filter))

    def _found(self, filter: MemoryFilter) -> tuple[MemoryRow, ...]:
        words = filter.text.casefold().split()
        states = (self._at(id, filter.as_of) for id in self.memories)
        rows = [
            MemoryRow(memory, self._retention(memory))
            for memory in states
            if memory is not None
            and memory.status in filter.statuses
            and (filter.source is None or memory.id in self.came_from(filter.source))
            and (not filter.kinds or memory.kind in filter.kinds)
            and (filter.pinned is None or memory.pinned == filter.pinned)
            and (filter.after is None or memory.recorded_at >= filter.after)
            and (filter.before is None or memory.recorded_at < filter.before)
            and (not filter.emotions or memory.emotion in filter.emotions)
            and all(word in memory.text.casefold() for word in words)
        ]
        return tuple(sorted(rows, key=ORDERS[filter.order]))

    def _at(self, id: int, as_of: float | None) -> Memory | None:
        """As it was then."""
        memory: Memory | None = self.memories.get(id)
        if as_of is None:
            return memory
        if memory is None or memory.recorded_at > as_of:
            return None
        for entry in reversed(self._journal):
            if entry.memory == id and entry.at > as_of:
                memory = entry.before["memory"] if entry.before else None  # type: ignore[assignment]
        return memory

    @staticmethod
    def _retention(memory: Memory) -> float:
        days = (SystemClock().now().timestamp() - memory.recorded_at) / DAY
        return 1.0 if memory.pinned else max(0.0, 1.0 - days / 40)

    async def search_memories(self, text: str, limit: int = 10) -> tuple[RecalledMemory, ...]:
        rows = await self.list_memories(MemoryFilter(text=text, limit=limit))
        return tuple(RecalledMemory(row.memory, 1.0, rank) for rank, row in enumerate(rows, 1))

    async def memory(self, id: int, as_of: float | None = None) -> MemoryDetail:
        await self._call("memory", id)
        memory = self._at(self._get(id).id, as_of)
        if memory is None:
            raise NotFound(f"memory {id}")
        turns = {item.turn.id: item.turn for item in self.turns}
        quotes = tuple(
            Quote(turns[e.turn], e.start, e.end, turns[e.turn].text[e.start : e.end])
            for e in memory.evidence
            if e.turn in turns
        )
        history = tuple(
            entry for entry in reversed(self._journal) if entry.memory == id and (as_of is None or entry.at <= as_of)
        )
        return MemoryDetail(memory, self._retention(memory), quotes, (), history, curve=self._curve(memory))

    def _curve(self, memory: Memory) -> RetentionCurve:
        """Falls to the line in thirty days."""
        begin, (now, _) = memory.recorded_at, stamp(SystemClock().now())
        uses = () if memory.last_used_at is None else (memory.last_used_at,)
        days = range(61)
        points = tuple((begin + day * (now + 30 * DAY - begin) / 60, 1 - 0.4 * day / 60) for day in days)
        return RetentionCurve(points, uses, now, 0.6, None if memory.pinned else now + 30 * DAY)

    async def history(self, memory: int | None = None, limit: int = 50) -> tuple[JournalEntry, ...]:
        await self._call("history", memory)
        return tuple(reversed(self._journal))[:limit]

    # Changing

    def _get(self, id: int) -> Memory:
        try:
            return self.memories[id]
        except KeyError:
            raise NotFound(f"memory {id}") from None

    def _write(
        self, afters: Mapping[int, Memory | None], action: str, summary: str, undoes: int | None = None
    ) -> Change:
        """One batch: each memory becomes this, None: it goes."""
        batch = next(self._batches)
        moment, offset = stamp(SystemClock().now())

        def state(memory: Memory | None) -> dict[str, object] | None:
            return {"text": memory.text, "memory": memory} if memory else None

        for id, after in afters.items():
            before = self.memories.pop(id, None)
            if after is not None:
                self.memories[id] = after
            self._journal.append(
                JournalEntry(
                    len(self._journal), batch, moment, offset, "person", action, id, "", state(before), state(after),
                    undoes,
                )
            )  # fmt: skip
        self.emit(MemoriesChanged(tuple(afters)))
        return Change(batch, summary, tuple(after for after in afters.values() if after is not None))

    def _new(self, text: str, kind: Kind = "thought", **more: object) -> Memory:
        memory = self.remember(text, kind, **more)
        del self.memories[memory.id]
        return memory

    async def add_memory(self, text: str, kind: Kind = "thought") -> Change:
        await self._call("add_memory", text)
        if not text.strip():
            raise InvalidInput("a memory needs some text")
        memory = self._new(text, kind)
        return self._write({memory.id: memory}, "add", f"Added “{text}”")

    async def edit_memory(self, id: int, text: str) -> Change:
        await self._call("edit_memory", id, text)
        return self._write({id: replace(self._get(id), text=text)}, "edit", f"Changed to “{text}”")

    async def pin_memory(self, id: int, pinned: bool = True) -> Change:
        await self._call("pin_memory", id, pinned)
        return self._write({id: replace(self._get(id), pinned=pinned)}, "pin", "Pinned" if pinned else "Unpinned")

    async def forget_memory(self, id: int) -> Change:
        await self._call("forget_memory", id)
        return self._write({id: replace(self._get(id), status="forgotten")}, "forget", f"Forgot “{self._get(id).text}”")

    async def restore_memory(self, id: int) -> Change:
        await self._call("restore_memory", id)
        if self._get(id).status == "active":
            raise InvalidInput(f"memory {id} is active already")
        return self._write({id: replace(self._get(id), status="active")}, "restore", "Restored")

    async def change_memories(self, ids: tuple[int, ...], action: GroupAction) -> Change:
        await self._call("change_memories", ids, action)
        now = {id: self._get(id) for id in ids}
        then = {id: replace(memory, **GROUP[action]) for id, memory in now.items()}  # type: ignore[arg-type]
        changed = {id: memory for id, memory in then.items() if memory != now[id]}
        if not changed:
            raise InvalidInput("they are like that already")
        return self._write(changed, action, f"{action}: {len(changed)} memories")

    async def merge_memories(self, ids: tuple[int, ...], text: str) -> Change:
        await self._call("merge_memories", ids, text)
        if len(ids) < 2:
            raise InvalidInput("merging needs two memories")
        evidence = tuple(e for id in ids for e in self._get(id).evidence)
        merged = self._new(text, evidence=evidence)
        old = {id: replace(self._get(id), status="merged", replaced_by=merged.id) for id in ids}
        return self._write({**old, merged.id: merged}, "merge", f"Merged {len(ids)} memories")

    async def split_memory(self, id: int, texts: tuple[str, ...]) -> Change:
        await self._call("split_memory", id, texts)
        if len(texts) < 2:
            raise InvalidInput("splitting needs two texts")
        memory = self._get(id)
        parts = [self._new(text, memory.kind, evidence=memory.evidence) for text in texts]
        old = replace(memory, status="superseded", replaced_by=parts[0].id)
        return self._write({id: old, **{part.id: part for part in parts}}, "split", f"Split in {len(texts)}")

    async def restore_as_of(self, ids: tuple[int, ...], as_of: float) -> Change:
        await self._call("restore_as_of", ids, as_of)
        then = {id: self._at(id, as_of) for id in ids}
        changed = {id: memory for id, memory in then.items() if memory is not None and memory != self._get(id)}
        if not changed:
            raise InvalidInput("nothing was different then")
        return self._write(changed, "restore", f"{len(changed)} as they were")

    async def undo(self, batch: int | None = None) -> Change:
        await self._call("undo", batch)
        if batch in self._formed:
            return self._take_back(int(batch or 0))
        open_batches = [e.batch for e in self._journal if e.undoes is None and e.batch not in self._undone]
        if not open_batches or (batch is not None and batch not in open_batches):
            raise NothingToUndo
        return self._reverse(open_batches[-1] if batch is None else batch)

    def _reverse(self, batch: int, again: bool = False) -> Change:
        entries = [entry for entry in self._journal if entry.batch == batch]
        side = "after" if again else "before"
        states = {entry.memory: getattr(entry, side) for entry in entries}
        then = {id: state["memory"] if state else None for id, state in states.items()}
        if again:
            self._undone.remove(batch)
        else:
            self._undone.append(batch)
        return self._write(
            then, "redo" if again else "undo", f"{'Redid' if again else 'Undid'}: {entries[0].action}", batch
        )  # type: ignore[arg-type]

    async def redo(self) -> Change:
        await self._call("redo")
        own = [entry.batch for entry in self._journal if entry.undoes is None]
        latest_undo = max((e.batch for e in self._journal if e.action == "undo"), default=0)
        if not self._undone or (own and max(own) > latest_undo):
            raise NothingToUndo
        return self._reverse(self._undone[-1], again=True)

    def _take_back(self, batch: int) -> Change:
        if batch in self._undone or batch not in self._formed:
            raise NothingToUndo
        self._undone.append(batch)
        made = self._formed[batch]
        there = made[0].id in self.memories
        again = next(self._batches)
        self._formed[again] = tuple(self.memories.pop(memory.id) if there else memory for memory in made)
        if not there:
            self.memories |= {memory.id: memory for memory in made}
        found = () if there else made
        self.emit(MemoriesChanged(tuple(memory.id for memory in found)))
        return Change(again, f"Undone: change {batch}", found)

    # Pages

    async def linked(self, id: int) -> tuple[LinkedMemory, ...]:
        await self._call("linked", id)
        self._get(id)
        ends = [(link, link.target if link.source == id else link.source) for link in self.links]
        return tuple(
            LinkedMemory(link.type, link.weight, link.source == id, self.memories[end])
            for link, end in ends
            if id in (link.source, link.target) and end in self.memories
        )

    async def topics(self, limit: int = 200) -> tuple[Topic, ...]:
        await self._call("topics")
        return tuple(self.topics_told[:limit])

    async def about(self, name: str) -> AboutPage:
        await self._call("about", name)
        rows = [row for row in self._found(MemoryFilter(statuses=("active", "superseded"))) if name in row.memory.text]
        topic = next((topic for topic in self.topics_told if topic.name.casefold() == name.casefold()), None)
        if not rows and topic is None:
            raise NotFound(f"anything about {name}")
        ids = {row.memory.id for row in rows}
        said = [item.turn for item in self.turns if name in item.turn.text and item.turn.role == "person"]
        times = [row.memory.recorded_at for row in rows]
        return AboutPage(
            topic.name if topic else name,
            topic.relation if topic else "",
            tuple(row for row in rows if row.memory.status == "active" and row.memory.kind != "event"),
            tuple(row for row in rows if row.memory.kind == "event"),
            tuple(row for row in rows if row.memory.status == "superseded"),
            tuple(Quote(turn, 0, len(turn.text), turn.text) for turn in said),
            tuple(other for other in self.topics_told if other is not topic),
            min(times, default=None) if ids else None,
            max(times, default=None) if ids else None,
        )

    async def timeline(self) -> tuple[Month, ...]:
        await self._call("timeline")
        months: dict[tuple[int, int], list[MemoryRow]] = {}
        for row in self._found(MemoryFilter()):
            at = local(row.memory.recorded_at, row.memory.utc_offset)
            months.setdefault((at.year, at.month), []).append(row)
        return tuple(
            Month(
                year,
                month,
                dict(Counter(row.memory.kind for row in rows)),
                tuple(row for row in reversed(rows) if row.memory.kind in ("event", "day")),
            )
            for (year, month), rows in sorted(months.items(), reverse=True)
        )

    async def growth(self, days: int = 90) -> Growth:
        await self._call("growth", days)
        today = SystemClock().now().date()
        rows = self._found(MemoryFilter())
        shares = [0] * 10
        for row in rows:
            shares[min(9, int(row.retention * 10))] += 1
        past = [today - timedelta(days=back) for back in reversed(range(days))]
        return Growth(
            tuple(self._day(day, rows) for day in past) if rows else (),
            tuple(shares),
            tuple((today + timedelta(days=ahead), ahead % 3) for ahead in range(1, 31)) if rows else (),
        )

    @staticmethod
    def _day(day: date, rows: tuple[MemoryRow, ...]) -> GrowthDay:
        days = [local(row.memory.recorded_at, row.memory.utc_offset).date() for row in rows]
        return GrowthDay(day, sum(told <= day for told in days), 0, sum(told == day for told in days), 0)

    async def mood(self, days: int = 30) -> tuple[DayMood, ...]:
        await self._call("mood", days)
        return tuple(self.moods[-days:])

    async def portrait(self) -> tuple[PortraitLine, ...]:
        await self._call("portrait")
        traits = [memory for memory in self.memories.values() if memory.kind == "trait" and memory.status == "active"]
        turns = {item.turn.id: item.turn for item in self.turns}
        return tuple(
            PortraitLine(
                memory,
                tuple(
                    Quote(turns[e.turn], e.start, e.end, turns[e.turn].text[e.start : e.end])
                    for e in memory.evidence
                    if e.turn in turns
                ),
            )
            for memory in traits
        )
