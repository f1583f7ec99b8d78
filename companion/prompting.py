"""The prompt of a turn from what is stored: portrait, gist and history of the conversation, memories, the words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from companion.clock import Clock
from companion.errors import ModelError, ThinkingStopped
from companion.holding import Holding
from companion.memory.cue import Cue, told_before
from companion.mind.gist import fold, fold_by_model, without
from companion.mind.thinking import Thinker
from companion.model.prompt import GIST_SHARE, Prompt, compose, memory_block, portrait_block
from companion.model.protocol import ChatModel, Message, Sampling, StopSignal
from companion.records import Memory, RecalledMemory, Turn
from companion.settings import MemorySettings
from companion.sources import references
from companion.store.gists import Gist
from companion.store.scopes import EVERYBODY
from companion.store.store import Store

log = logging.getLogger(__name__)
SMALL_MODEL = 300_000_000
SMALL_MODEL_REPLY = 160
"""Models of fewer parameters seldom find an end by themselves: past about this many tokens they go in circles."""


@dataclass
class Prompting:
    """`thinker` gives what may be asked of the model as it is now: it sums up what leaves the prompt."""

    holding: Holding
    clock: Clock
    settings: MemorySettings
    seed: int | None
    thinker: Callable[[], Thinker]

    @property
    def store(self) -> Store:
        """What is remembered; the turns of a conversation may be elsewhere (`holding.store_of`)."""
        return self.holding.store

    def cue(self, text: str, history: list[Turn], now: datetime, speaker: str, conversation: int | None) -> Cue:
        """What recall is asked for when the person says `text` at `now`, after `history`."""
        scopes = self.holding.scopes_of(conversation)
        told = told_before([t.text for t in history])
        return Cue(text, told, frozenset(t.id for t in history), now, speaker, scopes=scopes)

    def portrait(self, conversation: int | None, model: ChatModel) -> str:
        """The portrait as it stands: the same to the byte until a night, or the person, changes a line of it. A persona
        with a memory of its own has none."""
        return portrait_block(model, self._portrait(conversation))

    def traits(self, conversation: int | None) -> tuple[str, ...]:
        return tuple(trait.text for trait in self._portrait(conversation))

    def _portrait(self, conversation: int | None) -> list[Memory]:
        shared = EVERYBODY in self.holding.scopes_of(conversation)
        return self.store.consolidated.portrait() if shared else []

    def history(self, turn: Turn) -> tuple[Gist, list[Turn]]:
        """The gist of the conversation so far, and its turns that are still in the prompt."""
        return self.so_far(turn.conversation, turn.id - 1)

    def so_far(self, conversation: int, last: int) -> tuple[Gist, list[Turn]]:
        """The same up to the turn `last`: what the person had forgotten is out of both at once."""
        store = self.holding.store_of(conversation)
        kept = store.gists.get(conversation)
        if kept.start > last + 1:  # the gist tells of what was said after that, and of that itself
            kept = Gist()
        if kept.text:
            gone = self.store.memories.forgotten_turns(store.turns.begins(conversation), kept.start - 1)
            kept = kept._replace(text=without(kept.text, self.store.memories.is_buried, summary=not gone))
        return kept, self.standing(store.turns.between(conversation, kept.start, last))

    def standing(self, turns: list[Turn]) -> list[Turn]:
        gone = self.store.memories.forgotten_turns(turns[0].id, turns[-1].id) if turns else frozenset()
        return [turn for turn in turns if turn.id not in gone]

    def compose(
        self,
        conversation: int | None,
        kept: Gist,
        turns: list[Turn],
        end: int,
        block: str,
        message: str,
        model: ChatModel,
        *,
        spare: int = 0,
        summing_up: StopSignal | None = None,
        begun: str = "",
        without: frozenset[str] = frozenset(),
    ) -> Prompt:
        """The prompt for `message`, after `turns`, whose ids are below `end`. `begun`: what the reply begins with.
        `without`: keys of what is left out (see `chats.Segment`)."""
        turns = [turn for turn in turns if f"turn:{turn.id}" not in without]
        kept = kept._replace(text="") if "gist" in without else kept
        history, ids = _messages(turns)

        def folded(first: int) -> str:
            return self._fold(kept.text, [t for t in turns if t.id < _id_at(ids, first, end)], model, summing_up)

        return compose(
            model,
            persona=self.holding.persona_of(conversation).system,
            portrait="" if "portrait" in without else self.portrait(conversation, model),
            history=history,
            memory_block=block,
            message=message,
            reserve=self.sampling(conversation, model).max_tokens,
            start=0,
            gist=kept.text,
            fold=folded,
            spare=spare,
            begun=begun,
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

    def keep(self, conversation: int, prompt: Prompt, turns: list[Turn], end: int) -> None:
        """What left the prompt is out of it from now on, also after a restart."""
        ids = _messages(turns)[1]
        self.holding.store_of(conversation).gists.put(conversation, Gist(_id_at(ids, prompt.start, end), prompt.gist))

    def references(
        self,
        conversation: int,
        prompt: Prompt,
        turns: list[Turn],
        end: int,
        shown: Sequence[RecalledMemory],
        without: frozenset[str],
        model: ChatModel,
    ) -> str:
        """What `prompt` was put together from (`sources`); the arguments as for `compose`, `shown` the memories."""
        persona = self.holding.persona_of(conversation)
        portrait = "" if "portrait" in without else self.portrait(conversation, model)
        ids = _messages([turn for turn in turns if f"turn:{turn.id}" not in without])[1]
        return references(
            prompt,
            model,
            persona=persona.name,
            system=persona.system,
            portrait=portrait,
            traits=self._portrait(conversation) if portrait else (),
            first=_id_at(ids, prompt.start, end),
            shown=shown,
            without=without,
        )

    def sampling(self, conversation: int | None, model: ChatModel) -> Sampling:
        sampling = replace(self.holding.persona_of(conversation).sampling, seed=self.seed)
        if 0 < model.info.parameters < SMALL_MODEL:
            sampling = replace(sampling, max_tokens=min(sampling.max_tokens, SMALL_MODEL_REPLY))
        return sampling

    def memory_block(
        self, recalled: tuple[RecalledMemory, ...], model: ChatModel, read: Sequence[str] = ()
    ) -> tuple[str, int]:
        """The block as the model reads it, the least fitting memories left out until it has its share of context, and
        how many it holds. `read`: see `prompt.memory_block`."""
        room = int(model.info.context_tokens * self.settings.context_share)
        for count in range(len(recalled), 0, -1):
            block = memory_block(recalled[:count], self.clock.now(), read)
            if model.count(block) <= room:
                return block, count
        return "", 0


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
