"""The one door: what a front end may ask of the engine.

`companion.companion.Companion` answers in its own process (plain mode, one-shot commands, tests);
`companion.engine.EngineClient` answers the same calls from a child process (the Textual app), each as a
coroutine. Every method raises a `CompanionError` that says what happened and what to do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from companion.events import Listener
from companion.offers import ModelChoice, ModelList, PullPlan, Removal
from companion.records import (
    Change,
    DayMood,
    JournalEntry,
    Kind,
    Learning,
    MemoryDetail,
    MemoryFilter,
    MemoryRow,
    PortraitLine,
    RecalledMemory,
    SentMessage,
    TranscriptItem,
)
from companion.reports import Check, MorningReport, SleepReport
from companion.status import EngineStatus


class CompanionApi(Protocol):
    def subscribe(self, listener: Listener) -> None:
        """Events go to `listener`, from the engine's threads, in order."""

    def status(self) -> EngineStatus: ...

    # Talking
    def send(self, text: str) -> SentMessage:
        """Commit the person's turn and return; the reply follows as events. Before the model is ready the
        message waits its turn. Raises EmptyMessage, Busy, ProfileReadOnly, DiskFull."""

    def typing(self, text: str) -> None:
        """The person has typed `text` so far, which is not stored: what can be done for the reply before it is sent is
        done, and the background makes way. To be called when they pause, and with "" when nothing is left of it."""

    def stop(self) -> bool:
        """Stop the reply that is being written, keeping what there is. False when there was none."""

    def transcript(self, before: int | None = None, limit: int = 50) -> tuple[TranscriptItem, ...]:
        """The latest `limit` turns (before turn id `before`), oldest first, over all conversations."""

    # Memory
    def list_memories(self, filter: MemoryFilter) -> tuple[MemoryRow, ...]:
        """Newest first."""

    def search_memories(self, text: str, limit: int = 10) -> tuple[RecalledMemory, ...]:
        """What `text` would bring to mind, best first; reinforces nothing."""

    def memory(self, id: int) -> MemoryDetail:
        """Raises NotFound."""

    def add_memory(self, text: str, kind: Kind = "thought") -> Change:
        """A memory the person writes by hand. Raises InvalidInput when empty."""

    def edit_memory(self, id: int, text: str) -> Change: ...

    def pin_memory(self, id: int, pinned: bool = True) -> Change:
        """A pinned memory never fades."""

    def forget_memory(self, id: int) -> Change:
        """Never recalled or learned again, with every memory that rests on the same words; undo brings it back."""

    def restore_memory(self, id: int) -> Change:
        """Make a dormant, archived, superseded or forgotten memory active again."""

    def undo(self, batch: int | None = None) -> Change:
        """Take a journal batch back, by default the person's latest that is not yet undone. Undoing an
        undo does it again. Raises NothingToUndo, NotFound."""

    def dismiss_question(self, id: int) -> None:
        """The companion is not told, and asks it no more. An unknown or answered one is left alone."""

    def history(self, memory: int | None = None, limit: int = 50) -> tuple[JournalEntry, ...]:
        """Changes, newest first."""

    def learning(self) -> Learning:
        """What recall has learned from the memories that replies used, in words."""

    def reset_learning(self) -> Learning:
        """Recall as it was shipped. Raises InvalidInput when nothing was learned."""

    def restore_learning(self) -> Learning:
        """Take the latest reset back; what was learned since stays. Raises NothingToUndo."""

    def portrait(self) -> tuple[PortraitLine, ...]:
        """Who the person is, as the nights put it together: the most important line first, what the person wrote
        themselves ahead of all, the story so far at the end."""

    def mood(self, days: int = 30) -> tuple[DayMood, ...]:
        """How the person's days felt, the last `days` of their calendar with anything said, in order. Raises
        InvalidInput."""

    # Models
    def models(self) -> ModelList:
        """Those ready to use, those on offer, and other programs' files. Asks nobody."""

    def plan_pull(self, key: str) -> PullPlan:
        """What fetching a model would do, its host above all. Asks nobody. Raises InvalidInput."""

    def pull_model(self, key: str) -> None:
        """Begin to fetch a model that the person agreed to fetch; the rest follows as events. Raises PullRunning while
        another is being fetched, InvalidInput."""

    def stop_pull(self) -> bool:
        """Stop fetching, keeping what has come. False when nothing was being fetched."""

    def use_model(self, key: str) -> ModelChoice:
        """Write the choice to the settings; it holds from the engine's next start on. Raises ModelError,
        InvalidInput."""

    def plan_removal(self, key: str) -> Removal:
        """What removing would do. Raises InvalidInput when that is not for Companion to do."""

    def remove_model(self, key: str) -> Removal:
        """Delete a file that was fetched, forget one that was added. Raises InvalidInput, ModelError."""

    # Sleep and care
    def morning(self) -> MorningReport:
        """What changed since the person was last told, what is about to fade, what to ask; `due` once a day."""

    def morning_seen(self) -> None:
        """The person was shown the morning report; nothing in a profile that cannot be written."""

    def sleep(self, as_of: datetime | None = None, dry_run: bool = False) -> SleepReport:
        """Run every night that is due by `as_of` (default now) and was not run. Raises ThinkingStopped when the person
        says something meanwhile: then nothing was changed, and what is due now is run once they are answered."""

    def doctor(self) -> tuple[Check, ...]:
        """Versions, profile, model, embedder, index (reconciled), jobs."""

    def close(self) -> None:
        """Stop, keep the partial reply, release the profile. Safe to call twice."""
