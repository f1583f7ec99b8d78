"""One turn, start to end: the person's words are on disk → recall → prompt → stream → save → queue reflection."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from companion import strings
from companion.ahead import Ahead
from companion.checkpoints import Checkpoints
from companion.clock import Clock, moment
from companion.errors import CompanionError
from companion.events import (
    Event,
    MemoriesChanged,
    MemoriesRecalled,
    Notice,
    PromptRead,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyToken,
)
from companion.holding import Holding
from companion.memory.adaptation import FEATURES_KEY
from companion.memory.recall import Recall, Recalled
from companion.mind.manner import Gate, Occasion, guide, occasions, speaks_for_itself
from companion.mind.marking import mark
from companion.mind.reflect import Reflection
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Thinker
from companion.model.persona import Persona
from companion.model.protocol import ChatModel, Generation, StopSignal
from companion.prompting import Prompting
from companion.records import ReplyReport, Span, Turn, TurnState
from companion.settings import MemorySettings
from companion.store.aside import follow_path
from companion.store.care import Shown
from companion.store.gists import Gist
from companion.store.store import Store

log = logging.getLogger(__name__)
MINDED = 6
"""Messages of the person's for which a reply is minded after a crisis was spoken of."""
LATEST = 1 << 62
"""Above every turn's id."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a turn is answered: for the first time, or (`beside`) beside the replies that it has."""

    beside: bool = False
    without: frozenset[str] = frozenset()
    """Keys of what is left out of the prompt (see `chats.Segment`)."""
    begun: str = ""
    """What the reply begins with: the words of one that was broken off."""


USUAL = Way()


