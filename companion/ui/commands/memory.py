"""Commands of memory and its nights."""

from __future__ import annotations

from companion.commands import Command
from companion.ui.commands.entry import Entry


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("memory.panel", slash="memories"), lambda app, _: app.action_memories()),
        Entry(Command("memory.add", slash="remember"), lambda app, _: app.add_memory()),
        Entry(Command("memory.undo", slash="undo"), lambda app, _: app.undo()),
        Entry(Command("memory.morning", slash="morning"), lambda app, _: app.chat.action_morning()),
        Entry(Command("sleep.run", slash="sleep"), lambda app, _: app.sleep()),
        Entry(Command("sleep.preview"), lambda app, _: app.sleep(dry_run=True)),
    )
