"""`companion memories quarantine …`: what was pasted or imported and waits to be confirmed.

list --json: [{"id", "name", "at", "memories"}], newest first, `memories` being how many. confirm and remove --json: as
for every change of memory.
"""

from __future__ import annotations

from typing import Annotated

import typer

from companion.cli.changing import MAX_ID, JsonOption, make_change, print_lines
from companion.cli.listing import aligned
from companion.cli.output import Json, print_json
from companion.cli.session import opened
from companion.clock import iso, local_date
from companion.safekeeping import QuarantinedSource
from companion.strings import text
from companion.text import one_line

app = typer.Typer(no_args_is_help=True, help="What was pasted or imported and waits until you confirm it.")
SourceArgument = Annotated[int, typer.Argument(metavar="SOURCE", min=1, max=MAX_ID, help="Number of the source.")]


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """What waits, newest first."""
    with opened() as companion:
        found = companion.quarantined()
    if as_json:
        print_json([source_json(each) for each in found])
    else:
        print_lines(source_lines(found))


@app.command()
def confirm(source: SourceArgument, as_json: JsonOption = False) -> None:
    """Take what came from a source as yours: it is recalled from now on."""
    make_change(lambda companion: companion.confirm_source(source), as_json)


@app.command()
def remove(source: SourceArgument, as_json: JsonOption = False) -> None:
    """Forget all that came from a source."""
    make_change(lambda companion: companion.remove_source(source), as_json)


def source_json(source: QuarantinedSource) -> Json:
    at = iso(source.at, source.utc_offset)
    return {"id": source.id, "name": source.name, "at": at, "memories": source.memories}


def source_lines(found: tuple[QuarantinedSource, ...]) -> list[str]:
    """A line for each; one that says so when there is none."""
    lines = aligned(
        (
            f"#{each.id}",
            local_date(each.at, each.utc_offset).isoformat(),
            text("quarantine.count", count=each.memories),
            one_line(each.name, 80),
        )
        for each in found
    )
    return lines or [text("quarantine.none")]
