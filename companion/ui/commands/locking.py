"""Commands of the lock."""

from __future__ import annotations

from companion.commands import Command
from companion.ui.commands.entry import Entry


def entries() -> tuple[Entry, ...]:
    return (
        Entry(Command("lock.now", slash="lock"), lambda app, _: app.action_lock()),
        Entry(Command("lock.protection", slash="protection"), lambda app, _: app.open_protection()),
        Entry(Command("lock.set_up"), lambda app, _: app.set_up_lock()),
        Entry(Command("lock.change"), lambda app, _: app.change_passphrase()),
        Entry(Command("lock.renew"), lambda app, _: app.renew_recovery_code()),
        Entry(Command("lock.rekey"), lambda app, _: app.encrypt_anew()),
        Entry(Command("lock.remove"), lambda app, _: app.remove_lock()),
    )
