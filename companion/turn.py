"""One turn, start to end: the person's words are on disk → recall → prompt → stream → save → queue reflection."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from companion.clock import Clock, moment
from companion.errors import CompanionError, ModelError, ThinkingStopped
from companion.events import (
    Event,
    MemoriesRecalled,
    Notice,
    PromptRead,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyToken,
)
from companion.memory.adaptation import FEATURES_KEY
from companion.memory.cue import Cue, told_before
from companion.memory.recall import Recall, Recalled
from companion.mind.gist import fold, fold_by_model
from companion.mind.marking import mark
from companion.mind.reflect import Reflection
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Thinker
from companion.model.persona import Persona
from companion.model.prompt import GIST_SHARE, Prompt, compose, memory_block, portrait_block, system_message
from companion.model.protocol import ChatModel, Generation, Message, Sampling, StopSignal
from companion.records import RecalledMemory, ReplyReport, Span, Turn, TurnState
from companion.settings import MemorySettings
from companion.store.gists import Gist
from companion.store.store import Store

log = logging.getLogger(__name__)
CHECKPOINT_SECONDS = 0.5
"""A crash in the middle of a reply loses at most about this much of it."""
SMALL_MODEL = 300_000_000
SMALL_MODEL_REPLY = 160
"""Models of fewer parameters seldom find an end by themselves: past about this many tokens they go in circles."""
STILL_TO_COME = 8
"""The context's tokens divided by this are taken for what the next message and its memories will be."""
TOO_LONG = (
    "Your message is longer than the model can read at once",
    "It reads the beginning and the end. All of it is saved.",
)


