"""`companion bench ablate`: what each ingredient of recall is worth, by learning the weights without it.

Recall as a chat would have it: the controller learned with the same weights, ranking, limits. A set that was trained
on shows what an ingredient could explain, one that was not what it carries over; `trained` tells them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from companion.bench.examples import Example
from companion.bench.histories import check_files
from companion.bench.learning import collect, needing
from companion.bench.ranking import called_for, chosen, share_met
from companion.bench.recalling import Progress
from companion.bench.training import MODES, Fitted, fit
from companion.errors import InvalidInput
from companion.memory.rerank import Weights
from companion.settings import Settings

KS = (5, 10)
HAND = 1e6
"""Pull toward the hand weights from which nothing is learned."""
INGREDIENTS: Mapping[str, tuple[str, ...]] = {
    "meaning": (
        "near", "near_whole", "near_window", "near_neighbour", "near_session", "near_day", "near_routed",
        "near_context", "near_lines", "both",
    ),
    "words": ("words", "words_whole", "words_window", "words_session", "words_context", "words_dense", "both"),
    "meaning beyond the piece": (
        "near_whole", "near_window", "near_neighbour", "near_session", "near_day", "near_routed",
    ),
    "entropy router": ("near_routed",),
    "words around it": ("words_window", "words_session"),
    "what was said before": ("near_context", "near_lines", "words_context"),
    "who speaks": ("speaker", "other_speaker", "you_companion", "me_person", "companion"),
    "names": ("named",),
    "associations": ("associated",),
    "dates": ("dated", "in_window", "out_of_window"),
    "order in time": ("recent", "recent_latest", "early_first"),
    "mood": ("mood",),
    "form": ("question", "short", "long"),
    "what was taken from it": ("thought", "kind_thought", "important", "pinned"),
}  # fmt: skip
"""Features that are left out together."""


@dataclass(frozen=True)
class Ablated:
    """Recall in percent on one set, as it is and by what was left out, at each of KS."""

    set: str
    trained: bool
    questions: int
    whole: tuple[float, ...]
    without: Mapping[str, tuple[float, ...]]

    def json(self) -> dict[str, object]:
        def at(figures: tuple[float, ...]) -> dict[str, float]:
            return {str(k): figure for k, figure in zip(KS, figures, strict=True)}

        return {
            "set": self.set,
            "trained": self.trained,
            "questions": self.questions,
            "recall": at(self.whole),
            "without": {name: at(figures) for name, figures in self.without.items()},
        }


def measure_ablation(
    training: Sequence[Path],
    on: Sequence[Path],
    settings: Settings,
    *,
    histories: int | None = None,
    progress: Progress = lambda what, done, total: None,
) -> list[Ablated]:
    """Learn from `training` (at most `histories` of a file) and measure on it, and on all of `on`. Raises InvalidInput,
    EmbedderMissing."""
    check_files((*training, *on))
    taught, _ = collect(training, settings, histories=histories, progress=progress)
    others, _ = collect(on, settings, progress=progress) if on else ([], [])
    trained_on = needing(taught, training)
    by_set = trained_on | needing(others, on)
    variants = _variants(taught)
    found: dict[str, dict[str, tuple[float, ...]]] = defaultdict(dict)
    for number, (label, learn) in enumerate(variants.items()):
        progress("learning without " + (label or "nothing"), number, len(variants))
        try:
            weights = {mode: learn(mode).weights_of_recall() for mode in MODES}
        except ValueError as error:
            raise InvalidInput(f"these files cannot train the reranker: {error}") from None
        for name, examples in by_set.items():
            found[name][label] = _recall(examples, weights)
    return [
        Ablated(name, name in trained_on, len(by_set[name]), recall.pop(""), recall) for name, recall in found.items()
    ]


def _variants(taught: Sequence[Example]) -> dict[str, Callable[[str], Fitted]]:
    """Ways of learning by what they leave out; nothing first."""
    as_one = [replace(example, asked=True) for example in taught]
    ways: dict[str, Callable[[str], Fitted]] = {"": lambda mode: fit(taught, mode)}
    for label, features in INGREDIENTS.items():
        ways[label] = lambda mode, features=features: fit(taught, mode, without=features)  # type: ignore[misc]
    ways["learning (hand weights)"] = lambda mode: fit(taught, mode, ridge=HAND)
    ways["weights of their own for talk"] = lambda mode: fit(as_one, "asked")
    return ways


def _recall(examples: Sequence[Example], weights: Mapping[str, Weights]) -> tuple[float, ...]:
    total = np.zeros(len(KS))
    for example in examples:
        mine = weights["asked" if example.asked else "talking"]
        if called_for(example, mine):
            total += share_met(example, chosen(example, mine, max(KS)), KS)
    return tuple((100 * total / len(examples)).round(1).tolist())


def ablation_lines(rows: Sequence[Ablated]) -> list[str]:
    """The figures for a person to read: a column a set, a line for what is left out."""
    heads = [f"{row.set}{'' if row.trained else ' *'}" for row in rows]
    labels = list(rows[0].without)
    width = max(len(label) for label in labels) + 2
    wide = [max(12, len(head)) for head in heads]
    lines = [f"recall@{KS[-1]}, percent; * not trained on", ""]
    lines.append(" " * width + "  ".join(head.rjust(w) for head, w in zip(heads, wide, strict=True)))
    lines.append(
        "all".ljust(width) + "  ".join(f"{row.whole[-1]:.1f}".rjust(w) for row, w in zip(rows, wide, strict=True))
    )
    for label in labels:
        cells = [f"{row.without[label][-1] - row.whole[-1]:+.1f}".rjust(w) for row, w in zip(rows, wide, strict=True)]
        lines.append(label.ljust(width) + "  ".join(cells))
    return lines
