"""`companion bench adapt`: what online adaptation does for an ordinary person, and for one with a habit.

The questions of each set are halved; a person asks those of one half again and again, recall chooses eight memories
with the weights it has by then, what was needed is mostly used and the rest mostly not, and each recall is a lesson.
Recall of the other half is measured before and after; then the halves change places. An ordinary person asks all
questions; one with a habit only those whose needed memories share a feature, and is measured on such.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from companion.bench.examples import Example, shortened
from companion.bench.histories import check_files
from companion.bench.learning import collect, needing
from companion.bench.ranking import chosen, share_met
from companion.bench.recalling import Progress
from companion.errors import InvalidInput
from companion.memory.adaptation import adapted, learn
from companion.memory.features import FEATURES
from companion.memory.rerank import Reranker, shipped
from companion.records import Mode
from companion.settings import Settings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
GIVEN = 8
"""Memories that a reply is given."""
KS = (3, 10)
"""Turns judged: ten hold nearly everything, the first three tell the order."""
UNUSED = 0.2
"""Chance that a needed memory is not used all the same, or not seen to be."""
WRONG = 0.1
"""Chance that one is used, or seems to be, that is not needed."""
PEOPLE = 10
"""Persons of each sort; each halves the questions, and asks them, in an order of its own."""
FEWEST = 6
"""Questions that a habit needs to be measured."""
_WITHIN_REACH = 100
"""Memories of an example that some change of the weights might bring up."""


def _column(needed: npt.NDArray[np.float32], feature: str) -> npt.NDArray[np.float32]:
    found: npt.NDArray[np.float32] = needed[:, FEATURES.index(feature)]
    return found


ORDINARY = "ordinary"
HABITS: Mapping[str, Callable[[npt.NDArray[np.float32]], bool]] = {
    "what I said": lambda needed: bool(_column(needed, "companion").min() > 0.5),
    "what you said": lambda needed: bool(_column(needed, "companion").max() < 0.5),
    "lately": lambda needed: bool(_column(needed, "recent").min() > 0.7),
    "long ago": lambda needed: bool(_column(needed, "recent").max() < 0.3),
    "felt alike": lambda needed: bool(_column(needed, "mood").mean() > 0.3),
    "by name": lambda needed: bool(_column(needed, "named").min() > 0.5),
}
"""Whether a question is one of such a person, by the features of the memories it needs. `I` is the companion."""


@dataclass(frozen=True)
class Adapted:
    """One sort of person on one set. Recall in percent at each of KS; `worst` is the gain, at the last of KS, of the
    person it did least for."""

    set: str
    person: str
    questions: int
    before: tuple[float, ...]
    after: tuple[float, ...]
    worst: float

    def json(self) -> dict[str, object]:
        figures = {
            f"recall@{k}": {"before": before, "after": after, "gain": round(after - before, 2)}
            for k, before, after in zip(KS, self.before, self.after, strict=True)
        }
        return {"set": self.set, "person": self.person, "questions": self.questions, **figures, "worst": self.worst}


def measure_adaptation(
    files: Sequence[Path],
    settings: Settings,
    *,
    uses: int = 1000,
    histories: int | None = None,
    progress: Progress = lambda what, done, total: None,
) -> list[Adapted]:
    """Every sort of person on every set; a habit that fits too few of a set's questions, or all, is left out. Raises
    InvalidInput, EmbedderMissing."""
    check_files(files)
    found, _ = collect(files, settings, histories=histories, progress=progress)
    by_set = needing([shortened(example, _WITHIN_REACH) for example in found], files)
    if not by_set:
        raise InvalidInput("no question in these files needs a memory", hint="Give histories with questions.")
    rows = []
    for name, examples in by_set.items():
        people = {ORDINARY: examples}
        for habit, holds in HABITS.items():
            people[habit] = [e for e in examples if holds(e.x[np.concatenate(e.groups)])]
        for number, (person, mine) in enumerate(people.items()):
            progress(f"{name}: adapting", number, len(people))
            if person == ORDINARY or FEWEST <= len(mine) < len(examples):
                rows.append(_sort_of_person(name, person, mine, uses))
    return rows


def simulate(examples: Sequence[Example], uses: int, rng: np.random.Generator) -> Reranker:
    """The weights after a person asked `uses` of these questions, and replies used what they needed, mostly."""
    weights = now = shipped()
    deltas: dict[Mode, dict[str, float]] = {"asked": {}, "talking": {}}
    for at in rng.integers(len(examples), size=uses):
        example = examples[at]
        mode: Mode = "asked" if example.asked else "talking"
        given = _given(example, now, GIVEN)
        needed = np.isin(example.turns[given], example.turns[np.concatenate(example.groups)])
        used = np.where(needed, rng.random(len(given)) >= UNUSED, rng.random(len(given)) < WRONG)
        x = example.x[given].astype(np.float64)
        deltas[mode] = learn(deltas[mode], weights.of(example.asked), x[used], x[~used], mode)
        now = adapted(weights, deltas)
    return now


def met(examples: Sequence[Example], reranker: Reranker) -> Floats:
    """For each of KS the share of needed things among the first k turns, summed over questions."""
    total = np.zeros(len(KS))
    for example in examples:
        total += share_met(example, _given(example, reranker, max(KS)), KS)
    return total


def _given(example: Example, reranker: Reranker, limit: int) -> Ints:
    """Whether anything is given is not asked: the shipped weights decide that, as they decide what fits."""
    return chosen(example, reranker.of(example.asked), limit, plain=shipped().of(example.asked))


def adaptation_lines(rows: Sequence[Adapted], uses: int) -> list[str]:
    """The figures for a person to read: a line for each sort of person on each set."""
    lines = [f"After {uses:,} recalls with use of what was needed; percent, the questions learned from left out", ""]
    width = max(len(row.set) for row in rows)
    heads = "".join(f"{f'recall@{k}':>24}" for k in KS)
    lines.append(f"{'set':<{width}}  {'person':<13}  questions{heads}   worst")
    for row in rows:
        cells = "".join(
            f"{f'{before:.1f} → {after:.1f} ({after - before:+.1f})':>24}"
            for before, after in zip(row.before, row.after, strict=True)
        )
        lines.append(f"{row.set:<{width}}  {row.person:<13}  {row.questions:>9}{cells}  {row.worst:+6.1f}")
    return lines


def _sort_of_person(name: str, person: str, examples: Sequence[Example], uses: int) -> Adapted:
    before = 100.0 * met(examples, shipped()) / len(examples)
    after = np.zeros((PEOPLE, len(KS)))
    for number in range(PEOPLE):
        rng = np.random.default_rng([zlib.crc32(f"{name} {person}".encode()), number])
        order = rng.permutation(len(examples))
        halves = [[examples[i] for i in order[start::2]] for start in (0, 1)]
        for taught, asked in (halves, halves[::-1]):
            after[number] += 100.0 * met(asked, simulate(taught, uses, rng)) / len(examples)
    return Adapted(
        name,
        person,
        len(examples),
        tuple(before.round(2).tolist()),
        tuple(after.mean(axis=0).round(2).tolist()),
        round(float((after - before)[:, -1].min()), 2),
    )
