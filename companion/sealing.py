"""The profile's lock: passphrase, recovery code, keyring. A part of `Companion`."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from companion import strings
from companion.clock import Clock
from companion.errors import InvalidInput, ProfileError, ProfileReadOnly, ProfileUnavailable
from companion.mind.letter_cleaning import remove_letters
from companion.mind.proposals import Proposals
from companion.minding import Minding
from companion.model.kept import kept_files
from companion.passphrases import read_recovery_code
from companion.paths import Paths
from companion.safekeeping import Protection
from companion.settings import Settings
from companion.settings_file import write_setting
from companion.store import files, keychain
from companion.store.backups import Backups
from companion.store.encrypting import decrypt, encrypt, overwrite, wipe
from companion.store.erased import Erased
from companion.store.inbox import Inbox
from companion.store.keys import Unlocked, calibrated, check_passphrase, new_keys, read_keys, write_keys
from companion.store.store import Store
from companion.talking import KeptFile, Talking

log = logging.getLogger(__name__)


class Sealing:
    """See `companion.api`. Whoever is one gives it the parts below."""

    _paths: Paths
    _settings: Settings
    _clock: Clock
    _talking: Talking
    _minding: Minding
    _backups: Backups
    _proposals: Proposals

    @property
    def _opened(self) -> Store:
        raise NotImplementedError

    def _kept_file(self) -> KeptFile | None:
        raise NotImplementedError

    def _status_changed(self) -> None:
        raise NotImplementedError

    def protection(self) -> Protection:
        file = read_keys(self._paths.keys)
        if file is None:
            return Protection(encrypted=False)
        return Protection(True, file.slot("keyring") is not None, file.changed_at)

    def data_key(self) -> bytes | None:
        """What opens the database without the passphrase: for whoever starts this engine again after it ended, and not
        for anybody's disk. None for a profile without a passphrase."""
        return self._opened.db.key

    def protect(self, passphrase: str, keyring: bool = False) -> str:
        check_passphrase(passphrase)
        if read_keys(self._paths.keys) is not None:
            raise InvalidInput(strings.text("sealing.has_one"), hint=strings.text("sealing.has_one_hint"))
        kdf = calibrated()
        keys, code = new_keys().with_passphrase(passphrase, kdf, self._clock.now().timestamp()).with_recovery_code(kdf)
        db = self._opened.db
        if keyring:
            keys = keys.with_keyring(keychain.keep(keys.file.profile))
            write_setting(self._paths.settings, "lock", "keyring", True)  # before: from then on nothing may fail
        with self._as_one():
            with db.write():
                Erased(db).make_key()
            encrypt(db, self._paths, keys)
            self._talking.keep_in(None)
            # The recovery code is shown in any case. Doctor tells of what can be read still; the next start, and the
            # next copy, try again.
            with _told_later():
                self._remove_plain()
            with _told_later(), files.told(self._paths.data):
                Erased(db).write_beside(self._paths.erased)
        with _told_later():
            self._backups.encrypt_all(db)
        self._status_changed()
        return code

    def unprotect(self, passphrase: str) -> None:
        keys = self._unlocked(passphrase)
        with self._as_one():
            decrypt(self._opened.db, self._paths)
            with _told_later(), files.told(self._paths.data):
                Erased(self._opened.db).write_beside(self._paths.erased)
        if keys.file.slot("keyring") is not None:
            keychain.forget(keys.file.profile)
        self._talking.keep_in(self._kept_file())
        self._status_changed()

    def change_passphrase(self, passphrase: str, new: str) -> None:
        check_passphrase(new)
        keys = self._unlocked(passphrase)
        self._write(keys.with_passphrase(new, calibrated(), self._clock.now().timestamp()))

    def renew_recovery_code(self, passphrase: str) -> str:
        keys, code = self._unlocked(passphrase).with_recovery_code(calibrated())
        self._write(keys)
        return code

    def rekey(self, passphrase: str) -> str:
        if read_recovery_code(passphrase) is not None:
            raise InvalidInput(strings.text("sealing.passphrase_wanted"))
        old = self._unlocked(passphrase)
        self._backups.make(self._opened.db, "rekey")
        kdf = calibrated()
        keys, code = (
            new_keys(old.file.profile).with_passphrase(passphrase, kdf, old.file.changed_at).with_recovery_code(kdf)
        )
        if old.file.slot("keyring") is not None:
            keys = keys.with_keyring(keychain.keep(keys.file.profile))
        before = old.database_key
        with self._as_one():
            encrypt(self._opened.db, self._paths, keys)
        with _told_later():  # the new recovery code is shown in any case
            self._backups.rekey_all(before, keys.database_key)
        return code

    # Inside

    def _unlocked(self, passphrase: str) -> Unlocked:
        file = read_keys(self._paths.keys)
        if file is None:
            raise InvalidInput(strings.text("sealing.has_none"), hint=strings.text("sealing.has_none_hint"))
        if self._opened.read_only:
            raise ProfileReadOnly(str(self._paths.data))
        return file.unlock(passphrase)

    def _write(self, keys: Unlocked) -> None:
        write_keys(self._paths.keys, keys.file)

    @contextmanager
    def _as_one(self) -> Iterator[None]:
        """Nobody is being answered, nothing is thought about, and the index is closed meanwhile."""
        self._talking.check_free()
        before = self._opened.db.key
        with self._minding.at_rest():
            self._minding.drop_index()
            self._proposals.take_in()  # with another key they could not be read any more, without one they could
            yield
            with _told_later():
                self._proposals.take_in(before)  # what was proposed before anybody could tell that the key changes

    def _remove_plain(self) -> None:
        """What anybody could read beside the database: vectors, what the model had read, the log."""
        remove_plain(self._paths, logs=True)


@contextmanager
def _told_later() -> Iterator[None]:
    """The profile is as it was asked to be; what else could not be done is in the log."""
    try:
        yield
    except ProfileError as error:
        log.warning("not everything beside the database could be changed: %s", error.title)


def remove_plain(paths: Paths, *, logs: bool = False) -> None:
    """Everything of a profile with a passphrase that could be read without it, and can be made again. Raises
    ProfileUnavailable."""
    try:
        if paths.index.is_dir() and not paths.index.is_symlink():
            for file in sorted(paths.index.rglob("*")):
                if file.is_file() and not file.is_symlink():
                    overwrite(file)
        with suppress(FileNotFoundError):
            shutil.rmtree(paths.index)
        for scratch in (paths.scratch, paths.scratch_raft):
            with suppress(FileNotFoundError):
                shutil.rmtree(scratch)
        for file in kept_files(paths.read):
            wipe(file)
        remove_letters(paths.letters)
        Inbox(paths.inbox).remove_plain()
        if logs and paths.logs.is_dir():
            for file in sorted(paths.logs.iterdir()):
                if file.is_file() and not file.is_symlink():
                    # Emptied, not removed: the engine goes on writing to the one it has open.
                    overwrite(file)
                    file.open("wb").close()
    except OSError as error:
        raise ProfileUnavailable(f"{error.filename or paths.data} ({error.strerror or error})") from error
