"""`companion bench adapt`: what online adaptation does for an ordinary person, and for one with a habit.

The questions of each set are halved; a person asks those of one half again and again, recall chooses eight memories
with the weights it has by then, what was needed is mostly used and the rest mostly not, and each recall is a lesson.
Recall@10 of the other half is measured before and after; then the halves change places. An ordinary person asks all
questions; one with a habit only those whose needed memories share a feature, and is measured on such.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from companion.bench.examples import Example
from companion.bench.learning import collect
from companion.bench.recalling import Progress
from companion.errors import InvalidInput
from companion.memory.adaptation import adapted, learn
from companion.memory.features import FEATURES
from companion.memory.rerank import Reranker, shipped, spread_out
from companion.records import MODES, Mode
from companion.settings import Settings

GIVEN = 8
"""Memories that a reply is given."""
JUDGED = 10
UNUSED = 0.2
"""Chance that a needed memory is not used all the same, or not seen to be; WRONG: that one which is not needed is."""
WRONG = 0.1
PEOPLE = 10
"""Persons of each sort; each halves the questions, and asks them, in an order of its own."""
FEWEST = 6
"""Questions that a habit needs to be measured."""

Holds = Callable[[npt.NDArray[np.float32]], bool]
HABITS: dict[str, Holds] = {
    "ordinary": lambda needed: True,
    "what I said": lambda needed: bool(needed[:, FEATURES.index("companion")].min() > 0.5),
    "what you said": lambda needed: bool(needed[:, FEATURES.index("companion")].max() < 0.5),
    "lately": lambda needed: bool(needed[:, FEATURES.index("recent")].min() > 0.7),
    "long ago": lambda needed: bool(needed[:, FEATURES.index("recent")].max() < 0.3),
    "felt alike": lambda needed: bool(needed[:, FEATURES.index("mood")].mean() > 0.3),
    "by name": lambda needed: bool(needed[:, FEATURES.index("named")].min() > 0.5),
}
"""Whether a question is one of such a person, by the features of the memories it needs."""


@dataclass(frozen=True)
class Adapted:
    """One sort of person on one set. Recall@10 in percent; `worst` is the change for the person it did least for."""

    set: str
    habit: str
    questions: int
    before: float
    after: float
    worst: float

    def json(self) -> dict[str, object]:
        return {**self.__dict__, "gain": round(self.after - self.before, 2)}


def measure_adaptation(
    files: Sequence[Path],
    settings: Settings,
    *,
    uses: int = 1000,
    histories: int | None = None,
    progress: Progress = lambda what, done, total: None,
) -> list[Adapted]:
    """Every sort of person on every set; a habit that too few questions of a set fit is left out. Raises InvalidInput,
    EmbedderMissing."""
    for file in files:
        if not file.is_file():
            raise InvalidInput(f"{file} is not a file", hint="Check the path.")
    found, _ = collect(files, settings, histories=histories, progress=progress)
    by_set: dict[str, list[Example]] = defaultdict(list)
    for example in found:
        if example.groups:
            by_set[example.set].append(example)
    if not by_set:
        raise InvalidInput("no question in these files needs a memory", hint="Give histories with questions.")
    rows = []
    for name, examples in by_set.items():
        for number, (habit, holds) in enumerate(HABITS.items()):
            progress(f"{name}: adapting", number, len(HABITS))
            mine = [e for e in examples if holds(e.x[np.concatenate(e.groups)])]
            if len(mine) >= FEWEST:
                rows.append(_sort_of_person(name, habit, mine, uses))
    return rows


def simulate(examples: Sequence[Example], uses: int, rng: np.random.Generator) -> Reranker:
    """The weights after a person asked `uses` of these questions, and replies used what they needed, mostly."""
    weights = shipped()
    deltas: dict[Mode, dict[str, float]] = {mode: {} for mode in MODES}
    now = weights
    for at in rng.integers(len(examples), size=uses):
        example = examples[at]
        mode: Mode = "asked" if example.asked else "talking"
        given = chosen(example, now, GIVEN)
        needed = np.isin(example.turns[given], example.turns[np.concatenate(example.groups)])
        used = np.where(needed, rng.random(len(given)) >= UNUSED, rng.random(len(given)) < WRONG)
        x = example.x[given].astype(np.float64)
        deltas[mode] = learn(deltas[mode], weights.of(example.asked), x[used], x[~used], mode)
        now = adapted(weights, deltas)
    return now


def chosen(example: Example, reranker: Reranker, limit: int) -> npt.NDArray[np.int64]:
    """The rows that recall would give, best first, each turn once. Whether it gives any is not asked: that is decided
    by the shipped weights."""
    weights = reranker.of(example.asked)
    scores = weights.scores(example.x.astype(np.float64))
    order = np.argsort(-scores, kind="stable")[: 4 * limit + 50]
    deep = scores[order] >= scores[order[0]] - weights.depth
    order = spread_out(order[deep], scores, example.sessions, weights.spread)
    _, first = np.unique(example.turns[order], return_index=True)
    return order[np.sort(first)][:limit]


def met(examples: Sequence[Example], reranker: Reranker) -> float:
    """Recall@10 in percent: the share of needed things among the first ten turns, averaged over questions."""
    shares = []
    for example in examples:
        turns = example.turns[chosen(example, reranker, JUDGED)]
        found = sum(bool(np.isin(example.turns[group], turns).any()) for group in example.groups)
        shares.append(found / (len(example.groups) + example.missed))
    return 100.0 * float(np.mean(shares))


def _sort_of_person(name: str, habit: str, examples: Sequence[Example], uses: int) -> Adapted:
    before, after = [], []
    for person in range(PEOPLE):
        rng = np.random.default_rng([zlib.crc32(f"{name} {habit}".encode()), person])
        order = rng.permutation(len(examples))
        halves = [[examples[i] for i in order[start::2]] for start in (0, 1)]
        for taught, asked in (halves, halves[::-1]):
            before.append((met(asked, shipped()), len(asked)))
            after.append((met(asked, simulate(taught, uses, rng)), len(asked)))
    was, now = _by_person(before), _by_person(after)
    gains = now - was
    return Adapted(
        name,
        habit,
        len(examples),
        round(float(was.mean()), 2),
        round(float(now.mean()), 2),
        round(float(gains.min()), 2),
    )


def _by_person(halves: Sequence[tuple[float, int]]) -> npt.NDArray[np.float64]:
    """Each person's figure over both halves, by their numbers of questions."""
    figures = np.array(halves).reshape(PEOPLE, 2, 2)
    found: npt.NDArray[np.float64] = (figures[:, :, 0] * figures[:, :, 1]).sum(axis=1) / figures[:, :, 1].sum(axis=1)
    return found
