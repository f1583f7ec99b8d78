"""Forgetting for good. A part of `Companion`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

from companion import events
from companion.clock import Clock
from companion.editing import Editing
from companion.errors import CompanionError, DiskFull, ProfileUnavailable
from companion.events import Event
from companion.mind.letter_cleaning import erase_from_letters
from companion.mind.letter_keeping import FOLDER
from companion.mind.tagging import Tagger
from companion.mind.wording import wording
from companion.minding import Minding
from companion.paths import Paths, full_path
from companion.safekeeping import Erasure
from companion.sentences import sentences
from companion.settings import Settings
from companion.store.backups import Backups
from companion.store.chain import ERASING
from companion.store.changes import Batch
from companion.store.clean_files import clean_files
from companion.store.database import Database
from companion.store.erased import Erased
from companion.store.erasing import erase, is_unfinished
from companion.store.erasure_plan import ErasurePlan, plan_erasure, plan_words
from companion.store.files import told
from companion.store.letters import UNCLEAN
from companion.store.migrations import migrate
from companion.store.replaced import kept_aside
from companion.store.store import Store
from companion.strings import text
from companion.talking import Talking
from companion.text import one_line

log = logging.getLogger(__name__)
EXCERPT = 60
"""Characters of a memory by which the person knows it again."""


class Erasing:
    """See `companion.api`. Whoever is one gives it the parts below, and `_opened`."""

    _paths: Paths
    _settings: Settings
    _clock: Clock
    _editing: Editing
    _talking: Talking
    _minding: Minding
    _sending: threading.Lock
    _emit: Callable[[Event], None]
    _poke: Callable[[], None]

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def plan_erasure(self, ids: tuple[int, ...]) -> Erasure:
        store = self._opened
        with store.db.snapshot():
            plan = plan_erasure(store, ids, self._editing.on_the_same_words, _tells)
        said = [one_line(memory.text, EXCERPT) for _, memory in sorted(plan.memories.items())]
        return _told(plan, self._still_in(plan), tuple(dict.fromkeys(said)))

    def erase(self, ids: tuple[int, ...], backups: bool = False) -> Erasure:
        store = self._opened
        with self._sending:
            self._talking.check_free()
            with self._minding.at_rest():
                with store.db.snapshot():
                    plan = plan_erasure(store, ids, self._editing.on_the_same_words, _tells)
                    _erase(store, plan)
                self._minding.drop_index()
                self._talking.renew()
                self._talking.settle()  # what is being kept of what the model has read is kept from here on without it
                unclean = self._cleaned(store, plan)
        self._emit(events.MemoriesChanged(tuple(sorted(plan.memories))))
        self._emit(events.WordsErased(tuple(plan.spans)))
        self._poke()
        if unclean is not None:
            raise unclean
        holding = self._still_in(plan)
        if backups:
            holding = tuple(name for name in holding if not self._rewritten(name, plan))
        return _told(plan, holding)

    def _cleaned(self, store: Store, plan: ErasurePlan) -> CompanionError | None:
        """What is in the way, told as what it is: the rows are without the words, and the rest is done later."""
        found = None
        try:
            self._clean_letters(store, plan.statements.tells)
        except CompanionError as error:
            found = type(error)(error.detail, hint=text("erasing.letters_later"))
        try:
            clean_files(store.db, self._paths, plan.texts)
        except CompanionError as error:
            found = type(error)(error.detail, hint=text("erasing.files_later"))
        return found

    def _clean_letters(self, store: Store, tells: Callable[[str], bool]) -> None:
        """Wherever letters were kept, if it is there. Raises CompanionError: then the next start tries again."""
        gone, folders, base = store.letters.unclean(), store.letters.folders(), self._settings.letter.folder
        wanted = None if base is None else full_path(base, self._paths.data) / FOLDER
        for folder in {self._paths.letters, *folders} | ({wanted} if wanted else set()):
            erase_from_letters(folder, gone, tells)
        if wanted in folders and wanted is not None and not wanted.parent.is_dir():
            raise ProfileUnavailable(text("letter.no_folder", path=wanted.parent))
        with store.db.write():
            store.letters.cleaned()

    def _finish_erasing(self, store: Store) -> None:
        """At the start: end what was begun, and erase again what came back with an older copy of the profile."""
        if store.read_only:
            return
        unfinished, erased = is_unfinished(store.db), Erased(store.db)
        plan = None
        with store.db.write():
            if erased.take_over(self._paths.erased):
                plan = plan_words(store, _erased_in(store))
                if plan.texts:
                    _erase(store, plan)
                    unfinished = True
        if store.db.key is not None:
            with suppress(DiskFull), store.db.write():
                erased.make_key()
        # What cannot be cleaned now will be at the next start: that must not keep the profile closed.
        try:
            if unfinished:
                clean_files(store.db, self._paths, plan.texts if plan is not None else ())
            else:
                with told(self._paths.data):
                    erased.write_beside(self._paths.erased)
        except CompanionError as error:
            log.warning("what was erased may still be in files: %s", error.title)
        if store.letters.unclean():
            try:
                self._clean_letters(store, plan.statements.tells if plan is not None else _nothing)
            except CompanionError as error:
                log.warning("what was erased may still be in letters: %s", error.title)

    # Backups

    @property
    def _all_copies(self) -> Backups:
        return Backups(self._paths, self._clock, self._settings.backup.folder)

    def _still_in(self, plan: ErasurePlan) -> tuple[str, ...]:
        """The names of the copies with any of the words, or that cannot be looked into."""
        found = [backup.name for backup in self._all_copies.all() if self._holds(backup.name, plan)]
        return (*found, *(folder.name for folder in kept_aside(self._paths)))

    def _holds(self, name: str, plan: ErasurePlan) -> bool:
        try:
            with closing(self._all_copies.open_backup(name, self._opened.db.key)) as db:
                return bool(_same_in(db, plan)) or any(plan.statements.is_said(said) for said in _texts_in(db))
        except CompanionError as error:
            log.warning("a backup could not be looked into: %s", error.title)
            return True

    def _rewritten(self, name: str, plan: ErasurePlan) -> bool:
        """Whether a copy is without the words now."""

        def change(db: Database) -> None:
            migrate(db)
            db.all("PRAGMA foreign_keys = ON")
            old = Store(db, self._clock, None)
            _erase(old, plan_words(old, set(plan.texts), old.memories.many(_same_in(db, plan))))
            with db.write():
                db.run_many("DELETE FROM meta WHERE key = ?", ((ERASING,), (UNCLEAN,)))

        try:
            self._all_copies.rewrite(name, change, self._opened.db.key)
        except CompanionError as error:
            log.warning("a backup could not be written anew: %s", error.title)
            return False
        return True


def _tells(sentence: str) -> bool:
    told = wording(sentence)
    return bool(told.telling or told.hard)


def _nothing(_: str) -> bool:
    """What was said is not known any more: only which memories it was."""
    return False


def _erase(store: Store, plan: ErasurePlan) -> None:
    scopes = {memory.scope for memory in plan.memories.values()}
    texts = {*plan.texts, *(memory.text for memory in plan.memories.values())}

    def retag(batch: Batch) -> None:
        for scope in sorted(scopes):
            Tagger(store).refresh(batch, texts, scope)

    erase(store, plan, retag)


def _told(plan: ErasurePlan, backups: tuple[str, ...], excerpts: tuple[str, ...] = ()) -> Erasure:
    return Erasure(tuple(sorted(plan.memories)), tuple(sorted(plan.spans)), plan.made_of, backups, excerpts)


def _same_in(db: Database, plan: ErasurePlan) -> list[int]:
    """The memories of a copy that are among those of the plan. Their numbers alone do not tell: since another copy was
    brought back the same may have been given to others."""
    return [
        int(id)
        for id, at in db.all("SELECT id, recorded_at FROM memories ORDER BY id")
        if id in plan.memories and plan.memories[id].recorded_at == at
    ]


def _texts_in(db: Database) -> Iterator[str]:
    for sql in (
        "SELECT text FROM turns",
        "SELECT text FROM memories",
        "SELECT json_extract(before, '$.text') FROM journal WHERE before IS NOT NULL",
        "SELECT json_extract(after, '$.text') FROM journal WHERE after IS NOT NULL",
    ):
        for (said,) in db.all(sql):
            if said:
                yield said


def _erased_in(store: Store) -> set[str]:
    """What stands in the profile of what was erased."""
    erased = Erased(store.db)
    found: set[str] = set()
    for said in _texts_in(store.db):
        parts = (said, *(said[start:end] for start, end in sentences(said)))
        found |= {part for part in parts if erased.holds(part)}
    return found
