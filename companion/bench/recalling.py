"""`companion bench recall`: how often the right turns of public or own histories come to mind, and how fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import companion
from companion.bench.baselines import BASELINES, Baseline
from companion.bench.embeddings import CachedEmbedder, cache_folder
from companion.bench.histories import check_files, read_histories
from companion.bench.replay import Replay, replay
from companion.bench.scoring import Figures, score
from companion.errors import InvalidInput
from companion.memory.embedder import Embedder, LocalEmbedder, find_embedder
from companion.paths import asset
from companion.settings import Settings

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True)
class RecallReport:
    """Figures by set, see `scoring.score`; `seconds` each set took."""

    sets: dict[str, Figures]
    seconds: dict[str, float]
    embedder: str
    baseline: Baseline | None

    def json(self) -> dict[str, object]:
        found: dict[str, object] = {
            "sets": self.sets,
            "embedder": self.embedder,
            "version": companion.__version__,
        }
        return found | ({"baseline": self.baseline} if self.baseline else {})


def open_embedder(settings: Settings) -> Embedder:
    """The embedder a chat would use. A function of its own so that tests can put another in."""
    return LocalEmbedder(find_embedder(settings.embedder.path))


def measure_recall(
    files: Sequence[Path],
    settings: Settings,
    *,
    ks: Sequence[int] = (5, 10),
    limit: int | None = None,
    baseline: str | None = None,
    progress: Progress = lambda what, done, total: None,
) -> RecallReport:
    """Measure each file, at most `limit` questions of it. Raises InvalidInput, EmbedderMissing."""
    how = next((one for one in BASELINES if one == baseline), None)
    if baseline is not None and how is None:
        raise InvalidInput(f"there is no baseline {baseline!r}; there are {', '.join(BASELINES)}")
    check_files(files)
    inner = open_embedder(settings)
    embedder = CachedEmbedder(inner, cache_folder(inner))
    sets: dict[str, Figures] = {}
    seconds: dict[str, float] = {}
    try:
        for file in files:
            name = stem(file) if stem(file) not in sets else str(file)
            started = time.perf_counter()
            sets[name] = score(_replays(file, name, embedder, settings, limit, how, progress), ks)
            seconds[name] = round(time.perf_counter() - started, 1)
    finally:
        embedder.close()
    return RecallReport(sets, seconds, inner.name, how)


def _replays(
    file: Path,
    name: str,
    embedder: CachedEmbedder,
    settings: Settings,
    limit: int | None,
    baseline: Baseline | None,
    progress: Progress,
) -> list[Replay]:
    prompts = chatter()
    found: list[Replay] = []
    left = limit
    # All lines are read before anything is measured: a mistake in the last one should not cost an hour.
    for history in list(read_histories(file)):
        questions = history.questions if left is None else history.questions[:left]
        if left is not None:
            left -= len(questions)
        if not questions and (limit is not None or not history.turns):
            continue  # nothing is asked of it
        label = f"{name}: {history.id}"
        found.append(
            replay(
                history,
                questions,
                embedder,
                settings,
                baseline=baseline,
                chatter=prompts if history.turns else (),
                progress=lambda done, total, label=label: progress(label, done, total),  # type: ignore[misc]
            )
        )
    return found


def stem(file: Path) -> str:
    """The name of a set: its file's without .jsonl or .jsonl.gz."""
    return file.name.removesuffix(".gz").removesuffix(".jsonl")


def chatter() -> tuple[str, ...]:
    """Small talk and general requests that no history could hold anything about."""
    lines = asset("calibration", "chatter.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def parse_ks(text: str) -> tuple[int, ...]:
    """ "5,10" as numbers. Raises InvalidInput."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and 0 < int(part) <= 1_000 for part in parts):
        raise InvalidInput(f"--k {text!r} is not a list of numbers from 1 to 1000, such as 5,10")
    return tuple(dict.fromkeys(int(part) for part in parts))


def table_lines(report: RecallReport) -> list[str]:
    """The figures for a person to read: a line a set, then its kinds."""
    lines = [f"Embedder {report.embedder}" + (f", baseline {report.baseline}" if report.baseline else ""), ""]
    rows = [_row(name, figures, report.seconds.get(name)) for name, figures in report.sets.items()]
    lines += lined_up(rows)
    kinds = [
        {"set": name, "kind": kind, "questions": str(figures["questions"]), **_at(figures)}
        for name, set_figures in report.sets.items()
        for kind, figures in _mapping(set_figures["by_kind"]).items()
    ]
    if kinds:
        lines += ["", *lined_up(kinds)]
    return lines


def _row(name: str, figures: Figures, seconds: float | None) -> dict[str, str]:
    latency = _mapping(figures["latency_ms"])
    return {
        "set": name,
        "questions": str(figures["questions"]),
        **_at(figures),
        "512 tokens": cell(figures["recall_tokens_512"]),
        "sessions@5": cell(figures["sessions_all5"]),
        "abstain": cell(figures["abstain"]),
        "injected": cell(figures["false_injection"]),
        "ms p50/p95": f"{cell(latency['p50'])}/{cell(latency['p95'])}",
        "no embedding": f"{cell(latency['p50_without_embedding'])}/{cell(latency['p95_without_embedding'])}",
        "seconds": cell(seconds),
    }


def _at(figures: Mapping[str, object]) -> dict[str, str]:
    recall, whole = _mapping(figures["recall"]), _mapping(figures["all"])
    return {f"recall@{k}": cell(v) for k, v in recall.items()} | {f"all@{k}": cell(v) for k, v in whole.items()}


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def cell(value: object) -> str:
    """A figure, or a dash where there is none."""
    return "–" if value is None else str(value)


def lined_up(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Columns lined up: the first of texts to the left, figures to the right."""
    if not rows:
        return []
    heads = list(rows[0])
    widths = {head: max(len(head), *(len(row[head]) for row in rows)) for head in heads}

    def line(cells: Mapping[str, str]) -> str:
        return "  ".join(
            cells[head].ljust(widths[head]) if head in ("set", "kind", "memory") else cells[head].rjust(widths[head])
            for head in heads
        ).rstrip()

    return [line({head: head for head in heads}), *(line(row) for row in rows)]
