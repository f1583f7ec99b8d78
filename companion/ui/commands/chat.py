"""Commands of the conversation."""

from __future__ import annotations

from companion.commands import Command
from companion.ui.commands.entry import Entry


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("chat.stop", slash="stop"), lambda app, _: app.chat.action_stop()),
        Entry(Command("chat.recalled", slash="recalled"), lambda app, _: app.chat.action_toggle_recalled()),
        Entry(Command("chat.learned", slash="learned"), lambda app, _: app.chat.action_newest_card()),
        Entry(Command("chat.newest", slash="newest"), lambda app, _: app.chat.action_newest()),
    )
