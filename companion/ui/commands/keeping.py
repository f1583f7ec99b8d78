"""Commands of backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.commands import Command
from companion.ui.commands.entry import Entry

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("backup.list", slash="backups"), lambda app, _: _open(app)),
        Entry(Command("backup.now", slash="backup"), lambda app, _: _open(app, now=True)),
    )


def _open(app: CompanionApp, now: bool = False) -> None:
    from companion.ui.screens.backups import BackupsScreen  # not before it is wanted

    app.back_to_chat()
    app.push_screen(BackupsScreen(app.engine, now=now))
