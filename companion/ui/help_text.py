"""What F1 tells: what a screen is for, its keys, all commands; the last two from what the program itself declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.dom import DOMNode

from companion.paths import asset
from companion.strings import language
from companion.ui.commands.entry import Entry
from companion.ui.commands.slash import takes_hint
from companion.ui.keymap import NO_KEY, keys_of, shown
from companion.ui.widgets.literal import cell

Row = tuple[str, str]
"""Keys or command, and what it does."""


def page(topic: str) -> str:
    """assets/help/`topic`.md in the language of the screens, else in English; empty when there is none."""
    for file in (asset("help", language(), f"{topic}.md"), asset("help", f"{topic}.md")):
        if file.is_file():
            return file.read_text("utf-8").strip()
    return ""


def key_rows(owners: Iterable[type[DOMNode]], own: Mapping[str, str]) -> list[Row]:
    """What can be pressed on something of these classes, each once."""
    rows: dict[str, Row] = {}
    for owner in owners:
        for cls in owner.__mro__:
            if not cls.__module__.startswith("companion.ui"):
                continue
            for binding in Binding.make_bindings(cls.__dict__.get("BINDINGS", ())):
                id = binding.id or f"{cls.__name__}.{binding.action}"
                if id in rows or not binding.description or (binding.key == NO_KEY and id not in own):
                    continue
                keys = keys_of(id, own) if binding.id else shown(binding.key)
                rows[id] = (keys, binding.description)
    return list(rows.values())


def command_rows(entries: Sequence[Entry], own: Mapping[str, str]) -> list[Row]:
    """All commands by their slash; those without one follow, by name."""
    rows = []
    for entry in sorted(entries, key=lambda each: (not each.command.slash, each.command.slash, each.command.title)):
        command = entry.command
        after = takes_hint(entry)
        name = f"/{command.slash}{f' {after}' if after else ''}" if command.slash else command.title
        keys = keys_of(command.id, own)
        rows.append((name, f"{command.about}{f'  ({keys})' if keys else ''}"))
    return rows


def table(rows: Sequence[Row], first: int) -> Table:
    """Two columns; the second is wrapped under itself. `first`: cells of the first at most."""
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(max_width=first, overflow="fold")
    grid.add_column(ratio=1)
    for left, right in rows:
        named = cell(left, "bold")
        named.no_wrap = False
        grid.add_row(named, Text(right))
    return grid