@dataclass
class TurnTaker:
    """Answers the person's turns, one at a time. `thinker` gives what may be asked of the model as it is now."""

    store: Store
    clock: Clock
    recall: Recall
    reflection: Reflection
    persona: Persona
    settings: MemorySettings
    emit: Callable[[Event], None]
    seed: int | None = None
    thinker: Callable[[], Thinker] = Tier0

    def answer(self, turn: Turn, model: ChatModel, stop: StopSignal) -> ReplyReport | None:
        """Write the reply to a turn that is on disk. None when there is none (ReplyFailed says why)."""
        started = time.perf_counter()
        reply: Turn | None = None
        written = _Written()
        try:
            recalled = self._recall(turn)
            block, shown = self._memory_block(recalled.memories, model)
            with self.store.db.write():
                reply = self.store.turns.add(
                    turn.conversation,
                    "companion",
                    "",
                    self.clock.now(),
                    speaker=self.persona.display_name,
                    state="streaming",
                    answers=turn.id,
                    model=model.info.name,
                )
                self.store.recalls.record(reply.id, recalled.memories, FEATURES_KEY, shown)
            self.emit(ReplyStarted(turn.id, reply.id))
            self.emit(MemoriesRecalled(reply.id, recalled.memories))
            generation, segments = self._generate(turn, reply, block, model, stop, written)
            state: TurnState = "stopped" if generation.finish == "stopped" else "complete"
            finished, marked = self._finish(turn, reply, generation, state)
        except CompanionError as error:
            self._give_up(turn, reply, written.text, error)
            return None
        except Exception as error:  # a fault of ours or of a library's: the person's words are safe, say so
            log.exception("the turn failed")
            self._give_up(turn, reply, written.text, CompanionError(type(error).__name__))
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
        self.emit(ReplyFinished(reply.id, report))
        return report

    def warm_up(self, model: ChatModel) -> None:
        """Read what every prompt begins with, while the embedder is still loading."""
        model.read_ahead([system_message(model, self.persona.system, self._portrait(model)), Message("user", "")])

    def look_ahead(self, conversation: int, model: ChatModel, stop: StopSignal) -> None:
        """After a reply, while nobody waits: when the next message is likely to need it, trim the history now, let it
        be summed up, and read what the next prompt begins with. `stop` ends it at once; then the next turn does what
        is left of it. Raises CompanionError."""
        kept = self.store.gists.get(conversation)
        turns = self._standing([t for t in self.store.turns.conversation(conversation) if kept.start <= t.id])
        if not turns or stop.is_set():
            return
        spare = model.info.context_tokens // STILL_TO_COME
        prompt = self._compose(kept, turns, turns[-1].id + 1, "", "", model, spare=spare, summing_up=stop)
        if prompt.trimmed and not stop.is_set():
            self._keep(conversation, prompt, turns, turns[-1].id + 1)
            model.read_ahead([*prompt.messages[:-1], Message("user", "")], stop=stop)

    def _portrait(self, model: ChatModel) -> str:
        """The portrait as it stands: the same to the byte until a night, or the person, changes a line of it."""
        return portrait_block(model, self.store.consolidated.portrait())

    def _traits(self) -> tuple[str, ...]:
        return tuple(trait.text for trait in self.store.consolidated.portrait())

    def _recall(self, turn: Turn) -> Recalled:
        history = self._history(turn)[1]
        cue = Cue(
            turn.text,
            told_before([t.text for t in history]),
            frozenset(t.id for t in history) | {turn.id},
            moment(turn.at, turn.utc_offset),
            "" if turn.speaker == "You" else turn.speaker,
        )
        return self.recall(cue, self.settings.recall_limit)

    def _history(self, turn: Turn) -> tuple[Gist, list[Turn]]:
        """The gist of the conversation so far, and its turns that are still in the prompt: what the person had
        forgotten is out of it at once."""
        kept = self.store.gists.get(turn.conversation)
        return kept, self._standing(self.store.turns.between(turn.conversation, kept.start, turn.id - 1))

    def _standing(self, turns: list[Turn]) -> list[Turn]:
        gone = self.store.memories.forgotten_turns(turns[0].id, turns[-1].id) if turns else frozenset()
        return [turn for turn in turns if turn.id not in gone]

    def _compose(
        self,
        kept: Gist,
        turns: list[Turn],
        end: int,
        block: str,
        message: str,
        model: ChatModel,
        *,
        spare: int = 0,
        summing_up: StopSignal | None = None,
    ) -> Prompt:
        """The prompt for `message`, after `turns`, whose ids are below `end`."""
        history, ids = _messages(turns)

        def folded(first: int) -> str:
            return self._fold(kept.text, [t for t in turns if t.id < _id_at(ids, first, end)], model, summing_up)

        return compose(
            model,
            persona=self.persona.system,
            portrait=self._portrait(model),
            history=history,
            memory_block=block,
            message=message,
            reserve=self._sampling(model).max_tokens,
            start=0,
            gist=kept.text,
            fold=folded,
            spare=spare,
        )

    def _fold(self, gist: str, leaving: list[Turn], model: ChatModel, summing_up: StopSignal | None) -> str:
        """The gist with what leaves the prompt; what the person has forgotten leaves it for good."""
        limit = model.info.context_tokens // GIST_SHARE
        buried = self.store.memories.is_buried
        if summing_up is not None:
            try:
                told = fold_by_model(gist, leaving, limit, self.thinker(), summing_up, model.count, buried)
            except ThinkingStopped:
                told = None
            except ModelError as error:
                log.warning("what left the prompt could not be summed up: %s", error.title)
                told = None
            if told is not None:
                return told
        return fold(gist, leaving, limit, model.count, buried)

    def _keep(self, conversation: int, prompt: Prompt, turns: list[Turn], end: int) -> None:
        """What left the prompt is out of it from now on, also after a restart."""
        ids = _messages(turns)[1]
        self.store.gists.put(conversation, Gist(_id_at(ids, prompt.start, end), prompt.gist))

    def _generate(
        self,
        turn: Turn,
        reply: Turn,
        block: str,
        model: ChatModel,
        stop: StopSignal,
        written: _Written,
    ) -> tuple[Generation, dict[str, int]]:
        kept, turns = self._history(turn)
        prompt = self._compose(kept, turns, turn.id, block, turn.text, model)
        if prompt.shortened:
            self.emit(Notice("information", *TOO_LONG))
        if prompt.trimmed:
            self._keep(turn.conversation, prompt, turns, turn.id)

        def on_text(text: str) -> None:
            written.add(text)
            self.emit(ReplyToken(reply.id, text))
            if written.is_due():
                self.store.turns.checkpoint(reply.id, written.text)

        generation = model.generate(
            prompt.messages,
            self._sampling(model),
            on_text=on_text,
            on_progress=lambda done, total: self.emit(PromptRead(reply.id, done, total)),
            stop=stop,
            surprise=True,
        )
        return generation, prompt.segments

    def _sampling(self, model: ChatModel) -> Sampling:
        sampling = replace(self.persona.sampling, seed=self.seed)
        if 0 < model.info.parameters < SMALL_MODEL:
            sampling = replace(sampling, max_tokens=min(sampling.max_tokens, SMALL_MODEL_REPLY))
        return sampling

    def _memory_block(self, recalled: tuple[RecalledMemory, ...], model: ChatModel) -> tuple[str, int]:
        """The block as the model reads it, the least fitting memories left out until it has its share of context, and
        how many it holds."""
        room = int(model.info.context_tokens * self.settings.context_share)
        for count in range(len(recalled), 0, -1):
            block = memory_block(recalled[:count], self.clock.now())
            if model.count(block) <= room:
                return block, count
        return "", 0

    def _finish(
        self, turn: Turn, reply: Turn, generation: Generation, state: TurnState
    ) -> tuple[Turn, tuple[Span, ...]]:
        """Save the reply with its marks, and queue its reflection. One that was stopped before its first word leaves
        no empty turn."""
        marked: tuple[Span, ...] = ()
        with self.store.db.write():
            if generation.surprise is not None:
                self.store.stretches.surprised(turn.id, generation.surprise)
            if generation.text:
                finished = self.store.turns.finish(reply.id, generation.text, state)
                marked = self._mark(turn, reply, generation.text)
            else:
                self.store.turns.drop_empty(reply.id)
                finished = replace(reply, state=state)
            self.reflection.queue(turn.id)
        return finished, marked

    def _mark(self, turn: Turn, reply: Turn, text: str) -> tuple[Span, ...]:
        kept, turns = self._history(turn)
        # All of it, also what had no room in the prompt: it is true of the person.
        always = (self.persona.system, self.persona.display_name, kept.text, *self._traits())
        return mark(self.store, reply.id, text, [*turns, turn], always, self.clock.now())

    def _give_up(self, turn: Turn, reply: Turn | None, text: str, error: CompanionError) -> None:
        try:
            with self.store.db.write():
                if reply is not None:
                    if text:
                        self.store.turns.finish(reply.id, text, "failed")
                        self._mark(turn, reply, text)
                    else:
                        self.store.turns.drop_empty(reply.id)
                self.reflection.queue(turn.id)
        except CompanionError as second:
            log.warning("the failed turn could not be closed: %s", second.title)
        reply_id = reply.id if reply is not None and text else 0
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
            else:
                store.turns.drop_empty(reply.id)
        for turn in store.turns.without_reflection():
            reflection.queue(turn)
    return len(interrupted)


