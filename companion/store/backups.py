"""Copies of the database, each read through before it counts and before an older one goes.

A copy is written under another name, put on disk, opened again, found sound and equal to the database value for value;
only then it gets its name, which holds the hash of its bytes (backup_names). Whoever dies on the way leaves a `.part`
that the next copy removes. A copy of an encrypted database is encrypted with the same key, and the wrapped keys of its
time lie beside it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from companion import disk
from companion.clock import Clock, stamp
from companion.errors import (
    BackupUnusable,
    DiskFull,
    NotFound,
    ProfileError,
    ProfileSealed,
    ProfileUnavailable,
)
from companion.paths import Paths, full_path
from companion.safekeeping import Backup, BackupReason
from companion.store import files
from companion.store.backup_files import (
    KEYS,
    backups_in,
    described,
    is_what_was_written,
    parse_profile,
    remove,
    sweep,
)
from companion.store.backup_names import BackupName, parse_name
from companion.store.copying import Look, copied, never, opened, verify
from companion.store.database import Database
from companion.store.encrypting import wipe
from companion.store.erased import Erased
from companion.store.headers import has_plain_header
from companion.store.keys import read_keys
from companion.store.marker import marked_profile, profile_of
from companion.store.replaced import prune as prune_replaced
from companion.store.rotation import AHEAD, superfluous
from companion.strings import text

_one_at_a_time = threading.RLock()
"""All that writes copies: the night, the person and an erasure may want to at once, and each sweeps up before it
begins."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What a copy is encrypted with (None: it is not), and the file with the wrapped keys that lies beside it then."""

    key: bytes | None
    keys: Path