@dataclass
class TurnTaker:
    """Answers the person's turns, one at a time. `thinker` gives what may be asked of the model as it is now;
    `holding` tells how and with whom conversations are held (default: all with `persona`)."""

    store: Store
    clock: Clock
    recall: Recall
    reflection: Reflection
    persona: Persona
    settings: MemorySettings
    emit: Callable[[Event], None]
    name: str = ""
    """What the person is called, where they said so."""
    seed: int | None = None
    thinker: Callable[[], Thinker] = Tier0
    holding: Holding | None = None
    bring_up_heavy: bool = False
    ending: Callable[[], None] = lambda: None
    """Called right before it is told that a reply has ended."""

    def __post_init__(self) -> None:
        self._holding = self.holding or Holding(self.store, self.persona)
        self._prompting = Prompting(self._holding, self.clock, self.settings, self.seed, lambda: self.thinker())
        self.ahead = Ahead(self._prompting, self.recall, self.name, self.bring_up_heavy)

    def answer(self, turn: Turn, model: ChatModel, stop: StopSignal, way: Way = USUAL) -> ReplyReport | None:
        """Write a reply to a turn that is on disk. None when there is none (ReplyFailed says why)."""
        started = time.perf_counter()
        written = _Written(way.begun)
        writing: _Writing | None = None
        try:
            writing = self._begin(turn, model, way)
            reply, recalled = writing.reply, writing.recalled
            self.emit(ReplyStarted(turn.id, reply.id))
            self.emit(MemoriesRecalled(reply.id, recalled.memories))
            if way.begun:
                self.emit(ReplyToken(reply.id, way.begun))
            generation, segments = self._generate(turn, writing, model, stop, way, written)
            state: TurnState = "stopped" if generation.finish == "stopped" else "complete"
            finished, marked = self._finish(turn, writing, generation, state, way)
        except CompanionError as error:
            self._give_up(turn, writing, written, error, way)
            return None
        except Exception as error:  # a fault of ours or of a library's: the person's words are safe, say so
            log.exception("the turn failed")
            self._give_up(turn, writing, written, CompanionError(type(error).__name__), way)
            return None
        report = ReplyReport(
            turn=finished,
            recalled=recalled.memories,
            recall_ms=round(recalled.ms, 2),
            first_token_ms=round((written.first or time.perf_counter()) * 1000 - started * 1000, 2),
            total_ms=round((time.perf_counter() - started) * 1000, 2),
            prompt_tokens=generation.prompt_tokens,
            read_tokens=generation.read_tokens,
            reply_tokens=generation.reply_tokens,
            tokens_per_second=round(generation.tokens_per_second, 2),
            context_tokens=model.info.context_tokens,
            segments=segments,
            unsupported=marked,
        )
        self.ending()
        self.emit(ReplyFinished(reply.id, report))
        return report

    def leave(self, turn: Turn, problem: CompanionError) -> None:
        """There is nobody to answer: it is thought about all the same."""
        self._give_up(turn, None, _Written(), problem, USUAL)

    def is_incognito(self, conversation: int | None) -> bool:
        """Whether nothing of it may be kept."""
        return self._holding.is_incognito(conversation)

    def _begin(self, turn: Turn, model: ChatModel, way: Way) -> _Writing:
        """Recall, and make the place for the reply."""
        kept, turns = self._prompting.history(turn)
        store = self._holding.store_of(turn.conversation)
        beside = store.branches.after(turn.conversation, turn.id) if way.beside else ()
        recalled = self.ahead.recalled(turn, turns, beside)
        left = tuple(r for r in recalled.memories if f"memory:{r.memory.id}" not in way.without)
        recalled = replace(recalled, memories=left)
        block, shown = self.ahead.block(recalled, model)
        minding = self._occasions(store, turn, turns)
        block = "\n\n".join(filter(None, (block, guide(minding))))
        with store.db.write():
            before = store.branches.leaf(turn.conversation)
            leaving = store.branches.following(turn.conversation, turn.id)
            reply = store.turns.add(
                turn.conversation,
                "companion",
                "",
                self.clock.now(),
                speaker=self._holding.persona_of(turn.conversation).display_name,
                state="streaming",
                answers=turn.id,
                model=model.info.name,
                parent=turn.id,
            )
            store.recalls.record(reply.id, recalled.memories, FEATURES_KEY, shown)
        return _Writing(store, reply, kept, turns, recalled, shown, block, before, leaving, minding)

    def _occasions(self, store: Store, turn: Turn, turns: list[Turn]) -> tuple[Occasion, ...]:
        recent = [each.id for each in turns if each.role == "person"][-MINDED:]
        shown = store.care.of((*recent, turn.id))
        now = shown.pop(turn.id, Shown())
        return occasions(now.kind, now.about, turn.text, any(each.kind == "crisis" for each in shown.values()))

    def _generate(
        self, turn: Turn, writing: _Writing, model: ChatModel, stop: StopSignal, way: Way, written: _Written
    ) -> tuple[Generation, dict[str, int]]:
        reply, turns, conversation = writing.reply, writing.turns, turn.conversation
        prompt = self._prompting.compose(
            conversation,
            writing.kept,
            turns,
            turn.id,
            writing.block,
            turn.text,
            model,
            begun=way.begun,
            without=way.without,
        )
        if prompt.shortened:
            self.emit(Notice("information", strings.text("engine.too_long"), strings.text("engine.too_long_hint")))
        if prompt.trimmed and not way.without:
            self._prompting.keep(conversation, prompt, turns, turn.id)

        with Checkpoints(lambda text: writing.store.turns.checkpoint(reply.id, text)) as checkpoints:

            def say(text: str) -> None:
                written.add(text)
                self.emit(ReplyToken(reply.id, text))
                checkpoints.offer(lambda: written.text)

            before = [each.text for each in turns if each.role == "companion"]
            gate = Gate(writing.minding, turn.text, say, before)
            if speaks_for_itself(writing.minding, model.info.parameters, turn.text, before):
                gate.speak()
                return Generation(gate.end(), "end", 0, 0, 0, 0.0, 0.0, 0.0), {}
            generation = model.generate(
                prompt.messages,
                self._prompting.sampling(conversation, model),
                on_text=gate.add,
                on_progress=lambda done, total: self.emit(
                    PromptRead(reply.id, done, total, self.ahead.pace.seconds(total - done))
                ),
                stop=stop,
                surprise=not way.beside,
                begun=way.begun,
            )
            if writing.minding:
                generation = replace(generation, text=gate.end(instead=generation.finish != "stopped"))
        shown = writing.recalled.memories[: writing.shown]
        writing.sources.append(
            self._prompting.references(conversation, prompt, turns, turn.id, shown, way.without, model)
        )
        self.ahead.pace.was(generation.read_tokens, generation.first_token_ms / 1000)
        return generation, prompt.segments

    def _finish(
        self, turn: Turn, writing: _Writing, generation: Generation, state: TurnState, way: Way
    ) -> tuple[Turn, tuple[Span, ...]]:
        """Save the reply with its marks, and queue its reflection. One that was stopped before its first word leaves
        no empty turn, and no second one that says what the first does."""
        marked: tuple[Span, ...] = ()
        changed: tuple[int, ...] = ()
        reply, store = writing.reply, writing.store
        with store.db.write():
            if generation.surprise is not None:
                store.stretches.surprised(turn.id, generation.surprise)
            if generation.text or (way.begun and state == "complete"):
                finished = store.turns.finish(reply.id, way.begun + generation.text, state)
                marked = self._mark(turn, writing, finished.text)
                for sources in writing.sources:
                    store.prompts.put(reply.id, sources)
                changed = self._kept(turn, writing, way)
            else:
                store.turns.drop_empty(reply.id, writing.before)
                finished = replace(reply, state=state)
            self._queue(turn)
        if changed:
            self.emit(MemoriesChanged(changed))
        return finished, marked

    def _kept(self, turn: Turn, writing: _Writing, way: Way) -> tuple[int, ...]:
        """A reply beside others has words: what was remembered from those alone is set aside, and it is thought
        about as they were. Returns the memories that were changed."""
        if not way.beside or self._holding.is_incognito(turn.conversation):
            return ()
        self.reflection.queue(turn.id, writing.reply.id)
        return follow_path(self.store, writing.leaving)

    def _queue(self, turn: Turn) -> None:
        if not self._holding.is_incognito(turn.conversation):
            self.reflection.queue(turn.id)

    def _mark(self, turn: Turn, writing: _Writing, text: str) -> tuple[Span, ...]:
        kept, turns = self._prompting.history(turn)
        persona = self._holding.persona_of(turn.conversation)
        # All of it, also what had no room in the prompt: it is true of the person.
        always = (persona.system, persona.display_name, kept.text, *self._prompting.traits(turn.conversation))
        return mark(writing.store, writing.reply.id, text, [*turns, turn], always, self.clock.now())

    def _give_up(
        self, turn: Turn, writing: _Writing | None, written: _Written, error: CompanionError, way: Way
    ) -> None:
        reply = writing.reply if writing is not None else None
        changed: tuple[int, ...] = ()
        try:
            with self._holding.store_of(turn.conversation).db.write():
                if writing is not None:
                    if written.any:
                        writing.store.turns.finish(writing.reply.id, written.text, "failed")
                        self._mark(turn, writing, written.text)
                        changed = self._kept(turn, writing, way)
                    else:
                        writing.store.turns.drop_empty(writing.reply.id, writing.before)
                self._queue(turn)
        except CompanionError as second:
            log.warning("the failed turn could not be closed: %s", second.title)
        if changed:
            self.emit(MemoriesChanged(changed))
        reply_id = reply.id if reply is not None and written.any else 0
        self.ending()
        self.emit(ReplyFailed(turn.id, reply_id, str(error), error.hint))


