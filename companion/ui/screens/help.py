"""F1: what the screen it was pressed on is for, its keys, and all commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from companion.strings import text
from companion.ui.commands import ENTRIES
from companion.ui.help_text import Row, command_rows, key_rows, page, table
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.safe_markdown import SafeMarkdown

FIRST = 20
"""Cells for keys and the names of commands."""


class HelpScreen(Screen[None]):
    """`screen`: the one that is explained; None for `topic` alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", text("help.back"), key_display="Esc", id="help.back"),
    ]
    DEFAULT_CSS = """
    HelpScreen VerticalScroll { padding: 1 2; scrollbar-size-vertical: 1; }
    HelpScreen .heading { text-style: bold; color: $primary; margin-top: 1; }
    HelpScreen .note { color: $text-muted; margin-top: 1; }
    """

    def __init__(self, topic: str, screen: Screen[object] | None = None, keys: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._topic = topic
        self._own = keys or {}
        self._here = _classes(screen) if screen is not None else ()

    def compose(self) -> ComposeResult:
        here = key_rows(self._here, self._own)
        everywhere = key_rows((type(self.app),), self._own)
        with VerticalScroll():
            if words := page(self._topic):
                yield SafeMarkdown(words)
            if self._here:
                yield from _part(text("help.keys_here"), [row for row in here if row not in everywhere])
            yield from _part(text("help.keys_everywhere"), everywhere)
            yield from _part(text("help.commands"), command_rows(ENTRIES, self._own))
            yield Literal(text("help.note"), classes="note")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_back(self) -> None:
        self.dismiss()


def _part(heading: str, rows: Sequence[Row]) -> ComposeResult:
    if rows:
        yield Literal(heading, classes="heading")
        yield Static(table(rows, FIRST), markup=False)


def _classes(screen: Screen[object]) -> tuple[type[DOMNode], ...]:
    """Of a screen and of what is on it, each once."""
    return tuple(dict.fromkeys((type(screen), *(type(node) for node in screen.query("*")))))
