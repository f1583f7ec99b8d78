"""What the app needs of the engine: `CompanionApi` as coroutines, and the life of the process behind it.

`companion.engine.EngineClient` is the real one; `tests/ui/fake_engine.py` holds a small one in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from companion.events import Listener
from companion.offers import ModelChoice, ModelList, PullPlan, Removal
from companion.records import (
    Change,
    JournalEntry,
    Kind,
    MemoryDetail,
    MemoryFilter,
    MemoryRow,
    RecalledMemory,
    SentMessage,
    TranscriptItem,
)
from companion.reports import Check, MorningReport, SleepReport
from companion.status import EngineStatus


class EnginePort(Protocol):
    """Every coroutine raises a `CompanionError`, `EngineStopped` when the process is gone."""

    def start(self) -> None:
        """Start the process and return at once; calls made from now on are answered when it is up."""

    def restart(self) -> None:
        """Start it again after it ended."""

    async def renew(self) -> None:
        """Start it again with the settings as they are written now."""

    def subscribe(self, listener: Listener) -> None:
        """Events go to `listener` from a thread of the client, in order."""

    def on_exit(self, callback: Callable[[], None]) -> None:
        """`callback` is called from a thread when the process ended without being asked to."""

    async def close(self) -> None: ...

    async def status(self) -> EngineStatus: ...

    async def send(self, text: str) -> SentMessage: ...

    async def typing(self, text: str) -> None:
        """The person has paused after typing `text`."""

    async def stop(self) -> bool: ...

    async def transcript(self, before: int | None = None, limit: int = 50) -> tuple[TranscriptItem, ...]: ...

    async def list_memories(self, filter: MemoryFilter) -> tuple[MemoryRow, ...]: ...

    async def search_memories(self, text: str, limit: int = 10) -> tuple[RecalledMemory, ...]: ...

    async def memory(self, id: int) -> MemoryDetail: ...

    async def add_memory(self, text: str, kind: Kind = "thought") -> Change: ...

    async def edit_memory(self, id: int, text: str) -> Change: ...

    async def pin_memory(self, id: int, pinned: bool = True) -> Change: ...

    async def forget_memory(self, id: int) -> Change: ...

    async def restore_memory(self, id: int) -> Change: ...

    async def undo(self, batch: int | None = None) -> Change: ...

    async def history(self, memory: int | None = None, limit: int = 50) -> tuple[JournalEntry, ...]: ...

    async def morning(self) -> MorningReport: ...

    async def dismiss_question(self, id: int) -> None: ...

    async def morning_seen(self) -> None: ...

    async def sleep(self, as_of: datetime | None = None, dry_run: bool = False) -> SleepReport: ...

    async def models(self) -> ModelList: ...

    async def plan_pull(self, key: str) -> PullPlan: ...

    async def pull_model(self, key: str) -> None: ...

    async def stop_pull(self) -> bool: ...

    async def use_model(self, key: str) -> ModelChoice: ...

    async def plan_removal(self, key: str) -> Removal: ...

    async def remove_model(self, key: str) -> Removal: ...

    async def doctor(self) -> tuple[Check, ...]: ...
