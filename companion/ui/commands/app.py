"""Commands of the program itself."""

from __future__ import annotations

from companion.commands import Command
from companion.ui.commands.entry import Entry


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("models.open", slash="models"), lambda app, _: app.action_models()),
        Entry(Command("models.stop"), lambda app, _: app.stop_pull()),
        Entry(Command("engine.check", slash="doctor"), lambda app, _: app.check_engine()),
        Entry(Command("engine.restart"), lambda app, _: app.restart_engine()),
        Entry(Command("help.forgetting"), lambda app, _: app.explain_forgetting()),
        Entry(Command("help.show", slash="help"), lambda app, _: app.action_help()),
        Entry(Command("app.quit", slash="quit"), lambda app, _: app.leave()),
    )
