"""How fast and how large Companion is, next to bare llama.cpp where that has the same work to do.

Ratios are of medians of turns that alternate within one run, so they mean the same on every machine; seconds and
megabytes are this machine's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from companion.bench import terminal
from companion.paths import Paths
from companion.settings import Settings

ROUNDS = 5
STARTS = 3
SHORT, LONG = 1_600, 5_400
"""Tokens of history before the first turn; it grows to about 2,000 and 6,000 while turns are measured."""
LONG_CONTEXT = 8_192
BESIDE = 600
"""Megabytes that the engine may take beside the model's file and its caches."""


@dataclass(frozen=True)
class Speed:
    """Figures by name; what could not be measured here is left out."""

    model: str
    ratios: dict[str, float]
    """first_token_…: ours ÷ bare (less is better), at about 2,000 tokens of history, …_6k at 6,000; decode: ours ÷
    bare in tokens a second (more is better)."""
    seconds: dict[str, float]
    rss_mb: dict[str, float]
    """`engine_allowed`: the model's file, its caches and BESIDE."""
    stopping_ms: dict[str, float]
    """From Enter to the end of a reflection that was thinking: median and worst."""
    lag_ms: dict[str, float]
    """By how much the interface was late while replies were written."""
    lag_histogram: dict[str, int]
    imports_before_first_paint: list[str]
    say_tokens: int
    """Length of the reply that say_answer and say_process are about."""
    turns: list[dict[str, object]] = field(default_factory=list)
    """What the ratios were taken from."""


def measure(
    paths: Paths, settings: Settings, progress: Callable[[str], None], rounds: int = ROUNDS, starts: int = STARTS
) -> Speed:
    """Measure everything, in homes of its own. `paths` only says where the model is. Raises CompanionError."""
    from companion.bench.exchanges import SORTS, measure_exchanges
    from companion.bench.lag import Lag, measure_lag
    from companion.bench.processes import imports_before_first_paint, measure_app, measure_say
    from companion.bench.stopping import measure_stopping
    from companion.bench.stops import measure_stops
    from companion.model.catalog import find_model
    from companion.model.llama import LlamaModel

    model = find_model(settings.model, paths)
    seconds: dict[str, float] = {}
    rss: dict[str, float] = {}
    imports: list[str] = []
    lag: Lag | None = None
    # Whole programs first: what this process loads later would weigh on them.
    progress("starting `companion say`")
    say = measure_say(model, starts)
    seconds |= {"say_first_token": say.first_token, "say_answer": say.answer, "say_process": say.process}
    if terminal.available():
        progress("starting the app")
        app = measure_app(model, starts)
        seconds |= {"first_paint": app.first_paint, "app_ready": app.ready, "app_first_token": app.first_token}
        rss |= {"ui": app.ui_mb, "engine": app.engine_mb}
        imports = imports_before_first_paint(model)
        progress("looking at how late the app is while it writes")
        lag = measure_lag(model)
    ratios: dict[str, float] = {}
    turns: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="companion-bench-", ignore_cleanup_errors=True) as folder:

        def at(name: str) -> Paths:
            return Paths(data=Path(folder, name), config=Path(folder, name))

        for history, mark, context in ((SHORT, "", settings.model.context), (LONG, "_6k", LONG_CONTEXT)):
            wider = settings.model.model_copy(update={"context": max(context, settings.model.context)})
            used = settings.model_copy(update={"model": wider})
            many = rounds if not mark else max(1, min(3, rounds))
            found = measure_exchanges(model, at(f"turns{mark}"), used, history, many, min(starts, many), progress)
            for sort in SORTS:
                ratios[f"first_token_{sort}{mark}"] = found.first_token(sort)
                seconds[f"first_token_{sort}{mark}"] = median(p.ours_first_ms for p in found.pairs[sort]) / 1000
                seconds[f"bare_first_token_{sort}{mark}"] = median(p.bare_first_ms for p in found.pairs[sort]) / 1000
                turns += [{"sort": f"{sort}{mark}", **_short(asdict(pair))} for pair in found.pairs[sort]]
            ratios[f"decode{mark}"] = found.decode
            seconds[f"restart_ready{mark}"] = median(found.ready)
        stops = measure_stops(model, at("stops"), settings, rounds, progress)
        seconds |= {name: ms / 1000 for name, ms in stops.figures().items()}
        opened = LlamaModel.open(model, context=settings.model.context)
        if "engine" in rss:
            rss["engine_allowed"] = (model.stat().st_size + opened.cache_bytes) / 1e6 + BESIDE
        stopping = measure_stopping(opened, at("stopping"), settings, rounds, progress)
    return Speed(
        model=model.stem,
        ratios=_rounded(ratios),
        seconds=_rounded(seconds),
        rss_mb=_rounded(rss, 1),
        stopping_ms=_rounded({"median": stopping.median, "worst": stopping.worst} if stopping.ms else {}),
        lag_ms=_rounded({"p50": lag.p50, "p99": lag.p99, "most": lag.most, "looks": lag.samples} if lag else {}),
        lag_histogram=lag.histogram if lag else {},
        imports_before_first_paint=imports,
        say_tokens=say.tokens,
        turns=turns,
    )


