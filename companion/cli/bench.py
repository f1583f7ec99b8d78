"""`companion bench …`: measurements, in a home of their own. Later ones are added as commands of `app`."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from companion.cli.output import print_json, say
from companion.cli.progress import Bar
from companion.cli.session import prepare

if TYPE_CHECKING:
    from companion.bench.forgetting import ForgettingReport
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
    _show(as_json, dataclasses.asdict(figures), lambda: report_lines(figures))


@app.command()
def screens(
    count: Annotated[
        int, typer.Option("--count", min=100, max=200_000, help="Memories, and turns of a chat.")
    ] = 10_000,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """How quickly panel, filter and chat open after years, and how soon a key is seen. Takes a few minutes."""
    paths, settings = prepare()
    from companion.bench.screens import measure_screens, screen_lines
    from companion.model.catalog import find_model

    with Bar() as bar:
        figures = measure_screens(find_model(settings.model, paths), count, bar)
    _show(as_json, figures.json(), lambda: screen_lines(figures))


@app.command()
def lookup(as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False) -> None:
    """Whether replies would be faster with drafts that are looked up in the prompt. Takes a few minutes."""
    paths, settings = prepare()
    from companion.bench.lookup import lookup_lines, measure_lookup
    from companion.model.catalog import find_model
    from companion.model.persona import load_persona

    model, persona = find_model(settings.model, paths), load_persona(settings.persona)
    with Bar() as bar:
        report = measure_lookup(model, persona, settings.model.context, settings.model.threads, bar)
    _show(as_json, report.json(), lambda: lookup_lines(report))


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

    with Bar() as bar:
        report = measure_recall(files, settings, ks=parse_ks(k), limit=limit, baseline=baseline, progress=bar)
    _show(as_json, report.json(), lambda: [*table_lines(report), *bars_of(report)])


@app.command()
def reflect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Histories with memory points.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """What reflection keeps of a history, against what a person labelled as worth keeping."""
    _, settings = prepare()
    from companion.bench.reflecting import measure_reflection, reflection_lines

    with Bar() as bar:
        report = measure_reflection(files, settings, progress=bar)
    _show(as_json, report, lambda: reflection_lines(report))


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

    with Bar() as bar:
        report = measure_answers(files, settings, paths, variant=variant, limit=limit, progress=bar)
    _show(as_json, report.json(), lambda: answer_lines(report))


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
    with Bar() as bar:
        report = measure_scale(sizes, settings, index=not no_index, progress=bar)
    _show(as_json, report.json(), lambda: scale_lines(report))


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

    with Bar() as bar:
        trained = train(files, settings, histories=histories, progress=bar)
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

    with Bar() as bar:
        rows = measure_ablation(files, on or (), settings, histories=histories, progress=bar)
    _show(as_json, [row.json() for row in rows], lambda: ablation_lines(rows))


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

    with Bar() as bar:
        rows = measure_adaptation(files, settings, uses=uses, histories=histories, progress=bar)
    _show(as_json, [row.json() for row in rows], lambda: adaptation_lines(rows, uses))


@app.command()
def forget(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE…]", help="Histories to age as well, .jsonl or .jsonl.gz.")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="Days of the made-up year.")] = 365,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed is another person.")] = 1,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many questions of a file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """What a year of forgetting does to recall: nothing forgotten, two curves, and only the newest kept."""
    _, settings = prepare()
    from companion.bench.forgetting import forgetting_lines, measure_forgetting

    with Bar() as bar:
        report = measure_forgetting(files or (), settings, days=days, seed=seed, limit=limit, progress=bar)
    _show(as_json, report.json(), lambda: [*forgetting_lines(report), *_year_of(report)])


def _year_of(report: ForgettingReport) -> list[str]:
    """Recall and what is active, month by month, as lines."""
    from companion.bench.forgetting import monthly
    from companion.bench.plot import year_lines

    width = shutil.get_terminal_size().columns
    lines: list[str] = []
    for figure, title in (("recall10", "recall@10, %, by month"), ("active_share", "active memories, %, by month")):
        names, values = monthly(report, figure)
        lines += ["", *year_lines(values, title, names, width)]
    return lines


def _show(as_json: bool, figures: object, lines: Callable[[], Iterable[str]]) -> None:
    """What was measured, for programs or for a person."""
    if as_json:
        print_json(figures)
        return
    for line in lines():
        say(line)


def bars_of(report: RecallReport) -> list[str]:
    """Recall as bars, for a terminal that can show them."""
    if not sys.stdout.isatty() or (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8":
        return []
    from companion.bench.plot import recall_bars

    bars = recall_bars(report.sets, shutil.get_terminal_size().columns)
    return ["", *bars] if bars else []


def _progress(what: str) -> None:
    typer.echo(what, err=True)
