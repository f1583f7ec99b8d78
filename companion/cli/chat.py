"""`companion` by itself: the chat, in its own screen or line by line."""

from __future__ import annotations

import os
import sys

from companion.cli.guard import complain
from companion.cli.session import check_free, prepare
from companion.garbage import collect_from_now_on
from companion.strings import text

NO_TERMINAL = 2


def chat(plain: bool) -> int:
    """Open the chat; returns the exit code. A terminal that cannot draw gets the plain one."""
    if plain:
        collect_from_now_on()
        from companion.cli.plain import plain_chat

        return plain_chat()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        complain(
            text("cli.no_terminal"),
            text("cli.no_terminal_hint"),
        )
        return NO_TERMINAL
    if os.environ.get("TERM", "").lower() == "dumb":
        return chat(plain=True)
    paths, settings = prepare()
    check_free(paths)
    from companion.ui.app import run

    return run(settings, paths)
