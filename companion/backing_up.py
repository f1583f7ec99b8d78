"""Backups of the open profile. A part of `Companion`; bringing one back needs the profile closed (cli/backup.py)."""

from __future__ import annotations

from companion.safekeeping import Backup


class BackingUp:
    """See `companion.api`."""

    def backups(self, verify: bool = False) -> tuple[Backup, ...]:
        raise NotImplementedError

    def back_up(self) -> Backup:
        raise NotImplementedError
