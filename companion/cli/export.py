"""`companion export DIR`: everything as plain files.

--json: {"folder": …, "form": "markdown" or "jsonl", "conversations": n, "turns": n, "memories": n, "files": n,
"sha256": of all that was exported, the same for the same content}.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from companion.cli.guard import complain
from companion.cli.output import print_json, say
from companion.cli.session import opened
from companion.errors import InvalidInput
from companion.paths import from_here
from companion.strings import text
from companion.text import one_line
from companion.transfers import ExportForm
from companion.ui.format import counted

YES = ("y", "yes", "是", "好")


def export(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="The folder: new, empty, or an earlier export, which is renewed.")
    ],
    form: Annotated[
        ExportForm,
        typer.Option("--format", help="Pages to read and edit with the exact data beside them, or the data alone."),
    ] = "markdown",
    force: Annotated[
        bool, typer.Option("--force", help="Write over changes made by hand that were not taken in.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask whether plain text may leave encrypted data.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """Write everything that is remembered and was said into a folder, to keep or to take along."""
    if not folder.strip():
        raise InvalidInput(text("importing.no_folder"))
    target = from_here(Path(folder))
    shown = one_line(str(target), 300)
    with opened() as companion:
        if companion.status().encrypted and not yes and not _agreed(shown, as_json=as_json):
            say(text("export.not_written"))
            raise typer.Exit(1)
        complain(text("export.begun", folder=shown), text("importing.export_readable"))
        done = companion.export_to(str(target), form, force)
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    say(
        text(
            "export.done",
            memories=counted(done.memories, "memory"),
            turns=counted(done.turns, "turn"),
            folder=shown,
            files=text("export.files", count=done.files),
        )
    )
    say(text("export.sum", sha256=done.sha256))


def _agreed(folder: str, *, as_json: bool) -> bool:
    """Whether the person wants plain text to leave the lock. Raises InvalidInput where nobody can be asked."""
    if as_json or not sys.stdin.isatty():
        raise InvalidInput(text("export.plain_warning", folder=folder), hint=text("export.needs_yes"))
    say(text("export.plain_warning", folder=folder))
    say(text("export.ask"))
    return sys.stdin.readline().strip().casefold() in YES
