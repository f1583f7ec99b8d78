"""Commands of memory and its nights."""

from __future__ import annotations

from companion.commands import Command
from companion.ui.commands.entry import Entry


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("memory.panel", slash="memories", takes="text"), lambda app, words: app.open_memories(words)),
        Entry(Command("memory.add", slash="remember"), lambda app, _: app.add_memory()),
        Entry(Command("memory.undo", slash="undo"), lambda app, _: app.undo()),
        Entry(Command("memory.redo", slash="redo"), lambda app, _: app.redo()),
        Entry(Command("people.open", slash="people"), lambda app, _: app.action_people()),
        Entry(Command("people.about", slash="about", takes="text"), lambda app, words: app.open_about(words)),
        Entry(Command("portrait.open", slash="portrait"), lambda app, _: app.open_portrait()),
        Entry(Command("timeline.open", slash="timeline"), lambda app, _: app.open_timeline()),
        Entry(Command("links.open", slash="links"), lambda app, _: app.open_links()),
        Entry(Command("plots.open", slash="mood"), lambda app, _: app.action_plots()),
        Entry(Command("memory.morning", slash="morning"), lambda app, _: app.chat.action_morning()),
        Entry(Command("memory.letter", slash="letter", takes="text"), lambda app, week: app.show_letter(week)),
        Entry(Command("sleep.run", slash="sleep"), lambda app, _: app.sleep()),
        Entry(Command("sleep.preview"), lambda app, _: app.sleep(dry_run=True)),
    )
