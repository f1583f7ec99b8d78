"""`companion bench scale`: how long recalling, writing, thinking and sleeping take as more and more is remembered.

Each size is a profile of its own, filled through the store with made-up conversations of three years. Their vectors
are made up too, and so are those of what is asked; an embedder, where there is one, still encodes it, so that its time
counts. Then exchanges are lived through one by one, each step timed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import companion
from companion.bench.exchanges_at_size import Samples, StandIn, live
from companion.bench.made_up import Space
from companion.bench.made_up_profile import fill
from companion.bench.nights_at_size import sleep_at_size
from companion.bench.recalling import Progress, open_embedder
from companion.bench.scoring import Figures
from companion.clock import SetClock
from companion.errors import EmbedderMissing, InvalidInput
from companion.memory.embedder import Embedder
from companion.memory.meaning import Meaning
from companion.memory.recall import Recall
from companion.paths import Paths
from companion.settings import Settings
from companion.store.store import Store

BEGIN = datetime(2023, 1, 1, 8, tzinfo=UTC)
EXCHANGES = 60
"""Exchanges timed at each size."""
SMALLEST, LARGEST = 100, 1_000_000


@dataclass(frozen=True)
class ScaleReport:
    """Figures by size; None for what was not measured."""

    sizes: dict[str, Figures]
    embedder: str | None

    def json(self) -> dict[str, object]:
        return {"sizes": self.sizes, "embedder": self.embedder, "version": companion.__version__}


def measure_scale(
    sizes: Sequence[int],
    settings: Settings,
    *,
    index: bool = True,
    exchanges: int = EXCHANGES,
    progress: Progress = lambda what, done, total: None,
) -> ScaleReport:
    """Measure each size; without `index` meaning is searched exactly. Raises CompanionError."""
    embedder: Embedder | None = None
    try:
        embedder = open_embedder(settings)
    except EmbedderMissing as error:
        progress(f"{error}: its time is not measured", 0, 1)
    found = {str(size): _measure(size, settings, embedder, index, exchanges, progress) for size in sizes}
    return ScaleReport(found, embedder.name if embedder is not None else None)


def parse_sizes(text: str) -> tuple[int, ...]:
    """ "10000,100000" as numbers. Raises InvalidInput."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and SMALLEST <= int(part) <= LARGEST for part in parts):
        raise InvalidInput(
            f"--n {text!r} is not a list of numbers from {SMALLEST} to {LARGEST}",
            hint="Give numbers of memories, such as 10000,100000.",
        )
    return tuple(dict.fromkeys(int(part) for part in parts))


def _measure(
    size: int, settings: Settings, embedder: Embedder | None, index: bool, exchanges: int, progress: Progress
) -> Figures:
    label = f"{size:,} memories"
    with _profile() as (store, clock, paths):
        space = Space()
        stand_in = StandIn(space, embedder)
        id = store.vectors.embedder(stand_in.name, stand_in.revision, stand_in.dimension)
        fill(store, clock, size, space, id, lambda done: progress(f"{label}: writing", done, size))
        memories = int(store.db.value("SELECT count(*) FROM memories"))
        megabytes = store.db.value("PRAGMA page_count") * store.db.value("PRAGMA page_size") / 1e6
        meaning = Meaning(stand_in, id, space.background())
        built = _open_index(store, paths, meaning, progress, f"{label}: building the index") if index else None
        recall = Recall(store, meaning)
        started = time.perf_counter()
        recall.pool.refresh()
        read = time.perf_counter() - started
        samples = live(store, clock, recall, stand_in, settings, exchanges, lambda n: progress(label, n, exchanges))
        if meaning.index is not None:
            meaning.index.close()
        reconciled = _open_index(store, paths, meaning, progress, f"{label}: opening the index") if built else None
        if meaning.index is not None:
            meaning.index.close()
        progress(f"{label}: sleeping", 0, 1)
        nights = sleep_at_size(store, clock, settings)
    return {
        "memories": memories,
        "recall_ms": _recall(samples),
        "query_embedding_ms": {"p50": _quantile(samples.embedding, 0.5) if embedder is not None else None},
        "write_turn_ms": _spread(samples.write),
        "reflect_ms": _spread(samples.reflect),
        "read_pool_s": round(read, 2),
        "refresh_ms": _quantile(samples.refresh, 0.5),
        "reconcile_s": reconciled,
        "index_build_s": built,
        "database_mb": round(megabytes, 1),
        "nights": {name: night.json() for name, night in nights.items()},
    }


