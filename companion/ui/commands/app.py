"""Commands of the program itself."""

from __future__ import annotations

from companion.commands import Command
from companion.ui import theme
from companion.ui.commands.entry import Entry


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("models.open", slash="models"), lambda app, _: app.action_models()),
        Entry(Command("models.stop"), lambda app, _: app.stop_pull()),
        Entry(Command("engine.check", slash="doctor"), lambda app, _: app.check_engine()),
        Entry(Command("engine.restart"), lambda app, _: app.restart_engine()),
        Entry(Command("settings.open", slash="settings"), lambda app, _: app.action_settings()),
        Entry(Command("settings.keys", slash="keys", plain=False), lambda app, _: app.open_keys()),
        Entry(
            Command("theme.choose", slash="theme", takes="choice", choices=theme.NAMES, plain=False),
            lambda app, name: app.choose_theme(name),
        ),
        Entry(Command("personas.open", slash="personas"), lambda app, _: app.open_personas()),
        Entry(Command("app.tour", slash="tour", plain=False), lambda app, _: app.open_tour()),
        Entry(Command("app.welcome", slash="welcome", plain=False), lambda app, _: app.welcome_again()),
        Entry(Command("app.jump", plain=False), lambda app, _: app.action_jump()),
        Entry(Command("help.forgetting", slash="forgetting", plain=False), lambda app, _: app.explain_forgetting()),
        Entry(Command("help.show", slash="help", plain=False), lambda app, _: app.action_help()),
        Entry(Command("app.quit", slash="quit", plain=False), lambda app, _: app.leave()),
    )
