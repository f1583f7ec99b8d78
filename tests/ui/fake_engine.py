"""A small real engine in memory: keeps turns, streams enqueued replies, edits and undoes memories."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from companion.calls import EnginePort
from companion.clock import SystemClock, stamp
from companion.errors import (
    Busy,
    CompanionError,
    EmptyMessage,
    EngineStopped,
    InvalidInput,
    NotFound,
    NothingToUndo,
)
from companion.events import (
    Event,
    Listener,
    MemoriesChanged,
    MemoriesRecalled,
    ModelPullFinished,
    PromptRead,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyToken,
    SleepFinished,
    SleepProgress,
    StatusChanged,
    ThoughtsFormed,
)
from companion.offers import ModelChoice, ModelList, ModelOffer, PullPlan, Removal
from companion.question import Question
from companion.records import (
    Change,
    Evidence,
    JournalEntry,
    Kind,
    Memory,
    MemoryDetail,
    MemoryFilter,
    MemoryRow,
    Quote,
    RecalledMemory,
    ReplyReport,
    RetentionCurve,
    SentMessage,
    TranscriptItem,
    Turn,
)
from companion.reports import Check, MorningReport, SleepReport
from companion.status import EngineStatus
from tests.ui.lines import line_of


@dataclass
class Reply:
    """What to answer next. `hold` keeps the reply open after `pieces` until `release()`."""

    pieces: tuple[str, ...]
    recalled: tuple[RecalledMemory, ...] = ()
    thoughts: tuple[str, ...] = ()
    question: str = ""
    fail: CompanionError | None = None
    hold: bool = False
    pause: float = 0.0


@dataclass
class FakeEngine(EnginePort):
    """Satisfies `EnginePort`. Events are sent from a thread, as the real client does."""

    phase: str = "ready"
    status_now: EngineStatus = field(default_factory=lambda: EngineStatus("ready", "smollm2-135m", 4096))
    turns: list[TranscriptItem] = field(default_factory=list)
    memories: dict[int, Memory] = field(default_factory=dict)
    calls: list[tuple[object, ...]] = field(default_factory=list)
    raises: dict[str, CompanionError] = field(default_factory=dict)
    morning_report: MorningReport = field(default_factory=lambda: MorningReport("2026-03-03", 0.0))
    offers: list[ModelOffer] = field(default_factory=list)
    notice: str = ""
    dismissed: list[int] = field(default_factory=list)
    """Questions that the person does not want to be asked."""
    started: int = 0
    closed: bool = False
    alive: bool = False
    close_takes: float = 0.0

    def __post_init__(self) -> None:
        self._listeners: list[Listener] = []
        self._exit_callbacks: list[Callable[[], None]] = []
        self._replies: deque[Reply] = deque()
        self._ids = itertools.count(1000)
        self._batches = itertools.count(1)
        self._journal: list[JournalEntry] = []
        self._undone: set[int] = set()
        self._formed: dict[int, tuple[Memory, ...]] = {}
        """By batch, the memories that undoing it takes away, or gives back when they are not there."""
        self._answering: asyncio.Task[None] | None = None
        self._release = asyncio.Event()
        self._stop = False
        self.typed: list[str] = []
        self._up = asyncio.Event()
        self.hold_start = False
        """Calls wait, as they do while the process comes up, until `come_up()`."""

    # For tests

    def enqueue(self, *pieces: str, **more: object) -> None:
        self._replies.append(Reply(pieces, **more))  # type: ignore[arg-type]

    def release(self) -> None:
        self._release.set()

    def come_up(self) -> None:
        self._up.set()

    def emit(self, event: Event) -> None:
        """From another thread, like the real client's reader."""
        thread = threading.Thread(target=lambda: [listener(event) for listener in self._listeners])
        thread.start()
        thread.join()

    def die(self) -> None:
        """The process ends without being asked to."""
        self.alive = False
        self._up.clear()
        if self._answering is not None:
            self._answering.cancel()
        self._answering = None
        thread = threading.Thread(target=lambda: [callback() for callback in self._exit_callbacks])
        thread.start()
        thread.join()

    def said(self, role: str, text: str, conversation: int = 1, at: float | None = None, **more: object) -> Turn:
        """Put a turn on record."""
        moment, offset = stamp(SystemClock().now())
        turn = Turn(
            next(self._ids),
            conversation,
            role,
            str(more.pop("speaker", "")),
            text,
            at if at is not None else moment,
            offset,
            **more,  # type: ignore[arg-type]
        )
        self.turns.append(TranscriptItem(turn))
        return turn

    def remember(self, text: str, kind: Kind = "thought", **more: object) -> Memory:
        moment, offset = stamp(SystemClock().now())
        fields: dict[str, object] = {"recorded_at": moment, "utc_offset": offset, "status": "active"} | more
        memory = Memory(id=next(self._ids), kind=kind, text=text, **fields)  # type: ignore[arg-type]
        self.memories[memory.id] = memory
        return memory

    @property
    def sent(self) -> list[str]:
        return [str(call[1]) for call in self.calls if call[0] == "send"]

    # Life

    def start(self) -> None:
        self.started += 1
        self.alive = True
        if not self.hold_start:
            self._up.set()

    def restart(self) -> None:
        self.start()

    async def renew(self) -> None:
        self.calls.append(("renew",))
        if "renew" in self.raises:
            raise self.raises.pop("renew")
        self.restart()

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def on_exit(self, callback: Callable[[], None]) -> None:
        self._exit_callbacks.append(callback)

    async def close(self) -> None:
        await asyncio.sleep(self.close_takes)
        self.closed = True
        if self._answering is not None:
            self._answering.cancel()

    async def _call(self, name: str, *arguments: object) -> None:
        if not self.alive:
            raise EngineStopped
        life = self.started
        await self._up.wait()
        if life != self.started:
            raise EngineStopped
        self.calls.append((name, *arguments))
        if name in self.raises:
            raise self.raises.pop(name)

    # Talking

    async def status(self) -> EngineStatus:
        await self._call("status")
        return self.status_now

    def set_status(self, status: EngineStatus) -> None:
        self.status_now = status
        self.emit(StatusChanged(status))

    async def send(self, text: str) -> SentMessage:
        await self._call("send", text)
        if not text.strip():
            raise EmptyMessage
        if self._answering is not None and not self._answering.done():
            raise Busy
        turn = self.said("person", text)
        self._stop = False
        self._answering = asyncio.create_task(self._answer(turn))
        return SentMessage(turn.id, 1)

    async def _answer(self, turn: Turn) -> None:
        reply = self._replies.popleft() if self._replies else Reply(("I hear you.",))
        id = next(self._ids)
        await asyncio.sleep(0)
        if reply.fail is not None:
            self._answering = None
            self.emit(ReplyFailed(turn.id, 0, reply.fail.title, reply.fail.hint))
            return
        self.emit(ReplyStarted(turn.id, id))
        if reply.recalled:
            self.emit(MemoriesRecalled(id, reply.recalled))
        self.emit(PromptRead(id, 400, 812))
        self.emit(PromptRead(id, 812, 812))
        written = ""
        for piece in reply.pieces:
            if self._stop:
                break
            await asyncio.sleep(reply.pause)
            written += piece
            self.emit(ReplyToken(id, piece))
        if reply.hold and not self._stop:
            await self._release.wait()
        self._release.clear()
        moment, offset = stamp(SystemClock().now())
        state = "stopped" if self._stop else "complete"
        said = Turn(id, turn.conversation, "companion", "", written, moment, offset, state, turn.id)  # type: ignore[arg-type]
        self.turns.append(TranscriptItem(said, reply.recalled))
        report = ReplyReport(said, reply.recalled, 12.0, 300.0, 900.0, 812, 40, len(reply.pieces), 21.4, 4096)
        self._answering = None
        self.emit(ReplyFinished(id, report))
        if reply.thoughts:
            self.form(turn, *reply.thoughts, question=reply.question)

    def form(self, turn: Turn, *lines: str, question: str = "") -> None:
        """Reflection on what was said in `turn` ends."""
        made = tuple(self.remember(line[2:].split(" → ")[-1]) for line in lines)
        batch = next(self._batches)
        self._formed[batch] = made
        asked = next(self._ids) if question else None
        self.turns = [
            replace(item, question=Question(asked, question, turn.id, 1, made[-1].id))
            if asked is not None and item.turn.answers == turn.id
            else item
            for item in self.turns
        ]
        told = tuple(line_of(line) for line in lines)
        self.emit(ThoughtsFormed(turn.id, batch, tuple(memory.id for memory in made), told, question, asked))

    async def typing(self, text: str) -> None:
        await self._call("typing", text)
        self.typed.append(text)

    async def stop(self) -> bool:
        await self._call("stop")
        self._stop = True
        self._release.set()
        return self._answering is not None

    async def transcript(self, before: int | None = None, limit: int = 50) -> tuple[TranscriptItem, ...]:
        await self._call("transcript", before, limit)
        items = [item for item in self.turns if before is None or item.turn.id < before]
        return tuple(items[-limit:])

    # Memory

    async def morning(self) -> MorningReport:
        await self._call("morning")
        return self.morning_report

    async def dismiss_question(self, id: int) -> None:
        await self._call("dismiss_question", id)
        self.dismissed.append(id)

    async def morning_seen(self) -> None:
        await self._call("morning_seen")
        self.morning_report = replace(self.morning_report, due=False)

    async def list_memories(self, filter: MemoryFilter) -> tuple[MemoryRow, ...]:
        await self._call("list_memories", filter)
        words = filter.text.casefold().split()
        found = [
            memory
            for memory in self.memories.values()
            if memory.status in filter.statuses
            and (not filter.kinds or memory.kind in filter.kinds)
            and all(word in memory.text.casefold() for word in words)
        ]
        found.sort(key=lambda memory: (memory.recorded_at, memory.id), reverse=True)
        return tuple(MemoryRow(memory, self._retention(memory)) for memory in found[: filter.limit])

    @staticmethod
    def _retention(memory: Memory) -> float:
        days = (SystemClock().now().timestamp() - memory.recorded_at) / 86_400
        return 1.0 if memory.pinned else max(0.0, 1.0 - days / 40)

    async def search_memories(self, text: str, limit: int = 10) -> tuple[RecalledMemory, ...]:
        rows = await self.list_memories(MemoryFilter(text=text, limit=limit))
        return tuple(RecalledMemory(row.memory, 1.0, rank) for rank, row in enumerate(rows, 1))

    async def memory(self, id: int) -> MemoryDetail:
        await self._call("memory", id)
        memory = self._get(id)
        turns = {item.turn.id: item.turn for item in self.turns}
        quotes = tuple(
            Quote(turns[e.turn], e.start, e.end, turns[e.turn].text[e.start : e.end])
            for e in memory.evidence
            if e.turn in turns
        )
        history = tuple(entry for entry in reversed(self._journal) if entry.memory == id)
        return MemoryDetail(memory, self._retention(memory), quotes, (), history, curve=self._curve(memory))

    def _curve(self, memory: Memory) -> RetentionCurve:
        """Falls to the line in thirty days."""
        begin, (now, _) = memory.recorded_at, stamp(SystemClock().now())
        uses = () if memory.last_used_at is None else (memory.last_used_at,)
        days = range(61)
        points = tuple((begin + day * (now + 30 * 86_400 - begin) / 60, 1 - 0.4 * day / 60) for day in days)
        return RetentionCurve(points, uses, now, 0.6, None if memory.pinned else now + 30 * 86_400)

    def rests_on(self, memory: Memory, turn: Turn, start: int, end: int) -> None:
        """Give a memory its evidence."""
        self.memories[memory.id] = replace(memory, evidence=(Evidence(turn.id, start, end, ""),))

    def _get(self, id: int) -> Memory:
        try:
            return self.memories[id]
        except KeyError:
            raise NotFound(f"memory {id}") from None

    def _write(self, after: Memory, action: str, summary: str, undoes: int | None = None) -> Change:
        before = self.memories.get(after.id)
        self.memories[after.id] = after
        batch = next(self._batches)
        moment, offset = stamp(SystemClock().now())

        def state(memory: Memory | None) -> dict[str, object] | None:
            return {"text": memory.text, "memory": memory} if memory else None

        self._journal.append(
            JournalEntry(
                len(self._journal),
                batch,
                moment,
                offset,
                "person",
                action,
                after.id,
                "",
                state(before),
                state(after),
                undoes,
            )
        )
        self.emit(MemoriesChanged((after.id,)))
        return Change(batch, summary, (after,))

    async def add_memory(self, text: str, kind: Kind = "thought") -> Change:
        await self._call("add_memory", text)
        if not text.strip():
            raise InvalidInput("a memory needs some text")
        memory = self.remember(text, kind)
        return self._write(memory, "add", f"Added “{text}”")

    async def edit_memory(self, id: int, text: str) -> Change:
        await self._call("edit_memory", id, text)
        return self._write(replace(self._get(id), text=text), "edit", f"Changed to “{text}”")

    async def pin_memory(self, id: int, pinned: bool = True) -> Change:
        await self._call("pin_memory", id, pinned)
        return self._write(replace(self._get(id), pinned=pinned), "pin", "Pinned" if pinned else "Unpinned")

    async def forget_memory(self, id: int) -> Change:
        await self._call("forget_memory", id)
        return self._write(replace(self._get(id), status="forgotten"), "forget", f"Forgot “{self._get(id).text}”")

    async def restore_memory(self, id: int) -> Change:
        await self._call("restore_memory", id)
        return self._write(replace(self._get(id), status="active"), "restore", "Restored")

    async def undo(self, batch: int | None = None) -> Change:
        await self._call("undo", batch)
        if batch is not None:
            return self._take_back(batch)
        for entry in reversed(self._journal):
            if entry.batch in self._undone or entry.undoes is not None:
                continue
            self._undone.add(entry.batch)
            before = entry.before["memory"] if entry.before else replace(self._get(entry.memory), status="forgotten")
            assert isinstance(before, Memory)
            return self._write(before, "undo", f"Undid: {entry.action}", entry.batch)
        raise NothingToUndo

    def _take_back(self, batch: int) -> Change:
        if batch in self._undone or batch not in self._formed:
            raise NothingToUndo
        self._undone.add(batch)
        made = self._formed[batch]
        there = made[0].id in self.memories
        again = next(self._batches)
        self._formed[again] = tuple(self.memories.pop(memory.id) if there else memory for memory in made)
        if not there:
            self.memories |= {memory.id: memory for memory in made}
        found = () if there else made
        self.emit(MemoriesChanged(tuple(memory.id for memory in found)))
        return Change(again, f"Undone: change {batch}", found)

    async def history(self, memory: int | None = None, limit: int = 50) -> tuple[JournalEntry, ...]:
        await self._call("history", memory)
        return tuple(reversed(self._journal))[:limit]

    # Sleep and care

    async def sleep(self, as_of: datetime | None = None, dry_run: bool = False) -> SleepReport:
        await self._call("sleep", dry_run)
        for done in range(4):
            self.emit(SleepProgress(done, 4, "fading"))
            await asyncio.sleep(0)
        report = SleepReport(("2026-07-01",), dormant=3, archived=1, batch=99, dry_run=dry_run, changes=("3 faded",))
        self.emit(SleepFinished(report))
        return report

    # Models

    async def models(self) -> ModelList:
        await self._call("models")
        return ModelList(tuple(self.offers), 16_000_000_000, 9_000_000_000, "/models", 70_000_000_000, self.notice)

    def _offer(self, key: str) -> ModelOffer:
        return next(offer for offer in self.offers if key in (offer.key, offer.path))

    async def plan_pull(self, key: str) -> PullPlan:
        await self._call("plan_pull", key)
        offer = self._offer(key)
        return PullPlan(key, offer.name, f"{key}.gguf", offer.host, True, offer.size_bytes, 0, offer.license, offer.fit)

    async def pull_model(self, key: str) -> None:
        await self._call("pull_model", key)

    def finish_pull(self, key: str) -> None:
        """The model has come."""
        offer = replace(self._offer(key), place="here", path=f"/models/{key}.gguf", host="", removing="delete")
        self.offers = [offer if other.key == key else other for other in self.offers]
        self.emit(ModelPullFinished(key, offer.name, offer.path))

    async def stop_pull(self) -> bool:
        await self._call("stop_pull")
        return True

    async def use_model(self, key: str) -> ModelChoice:
        await self._call("use_model", key)
        chosen = self._offer(key)
        self.offers = [replace(offer, in_use=offer is chosen) for offer in self.offers]
        return ModelChoice(chosen.path, self.notice)

    async def plan_removal(self, key: str) -> Removal:
        await self._call("plan_removal", key)
        offer = self._offer(key)
        if not offer.removing:
            raise InvalidInput(f"{offer.path} was neither fetched nor added by Companion")
        return Removal(key, offer.path, offer.removing, offer.size_bytes)

    async def remove_model(self, key: str) -> Removal:
        removal = await self.plan_removal(key)
        await self._call("remove_model", key)
        self.offers.remove(self._offer(key))
        return removal

    async def doctor(self) -> tuple[Check, ...]:
        await self._call("doctor")
        return (Check("model", "ok", "smollm2-135m"), Check("index", "warning", "behind", "It catches up by itself."))
