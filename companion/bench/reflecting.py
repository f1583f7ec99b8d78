"""`companion bench reflect`: what reflection keeps of a history, against what a person labelled as worth keeping.

capture              share of the labelled points of the person's turns whose turn yielded a thought that says the same:
                     content-word F1 of at least SAYS_SAME with the point's text or with the words it was taken from
precision            share of the thoughts formed whose turn holds a labelled point
grounded             share of the thoughts all of whose evidence stands, word for word, in turns of the person
duplicates_per_100   of 100 thoughts kept, those that say what an earlier one says (F1 of at least SAYS_AGAIN, the same
                     subject, polarity, numbers and names)
own                  what was kept of the companion's advice and promises. The points are of the person, and so are all
                     figures above: these are counted apart
own_grounded         share of them all of whose evidence stands, word for word, in turns of the companion
ms_per_turn          median time of reflecting on one exchange, without the embedding of its texts
model_calls_per_turn calls of the language model
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import companion
from companion.bench.embeddings import CachedEmbedder, cache_folder
from companion.bench.histories import History, check_files, read_histories
from companion.bench.recalling import Progress, open_embedder, stem
from companion.bench.replay import OurMind, replay, think_about
from companion.clock import SetClock
from companion.errors import InvalidInput
from companion.memory.words import content_words, stems
from companion.mind.hard_tokens import hard_tokens
from companion.mind.thinkers.tier0 import Tier0
from companion.records import Memory, Role, Turn
from companion.settings import Settings
from companion.store.store import Store
from companion.text import text_hash
from companion.voices import COMPANION

SAYS_SAME = 0.5
SAYS_AGAIN = 0.9
_KEPT = ("active", "dormant", "archived", "candidate")


@dataclass
class Reflected:
    """What became of one history. `formed`: the texts of the thoughts by the turn of the history they rest on. All but
    `own` and `own_grounded` leave out what the companion said of its own."""

    history: History
    formed: dict[str, list[str]]
    grounded: int
    thoughts: int
    kept: int
    duplicates: int
    own: int
    own_grounded: int
    ms: list[float]
    model_calls: int


class Counting(Tier0):
    """Tier 0, which answers nothing, counting how often it is asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __getattribute__(self, name: str) -> Any:
        if name in _ASKED:
            self.calls += 1
        return super().__getattribute__(name)


_ASKED = frozenset({"worth", "phrase", "summarise", "relation", "insight"})


class _Watched(OurMind):
    """The product's mind, with a look at what each exchange left behind."""

    def __init__(self, store: Store, clock: SetClock, settings: Settings, embedder: CachedEmbedder) -> None:
        super().__init__(store, clock, settings, embedder)
        self.store = store
        self._embedder = embedder
        self.heard: list[int] = []
        self.ms: list[float] = []
        self.thinker = Counting()

    def hear(self, turn: Turn) -> None:
        self.heard.append(turn.id)
        super().hear(turn)

    def think(self) -> None:
        for turn in self._waiting:
            started, embedding = time.perf_counter(), self._embedder.computing
            think_about(self.store, self._reflection, turn, self.thinker)
            spent = time.perf_counter() - started - (self._embedder.computing - embedding)
            self.ms.append(1000 * spent)
        self._waiting.clear()


def measure_reflection(
    files: Sequence[Path], settings: Settings, *, progress: Progress = lambda what, done, total: None
) -> dict[str, object]:
    """Figures by set, as they stand in the JSON; shares 0–1. Raises InvalidInput, EmbedderMissing."""
    check_files(files)
    inner = open_embedder(settings)
    embedder = CachedEmbedder(inner, cache_folder(inner))
    sets: dict[str, object] = {}
    try:
        for file in files:
            histories = list(read_histories(file))
            if not any(point.role == "person" and point.turn for history in histories for point in history.points):
                raise InvalidInput(
                    f"{file} names no memory points of the person's turns", hint="Give labelled histories."
                )
            name = stem(file) if stem(file) not in sets else str(file)
            found = [
                reflected(
                    history,
                    embedder,
                    settings,
                    lambda done, total, label=f"{name}: {history.id}": progress(label, done, total),  # type: ignore[misc]
                )
                for history in histories
            ]
            sets[name] = _figures(found)
    finally:
        embedder.close()
    return {"sets": sets, "embedder": inner.name, "version": companion.__version__}


def reflected(
    history: History, embedder: CachedEmbedder, settings: Settings, progress: Callable[[int, int], None]
) -> Reflected:
    """Live through a history as a chat does, and look at what was kept."""
    minds: list[_Watched] = []

    def make(store: Store, clock: SetClock) -> _Watched:
        minds.append(_Watched(store, clock, settings, embedder))
        return minds[-1]

    seen: list[Reflected] = []

    def look(store: Store) -> None:
        mind = minds[0]
        neutral = dict(zip(mind.heard, (turn.id for turn in history.turns), strict=True))
        seen.append(_look(store, history, neutral, mind.ms, mind.thinker.calls))

    replay(history, (), embedder, settings, mind_of=make, progress=progress, at_end=look)
    return seen[0]


