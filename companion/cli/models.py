"""`companion models …`: the language models. Later commands are added to `app`."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Annotated

import typer

from companion.cli import shelf
from companion.cli.output import Json, print_json, say
from companion.cli.session import opened
from companion.cli.tuning import tune
from companion.strings import text
from companion.text import one_line
from companion.ui.format import counted, filled

if TYPE_CHECKING:
    from companion.model.tiers import ProbeReport

app = typer.Typer(no_args_is_help=True, help="The language models: get one, choose one, see what it can do.")


app.command()(tune)


@app.callback()
def models() -> None:
    """The language models: get one, choose one, see what it can do."""


app.command("list")(shelf.list_models)
app.command()(shelf.pull)
app.command()(shelf.use)
app.command()(shelf.add)
app.command()(shelf.remove)


@app.command()
def probe(
    again: Annotated[bool, typer.Option("--again", help="Measure it anew, though it was measured before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """Measure what the model can be trusted with when it thinks about what you said. Takes minutes, once a model."""
    with opened(load_model=True) as companion, _Progress() as progress:
        report = companion.probe_model(again=again, progress=progress)
        status = companion.status()
    if as_json:
        print_json(probe_json(status.model, status.tier, report))
        return
    for line in probe_lines(status.model, status.tier, report):
        say(line)


def probe_json(model: str, tier: int, report: ProbeReport) -> Json:
    """`tier` is the one in use, `measured_tier` the one that the figures show."""
    from companion.model.tiers import figures, means

    return {
        "model": model,
        "tier": tier,
        "measured_tier": report.tier,
        "means": means(tier),
        "figures": {
            figure.name: {"value": round(figure.value, 4), "needed": figure.needed, "for_tier": figure.tier}
            for figure in figures(report)
        },
        "tokens_per_second": round(report.tokens_per_second, 2),
        "seconds": round(report.seconds, 1),
    }


def probe_lines(model: str, tier: int, report: ProbeReport) -> list[str]:
    """Each measure with what it is needed for, then the tier and what it means."""
    from rich.cells import cell_len

    from companion.model.tiers import figures, means

    rows = figures(report)
    width = max(cell_len(figure.words) for figure in rows)
    lines = [
        text("probe.measured_in", model=one_line(model), seconds_counted=counted(round(report.seconds), "second")),
        "",
    ]
    for figure in rows:
        reached = text("probe.reached") if figure.value >= figure.needed else text("probe.not_reached")
        needed = text("probe.needs", tier=figure.tier, needed=figure.needed, reached=reached)
        lines.append(f"  {filled(figure.words, width)}  {figure.value:>4.0%}  ({needed})")
    lines += [f"  {filled(text('probe.speed'), width)}  {text('probe.tokens', count=report.tokens_per_second)}", ""]
    lines.append(text("probe.tier", tier=report.tier, tiers=means(report.tier)))
    if tier != report.tier:
        lines.append(text("probe.tier_set", tier=tier, tiers=means(tier)))
    else:
        lines.append(text("probe.set_another"))
    return lines


class _Progress:
    """Cases done, on stderr; a line that is written over in a terminal, nothing elsewhere but its end."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._begun = False

    def __enter__(self) -> _Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        if self._terminal:
            sys.stderr.write(text("probe.progress", done=done, total=total))
        elif not self._begun:
            sys.stderr.write(text("probe.asking", total=total))
        self._begun = True
        sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun and self._terminal:
            sys.stderr.write("\n")
