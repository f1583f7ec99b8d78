"""Whatever is done in the panel, taking it back as often leads to where it began: over the fake engine and the real."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.calls import EnginePort
from companion.companion import Companion
from companion.errors import InvalidInput, NothingToUndo
from companion.records import STATUSES, Memory, MemoryFilter
from tests.house import House
from tests.ui.fake_engine import FakeEngine

EVERYTHING = MemoryFilter(statuses=STATUSES, limit=1_000)
ACTIONS = ("pin", "unpin", "forget", "restore", "edit", "merge", "split", "add")
steps = st.lists(st.tuples(st.sampled_from(ACTIONS), st.sets(st.integers(0, 4), min_size=1, max_size=3)), max_size=8)


class InProcess(EnginePort):
    """The real engine, asked without a process between."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion

    async def _call(self, method: str, *arguments: object) -> object:
        return getattr(self._companion, method)(*arguments)


async def state(engine: EnginePort) -> dict[int, Memory]:
    """What a person sees of every memory. When it was used is kept by the review log, which undo has no part in."""
    rows = await engine.list_memories(EVERYTHING)
    return {row.memory.id: replace(row.memory, version=0) for row in rows}


async def act(engine: EnginePort, action: str, ids: tuple[int, ...], round: int) -> bool:
    """False when there was nothing to do."""
    try:
        match action:
            case "edit":
                await engine.edit_memory(ids[0], f"something else, number {round}")
            case "add":
                await engine.add_memory(f"something new, number {round}")
            case "merge":
                await engine.merge_memories(ids, f"all of it, number {round}")
            case "split":
                await engine.split_memory(ids[0], (f"the first part of {round}", f"the second part of {round}"))
            case "pin" | "unpin" | "forget" | "restore":
                await engine.change_memories(ids, action)
    except InvalidInput:
        return False
    return True


async def there_and_back(engine: EnginePort, taken: list[tuple[str, set[int]]]) -> None:
    ids = sorted(await state(engine))
    states = [await state(engine)]
    for round, (action, places) in enumerate(taken):
        if await act(engine, action, tuple(ids[place] for place in sorted(places)), round):
            states.append(await state(engine))
    for before in reversed(states[:-1]):
        await engine.undo()
        now = await state(engine)
        assert {id: now[id] for id in before} == before
        gone = {id: memory for id, memory in now.items() if id not in before}
        assert all(memory.status == "forgotten" for memory in gone.values()) or not gone
    for after in states[1:]:
        await engine.redo()
        now = await state(engine)
        assert {id: now[id] for id in after} == after
    with pytest.raises(NothingToUndo):
        await engine.redo()


@given(steps)
def test_any_sequence_of_actions_and_undos_returns_to_the_start(taken: list[tuple[str, set[int]]]) -> None:
    engine = FakeEngine()
    engine.start()
    for index in range(5):
        engine.remember(f"memory number {index}")
    asyncio.run(there_and_back(engine, taken))


@given(steps)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_does_so_in_the_real_engine(house: House, taken: list[tuple[str, set[int]]]) -> None:
    companion = house.opened[0] if house.opened else house.open(load_model=False)
    engine = InProcess(companion)

    async def begin() -> None:
        for index in range(5):
            await engine.add_memory(f"memory number {index} of this round")
        await there_and_back(engine, taken)

    asyncio.run(begin())