class Backups:
    """Of one profile. `folder`: where new ones go, which must be there, seen from the profile's folder when it is no
    full path (where a program was started says nothing); None: the profile's own folder for them. What is kept before
    the profile is changed as a whole goes to the profile's own in any case: a disk may be unplugged. `whosever`: those
    of other profiles are listed too."""

    def __init__(self, paths: Paths, clock: Clock, folder: Path | None = None, *, whosever: bool = False) -> None:
        self._paths = paths
        self._clock = clock
        self._whosever = whosever
        self._folder = full_path(folder, paths.data) if folder not in (None, Path()) else None

    @property
    def folder(self) -> Path:
        return self._folder or self._paths.backups

    @property
    def folders(self) -> Sequence[Path]:
        """Where they are looked for."""
        return list(dict.fromkeys((self.folder, self._paths.backups)))

    @property
    def is_there(self) -> bool:
        """Whether copies can go there: false when the disk is unplugged."""
        with contextlib.suppress(OSError):
            made_when_needed = self.folder == self._paths.backups and not self.folder.exists()
            return made_when_needed or self.folder.is_dir()
        return False

    def all(self) -> tuple[Backup, ...]:
        """Newest first, none looked at; those that a wrong clock put into days to come are last: nobody knows how old
        they are. Those of other profiles in the same folder are left out."""
        mine = None if self._whosever else marked_profile(self._paths)
        found = [backup for folder in self.folders for backup in backups_in(folder, mine)]
        ahead = stamp(self._clock.now())[0] + AHEAD
        return tuple(sorted(found, key=lambda each: (each.at <= ahead, each.at, each.name), reverse=True))

    def get(self, name: str) -> Backup:
        """By its file's name, or the beginning of it that only one has. Raises NotFound."""
        found = [backup for backup in self.all() if backup.name == name]
        found = found or [backup for backup in self.all() if name and backup.name.startswith(name)]
        if len(found) != 1:
            raise NotFound(text("backup.unknown", name=name), hint=text("backup.unknown_hint"))
        return found[0]

    def path(self, name: str) -> Path:
        """Where it is. Raises NotFound."""
        for folder in self.folders:
            with contextlib.suppress(OSError):  # of a disk that does not answer
                if parse_name(name) is not None and (folder / name).is_file():
                    return folder / name
        raise NotFound(text("backup.unknown", name=name), hint=text("backup.unknown_hint"))

    def keys(self, name: str) -> Path:
        """What opens it, if it is encrypted."""
        return self.path(name).with_suffix(KEYS)

    def check(self, backup: Backup) -> None:
        """Raises BackupUnusable when it is not what was written, or cannot be opened for want of its keys."""
        path = self.path(backup.name)
        if backup.encrypted:
            try:
                keys = read_keys(path.with_suffix(KEYS))
            except ProfileError as error:
                raise BackupUnusable(error.detail) from error
            if keys is None:
                raise BackupUnusable(text("backup.no_keys", path=path.with_suffix(KEYS)))
        if not is_what_was_written(path):
            raise BackupUnusable(text("backup.changed", name=backup.name))

    def look_at(self, backup: Backup) -> Backup:
        """The same with `sound` as it is found: every byte is read."""
        try:
            self.check(backup)
        except BackupUnusable:
            return replace(backup, sound=False)
        return replace(backup, sound=True)

    def latest_sound(self) -> Backup | None:
        """The newest that is what was written."""
        return next((looked for backup in self.all() if (looked := self.look_at(backup)).sound), None)

    def open_backup(self, name: str, key: bytes | None = None) -> Database:
        """To read it, whatever its schema. `key`: for those that are encrypted. Raises NotFound, BackupUnusable,
        ProfileSealed when it is encrypted with another key."""
        return opened(self.path(name), key)

    def make(self, db: Database, reason: BackupReason, look: Look = never) -> Backup:
        """Copy the open database; then let those go that rotation has no use for. Raises ProfileError: then there is no
        new one, and no old one was touched."""
        usual = reason in ("night", "hand")
        folder = self.folder if usual else self._paths.backups
        with _one_at_a_time:
            sweep(folder, profile_of(db))
            backup = self._keep(db, folder, reason, look)
            # What cannot be removed, or encrypted, now will be when the next copy is made.
            with contextlib.suppress(ProfileError):
                self._prune(folder, backup)
                prune_replaced(self._paths, self._clock.now())
            with contextlib.suppress(ProfileError):
                self.encrypt_all(db)
        return backup

    def rewrite(self, name: str, change: Callable[[Database], None], key: bytes | None = None) -> Backup:
        """Let `change` alter a copy of a backup, migrate it too, and put what comes of it in its place, as old as it
        was; nothing of what was deleted is left in it. `key`: of an encrypted one. Raises ProfileError, BackupUnusable:
        then it is as it was."""
        key = key if self.get(name).encrypted else None
        return self._rewrite(name, change, key, key, self.keys(name))

    def encrypt(self, name: str, db: Database) -> Backup:
        """A backup that anybody could read, encrypted with the key of the profile `db` from now on. Raises
        ProfileError."""
        return self._rewrite(name, lambda copy: Erased(db).give_key(copy), None, db.key, self._paths.keys)

    def encrypt_all(self, db: Database) -> None:
        """Every backup of this profile that anybody could read, with the key it has; those of others that lie in the
        same folder are theirs. Raises ProfileError: then some are as they were."""
        profile = profile_of(db)

        def seal(backup: Backup) -> None:
            if db.key is not None and not backup.encrypted and parse_profile(backup.name) == profile:
                self.encrypt(backup.name, db)

        self._each(seal)

    def _each(self, do: Callable[[Backup], object]) -> None:
        """With every backup, whatever becomes of the others. Raises the first ProfileError in the end."""
        failed = None
        for backup in self.all():
            try:
                do(backup)
            except ProfileError as error:
                failed = failed or error
        if failed is not None:
            raise failed

    def finish_encrypting(self, db: Database) -> None:
        """What a crash interrupted while the profile was encrypted: copies that were begun are wiped, and none of the
        others can be read without the passphrase. Nothing for one without. Raises ProfileError: then some still can."""
        if db.key is None:
            return
        for folder in self.folders:
            with files.told(folder):
                for path in list(folder.glob(f".companion-{profile_of(db)}*")):
                    wipe(path)
        self.encrypt_all(db)

    def rekey_all(self, key: bytes, new: bytes) -> None:
        """Every backup that `key` opens is encrypted with `new` from now on, the profile's own. Raises ProfileError:
        then some are as they were."""

        def rekey(backup: Backup) -> None:
            with contextlib.suppress(ProfileSealed, BackupUnusable):  # of another time: its own keys lie beside it
                if backup.encrypted:
                    self._rewrite(backup.name, lambda _: None, key, new, self._paths.keys)

        self._each(rekey)

    def _rewrite(
        self, name: str, change: Callable[[Database], None], key: bytes | None, new_key: bytes | None, keys: Path
    ) -> Backup:
        with _one_at_a_time:
            old, path = self.get(name), self.path(name)
            working = path.with_name(f".{path.stem}.rewriting")
            with files.told(path):
                remove(working)
                files.copy(path, working)
            try:
                with contextlib.closing(opened(working, key, change=True)) as db:
                    change(db)
                    made = (old.at, old.utc_offset)
                    new = self._keep(db, path.parent, old.reason, made=made, seal=Seal(new_key, keys))
            finally:
                with files.told(working):
                    wipe(working)
            if new.name != old.name:
                self._wipe(old.name)
            return new

    def _wipe(self, name: str) -> None:
        """Remove what must not be read any more; whoever dies on the way leaves no damaged one among the backups."""
        path = self.path(name)
        gone = path.with_name(f".{path.stem}.rewriting")
        with files.told(path):
            disk.rename(path, gone)
            path.with_suffix(KEYS).unlink(missing_ok=True)
            wipe(gone)

    def remove(self, name: str) -> None:
        """Raises NotFound, ProfileError."""
        path = self.path(name)
        with files.told(path):
            if self._paths.keys.exists() and path.is_file() and has_plain_header(path):
                wipe(path)  # what could be read without the passphrase goes for good
            path.unlink(missing_ok=True)
            path.with_suffix(KEYS).unlink(missing_ok=True)
            disk.sync_folder(path.parent)

    def _keep(
        self,
        db: Database,
        folder: Path,
        reason: BackupReason,
        look: Look = never,
        made: tuple[float, int] | None = None,
        seal: Seal | None = None,
    ) -> Backup:
        """A sound copy of `db` under its name in `folder`, encrypted as it is unless `seal` says how. `made`: when, if
        not now; then nobody else has `db` open."""
        self._prepare(folder)
        profile = profile_of(db)
        at, offset = made or stamp(self._clock.now())
        part = folder / f".companion-{profile}.part"
        with files.told(part):
            remove(part)
            files.create(part)
            try:
                key, keys = (seal.key, seal.keys) if seal is not None else (db.key, self._paths.keys)
                content = copied(db, part, key, look, alone=made is not None)
                disk.sync(part)
                verify(part, content, key, look)
                hash = files.sha256(part)
                name = BackupName(profile, float(int(at)), offset, reason, content.schema, hash[:16])
                target = folder / str(name)
                if key is not None:
                    files.write(target.with_suffix(KEYS), keys.read_bytes())
                disk.rename(part, target)
            except BaseException:
                with contextlib.suppress(OSError):
                    remove(part)
                raise
        return replace(described(target, name), sound=True)

    def _prepare(self, folder: Path) -> None:
        """Raises ProfileUnavailable. A folder the person named is never made: an unplugged disk would be filled up
        beneath its mount point."""
        if folder == self._paths.backups:
            with files.told(folder):
                folder.mkdir(mode=0o700, exist_ok=True)
        if folder == self.folder and not self.is_there:
            raise ProfileUnavailable(text("backup.no_folder", folder=folder), hint=text("backup.no_folder_hint"))

    def _prune(self, folder: Path, sound: Backup) -> None:
        mine = backups_in(folder, parse_profile(sound.name))
        for backup in superfluous(mine, stamp(self._clock.now())[0], sound.name):
            self.remove(backup.name)


def copy_before_migration(paths: Paths, clock: Clock, db: Database) -> None:
    """Raises ProfileError: then the schema must not be changed."""
    try:
        Backups(paths, clock).make(db, "migration")
    except DiskFull as error:
        raise DiskFull(text("backup.no_room", detail=error.detail), hint=text("backup.no_room_hint")) from error