def report_lines(speed: Speed) -> list[str]:
    """The figures for a person to read, each with what it should be."""
    ratios, seconds, rss, stopping = speed.ratios, speed.seconds, speed.rss_mb, speed.stopping_ms
    lines = [f"Model {speed.model}", "", "First token ÷ bare llama.cpp          about 2,000 tokens    about 6,000"]
    for sort, name, most in (
        ("warm", "in a conversation", 1.1),
        ("after_reflection", "after a reflection", 1.1),
        ("after_restart", "after a restart", 1.5),
        ("typed_ahead", "read while it was typed", 0.5),
    ):
        short, long = (_beside(speed, f"first_token_{sort}{mark}") for mark in ("", "_6k"))
        lines.append(f"  {name:<34}  {short:<20}  {long:<18} (at most {most})")
    lines += [
        f"Writing speed ÷ bare llama.cpp        {ratios['decode']:.2f}"
        + (f"                  {ratios['decode_6k']:.2f}" if "decode_6k" in ratios else "")
        + "  (at least 0.97)",
        "",
        f"A reply stops while it is written     {_ms(seconds, 'stop_writing')} (at most 20)",
        f"                     while it is read {_ms(seconds, 'stop_reading')} (at most 100)",
        f"A reflection stops at Enter within    {stopping.get('median', 0):.0f} ms, at worst "
        f"{stopping.get('worst', 0):.0f} (at most 100)",
        "",
        f"companion say, first token            {seconds['say_first_token']:.1f} s from process start",
        f"companion say, answer                 {seconds['say_answer']:.1f} s (at most 5), {speed.say_tokens} tokens",
        f"companion say, whole process          {seconds['say_process']:.1f} s",
    ]
    if "first_paint" in seconds:
        late = speed.lag_ms
        lines += [
            f"App, first frame                      {seconds['first_paint']:.2f} s (at most 0.5)",
            f"App, model ready                      {seconds['app_ready']:.1f} s (at most 3)",
            f"App, first token                      {seconds['app_first_token']:.1f} s from process start",
            f"App, late while it writes             median {late['p50']:.1f} ms, p99 {late['p99']:.1f} (at most 20), "
            f"most {late['most']:.0f}",
            *_histogram(speed.lag_histogram),
            f"Memory, interface                     {rss['ui']:.0f} MB (under 120)",
            f"Memory, engine                        {rss['engine']:.0f} MB (at most {rss['engine_allowed']:.0f})",
            f"Heavy imports before the first frame  {', '.join(speed.imports_before_first_paint) or 'none'}",
        ]
    return lines


def _beside(speed: Speed, name: str) -> str:
    """ "1.05 × (0.71 s)" """
    return f"{speed.ratios[name]:.2f} × ({speed.seconds[name]:.2f} s)" if name in speed.ratios else "-"


def _ms(seconds: dict[str, float], name: str) -> str:
    return f"{seconds[name] * 1000:.0f} ms, at worst {seconds[f'{name}_worst'] * 1000:.0f}"


def _histogram(steps: dict[str, int]) -> Iterable[str]:
    for end, count in steps.items():
        if count:
            yield f"    {'later' if end == 'more' else f'to {end} ms':>10}  {count:,}"


def _short(pair: dict[str, float]) -> dict[str, object]:
    return {name: round(value, 1) for name, value in pair.items()}


def _rounded(figures: dict[str, float], digits: int = 3) -> dict[str, float]:
    return {name: round(value, digits) for name, value in figures.items()}
