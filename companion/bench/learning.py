"""`companion bench train`: from files of histories to the reranker's weights, the same again from the same files."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from companion.bench.embeddings import CachedEmbedder, cache_folder
from companion.bench.examples import Example, examples
from companion.bench.histories import History, HistoryTurn, Question, check_files, read_histories
from companion.bench.recalling import Progress, open_embedder, stem
from companion.bench.training import MODES, fit
from companion.errors import InvalidInput
from companion.paths import asset
from companion.settings import Settings

OWN = "acquaintance"
"""The set made of sentences of this project."""
TOLERANCE = 0.02
"""Difference of a weight that another processor's rounding may make."""


def train(
    files: Sequence[Path],
    settings: Settings,
    *,
    histories: int | None = None,
    progress: Progress = lambda what, done, total: None,
) -> dict[str, object]:
    """What weights.json holds. `histories`: at most so many of a file. Raises InvalidInput, EmbedderMissing."""
    check_files(files)
    found, sources = collect(files, settings, histories=histories, progress=progress)
    fitted: dict[str, object] = {}
    for mode in MODES:
        try:
            fitted[mode] = fit(found, mode).json()
        except ValueError as error:
            raise InvalidInput(f"these files cannot train the reranker: {error}") from None
    return {**fitted, "trained_on": sources}


def collect(
    files: Sequence[Path], settings: Settings, *, histories: int | None = None, progress: Progress
) -> tuple[list[Example], list[dict[str, object]]]:
    """Examples from every file, and what they came from."""
    inner = open_embedder(settings)
    embedder = CachedEmbedder(inner, cache_folder(inner))
    unrelated = small_talk()
    own = own_history()
    found = examples(OWN, own, own.questions, unrelated, embedder, settings, _labelled(progress, own))
    sources: list[dict[str, object]] = []
    try:
        for file in files:
            chosen = in_turn(list(read_histories(file)), histories)
            before = len(found)
            for history in chosen:
                found += examples(
                    stem(file), history, history.questions, unrelated, embedder, settings, _labelled(progress, history)
                )
            sources.append(
                {
                    "set": stem(file),
                    "histories": len(chosen),
                    "examples": len(found) - before,
                    "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
                }
            )
    finally:
        embedder.close()
    return found, sources


def needing(examples: Sequence[Example], files: Sequence[Path]) -> dict[str, list[Example]]:
    """By set, the examples from `files` that need a memory."""
    sets = {stem(file) for file in files}
    found: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.groups and example.set in sets:
            found[example.set].append(example)
    return found


def own_history() -> History:
    """A short acquaintance, from assets/calibration/pairs.txt: each statement told on a day of its own, then what they
    answer asked. Public sets hold months of talk; the first days with a person are like this."""
    start = datetime(2026, 1, 5, 18, tzinfo=UTC)
    turns, questions = [], []
    for at, line in enumerate(_lines("pairs.txt")):
        question, statement = (part.strip() for part in line.split("|"))
        when = start + timedelta(days=at)
        turns.append(HistoryTurn(str(at), when, str(at), "You", "person", statement))
        questions.append(Question(str(at), start + timedelta(days=90), question, OWN, True, (frozenset({str(at)}),)))
    return History(OWN, tuple(turns), tuple(questions))


def in_turn(histories: Sequence[History], most: int | None) -> list[History]:
    """At most `most` histories, taken from each kind of question in turn, so that a part is as varied as the whole."""
    if most is None or len(histories) <= most:
        return list(histories)
    by_kind: dict[str, list[History]] = defaultdict(list)
    for history in histories:
        by_kind[history.questions[0].kind if history.questions else ""].append(history)
    chosen: list[History] = []
    while len(chosen) < most:
        for kind in sorted(by_kind):
            if by_kind[kind]:
                chosen.append(by_kind[kind].pop(0))
    return chosen[:most]


def small_talk() -> tuple[str, ...]:
    """Cues that nothing should come to mind for, other ones than those false injection is measured with."""
    return _lines("smalltalk.txt")


def _lines(name: str) -> tuple[str, ...]:
    lines = asset("calibration", name).read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def write_weights(path: Path, trained: Mapping[str, Any]) -> None:
    """Write a file as assets/recall/weights.json is. Raises InvalidInput when it cannot be written."""
    try:
        path.write_text(json.dumps(trained, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}", hint="Choose another place with --out.") from None


def differences(trained: Mapping[str, Any]) -> list[str]:
    """Where `trained` is not what is shipped, a line each."""
    shipped = json.loads(asset("recall", "weights.json").read_text(encoding="utf-8"))
    lines = []
    for mode in MODES:
        ours, theirs = trained[mode], shipped[mode]
        figures = {name: (ours[name], theirs[name]) for name in ("bias", "depth", "least", "spread")}
        for part, (a, b) in {"": (ours, theirs), "controller ": (ours["controller"], theirs["controller"])}.items():
            names = sorted({*a["weights"], *b["weights"]})
            figures |= {f"{part}{name}": (a["weights"].get(name, 0.0), b["weights"].get(name, 0.0)) for name in names}
        for name, (a, b) in figures.items():
            if abs(float(a) - float(b)) > TOLERANCE * max(1.0, abs(float(b))):
                lines.append(f"{mode} {name}: {a}, shipped {b}")
    return lines


def _labelled(progress: Progress, history: History) -> Callable[[int, int], None]:
    return lambda done, total: progress(history.id, done, total)
