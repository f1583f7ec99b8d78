"""`companion models tune`: how the language model runs best on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from companion.cli.output import Json, print_json, say
from companion.cli.progress import Bar
from companion.cli.session import opened
from companion.strings import text
from companion.text import one_line
from companion.ui.format import filled
from companion.wording import word

if TYPE_CHECKING:
    from companion.mind.tuning import Tuner
    from companion.model.tuning import TuneReport


def tune(
    again: Annotated[bool, typer.Option("--again", help="Try it anew, though it was tried before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """Find out how the model runs fastest on this machine, and use that. Takes half a minute, up to one.

    The app does it by itself, once for a model, while you do nothing. Nothing else should keep the machine busy.
    """
    with opened(load_model=True) as companion, Bar() as bar:
        report = companion.tune_model(again=again, progress=bar)
        model = companion.status().model
        figures, lines = tune_json(model, report, companion.tuner), tune_lines(model, report, companion.tuner)
    if as_json:
        print_json(figures)
        return
    for line in lines:
        say(line)


def tune_json(model: str, report: TuneReport, tuner: Tuner) -> Json:
    """{"model", "machine", "measured_at" (ISO 8601), "seconds", "depth" (tokens of history before what was measured),
    "steady" (false: something else kept the machine busy), "tuning": {"read_threads", "write_threads", "batch",
    "flash_attention", "kv_type", "read_per_second", "write_per_second"} as found, "in_use": the same as this process
    uses it, "tried": [{"what", "value", "per_second" (tokens), "ratio" (speed ÷ that of the value in use until then; 0:
    not measured, "note" says why), "chosen", "note"}]}."""
    from dataclasses import asdict

    from companion.model.machine import machine

    kept, used = tuner.kept, tuner.tuning
    return {
        "model": model,
        "machine": machine(),
        "measured_at": kept.at.isoformat(timespec="seconds") if kept is not None else None,
        "seconds": report.seconds,
        "depth": report.depth,
        "steady": report.steady,
        "tuning": asdict(report.tuning),
        "in_use": asdict(used) if used is not None else None,
        "tried": [asdict(trial) for trial in report.trials],
    }


def tune_lines(model: str, report: TuneReport, tuner: Tuner) -> list[str]:
    """What was tried, each beside what was used until then, and what is used now."""
    from companion.model.machine import machine

    lines = [
        text("tune.title", model=one_line(model), machine=one_line(machine())),
        text("tune.after", depth=report.depth, seconds=report.seconds),
        "",
        text("tune.heading"),
    ]
    for trial in report.trials:
        speed = f"{trial.per_second:.0f}" if trial.per_second else "–"
        ratio = f"{trial.ratio:.2f}" if trial.ratio else "–"
        note = f"  {word('tune_note', trial.note)}" if trial.note else ""
        mark = f"  {text('tune.used')}" if trial.chosen else ""
        lines.append(f"  {filled(word('tune_step', trial.what), 18)}{trial.value:>7}{speed:>10}{ratio:>8}{mark}{note}")
    found, used = report.tuning, tuner.tuning
    lines += [
        "",
        text("tune.in_use", words=found.words),
        text("tune.speeds", read_per_second=found.read_per_second, write_per_second=found.write_per_second),
    ]
    if not report.steady:
        lines.append(text("tune.unsteady"))
    if used is not None and used.threads != found.threads:
        lines.append(text("tune.threads", read_threads=used.read_threads))
    return lines
