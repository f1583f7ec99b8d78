"""The opened profile: the database and the views of it, under the profile's lock."""

from __future__ import annotations

import contextlib
import os

from companion.clock import Clock, SystemClock
from companion.errors import ProfileUnavailable
from companion.paths import Paths
from companion.records import Actor
from companion.store.adaptation import Adaptation
from companion.store.backup_notes import BackupNotes
from companion.store.backups import copy_before_migration
from companion.store.begun import Begun
from companion.store.branches import Branches
from companion.store.care import Care
from companion.store.changes import Changes
from companion.store.checkins import CheckIns
from companion.store.consolidated import Consolidated
from companion.store.conversations import Conversations
from companion.store.database import Database, open_database, open_in_memory
from companion.store.drafts import Drafts
from companion.store.encrypting import check_sealed, is_half_done
from companion.store.gists import Gists
from companion.store.jobs import Jobs
from companion.store.judgements import Judgements
from companion.store.letters import Letters
from companion.store.lock import ProfileLock
from companion.store.looked_back import LookedBack
from companion.store.marker import mark, refuse_missing
from companion.store.marks import Marks
from companion.store.memories import Memories
from companion.store.migrations import is_older, migrate, refuse_others
from companion.store.mornings import Mornings
from companion.store.nights import Nights
from companion.store.origins import Origins
from companion.store.past import Past
from companion.store.probes import Probes
from companion.store.prompts import Prompts
from companion.store.questions import Questions
from companion.store.recalls import Recalls
from companion.store.restoring import finish_restoring
from companion.store.scopes import Scopes
from companion.store.search import Search
from companion.store.sources import QuarantineBatch, Sources, quarantine_batch
from companion.store.stretches import Stretches
from companion.store.telling import Telling
from companion.store.tunings import Tunings
from companion.store.turn_search import TurnSearch
from companion.store.turns import Turns
from companion.store.vectors import Vectors
from companion.store.working_set import WorkingSet

NOWHERE = 1 << 52
"""Above the ids of all that is on disk."""


class Store:
    """Everything that is on disk. Use `Store.open`."""

    def __init__(self, db: Database, clock: Clock, lock: ProfileLock | None) -> None:
        self.db = db
        self.clock = clock
        self.turns = Turns(db)
        self.branches = Branches(db)
        self.conversations = Conversations(db)
        self.turn_search = TurnSearch(db)
        self.memories = Memories(db)
        self.changes = Changes(db, clock)
        self.consolidated = Consolidated(db, self.memories)
        self.search = Search(db)
        self.vectors = Vectors(db)
        self.working_set = WorkingSet(db)
        self.jobs = Jobs(db)
        self.nights = Nights(db)
        self.recalls = Recalls(db)
        self.judgements = Judgements(db)
        self.marks = Marks(db)
        self.probes = Probes(db)
        self.telling = Telling(db)
        self.tunings = Tunings(db)
        self.questions = Questions(db)
        self.backup_notes = BackupNotes(db)
        self.mornings = Mornings(db, self.memories)
        self.adaptation = Adaptation(db)
        self.stretches = Stretches(db)
        self.gists = Gists(db)
        self.drafts = Drafts(db)
        self.prompts = Prompts(db)
        self.scopes = Scopes(db)
        self.checkins = CheckIns(db)
        self.sources = Sources(db, self.changes)
        self.origins = Origins(db)
        self.looked_back = LookedBack(db, self.changes)
        self.care = Care(db)
        self.letters = Letters(db)
        self.begun = Begun(db)
        self._lock = lock

    @classmethod
    def open(
        cls, paths: Paths, clock: Clock | None = None, key: bytes | None = None, *, copy_first: bool = True
    ) -> Store:
        """Take the lock, open or create the file, bring its schema up to date. `key`: the database's, for a profile
        with a passphrase. `copy_first`: a file of an earlier schema is not touched before there is a copy of it. Raises
        ProfileError, ProfileSealed without that key."""
        try:
            paths.prepare()
        except ProfileUnavailable:
            if not paths.database.exists():
                raise
        writable = os.access(paths.data, os.W_OK)
        lock = ProfileLock(paths.lock) if writable else None
        if lock is not None:
            lock.acquire()
        clock = clock or SystemClock()
        try:
            if lock is not None:
                finish_restoring(paths)
            if not is_half_done(paths):
                refuse_missing(paths)  # before a passphrase is asked for
            check_sealed(paths, key, writable=writable)
            refuse_missing(paths)
            db = open_database(paths.database, refuse_others, key)
            try:
                if copy_first and is_older(db) and not db.read_only:
                    copy_before_migration(paths, clock, db)
                migrate(db)
                if not db.read_only:
                    mark(paths, db)
            except BaseException:
                db.close()
                raise
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return cls(db, clock, lock)

    def quarantine_batch(
        self, source: int, actor: Actor, action: str, reason: str = ""
    ) -> contextlib.AbstractContextManager[QuarantineBatch]:
        """A batch whose memories wait until their source (`sources.add`) is confirmed."""
        return quarantine_batch(self.changes, self.sources, source, actor, action, reason)

    def past(self, at: float) -> Past:
        """The memories as they were at a time (seconds since the epoch). Inside a snapshot: it is read in parts."""
        return Past(self.db, self.memories, at)

    @classmethod
    def in_memory(cls, beside: Store) -> Store:
        """A store of which nothing is ever on disk, for turns that are kept nowhere. Ids in it are those of no
        conversation and no turn in `beside`, whose memories are the only ones there are."""
        db = open_in_memory()
        migrate(db)
        with db.write():
            for table in ("conversations", "turns"):
                db.run("INSERT INTO sqlite_sequence VALUES (?,?)", (table, NOWHERE))
        store = cls(db, beside.clock, None)
        store.memories, store.recalls = beside.memories, Recalls(db, beside.memories)
        return store

    @property
    def read_only(self) -> bool:
        return self.db.read_only

    def close(self) -> None:
        try:
            self.db.close()
        finally:
            if self._lock is not None:
                self._lock.release()
