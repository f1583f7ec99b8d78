"""Commands of what came from elsewhere."""

from __future__ import annotations

from companion.commands import Command
from companion.ui.commands.entry import Entry


def entries() -> tuple[Entry, ...]:
    return (Entry(Command("waiting.open", slash="waiting"), lambda app, _: app.open_waiting()),)
