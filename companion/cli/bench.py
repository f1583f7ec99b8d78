"""`companion bench …`: measurements, in a home of their own. Later ones are added as commands of `app`."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from companion.cli.output import print_json, say
from companion.cli.session import prepare
from companion.text import one_line

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
    for line in table_lines(report):
        say(line)


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
