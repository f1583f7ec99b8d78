"""`companion bench …`: measurements, in a home of their own. Later ones are added as commands of `app`."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from companion.cli.output import print_json, say
from companion.cli.session import prepare
from companion.text import one_line

if TYPE_CHECKING:
    from companion.bench.recalling import RecallReport

app = typer.Typer(no_args_is_help=True, help="Measure this machine and this model.")


@app.callback()
def bench() -> None:
    """Measure this machine and this model. Your own data is not touched."""


@app.command()
def speed(as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False) -> None:
    """How fast and how large Companion is next to bare llama.cpp. Takes a few minutes."""
    paths, settings = prepare()
    from companion.bench.speed import measure, report_lines

    figures = measure(paths, settings, progress=_progress)
    if as_json:
        print_json(dataclasses.asdict(figures))
        return
    for line in report_lines(figures):
        say(line)


@app.command()
def recall(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Histories, .jsonl or .jsonl.gz.")],
    k: Annotated[str, typer.Option("--k", help="Judge the first so many turns, such as 5,10.")] = "5,10",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many questions of a file.")] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help="Measure a plain method instead: dense, bm25 or rrf.")
    ] = None,
) -> None:
    """How often the right turns of a history come to mind, and how fast. Each line of a FILE is one history."""
    _, settings = prepare()
    from companion.bench.recalling import measure_recall, parse_ks, table_lines

    bar = _Bar()
    try:
        report = measure_recall(files, settings, ks=parse_ks(k), limit=limit, baseline=baseline, progress=bar)
    finally:
        bar.close()
    if as_json:
        print_json(report.json())
        return
    for line in [*table_lines(report), *bars_of(report)]:
        say(line)


@app.command()
def answers(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Histories, .jsonl or .jsonl.gz.")],
    variant: Annotated[
        str, typer.Option("--variant", help="How memories are put: block-before, grouped, flat or question-twice.")
    ] = "block-before",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many questions of a file.")] = None,
) -> None:
    """How right the model answers without memory, with what comes to mind, and with exactly what is needed."""
    paths, settings = prepare()
    from companion.bench.answers import answer_lines, measure_answers

    bar = _Bar()
    try:
        report = measure_answers(files, settings, paths, variant=variant, limit=limit, progress=bar)
    finally:
        bar.close()
    if as_json:
        print_json(report.json())
        return
    for line in answer_lines(report):
        say(line)


@app.command()
def scale(
    n: Annotated[str, typer.Option("--n", help="Numbers of memories, such as 10000,100000.")] = "10000,100000",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
    no_index: Annotated[
        bool, typer.Option("--no-index", help="Leave the vector index out: building it takes longest.")
    ] = False,
) -> None:
    """How recall, writing and reflection grow with what is remembered, on made-up memories."""
    _, settings = prepare()
    from companion.bench.scale import measure_scale, parse_sizes, scale_lines

    sizes = parse_sizes(n)
    bar = _Bar()
    try:
        report = measure_scale(sizes, settings, index=not no_index, progress=bar)
    finally:
        bar.close()
    if as_json:
        print_json(report.json())
        return
    for line in scale_lines(report):
        say(line)


@app.command()
def train(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Histories, .jsonl or .jsonl.gz.")],
    histories: Annotated[
        int | None, typer.Option("--histories", min=1, help="At most so many histories of a file, its kinds in turn.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the weights to this file, not to stdout.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Say where they differ from the shipped weights.")] = False,
) -> None:
    """Learn the weights of recall from histories: the same from the same files. With --check, exit 1 if they differ."""
    _, settings = prepare()
    from companion.bench.learning import differences, train, write_weights

    bar = _Bar()
    try:
        trained = train(files, settings, histories=histories, progress=bar)
    finally:
        bar.close()
    if out is not None:
        write_weights(out, trained)
    elif not check:
        print_json(trained)
    if check:
        found = differences(trained)
        for line in found or ["These are the shipped weights."]:
            say(line)
        if found:
            raise typer.Exit(1)


@app.command()
def ablate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Histories to learn from.")],
    on: Annotated[
        list[Path] | None, typer.Option("--on", help="Histories to measure on that are not learned from.")
    ] = None,
    histories: Annotated[
        int | None, typer.Option("--histories", min=1, help="At most so many histories of a file to learn from.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """What each ingredient of recall is worth: learn the weights without it, and see what is found."""
    _, settings = prepare()
    from companion.bench.ablation import ablation_lines, measure_ablation

    bar = _Bar()
    try:
        rows = measure_ablation(files, on or (), settings, histories=histories, progress=bar)
    finally:
        bar.close()
    if as_json:
        print_json([row.json() for row in rows])
        return
    for line in ablation_lines(rows):
        say(line)


@app.command()
def adapt(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Histories, .jsonl or .jsonl.gz.")],
    uses: Annotated[int, typer.Option("--uses", min=1, max=100_000, help="Recalls to learn from.")] = 1000,
    histories: Annotated[
        int | None, typer.Option("--histories", min=1, help="At most so many histories of a file, its kinds in turn.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """What learning from use does to recall, for an ordinary person and for ones with a habit."""
    _, settings = prepare()
    from companion.bench.adapting import adaptation_lines, measure_adaptation

    bar = _Bar()
    try:
        rows = measure_adaptation(files, settings, uses=uses, histories=histories, progress=bar)
    finally:
        bar.close()
    if as_json:
        print_json([row.json() for row in rows])
        return
    for line in adaptation_lines(rows, uses):
        say(line)


def bars_of(report: RecallReport) -> list[str]:
    """Recall as bars, for a terminal that can show them."""
    if not sys.stdout.isatty() or (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8":
        return []
    from companion.bench.plot import recall_bars

    bars = recall_bars(report.sets, shutil.get_terminal_size().columns)
    return ["", *bars] if bars else []


class _Bar:
    """Progress on stderr: a line that is written over in a terminal, elsewhere a line for each thing begun."""

    def __init__(self) -> None:
        self._last = ("", -1)
        self._terminal = sys.stderr.isatty()

    def __call__(self, what: str, done: int, total: int) -> None:
        now = (what, 100 * done // max(1, total))
        if now == self._last:
            return
        if self._terminal:
            typer.echo(f"\r\x1b[K{one_line(what, 50)} {now[1]:3d} %", err=True, nl=False)
        elif what != self._last[0]:
            typer.echo(one_line(what, 70), err=True)
        self._last = now

    def close(self) -> None:
        if self._terminal and self._last[0]:
            typer.echo("\r\x1b[K", err=True, nl=False)


def _progress(what: str) -> None:
    typer.echo(what, err=True)
