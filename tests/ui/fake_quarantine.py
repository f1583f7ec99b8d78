"""What waits in the fake engine."""

from __future__ import annotations

from dataclasses import replace

from companion.calls import EnginePort
from companion.clock import SystemClock, stamp
from companion.errors import NotFound
from companion.records import Change, Memory
from companion.safekeeping import QuarantinedSource
from companion.strings import text


class FakeQuarantine(EnginePort):
    """`waits("a page", "what it says")` puts a source there."""

    memories: dict[int, Memory]

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[misc]
        self.sources: dict[int, tuple[str, tuple[int, ...]]] = {}

    def waits(self, name: str, *texts: str) -> int:
        ids = tuple(self.remember(each, status="quarantined").id for each in texts)  # type: ignore[attr-defined]
        self.sources[len(self.sources) + 1] = (name, ids)
        return len(self.sources)

    def came_from(self, id: int) -> tuple[int, ...]:
        return self.sources[id][1] if id in self.sources else ()

    async def quarantined(self) -> tuple[QuarantinedSource, ...]:
        await self._call("quarantined")
        at, offset = stamp(SystemClock().now())
        waiting = {id: self._waiting(id) for id in self.sources}
        return tuple(
            QuarantinedSource(id, self.sources[id][0], at, offset, len(ids)) for id, ids in waiting.items() if ids
        )[::-1]

    def _waiting(self, id: int) -> list[int]:
        return [each for each in self.came_from(id) if self.memories[each].status == "quarantined"]

    async def confirm_source(self, id: int) -> Change:
        await self._call("confirm_source", id)
        return self._decide(id, "active", "confirm")

    async def remove_source(self, id: int) -> Change:
        await self._call("remove_source", id)
        return self._decide(id, "forgotten", "remove")

    def _decide(self, id: int, status: str, action: str) -> Change:
        waiting = self._waiting(id)
        if not waiting:
            raise NotFound(text("quarantine.none_waits", id=id))
        changed = {each: replace(self.memories[each], status=status) for each in waiting}
        return self._write(changed, action, f"{action}: {len(waiting)}")  # type: ignore[attr-defined,no-any-return]
