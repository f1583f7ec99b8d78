"""`companion bench forget`: four ways to forget, on one made-up year and on given histories."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import companion
from companion.bench.aging import aged
from companion.bench.embeddings import CachedEmbedder, cache_folder
from companion.bench.forgetting_ways import IN_TURN, WAYS, Way
from companion.bench.histories import check_files
from companion.bench.living import Lived, Month, live
from companion.bench.recalling import Progress, open_embedder, stem
from companion.bench.scoring import Figures
from companion.bench.year import year
from companion.errors import InvalidInput
from companion.settings import Settings

SHORTEST, LONGEST = 30, 3_650
"""Days that a year may have."""


@dataclass(frozen=True)
class ForgettingReport:
    """`curves` by way, shares 0–1; `sets` by file and way, see `scoring.score`."""

    curves: dict[Way, Figures]
    sets: dict[str, dict[Way, Figures]]
    seed: int
    days: int
    embedder: str

    def json(self) -> dict[str, object]:
        found: dict[str, object] = {"curves": self.curves}
        about = {"seed": self.seed, "days": self.days, "embedder": self.embedder, "version": companion.__version__}
        return found | ({"sets": self.sets} if self.sets else {}) | about


def measure_forgetting(
    files: Sequence[Path],
    settings: Settings,
    *,
    days: int = 365,
    seed: int = 1,
    limit: int | None = None,
    progress: Progress = lambda what, done, total: None,
) -> ForgettingReport:
    """Live a year in each way, then age the histories of each file, at most `limit` questions of it. Raises
    InvalidInput, EmbedderMissing."""
    if not SHORTEST <= days <= LONGEST:
        raise InvalidInput(f"--days {days} is not from {SHORTEST} to {LONGEST:,}")
    check_files(files)
    inner = open_embedder(settings)
    embedder = CachedEmbedder(inner, cache_folder(inner))
    try:
        lived = _years(seed, days, embedder, settings, progress)
        sets: dict[str, dict[Way, Figures]] = {}
        for file in files:
            name = stem(file) if stem(file) not in sets else str(file)
            sets[name] = aged(file, embedder, settings, limit, progress)
    finally:
        embedder.close()
    return ForgettingReport({way: _figures(lived[way]) for way in WAYS}, sets, seed, days, inner.name)


def _years(
    seed: int, days: int, embedder: CachedEmbedder, settings: Settings, progress: Progress
) -> Mapping[Way, Lived]:
    found: dict[Way, Lived] = {}
    keep: Mapping[date, int] = {}
    for way in IN_TURN:
        label = f"a year: {way}"

        def told(done: int, total: int, label: str = label) -> None:
            progress(label, done, total)

        found[way] = live(year(seed, days), way, embedder, settings, keep, told)
        keep = found["fsrs"].active
    return found


def _figures(lived: Lived) -> Figures:
    months = [_month(month) for month in lived.months]
    last = {name: months[-1][name] for name in ("recall10", "active_share", "outdated_first")}
    return {**last, "night_seconds": round(statistics.median(lived.nights), 4), "monthly": months}


def _month(month: Month) -> Figures:
    changed = [asked.outdated_first for asked in month.asked if asked.outdated_first is not None]
    return {
        "month": month.month,
        "recall10": _share(sum(asked.found for asked in month.asked), len(month.asked)),
        "active_share": _share(month.active, month.memories),
        "outdated_first": _share(sum(changed), len(changed)),
        "memories": month.memories,
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def monthly(report: ForgettingReport, figure: str) -> tuple[list[str], dict[str, list[float]]]:
    """The months, and one figure of each by way."""
    names: list[str] = []
    found: dict[str, list[float]] = {}
    for way, figures in report.curves.items():
        months = figures["monthly"]
        if isinstance(months, list):
            names = [month["month"] for month in months]
            found[way] = [month[figure] for month in months]
    return names, found


def forgetting_lines(report: ForgettingReport) -> list[str]:
    """The figures for a person to read: a line a way, then one for each set and way."""
    head = f"{report.days} days, seed {report.seed}, embedder {report.embedder}; percent at the end"
    lines = [head, "", f"{'way':<12}  recall@10  active  outdated first  memories  a night, s"]
    for way, figures in report.curves.items():
        months = figures["monthly"]
        memories = months[-1]["memories"] if isinstance(months, list) else 0
        lines.append(
            f"{way:<12}  {_percent(figures['recall10']):>9}  {_percent(figures['active_share']):>6}"
            f"  {_percent(figures['outdated_first']):>14}  {memories:>8,}  {figures['night_seconds']:>10}"
        )
    if report.sets:
        width = max(len(name) for name in report.sets)
        lines += ["", f"{'set':<{width}}  {'way':<12}  questions  recall@5  recall@10  active  injected"]
    for name, by_way in report.sets.items():
        for way, figures in by_way.items():
            recall = figures["recall"]
            five, ten = (recall[k] if isinstance(recall, dict) else None for k in ("5", "10"))
            lines.append(
                f"{name:<{width}}  {way:<12}  {figures['questions']!s:>9}  {_cell(five):>8}  {_cell(ten):>9}"
                f"  {_percent(figures['active_share']):>6}  {_cell(figures['false_injection']):>8}"
            )
    return lines


def _percent(share: object) -> str:
    return f"{100 * share:.1f}" if isinstance(share, float) else "–"


def _cell(value: object) -> str:
    return "–" if value is None else str(value)
