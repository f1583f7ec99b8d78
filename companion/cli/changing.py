"""What the commands of `companion memories` share: their arguments, and making a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from companion.cli.listing import change_lines
from companion.cli.output import change_json, print_json, say
from companion.cli.session import opened
from companion.errors import InvalidInput, NotFound
from companion.records import Change
from companion.strings import text
from companion.text import valid_text

if TYPE_CHECKING:
    from companion.companion import Companion

MAX_ID = 2**62
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]
IdArgument = Annotated[int, typer.Argument(metavar="ID", min=1, max=MAX_ID, help="Number of the memory.")]
IdsArgument = Annotated[list[int], typer.Argument(metavar="ID...", min=1, max=MAX_ID, help="Numbers of memories.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="At most so many.")]
AsOfOption = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="As memory was then: 2026-03-01, or with the time of day.")
]
TextArgument = Annotated[list[str], typer.Argument(metavar="TEXT")]


def make_change(change: Callable[[Companion], Change], as_json: bool) -> None:
    """Make a change, give it its vectors at once, and say what was done."""
    with opened(load_embedder=True) as companion:
        done = change(companion)
        companion.settle()
        if as_json:
            retentions = {memory.id: retention_of(companion, memory.id) for memory in done.memories}
            print_json(change_json(done, retentions))
            return
    print_lines(change_lines(done))


def retention_of(companion: Companion, id: int) -> float | None:
    """None when the memory is not there (its making was undone)."""
    try:
        return companion.memory(id).retention
    except NotFound:
        return None


def joined(words: list[str]) -> str:
    """Words of the command line as one text. Raises InvalidInput."""
    found = valid_text(" ".join(words)).strip()
    if not found:
        raise InvalidInput(text("memories_cli.empty"))
    return found


def print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)