def _look(store: Store, history: History, neutral: dict[int, str], ms: list[float], calls: int) -> Reflected:
    found = [m for m in store.memories.resting_on(list(neutral)) if m.kind == "thought"] if neutral else []
    thoughts = [thought for thought in found if thought.subject != COMPANION]
    own = [thought for thought in found if thought.subject == COMPANION]
    formed: dict[str, list[str]] = defaultdict(list)
    turns = store.turns.many(sorted({e.turn for thought in found for e in thought.evidence}))
    for thought in thoughts:
        for id in dict.fromkeys(evidence.turn for evidence in thought.evidence):
            formed[neutral[id]].append(thought.text)
    kept = [thought for thought in thoughts if thought.status in _KEPT]
    return Reflected(
        history,
        formed,
        sum(_is_grounded(thought, turns, "person") for thought in thoughts),
        len(thoughts),
        len(kept),
        duplicates(kept),
        len(own),
        sum(_is_grounded(thought, turns, "companion") for thought in own),
        ms,
        calls,
    )


def _is_grounded(thought: Memory, turns: dict[int, Turn], role: Role) -> bool:
    """Whether it rests on something, and all it rests on are words of that speaker."""
    return bool(thought.evidence) and all(
        e.turn in turns
        and turns[e.turn].role == role
        and text_hash(turns[e.turn].text[e.start : e.end]) == e.quote_hash
        for e in thought.evidence
    )


def duplicates(thoughts: Sequence[Memory]) -> int:
    """How many say what an earlier one says."""
    holders: dict[str, list[int]] = defaultdict(list)
    words = [set(stems(thought.text)) for thought in thoughts]
    hard = [hard_tokens(thought.text) for thought in thoughts]
    found = 0
    for at, thought in enumerate(thoughts):
        near = {other for word in words[at] for other in holders[word]}
        found += any(
            f1(words[at], words[other]) >= SAYS_AGAIN
            and hard[at] == hard[other]
            and (thought.subject, thought.polarity) == (thoughts[other].subject, thoughts[other].polarity)
            for other in near
        )
        for word in words[at]:
            holders[word].append(at)
    return found


def f1(a: set[str], b: set[str]) -> float:
    """Harmonic mean of the shares of words that two texts have in common (0–1)."""
    shared = len(a & b)
    return 2 * shared / (len(a) + len(b)) if shared else 0.0


def _figures(found: Sequence[Reflected]) -> dict[str, object]:
    points = captured = formed = precise = 0
    for each in found:
        labelled = {point.turn for point in each.history.points if point.turn}
        formed += sum(map(len, each.formed.values()))
        precise += sum(len(texts) for turn, texts in each.formed.items() if turn in labelled)
        for point in each.history.points:
            if point.role == "person" and point.turn:
                points += 1
                said = [set(content_words(text)) for text in (point.text, point.quote) if text]
                thoughts = [set(content_words(text)) for text in each.formed.get(point.turn, ())]
                captured += any(f1(a, b) >= SAYS_SAME for a in thoughts for b in said)
    thoughts_kept = sum(each.kept for each in found)
    own = sum(each.own for each in found)
    ms = [value for each in found for value in each.ms]
    turns = max(1, len(ms))
    return {
        "points": points,
        "thoughts": sum(each.thoughts for each in found),
        "capture": _share(captured, points),
        "precision": _share(precise, formed),
        "grounded": _share(sum(each.grounded for each in found), sum(each.thoughts for each in found)),
        "duplicates_per_100": round(100 * sum(each.duplicates for each in found) / max(1, thoughts_kept), 2),
        "own": own,
        "own_grounded": _share(sum(each.own_grounded for each in found), own),
        "ms_per_turn": round(float(np.median(ms)), 2) if ms else None,
        "ms_per_turn_p95": round(float(np.quantile(ms, 0.95)), 2) if ms else None,
        "model_calls_per_turn": round(sum(each.model_calls for each in found) / turns, 3),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def reflection_lines(report: dict[str, object]) -> list[str]:
    """The figures for a person to read."""
    sets = report["sets"]
    assert isinstance(sets, dict)  # noqa: S101 - what measure_reflection returns
    lines = [f"Embedder {report['embedder']}", ""]
    for name, figures in sets.items():
        lines.append(str(name))
        lines += [f"  {label:<22}{'–' if value is None else value}" for label, value in figures.items()]
    return lines
