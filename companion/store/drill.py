"""A restore drill: put a backup back in a folder of its own, use it like the real thing, and take it all away again."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from companion.clock import Clock
from companion.errors import BackupUnusable
from companion.paths import Paths
from companion.safekeeping import Backup
from companion.store import files
from companion.store.backups import Backups
from companion.store.content import Content, content_of
from companion.store.database import open_copy
from companion.store.migrations import refuse_others
from companion.store.restoring import DRILL, restore
from companion.store.store import Store
from companion.strings import text


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill found; every time in seconds."""

    backup: str
    turns: int
    memories: int
    digest: str
    """Of the content, equal in the backup and in what was put back."""
    schema: int
    migrated_to: int
    word: str
    """What was searched for; empty where nothing was ever said."""
    found: int
    restore_seconds: float
    open_seconds: float
    total_seconds: float


def drill(paths: Paths, backups: Backups, backup: Backup, clock: Clock, key: bytes | None = None) -> Drill:
    """Restore `backup` inside the profile's folder, where its words belong, but beside the profile. Raises
    BackupUnusable when anything is not as it was, ProfileError."""
    begun = time.perf_counter()
    with files.told(paths.data):
        folder = Path(tempfile.mkdtemp(prefix=DRILL, dir=paths.data))
    try:
        there = Paths(folder / "profile", folder / "profile")
        there.prepare()
        elsewhere = Backups(there, clock, backups.path(backup.name).parent)
        before = time.perf_counter()
        restore(there, elsewhere, backup, clock)
        restored = time.perf_counter() - before
        with contextlib.closing(backups.open_backup(backup.name, key)) as kept:
            expected = content_of(kept)
        key = key if backup.encrypted else None
        with contextlib.closing(open_copy(there.database, refuse_others, key)) as put_back:
            _compare(backup, expected, content_of(put_back))
        before = time.perf_counter()
        store = Store.open(there, clock, key, copy_first=False)
        opened = time.perf_counter() - before
        try:
            return _used(store, backup, expected, restored, opened, begun)
        finally:
            store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _used(store: Store, backup: Backup, expected: Content, restored: float, opened: float, begun: float) -> Drill:
    found = store.db.check()
    if found:
        raise BackupUnusable(f"{backup.name} ({found[0]})")
    for table in ("turns", "memories", "journal", "vectors"):
        if store.db.value(f"SELECT count(*) FROM {table}") != expected.count(table):
            raise BackupUnusable(text("backup.differs", path=backup.name))
    word = _word(store)
    hits = len(store.turn_search.find(word, 20)) if word else 0
    if word and not hits:
        raise BackupUnusable(text("backup.not_found", word=word, name=backup.name))
    return Drill(
        backup=backup.name,
        turns=expected.count("turns"),
        memories=expected.count("memories"),
        digest=expected.digest,
        schema=backup.schema,
        migrated_to=int(store.db.value("PRAGMA user_version")),
        word=word,
        found=hits,
        restore_seconds=restored,
        open_seconds=opened,
        total_seconds=time.perf_counter() - begun,
    )


def _compare(backup: Backup, expected: Content, found: Content) -> None:
    if found != expected:
        raise BackupUnusable(text("backup.differs", path=backup.name))


def _word(store: Store) -> str:
    """The longest of what was said last, to be searched for."""
    for turn in store.turns.latest(20):
        words = [word for word in "".join(c if c.isalpha() else " " for c in turn.text).split() if len(word) > 2]
        if words and turn.state != "streaming":
            return max(words, key=len)[:40]
    return ""
