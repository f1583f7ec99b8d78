"""`companion bench …`: measurements, in a home of their own. Later ones are added as commands of `app`."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from companion.cli.output import print_json, say
from companion.cli.session import prepare

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


def _progress(what: str) -> None:
    typer.echo(what, err=True)
