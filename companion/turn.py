"""One turn, start to end: the person's words are on disk → recall → prompt → stream → save → queue reflection."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from companion import strings
from companion.ahead import Ahead
from companion.checkpoints import Checkpoints
from companion.clock import Clock, moment
from companion.errors import CompanionError
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
from companion.memory.recall import Recall
from companion.mind.marking import mark
from companion.mind.reflect import Reflection
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Thinker
from companion.model.persona import Persona
from companion.model.protocol import ChatModel, Generation, StopSignal
from companion.prompting import Prompting
from companion.records import ReplyReport, Span, Turn, TurnState
from companion.settings import MemorySettings
from companion.store.gists import Gist
from companion.store.store import Store

log = logging.getLogger(__name__)
LATEST = 1 << 62
"""Above every turn's id."""


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
    name: str = ""
    """What the person is called, where they said so."""
    seed: int | None = None
    thinker: Callable[[], Thinker] = Tier0

    def __post_init__(self) -> None:
        self._prompting = Prompting(
            self.store, self.clock, self.persona, self.settings, self.seed, lambda: self.thinker()
        )
        self.ahead = Ahead(self._prompting, self.recall, self.name)

    def answer(self, turn: Turn, model: ChatModel, stop: StopSignal) -> ReplyReport | None:
        """Write the reply to a turn that is on disk. None when there is none (ReplyFailed says why)."""
        started = time.perf_counter()
        reply: Turn | None = None
        written = _Written()
        try:
            history = self._prompting.history(turn)
            recalled = self.ahead.recalled(turn, history[1])
            block, shown = self.ahead.block(recalled, model)
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
            generation, segments = self._generate(turn, reply, history, block, model, stop, written)
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

    def _generate(
        self,
        turn: Turn,
        reply: Turn,
        history: tuple[Gist, list[Turn]],
        block: str,
        model: ChatModel,
        stop: StopSignal,
        written: _Written,
    ) -> tuple[Generation, dict[str, int]]:
        kept, turns = history
        prompt = self._prompting.compose(kept, turns, turn.id, block, turn.text, model)
        if prompt.shortened:
            self.emit(Notice("information", strings.text("engine.too_long"), strings.text("engine.too_long_hint")))
        if prompt.trimmed:
            self._prompting.keep(turn.conversation, prompt, turns, turn.id)

        with Checkpoints(lambda text: self.store.turns.checkpoint(reply.id, text)) as checkpoints:

            def on_text(text: str) -> None:
                written.add(text)
                self.emit(ReplyToken(reply.id, text))
                checkpoints.offer(lambda: written.text)

            generation = model.generate(
                prompt.messages,
                self._prompting.sampling(model),
                on_text=on_text,
                on_progress=lambda done, total: self.emit(
                    PromptRead(reply.id, done, total, self.ahead.pace.seconds(total - done))
                ),
                stop=stop,
                surprise=True,
            )
        self.ahead.pace.was(generation.read_tokens, generation.first_token_ms / 1000)
        return generation, prompt.segments

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
        kept, turns = self._prompting.history(turn)
        # All of it, also what had no room in the prompt: it is true of the person.
        always = (self.persona.system, self.persona.display_name, kept.text, *self._prompting.traits())
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
    """What has been written of a reply, and when its first word came."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.first: float | None = None

    def add(self, text: str) -> None:
        if self.first is None:
            self.first = time.perf_counter()
        self._parts.append(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)
