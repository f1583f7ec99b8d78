"""What was measured beside the peers, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np

import companion
from companion.bench.peers.measuring import Contestant, Lived, PeersReport
from companion.bench.recalling import cell, lined_up
from companion.bench.scoring import score

Json = dict[str, Any]


def report_json(report: PeersReport) -> Json:
    """{"version", "embedder", "k", "cpus", "load": [at the beginning, at the end], "seconds",
    "contestants": [{"name", "version", "settings", "sealed": null | "kernel" | "python", "tried": [host, …],
                     "skipped": reason | null}],
    "sets": {set: {contestant: {"histories", "turns", "questions", "recall": {k: %}, "all": {k: %}, "abstain": %,
                                "write_ms": {"mean", "p50", "p95"}, "waited_ms": the same | null,
                                "read_ms": {"p50", "p95", "p50_without_embedding", "p95_without_embedding"},
                                "bytes": int | null, "bytes_per_turn": int | null}}}}
    """
    return {
        "version": companion.__version__,
        "embedder": report.embedder,
        "k": list(report.ks),
        "cpus": report.cpus,
        "load": [round(each, 2) for each in report.load],
        "seconds": round(report.seconds, 1),
        "contestants": [_contestant(one) for one in report.contestants],
        "sets": {
            name: {
                one.name: _figures(lived[one.name], report.ks)
                for one in report.contestants
                if not one.missing and one.name in lived
            }
            for name, lived in report.sets.items()
        },
    }


def _contestant(one: Contestant) -> Json:
    return {
        "name": one.name,
        "version": one.version or companion.__version__,
        "settings": one.settings,
        "sealed": one.sealed or None,
        "tried": list(one.tried),
        "skipped": one.missing or None,
    }


def _figures(lived: Lived, ks: Sequence[int]) -> Json:
    found = score(lived.replays, ks)
    turns = sum(len(replay.history.turns) for replay in lived.replays)
    return {
        "histories": len(lived.replays),
        "turns": turns,
        "questions": found["questions"],
        "recall": found["recall"],
        "all": found["all"],
        "abstain": found["abstain"],
        "write_ms": _times(lived.write_ms),
        "waited_ms": None if lived.waited_ms is None else _times(lived.waited_ms),
        "read_ms": found["latency_ms"],
        "bytes": lived.bytes,
        "bytes_per_turn": None if lived.bytes is None or not turns else round(lived.bytes / turns),
    }


def _times(values: Sequence[float]) -> Json:
    if not values:
        return {"mean": None, "p50": None, "p95": None}
    p50, p95 = np.quantile(values, [0.5, 0.95])
    return {"mean": round(fmean(values), 1), "p50": round(float(p50), 1), "p95": round(float(p95), 1)}


def table_lines(report: PeersReport) -> list[str]:
    """A table for each set, then who took part, as what, and who did not and why."""
    told = report_json(report)
    lines = [
        f"Embedder {told['embedder']} for all. Load {told['load'][0]} at the beginning, {told['load'][1]} at the end, "
        f"on {told['cpus']} processors; {told['seconds']} s."
    ]
    for name, set_ in told["sets"].items():
        rows = [_row(who, figures) for who, figures in set_.items()]
        first = next(iter(set_.values()), None)
        if first is not None:
            lines += [
                "",
                f"{name}: {first['histories']} histories, {first['turns']} turns, {first['questions']} questions",
            ]
            lines += lined_up(rows)
    lines.append("")
    for one in told["contestants"]:
        if one["skipped"]:
            lines.append(f"{one['name']} was skipped: {one['skipped']}")
            continue
        sealed = {"kernel": "closed by the kernel", "python": "closed to Python code only"}.get(one["sealed"] or "", "")
        tried = f", refused {', '.join(one['tried'])}" if one["tried"] else ", nothing was asked for" if sealed else ""
        network = f" Network {sealed}{tried}." if sealed else ""
        lines.append(f"{one['name']} {one['version']}: {one['settings']}.{network}")
    return lines


def _row(who: str, figures: Json) -> dict[str, str]:
    write, read = figures["write_ms"], figures["read_ms"]
    size = figures["bytes"]
    return {
        "memory": who,
        **{f"recall@{k}": cell(value) for k, value in figures["recall"].items()},
        **{f"all@{k}": cell(value) for k, value in figures["all"].items()},
        "write ms mean/p50/p95": "/".join(cell(write[key]) for key in ("mean", "p50", "p95")),
        "read ms p50/p95": f"{cell(read['p50'])}/{cell(read['p95'])}",
        "no embedding": f"{cell(read['p50_without_embedding'])}/{cell(read['p95_without_embedding'])}",
        "MB on disk": cell(None if size is None else round(size / 1e6, 1)),
    }
