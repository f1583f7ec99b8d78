"""What the model is given for a question: the memories that come to mind, and those that are needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from companion.bench.embeddings import CachedEmbedder
from companion.bench.histories import History, Question
from companion.bench.replay import OurMind, replay
from companion.clock import SetClock
from companion.memory.cue import Cue
from companion.memory.recall import Recalled
from companion.records import Evidence, Memory, RecalledMemory, Turn
from companion.settings import Settings
from companion.store.store import Store
from companion.text import text_hash


@dataclass(frozen=True)
class Given:
    """A question with the memories of each way but the first."""

    question: Question
    recalled: tuple[RecalledMemory, ...]
    oracle: tuple[RecalledMemory, ...]


def given(
    history: History,
    questions: Sequence[Question],
    embedder: CachedEmbedder,
    settings: Settings,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Given]:
    """Live through `history` and put `questions`, some of its own, to the product's recall, which brings as many
    memories as a chat takes; the oracle has no more of them. Raises CompanionError."""
    minds: list[_Listening] = []

    def mind_of(store: Store, clock: SetClock) -> _Listening:
        minds.append(_Listening(store, clock, settings, embedder))
        return minds[-1]

    lived = replay(history, questions, embedder, settings, mind_of=mind_of, progress=progress)
    (mind,) = minds
    stored = {turn.id: heard for turn, heard in zip(history.turns, mind.heard, strict=True)}
    most = settings.memory.recall_limit
    return [
        Given(answer.question, brought, needed(answer.question, stored)[:most])
        for answer, brought in zip(lived.answers, mind.brought, strict=True)
    ]


def needed(question: Question, stored: dict[str, Turn]) -> tuple[RecalledMemory, ...]:
    """The turns the answer rests on as memories: the first of each needed thing, then the second of each, and so on."""
    things = [sorted((stored[id] for id in group), key=lambda turn: turn.id) for group in question.evidence]
    longest = max(map(len, things), default=0)
    turns = dict.fromkeys(thing[place] for place in range(longest) for thing in things if place < len(thing))
    return tuple(RecalledMemory(_moment(turn), score=1.0, rank=rank) for rank, turn in enumerate(turns, 1))


def _moment(turn: Turn) -> Memory:
    subject = turn.speaker if turn.role == "other" else turn.role
    evidence = (Evidence(turn.id, 0, len(turn.text), text_hash(turn.text)),)
    return Memory(turn.id, "moment", turn.text, "active", turn.at, turn.utc_offset, subject, evidence=evidence)


class _Listening(OurMind):
    """The product's mind; it remembers which turns it heard and what came to mind for each question."""

    def __init__(self, store: Store, clock: SetClock, settings: Settings, embedder: CachedEmbedder) -> None:
        super().__init__(store, clock, settings, embedder)
        self._limit = settings.memory.recall_limit
        self.heard: list[Turn] = []
        self.brought: list[tuple[RecalledMemory, ...]] = []

    def hear(self, turn: Turn) -> None:
        self.heard.append(turn)
        super().hear(turn)

    def recall(self, cue: Cue, limit: int) -> Recalled:
        found = super().recall(cue, min(limit, self._limit))
        self.brought.append(found.memories)
        return found
