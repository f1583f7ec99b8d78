"""Commands of reading aloud and dictation."""

from __future__ import annotations

from companion.commands import Command
from companion.ui.commands.entry import Entry


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("voice.aloud", slash="aloud", plain=False), lambda app, _: app.read_aloud()),
        Entry(Command("voice.dictate", slash="dictate", plain=False), lambda app, _: app.dictate()),
    )