def recover(store: Store, reflection: Reflection) -> int:
    """After a crash: close replies that were being written, keeping what there is, and queue their reflection."""
    with store.db.write():
        interrupted = store.turns.interrupted()
        for reply in interrupted:
            if reply.text:
                store.turns.finish(reply.id, reply.text, "interrupted")
                before = [turn for turn in store.turns.conversation(reply.conversation) if turn.id < reply.id]
                mark(store, reply.id, reply.text, before, (reply.speaker,), moment(reply.at, reply.utc_offset))
                _follow(store, reflection, reply)
            else:
                store.turns.drop_empty(reply.id)
                _follow_back(store, reflection, reply)
        for turn in store.turns.without_reflection():
            reflection.queue(turn)
    return len(interrupted)


def _follow(store: Store, reflection: Reflection, reply: Turn) -> None:
    """A reply beside others was being written: see `TurnTaker._kept`."""
    if reply.answers is None:
        return
    others = [id for id in store.branches.after(reply.conversation, reply.answers) if id != reply.id]
    if others:
        follow_path(store, others)
        reflection.queue(reply.answers, reply.id)


def _follow_back(store: Store, reflection: Reflection, reply: Turn) -> None:
    """One beside others that never got a word: the version that the conversation goes on with now may be another than
    it was before."""
    below = store.branches.after(reply.conversation, reply.answers or 0) if reply.answers else ()
    off = store.branches.off(below)
    if not off:
        return
    said = [turn for turn in store.turns.many(below).values() if turn.id not in off]
    follow_path(store, sorted(off), [turn.id for turn in said])
    for turn in said:
        if turn.role == "person":
            reflection.queue(turn.id)
        elif turn.answers is not None:
            reflection.queue(turn.answers, turn.id)


@dataclass(frozen=True, slots=True)
class _Writing:
    """A reply that has its place, and what it is written from."""

    store: Store
    """Where the conversation is kept."""
    reply: Turn
    kept: Gist
    turns: list[Turn]
    recalled: Recalled
    shown: int
    """How many of them the model reads, in `block`."""
    block: str
    before: int
    """Where the path ended before."""
    leaving: tuple[int, ...]
    """The turns that this reply takes the place of."""
    minding: tuple[Occasion, ...]
    """What its sentences have to pass."""
    sources: list[str] = field(default_factory=list)
    """What the prompt was put together from, once it was."""


class _Written:
    """What has been written of a reply, and when its first word came."""

    def __init__(self, begun: str = "") -> None:
        self._begun = begun
        self._parts: list[str] = []
        self.first: float | None = None

    def add(self, text: str) -> None:
        if self.first is None:
            self.first = time.perf_counter()
        self._parts.append(text)

    @property
    def any(self) -> bool:
        """Whether there is more than it began with."""
        return any(self._parts)

    @property
    def text(self) -> str:
        return "".join((self._begun, *self._parts))
