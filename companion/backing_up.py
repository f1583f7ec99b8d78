"""Backups of the open profile. A part of `Companion`; bringing one back needs the profile closed (cli/backup.py)."""

from __future__ import annotations

from companion.errors import ProfileReadOnly
from companion.mind.nightly_copy import NightlyCopy
from companion.model.protocol import StopSignal
from companion.safekeeping import Backup, BackupReason
from companion.store.backups import Backups
from companion.store.store import Store


class BackingUp:
    """See `companion.api`. Whoever is one gives it the parts below."""

    _backups: Backups
    _nightly: NightlyCopy

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def backups(self, verify: bool = False) -> tuple[Backup, ...]:
        found = self._backups.all()
        return tuple(self._backups.look_at(backup) for backup in found) if verify else found

    def back_up(self) -> Backup:
        return self.back_up_before("hand")

    def back_up_before(self, reason: BackupReason) -> Backup:
        """Keep a copy before everything is changed at once. Raises ProfileError: then it must not be changed."""
        store = self._opened
        if store.read_only:
            raise ProfileReadOnly(str(store.db.path))
        made = self._backups.make(store.db, reason)
        if store.backup_notes.problem() is not None:
            with store.db.write():
                store.backup_notes.made()
        return made

    def _back_up_nightly(self, stop: StopSignal) -> None:
        self._nightly.run(stop)