def _open_index(store: Store, paths: Paths, meaning: Meaning, progress: Progress, label: str) -> float | None:
    """Seconds until `meaning` has an index that is in step, made anew where there is none. None when it failed."""
    from companion.memory.index import VectorIndex

    vectors = store.vectors.count(meaning.id)
    meaning.index = VectorIndex(store, paths.index, meaning.id, meaning.embedder.dimension)
    parts = 0

    def wanted() -> bool:
        """Asked before each part that goes into the index."""
        nonlocal parts
        parts += 1
        progress(label, min(parts * 500, vectors), vectors)
        return True

    started = time.perf_counter()
    meaning.index.open(wanted=wanted)
    seconds = time.perf_counter() - started
    return round(seconds, 2) if meaning.index.ready and not meaning.index.problem else None


@contextmanager
def _profile() -> Iterator[tuple[Store, SetClock, Paths]]:
    """An empty profile that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="companion-bench-", ignore_cleanup_errors=True) as folder:
        paths, clock = Paths(data=Path(folder), config=Path(folder)), SetClock(BEGIN)
        store = Store.open(paths, clock)
        try:
            yield store, clock, paths
        finally:
            store.close()


def _recall(samples: Samples) -> dict[str, float | None]:
    without = [max(0.0, whole - part) for whole, part in zip(samples.recall, samples.embedding, strict=True)]
    spread = _spread(without)
    return _spread(samples.recall) | {f"{name}_without_embedding": value for name, value in spread.items()}


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    return {"p50": _quantile(values, 0.5), "p95": _quantile(values, 0.95)}


def _quantile(values: Sequence[float], q: float) -> float | None:
    return round(float(np.quantile(values, q)), 2) if values else None


def scale_lines(report: ScaleReport) -> list[str]:
    """The figures for a person to read: a column a size."""
    rows = [("memories", [f"{int(size):,}" for size in report.sizes])]
    for label, path in _LINES:
        cells = [_cell(figures, path) for figures in report.sizes.values()]
        rows.append((label, cells))
    widest = max(len(label) for label, _ in rows)
    width = max(len(cell) for _, cells in rows for cell in cells)
    head = f"Embedder {report.embedder}" if report.embedder else "No embedder is installed: recall without its time"
    return [head, "", *(f"{label.ljust(widest)}  " + "  ".join(c.rjust(width) for c in cells) for label, cells in rows)]


_LINES = (
    ("recall, ms, p50", ("recall_ms", "p50")),
    ("recall, ms, p95", ("recall_ms", "p95")),
    ("  without embedding, p50", ("recall_ms", "p50_without_embedding")),
    ("  without embedding, p95", ("recall_ms", "p95_without_embedding")),
    ("embedding the message, ms", ("query_embedding_ms", "p50")),
    ("writing a turn, ms, p50", ("write_turn_ms", "p50")),
    ("writing a turn, ms, p95", ("write_turn_ms", "p95")),
    ("reflection, ms, p50", ("reflect_ms", "p50")),
    ("reflection, ms, p95", ("reflect_ms", "p95")),
    ("reading everything at start, s", ("read_pool_s",)),
    ("reading one change, ms", ("refresh_ms",)),
    ("opening the index in step, s", ("reconcile_s",)),
    ("building the index, s", ("index_build_s",)),
    ("database, MB", ("database_mb",)),
    ("a night, s", ("nights", "next", "seconds")),
    ("three years of nights at once, s", ("nights", "first", "seconds")),
    ("  memories moved", ("nights", "first", "moved")),
    ("  memory beyond what was held, MB", ("nights", "first", "mb")),
    ("400 nights at once, s", ("nights", "caught up", "seconds")),
)


def _cell(figures: Figures, path: Sequence[str]) -> str:
    found: object = figures
    for name in path:
        found = found[name] if isinstance(found, dict) else None
    return "–" if found is None else str(found)
