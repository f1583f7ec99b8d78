"""A small real engine in memory: keeps turns, streams enqueued replies, edits and undoes memories."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from companion.chats import SentMessage
from companion.clock import SystemClock, stamp
from companion.errors import (
    CompanionError,
    EmptyMessage,
    EngineStopped,
    InvalidInput,
)
from companion.events import (
    Event,
    Listener,
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
from companion.pasted import Span
from companion.question import Question
from companion.records import Memory, RecalledMemory, ReplyReport, TranscriptItem, Turn
from companion.reports import Check, Letter, MorningReport, SleepReport
from companion.status import EngineStatus
from tests.ui.fake_chats import FakeChats, Next
from tests.ui.fake_erasing import FakeErasing
from tests.ui.fake_exchange import FakeExchange
from tests.ui.fake_memories import FakeMemories
from tests.ui.fake_personas import FakePersonas
from tests.ui.fake_quarantine import FakeQuarantine
from tests.ui.fake_safekeeping import FakeSafekeeping
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
class FakeEngine(FakeExchange, FakeErasing, FakeQuarantine, FakeSafekeeping, FakeChats, FakeMemories, FakePersonas):
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
        super().__post_init__()
        self._listeners: list[Listener] = []
        self._exit_callbacks: list[Callable[[], None]] = []
        self._replies: deque[Reply] = deque()
        self._begin_memory()
        self._answering: asyncio.Task[None] | None = None
        self._release = asyncio.Event()
        self._stop = False
        self.typed: list[str] = []
        self._up = asyncio.Event()
        self.hold_start = False
        """Calls wait, as they do while the process comes up, until `come_up()`."""
        self._begin_chats()

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

    async def send(self, text: str, pasted: tuple[Span, ...] = ()) -> SentMessage:
        await self._call("send", text, *([pasted] if pasted else []))
        if not text.strip():
            raise EmptyMessage
        self._not_answering()
        turn = self.said("person", text)
        self._begin_answer(Next(turn))
        return SentMessage(turn.id, turn.conversation)

    def _begin_answer(self, what: Next) -> None:
        self._stop = False
        self._answering = asyncio.create_task(self._answer(what))

    def _is_answering(self) -> bool:
        return self._answering is not None and not self._answering.done()

    async def _answer(self, what: Next) -> None:
        turn = what.turn
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
        for piece in (what.begin, *reply.pieces) if what.begin else reply.pieces:
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
        self._enter(said)
        self.turns.append(TranscriptItem(said, reply.recalled))
        parts = {"persona": 120, "history": 400, "memories": 92, "message": 200}
        report = ReplyReport(said, reply.recalled, 12.0, 300.0, 900.0, 812, 40, len(reply.pieces), 21.4, 4096, parts)
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

    # Mornings

    async def morning(self) -> MorningReport:
        await self._call("morning")
        return self.morning_report

    async def dismiss_question(self, id: int) -> None:
        await self._call("dismiss_question", id)
        self.dismissed.append(id)

    async def letter(self, week: str = "", dry_run: bool = False) -> Letter:
        await self._call("letter", week, dry_run)
        written = "---\nweek: 2026-W09\nkind: companion letter\n---\n\n# Your week\n\n- “I like rye bread.”\n"
        return Letter("2026-W09", date(2026, 2, 23), date(2026, 3, 1), written)

    async def morning_seen(self) -> None:
        await self._call("morning_seen")
        self.morning_report = replace(self.morning_report, due=False)

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
