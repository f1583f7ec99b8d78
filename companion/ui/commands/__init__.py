"""The one list of what can be asked of the app: the palette, slash commands and help are made from it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from companion.strings import text
from companion.ui import theme
from companion.ui.commands import app as of_the_app
from companion.ui.commands import chat, exchange, guarding, keeping, locking, memory, voice
from companion.ui.commands.entry import Entry

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp

ENTRIES: tuple[Entry, ...] = (
    *chat.entries(), *memory.entries(), *guarding.entries(), *exchange.entries(), *keeping.entries(),
    *locking.entries(), *voice.entries(), *of_the_app.entries(),
)  # fmt: skip


def commands(app: CompanionApp) -> Iterator[SystemCommand]:
    """All of them; they act on the chat wherever the palette was opened."""
    for entry in ENTRIES:
        yield SystemCommand(entry.command.title, entry.command.about, partial(entry.run, app, ""))
    for name in theme.NAMES:
        yield SystemCommand(
            text("command.theme", name=theme.title(name)), text("command.theme_about"), partial(app.choose_theme, name)
        )
