"""How far something long is, on standard error."""

from __future__ import annotations

import sys

import typer

from companion.text import one_line


class Bar:
    """Progress on stderr: a line that is written over in a terminal, elsewhere a line for each thing begun."""

    def __init__(self) -> None:
        self._last = ("", -1)
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> Bar:
        return self

    def __call__(self, what: str, done: int, total: int) -> None:
        now = (what, 100 * done // max(1, total))
        if now == self._last:
            return
        if self._terminal:
            typer.echo(f"\r\x1b[K{one_line(what, 50)} {now[1]:3d} %", err=True, nl=False)
        elif what != self._last[0]:
            typer.echo(one_line(what, 70), err=True)
        self._last = now

    def __exit__(self, *_: object) -> None:
        if self._terminal and self._last[0]:
            typer.echo("\r\x1b[K", err=True, nl=False)
