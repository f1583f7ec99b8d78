"""`companion bench peers`: recall beside other memories, on histories, in one run.

With --json what `bench.peers.tables.report_json` says. A peer that cannot take part is skipped, with its reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companion.cli.output import print_json, say
from companion.cli.progress import Bar
from companion.cli.session import prepare


def peers(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Histories, .jsonl or .jsonl.gz.")],
    who: Annotated[
        str, typer.Option("--peers", help="Whom to measure beside Companion: bm25, chroma, mem0.")
    ] = "bm25,chroma,mem0",
    environment: Annotated[
        Path | None, typer.Option("--env", help="The Python environment that the peers are installed in.")
    ] = None,
    k: Annotated[str, typer.Option("--k", help="Judge the first so many turns, such as 5,10.")] = "5,10",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many questions of a history.")] = None,
    histories: Annotated[
        int | None, typer.Option("--histories", min=1, help="At most so many histories of a file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")] = False,
) -> None:
    """Recall, times and disk beside other memories, with the same embedder and no network. See docs/peers.md."""
    _, settings = prepare()
    from companion.bench.peers.measuring import measure_peers, parse_peers
    from companion.bench.peers.tables import report_json, table_lines
    from companion.bench.recalling import parse_ks

    named, ks = parse_peers(who), parse_ks(k)
    with Bar() as bar:
        report = measure_peers(
            files, settings, peers=named, environment=environment, ks=ks, limit=limit, histories=histories, progress=bar
        )
    if as_json:
        print_json(report_json(report))
        return
    for line in table_lines(report):
        say(line)