class _Written:
    """What has been written of a reply, and when it was last saved."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._saved = time.monotonic()
        self.first: float | None = None

    def add(self, text: str) -> None:
        if self.first is None:
            self.first = time.perf_counter()
        self._parts.append(text)

    def is_due(self) -> bool:
        """Whether it is time to save; asking when it is counts as saving."""
        if time.monotonic() - self._saved < CHECKPOINT_SECONDS:
            return False
        self._saved = time.monotonic()
        return True

    @property
    def text(self) -> str:
        return "".join(self._parts)


def _id_at(ids: list[int], first: int, end: int) -> int:
    """The id of the turn that message `first` begins with; `end` when there is none."""
    return ids[first] if first < len(ids) else end


def _messages(turns: list[Turn]) -> tuple[list[Message], list[int]]:
    """Turns as chat messages, roles alternating (many templates insist), with the id of each one's first turn."""
    messages: list[Message] = []
    ids: list[int] = []
    for turn in turns:
        if not turn.text.strip():
            continue
        role = "assistant" if turn.role == "companion" else "user"
        if messages and messages[-1].role == role:
            messages[-1] = Message(messages[-1].role, f"{messages[-1].text}\n\n{turn.text}")
        elif messages or role == "user":
            messages.append(Message("assistant" if role == "assistant" else "user", turn.text))
            ids.append(turn.id)
    if messages and messages[-1].role == "user":
        messages.append(Message("assistant", "…"))
        ids.append(ids[-1])
    return messages, ids
