"""Looking at memory and changing it: see `companion.api` for what each call does."""

from __future__ import annotations

from typing import Any

from companion.chats import Verdict
from companion.memory_pages import AboutPage, GroupAction, Growth, LinkedMemory, Month, Topic
from companion.records import (
    Change,
    JournalEntry,
    Kind,
    Learning,
    MemoryDetail,
    MemoryFilter,
    MemoryRow,
    PortraitLine,
    RecalledMemory,
)


class MemoryCalls:
    """Whoever is one can call the engine."""

    async def _call(self, method: str, *arguments: object) -> Any:
        raise NotImplementedError

    async def list_memories(self, filter: MemoryFilter) -> tuple[MemoryRow, ...]:
        return await self._call("list_memories", filter)

    async def search_memories(self, text: str, limit: int = 10) -> tuple[RecalledMemory, ...]:
        return await self._call("search_memories", text, limit)

    async def memory(self, id: int, as_of: float | None = None) -> MemoryDetail:
        return await self._call("memory", id, as_of)

    async def add_memory(self, text: str, kind: Kind = "thought") -> Change:
        return await self._call("add_memory", text, kind)

    async def edit_memory(self, id: int, text: str) -> Change:
        return await self._call("edit_memory", id, text)

    async def pin_memory(self, id: int, pinned: bool = True) -> Change:
        return await self._call("pin_memory", id, pinned)

    async def forget_memory(self, id: int) -> Change:
        return await self._call("forget_memory", id)

    async def restore_memory(self, id: int) -> Change:
        return await self._call("restore_memory", id)

    async def undo(self, batch: int | None = None) -> Change:
        return await self._call("undo", batch)

    async def history(self, memory: int | None = None, limit: int = 50) -> tuple[JournalEntry, ...]:
        return await self._call("history", memory, limit)

    async def learning(self) -> Learning:
        return await self._call("learning")

    async def reset_learning(self) -> Learning:
        return await self._call("reset_learning")

    async def restore_learning(self) -> Learning:
        return await self._call("restore_learning")

    async def portrait(self) -> tuple[PortraitLine, ...]:
        return await self._call("portrait")

    async def count_memories(self, filter: MemoryFilter) -> int:
        return await self._call("count_memories", filter)

    async def change_memories(self, ids: tuple[int, ...], action: GroupAction) -> Change:
        return await self._call("change_memories", ids, action)

    async def merge_memories(self, ids: tuple[int, ...], text: str) -> Change:
        return await self._call("merge_memories", ids, text)

    async def split_memory(self, id: int, texts: tuple[str, ...]) -> Change:
        return await self._call("split_memory", id, texts)

    async def restore_as_of(self, ids: tuple[int, ...], as_of: float) -> Change:
        return await self._call("restore_as_of", ids, as_of)

    async def redo(self) -> Change:
        return await self._call("redo")

    async def judge(self, reply: int, memory: int, verdict: Verdict) -> Change:
        return await self._call("judge", reply, memory, verdict)

    async def linked(self, id: int) -> tuple[LinkedMemory, ...]:
        return await self._call("linked", id)

    async def topics(self, limit: int = 200) -> tuple[Topic, ...]:
        return await self._call("topics", limit)

    async def about(self, name: str) -> AboutPage:
        return await self._call("about", name)

    async def timeline(self) -> tuple[Month, ...]:
        return await self._call("timeline")

    async def growth(self, days: int = 90) -> Growth:
        return await self._call("growth", days)
