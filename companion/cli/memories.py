"""`companion memories …`: everything that is remembered, to read and to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from companion import strings
from companion.cli.learning import learning
from companion.cli.listing import change_lines, detail_lines, found_lines, history_lines, memory_lines
from companion.cli.output import change_json, detail_json, entry_json, found_json, memory_json, print_json, say
from companion.cli.session import opened
from companion.clock import SystemClock
from companion.errors import InvalidInput, NotFound
from companion.filter_syntax import parse
from companion.records import KINDS, STATUSES, Change, Kind, MemoryFilter, Status
from companion.text import one_line, valid_text

if TYPE_CHECKING:
    from companion.companion import Companion

MAX_ID = 2**62
app = typer.Typer(no_args_is_help=True, help="See, search and change what is remembered.")

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]
IdArgument = Annotated[int, typer.Argument(metavar="ID", min=1, max=MAX_ID, help="Number of the memory.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="At most so many.")]
TextArgument = Annotated[list[str], typer.Argument(metavar="TEXT")]


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
    limit: LimitOption = 1000,
    as_json: JsonOption = False,
) -> None:
    """List memories, newest first: all, or those that a filter names."""
    kinds: tuple[Kind, ...] = tuple(
        one for one in KINDS if one in _known(kind, KINDS, strings.text("listing.kind_of_memory"))
    )
    statuses: tuple[Status, ...] = tuple(
        one for one in STATUSES if one in _known(status, STATUSES, strings.text("listing.state"))
    )
    typed = valid_text(" ".join(filter or []))
    parsed = parse(typed, SystemClock().now(), MemoryFilter(limit=limit))
    wanted = replace(parsed.filter, text=" ".join(part for part in (parsed.filter.text, valid_text(text)) if part))
    if kinds:
        wanted = replace(wanted, kinds=kinds)
    if everything or statuses:
        wanted = replace(wanted, statuses=statuses or STATUSES)
    for note in parsed.notes:
        typer.echo(one_line(note), err=True)
    with opened() as companion:
        rows = companion.list_memories(wanted)
    if as_json:
        print_json([memory_json(row.memory, row.retention) for row in rows])
        return
    _print(
        memory_lines(rows)
        or [strings.text("listing.nothing_fits") if typed or text or kind else strings.text("listing.nothing_yet")]
    )


@app.command()
def search(text: TextArgument, limit: LimitOption = 10, as_json: JsonOption = False) -> None:
    """What a text would bring to mind, best first."""
    with opened(load_embedder=True) as companion:
        found = companion.search_memories(_text(text), limit)
        if as_json:
            print_json([found_json(one, _retention(companion, one.memory.id)) for one in found])
            return
    _print(found_lines(found) or [strings.text("listing.nothing_comes")])


@app.command()
def show(id: IdArgument, as_json: JsonOption = False) -> None:
    """One memory with what it rests on and its history."""
    with opened() as companion:
        detail = companion.memory(id)
    if as_json:
        print_json(detail_json(detail))
    else:
        _print(detail_lines(detail))


@app.command()
def add(
    text: TextArgument,
    kind: Annotated[str, typer.Option("--kind", help=f"One of {', '.join(KINDS)}.")] = "thought",
    as_json: JsonOption = False,
) -> None:
    """Write a memory by hand."""
    _known([kind], KINDS, strings.text("listing.kind_of_memory"))
    chosen = next(one for one in KINDS if one == kind)
    _change(lambda companion: companion.add_memory(_text(text), chosen), as_json)


@app.command()
def edit(id: IdArgument, text: TextArgument, as_json: JsonOption = False) -> None:
    """Change what a memory says."""
    _change(lambda companion: companion.edit_memory(id, _text(text)), as_json)


@app.command()
def pin(
    id: IdArgument,
    off: Annotated[bool, typer.Option("--off", help="Let it fade again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Keep a memory from fading."""
    _change(lambda companion: companion.pin_memory(id, not off), as_json)


@app.command()
def forget(id: IdArgument, as_json: JsonOption = False) -> None:
    """Forget a memory: it is not recalled or learned again. `restore` or `undo` brings it back."""
    _change(lambda companion: companion.forget_memory(id), as_json)


@app.command()
def restore(id: IdArgument, as_json: JsonOption = False) -> None:
    """Bring a faded, replaced or forgotten memory back."""
    _change(lambda companion: companion.restore_memory(id), as_json)


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
    _change(lambda companion: companion.undo(batch), as_json)


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
    _print(history_lines(entries) or [strings.text("plain.no_history")])


app.command()(learning)


def _change(change: Callable[[Companion], Change], as_json: bool) -> None:
    """Make a change, give it its vectors at once, and say what was done."""
    with opened(load_embedder=True) as companion:
        done = change(companion)
        companion.settle()
        if as_json:
            retentions = {memory.id: _retention(companion, memory.id) for memory in done.memories}
            print_json(change_json(done, retentions))
            return
    _print(change_lines(done))


def _retention(companion: Companion, id: int) -> float | None:
    """None when the memory is not there (its making was undone)."""
    try:
        return companion.memory(id).retention
    except NotFound:
        return None


def _text(words: list[str]) -> str:
    """Words of the command line as one text. Raises InvalidInput."""
    text = valid_text(" ".join(words)).strip()
    if not text:
        raise InvalidInput(strings.text("listing.empty_text"))
    return text


def _known(given: list[str] | None, known: tuple[str, ...], what: str) -> list[str]:
    for one in given or []:
        if one not in known:
            raise InvalidInput(
                strings.text("listing.no_such", what=what, name=one_line(one, 40)),
                hint=strings.text("listing.there_are", known=", ".join(known)),
            )
    return given or []


def _print(lines: list[str]) -> None:
    for line in lines:
        say(line)
