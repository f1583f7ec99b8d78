"""`companion memories …`: everything that is remembered, to read and to change."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from companion.cli import quarantine
from companion.cli.changing import (
    MAX_ID,
    AsOfOption,
    IdArgument,
    IdsArgument,
    JsonOption,
    LimitOption,
    TextArgument,
    joined,
    make_change,
    print_lines,
    retention_of,
)
from companion.cli.curating import about, growth, merge, put_back, redo, split, timeline, topics
from companion.cli.erasing import forget_for_good
from companion.cli.learning import learning
from companion.cli.listing import detail_lines, found_lines, history_lines, memory_lines
from companion.cli.output import detail_json, entry_json, found_json, memory_json, print_json
from companion.cli.session import opened
from companion.cli.sleep import parse_moment
from companion.clock import SystemClock
from companion.errors import InvalidInput
from companion.filter_syntax import parse
from companion.records import KINDS, STATUSES, Kind, MemoryFilter, Status
from companion.strings import text as words
from companion.text import one_line, valid_text

app = typer.Typer(no_args_is_help=True, help="See, search and change what is remembered.")


@app.command("list")
def list_(
    filter: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILTER]...",
            help="Words, and what is restricted: kind:thought after:may about:Lena is:faded sort:kept -- -word",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help=f"Only these kinds: {', '.join(KINDS)}.")] = None,
    status: Annotated[
        list[str] | None, typer.Option("--status", help=f"Only these states: {', '.join(STATUSES)}.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Forgotten and replaced ones too.")] = False,
    text: Annotated[str, typer.Option("--text", help="Only those that hold these words.")] = "",
    as_of: AsOfOption = "",
    limit: LimitOption = 1000,
    as_json: JsonOption = False,
) -> None:
    """List memories, newest first: all, or those that a filter names."""
    kinds: tuple[Kind, ...] = tuple(one for one in KINDS if one in _known(kind, KINDS, words("memories_cli.kind")))
    statuses: tuple[Status, ...] = tuple(
        one for one in STATUSES if one in _known(status, STATUSES, words("memories_cli.state"))
    )
    typed = valid_text(" ".join(filter or []))
    until = parse_moment(as_of).timestamp() if as_of else None
    with opened() as companion:  # the settings say in which language the notes are
        parsed = parse(typed, SystemClock().now(), MemoryFilter(limit=limit, as_of=until))
        wanted = replace(parsed.filter, text=" ".join(part for part in (parsed.filter.text, valid_text(text)) if part))
        if kinds:
            wanted = replace(wanted, kinds=kinds)
        if everything or statuses:
            wanted = replace(wanted, statuses=statuses or STATUSES)
        rows = companion.list_memories(wanted)
    for note in parsed.notes:
        typer.echo(one_line(note), err=True)
    if as_json:
        print_json([memory_json(row.memory, row.retention) for row in rows])
        return
    filtered = bool(typed or text or kind or as_of)
    print_lines(memory_lines(rows) or [words("memories_cli.none_fits") if filtered else words("memories_cli.none")])


@app.command()
def search(text: TextArgument, limit: LimitOption = 10, as_json: JsonOption = False) -> None:
    """What a text would bring to mind, best first."""
    with opened(load_embedder=True) as companion:
        found = companion.search_memories(joined(text), limit)
        if as_json:
            print_json([found_json(one, retention_of(companion, one.memory.id)) for one in found])
            return
    print_lines(found_lines(found) or [words("memories_cli.nothing_comes")])


@app.command()
def show(id: IdArgument, as_of: AsOfOption = "", as_json: JsonOption = False) -> None:
    """One memory with what it rests on and its history."""
    at = parse_moment(as_of).timestamp() if as_of else None
    with opened() as companion:
        detail = companion.memory(id, at)
    if as_json:
        print_json(detail_json(detail))
    else:
        print_lines(detail_lines(detail))


@app.command()
def add(
    text: TextArgument,
    kind: Annotated[str, typer.Option("--kind", help=f"One of {', '.join(KINDS)}.")] = "thought",
    as_json: JsonOption = False,
) -> None:
    """Write a memory by hand."""
    _known([kind], KINDS, words("memories_cli.kind"))
    chosen = next(one for one in KINDS if one == kind)
    make_change(lambda companion: companion.add_memory(joined(text), chosen), as_json)


@app.command()
def edit(id: IdArgument, text: TextArgument, as_json: JsonOption = False) -> None:
    """Change what a memory says."""
    make_change(lambda companion: companion.edit_memory(id, joined(text)), as_json)


@app.command()
def pin(
    id: IdArgument,
    off: Annotated[bool, typer.Option("--off", help="Let it fade again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Keep a memory from fading."""
    make_change(lambda companion: companion.pin_memory(id, not off), as_json)


@app.command()
def forget(
    ids: IdsArgument,
    for_good: Annotated[
        bool, typer.Option("--for-good", help="Erase the words from every file; it cannot be undone.")
    ] = False,
    backups: Annotated[bool, typer.Option("--backups", help="With --for-good: write backups anew, too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --for-good: do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Forget a memory: it is not recalled or learned again. `restore` or `undo` brings it back."""
    if for_good:
        forget_for_good(ids, backups=backups, yes=yes, as_json=as_json)
    elif len(ids) > 1:
        make_change(lambda companion: companion.change_memories(tuple(ids), "forget"), as_json)
    else:
        make_change(lambda companion: companion.forget_memory(ids[0]), as_json)


@app.command()
def restore(id: IdArgument, as_json: JsonOption = False) -> None:
    """Bring a faded, replaced or forgotten memory back."""
    make_change(lambda companion: companion.restore_memory(id), as_json)


@app.command()
def undo(
    batch: Annotated[
        int | None,
        typer.Argument(
            min=1, max=MAX_ID, help="Number of the batch; by default your latest change.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take a change back. Undoing an undo does it again."""
    make_change(lambda companion: companion.undo(batch), as_json)


@app.command()
def history(
    id: Annotated[
        int | None, typer.Argument(metavar="[ID]", min=1, max=MAX_ID, help="Only of this memory.", show_default=False)
    ] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """What was changed, by whom and why, newest first."""
    with opened() as companion:
        entries = companion.history(id, limit)
    if as_json:
        print_json([entry_json(entry) for entry in entries])
        return
    print_lines(history_lines(entries) or [words("plain.no_history")])


for command in (redo, merge, split, about, topics, timeline, growth, learning):
    app.command()(command)
app.add_typer(quarantine.app, name="quarantine")
app.command("put-back")(put_back)


def _known(given: list[str] | None, known: tuple[str, ...], what: str) -> list[str]:
    for one in given or []:
        if one not in known:
            raise InvalidInput(
                words("memories_cli.unknown", what=what, name=one_line(one, 40)),
                hint=words("memories_cli.there_are", names=", ".join(known)),
            )
    return given or []
