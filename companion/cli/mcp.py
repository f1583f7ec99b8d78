"""`companion mcp`: other programs on this computer read memory, and may propose memories, over the Model Context
Protocol (stdio)."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from companion.cli import unlocking
from companion.cli.guard import INTERRUPTED
from companion.cli.session import prepare
from companion.clock import SystemClock
from companion.errors import CompanionError, ProfileSealed
from companion.extras import pip_install
from companion.kernel_seal import close_internet
from companion.strings import text

if TYPE_CHECKING:
    from companion.lending import Lending
    from companion.paths import Paths
    from companion.settings import Settings


def mcp(
    allow_proposals: Annotated[
        bool,
        typer.Option("--allow-proposals", help="Let them propose memories too, which wait until you confirm them."),
    ] = False,
) -> None:
    """Let another program on this computer search your memories. It is started by that program, not by you."""
    if importlib.util.find_spec("mcp") is None:
        raise CompanionError(text("mcp.missing"), hint=text("mcp.missing_hint", pip_install=pip_install()))
    close_internet()
    paths, settings = prepare()
    from companion.cli.mcp_server import serve
    from companion.cli.mcp_tools import Tools

    lending = lend(paths, settings, allow_proposals or settings.mcp.proposals)
    # A thread waits for standard input, and would be waited for. There is nothing to save: proposals are on the disk.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    if sys.stdin.isatty():
        typer.echo(text("mcp.waits"), err=True)
    serve(Tools(lending), leave=lambda: os._exit(0))
    sys.stdout.flush()
    os._exit(0)


def lend(paths: Paths, settings: Settings, proposals: bool) -> Lending:
    """The real parts."""
    from companion.lending import Lending
    from companion.memory.embedder import Embedder, LocalEmbedder, find_embedder

    def open_embedder() -> Embedder:
        return LocalEmbedder(find_embedder(settings.embedder.path))

    return Lending(
        paths,
        settings,
        SystemClock(),
        find_key=lambda: key_without_asking(paths, settings),
        open_embedder=open_embedder,
        proposals=proposals,
    )


def key_without_asking(paths: Paths, settings: Settings) -> bytes | None:
    """By a passphrase file or the keyring: standard input is the protocol's. Raises ProfileSealed, WrongPassphrase."""
    try:
        return unlocking.key_unasked(paths, settings)
    except ProfileSealed as error:
        raise type(error)(error.detail, hint=text("mcp.sealed_hint")) from None
