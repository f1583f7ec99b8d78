"""`companion index`: what the search index is, and trying it again. Never opens it: that is the engine's to do.

--json: {"whole": every file is as it was closed, "vectors": how many it was closed with, "bytes": its size on disk,
"crashes": native crashes with this version, "off": whether it is left alone}.
"""

from __future__ import annotations

from typing import Annotated

import typer

from companion.cli.output import print_json, say
from companion.cli.session import opened
from companion.strings import text


def index(
    again: Annotated[
        bool, typer.Option("--again", help="Make it anew, and try Chroma again after it took the engine down.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """Look at the search index without opening it."""
    with opened() as companion:
        note = companion.index_note
        if again:
            note.forgive()
        whole, vectors, size, crashes = note.is_whole(), note.vectors, note.taken, note.crashes
        if as_json:
            told = {"whole": whole, "vectors": vectors, "bytes": size, "crashes": crashes, "off": note.is_off}
            print_json(told)
            return
        if again:
            say(text("index.again_done"))
            return
        if note.is_off:
            say(text("index.is_off"))
            say(text("index.is_off_hint"))
        elif whole:
            say(text("index.closed_well", count=vectors, size=size / 1e6))
        else:
            say(text("index.to_be_made"))
        if crashes:
            say(text("index.crashed", count=crashes))
