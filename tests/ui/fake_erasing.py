"""The fake engine's erasing for good."""

from __future__ import annotations

from companion.calls import EnginePort
from companion.errors import NotFound
from companion.events import MemoriesChanged
from companion.records import Memory
from companion.safekeeping import Erasure


class FakeErasing(EnginePort):
    """`holding`: names of backups that hold the words."""

    memories: dict[int, Memory]
    holding: tuple[str, ...] = ()

    async def plan_erasure(self, ids: tuple[int, ...]) -> Erasure:
        await self._call("plan_erasure", ids)
        if missing := [id for id in ids if id not in self.memories]:
            raise NotFound(f"no memory {missing[0]}")
        return Erasure(ids, (1,), (), self.holding, tuple(self.memories[id].text for id in ids))

    async def erase(self, ids: tuple[int, ...], backups: bool = False) -> Erasure:
        await self._call("erase", ids, backups)
        for id in ids:
            del self.memories[id]
        self.emit(MemoriesChanged(ids))  # type: ignore[attr-defined]
        return Erasure(ids, (1,), (), () if backups else self.holding)
