"""How fast and how large Companion is, next to bare llama.cpp where that has the same work to do.

Ratios are of medians of turns that alternate within one run, so they mean the same on every machine; seconds and
megabytes are this machine's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from companion.bench import terminal
from companion.paths import Paths
from companion.settings import Settings

ROUNDS = 5
STARTS = 3


@dataclass(frozen=True)
class Speed:
    """Figures by name; what could not be measured here is left out."""

    model: str
    ratios: dict[str, float]
    """first_token_…: ours ÷ bare (less is better); decode: our tokens/s ÷ bare (more is better)."""
    seconds: dict[str, float]
    rss_mb: dict[str, float]
    stopping_ms: dict[str, float]
    """From Enter to the end of a reflection that was thinking: median and worst; what was left undone at the end."""
    imports_before_first_paint: list[str]
    say_tokens: int
    """Length of the reply that say_answer and say_process are about."""
    turns: list[dict[str, float]] = field(default_factory=list)
    """What the ratios were taken from."""


def measure(
    paths: Paths, settings: Settings, progress: Callable[[str], None], rounds: int = ROUNDS, starts: int = STARTS
) -> Speed:
    """Measure everything, in homes of its own. `paths` only says where the model is. Raises CompanionError."""
    from companion.bench.exchanges import measure_exchanges
    from companion.bench.processes import imports_before_first_paint, measure_app, measure_say
    from companion.model.catalog import find_model

    model = find_model(settings.model, paths)
    seconds: dict[str, float] = {}
    rss: dict[str, float] = {}
    imports: list[str] = []
    # Whole programs first: what this process loads later would weigh on them.
    progress("starting `companion say`")
    say = measure_say(model, starts)
    seconds |= {"say_first_token": say.first_token, "say_answer": say.answer, "say_process": say.process}
    if terminal.available():
        progress("starting the app")
        app = measure_app(model, starts)
        seconds |= {"first_paint": app.first_paint, "app_ready": app.ready}
        rss |= {"ui": app.ui_mb, "engine": app.engine_mb}
        imports = imports_before_first_paint(model)
    with tempfile.TemporaryDirectory(prefix="companion-bench-", ignore_cleanup_errors=True) as folder:
        home = Paths(data=Path(folder), config=Path(folder))
        exchanges = measure_exchanges(model, home, settings, rounds, progress)
    return Speed(
        model=model.stem,
        ratios=_rounded(
            {
                "first_token_warm": exchanges.first_token(exchanges.warm),
                "first_token_after_reflection": exchanges.first_token(exchanges.after_reflection),
                "decode": exchanges.decode,
            }
        ),
        seconds=_rounded(seconds),
        rss_mb=_rounded(rss, 1),
        stopping_ms=_rounded(
            {"median": exchanges.stopping.median, "worst": exchanges.stopping.worst} if exchanges.stopping.ms else {}
        ),
        imports_before_first_paint=imports,
        say_tokens=say.tokens,
        turns=[
            {
                "after_reflection": after,
                "prompt": pair.prompt,
                "read": pair.read,
                "ours_first_ms": round(pair.ours_first_ms, 1),
                "bare_first_ms": round(pair.bare_first_ms, 1),
                "ours_per_second": round(pair.ours_per_second, 1),
                "bare_per_second": round(pair.bare_per_second, 1),
            }
            for after, pairs in ((False, exchanges.warm), (True, exchanges.after_reflection))
            for pair in pairs
        ],
    )


def report_lines(speed: Speed) -> list[str]:
    """The figures for a person to read, each with what it should be."""
    ratios, seconds, rss, stopping = speed.ratios, speed.seconds, speed.rss_mb, speed.stopping_ms
    lines = [
        f"Model {speed.model}",
        f"First token, 2,000 tokens of history   {ratios['first_token_warm']:.2f} × bare llama.cpp (at most 1.5)",
        f"  right after reflection               {ratios['first_token_after_reflection']:.2f} × (at most 1.5)",
        f"Writing speed                          {ratios['decode']:.2f} of bare llama.cpp",
        f"A reflection stops at Enter within      {stopping.get('median', 0):.0f} ms, at worst "
        f"{stopping.get('worst', 0):.0f} (at most 100)",
        f"companion say, first token             {seconds['say_first_token']:.1f} s from process start",
        f"companion say, answer                  {seconds['say_answer']:.1f} s (at most 5), {speed.say_tokens} tokens",
        f"companion say, whole process           {seconds['say_process']:.1f} s",
    ]
    if "first_paint" in seconds:
        lines += [
            f"App, first frame                       {seconds['first_paint']:.2f} s",
            f"App, model ready                       {seconds['app_ready']:.1f} s",
            f"Memory, interface                      {rss['ui']:.0f} MB (under 120)",
            f"Memory, engine                         {rss['engine']:.0f} MB",
            f"Heavy imports before the first frame   {', '.join(speed.imports_before_first_paint) or 'none'}",
        ]
    return lines


def _rounded(figures: dict[str, float], digits: int = 3) -> dict[str, float]:
    return {name: round(value, digits) for name, value in figures.items()}
