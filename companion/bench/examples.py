"""Examples for the reranker: what each question of a history saw of everything that was remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from companion.bench.embeddings import CachedEmbedder
from companion.bench.histories import History, Question
from companion.bench.replay import OurMind, replay
from companion.clock import SetClock
from companion.memory.controller import facts
from companion.memory.cue import Cue
from companion.memory.recall import Recalled
from companion.memory.rerank import prior
from companion.records import Turn
from companion.settings import Settings
from companion.store.store import Store

MOST = 4_000
"""Memories an example keeps: the best by the hand weights, and all that are needed. With 300, those that crowd out the
needed ones of long talks are missing: 90 % of RealMem's seemed to be found where a chat found 60."""
MOST_UNRELATED = 300
"""The same where nothing is needed."""


@dataclass(frozen=True)
class Example:
    """A question. `x` is (memories, features), the best by the hand weights first; `groups` the rows that meet each
    needed thing, empty for a cue that nothing should come to mind for; `turns` the turn behind each row, to tell two
    memories of one turn from two."""

    set: str
    history: str
    kind: str
    x: npt.NDArray[np.float32]
    groups: tuple[npt.NDArray[np.int64], ...]
    turns: npt.NDArray[np.int64]
    sessions: npt.NDArray[np.int64]
    asked: bool
    facts: npt.NDArray[np.float64]
    """What the controller knows of the cue."""
    missed: int = 0
    """Needed things that nothing remembered rests on."""
    question: bool = False
    """Whether it is a question, though it may go on (`asked` is False then): it teaches both modes."""


def shortened(example: Example, most: int) -> Example:
    """The example with its `most` best memories by the hand weights, and those that are needed."""
    kept = np.unique(np.concatenate([np.arange(min(most, len(example.x))), *example.groups])).astype(np.int64)
    groups = tuple(np.searchsorted(kept, group) for group in example.groups)
    return replace(
        example, x=example.x[kept], turns=example.turns[kept], sessions=example.sessions[kept], groups=groups
    )


def by_conversation(example: Example, most: int) -> Example:
    """The example with one memory for each of its `most` best conversations, and one for each needed thing: always the
    best by the hand weights, and nothing else of a conversation that holds a needed thing."""
    best = np.array([group.min() for group in example.groups], dtype=np.int64)
    _, first = np.unique(example.sessions, return_index=True)
    others = np.sort(first[~np.isin(example.sessions[first], example.sessions[best])])[:most]
    kept = np.unique(np.concatenate([best, others]))
    groups = tuple(np.searchsorted(kept, [row]) for row in best)
    return replace(
        example, x=example.x[kept], turns=example.turns[kept], sessions=example.sessions[kept], groups=groups
    )


@dataclass(frozen=True)
class Seen:
    """What one recall chose from, best first."""

    x: npt.NDArray[np.float64]
    turns: npt.NDArray[np.int64]
    sessions: npt.NDArray[np.int64]
    asked: bool
    facts: npt.NDArray[np.float64]
    question: bool


class Examiner(OurMind):
    """The product's mind, which writes down what it would have chosen from."""

    def __init__(self, store: Store, clock: SetClock, settings: Settings, embedder: CachedEmbedder) -> None:
        super().__init__(store, clock, settings, embedder)
        self.heard: list[int] = []
        self.seen: list[Seen | None] = []

    def hear(self, turn: Turn) -> None:
        self.heard.append(turn.id)
        super().hear(turn)

    def recall(self, cue: Cue, limit: int) -> Recalled:
        examined = self.recalling.examine(cue)
        if examined is None:
            self.seen.append(None)
        else:
            allowed = np.flatnonzero(examined.allowed)
            evidence = examined.evidence
            rows, reading = evidence.rows, evidence.reading
            scores = examined.features[allowed] @ prior("asked" if reading.asked else "talking")
            order = allowed[np.argsort(-scores, kind="stable")]
            self.seen.append(
                Seen(
                    examined.features[order],
                    rows.turn[order],
                    rows.session[order],
                    reading.asked,
                    facts(evidence),
                    reading.question,
                )
            )
        return Recalled((), 0.0)


def examples(
    set: str,
    history: History,
    questions: Sequence[Question],
    unrelated: Sequence[str],
    embedder: CachedEmbedder,
    settings: Settings,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Example]:
    """One for every question that is answerable and has evidence, one for every unrelated cue."""
    minds: list[Examiner] = []

    def make(store: Store, clock: SetClock) -> Examiner:
        minds.append(Examiner(store, clock, settings, embedder))
        return minds[-1]

    found = replay(history, questions, embedder, settings, mind_of=make, chatter=unrelated, progress=progress)
    mind = minds[0]
    stored = {turn.id: id for turn, id in zip(history.turns, mind.heard, strict=True)}
    made = []
    for answer, seen in zip(found.answers, mind.seen, strict=False):
        question = answer.question
        if question.answerable and question.evidence and seen is not None:
            groups = [np.flatnonzero(np.isin(seen.turns, [stored[id] for id in group])) for group in question.evidence]
            made.append(_example(set, history.id, question.kind, seen, groups))
    for seen in mind.seen[len(found.answers) :]:
        if seen is not None:
            made.append(_example(set, history.id, "unrelated", seen, []))
    return made


def _example(
    set: str,
    history: str,
    kind: str,
    seen: Seen,
    groups: Sequence[npt.NDArray[np.int64]],
) -> Example:
    x = seen.x
    most = MOST if groups else MOST_UNRELATED
    wanted = np.unique(np.concatenate([np.arange(min(most, len(x))), *groups])).astype(np.int64)
    place = np.full(len(x), -1)
    place[wanted] = np.arange(len(wanted))
    kept = tuple(place[group] for group in groups if len(group))
    return Example(
        set,
        history,
        kind,
        x[wanted].astype(np.float32),
        kept,
        seen.turns[wanted],
        seen.sessions[wanted],
        seen.asked,
        seen.facts,
        sum(not len(g) for g in groups),
        seen.question,
    )
