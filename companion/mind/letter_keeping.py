"""Weekly letters as files: once a week each, caught up after days off, never in the place of one that is there.

A file is written in one step, then noted: killed in between, the next try finds the file and notes it. A profile with a
passphrase keeps no letter, unless the person named a folder for them: then that is for anybody to read.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from companion.clock import Clock, stamp
from companion.errors import CompanionError, InvalidInput, ProfileReadOnly
from companion.mind.letter import write_letter
from companion.mind.weeks import Week, is_over, week_named, weeks_over
from companion.paths import Paths, full_path
from companion.reports import Letter
from companion.settings import Settings
from companion.store import files
from companion.store.store import Store
from companion.strings import text

log = logging.getLogger(__name__)
CAUGHT_UP = 8
"""Weeks that are looked back at: after a year away nobody wants fifty letters."""
AGAIN = timedelta(hours=1)
"""After which a letter that could not be written is tried again."""
FOLDER = "Letters"


@dataclass
class LetterKeeper:
    store: Store
    paths: Paths
    clock: Clock
    settings: Settings
    _tried: datetime | None = None
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def folder(self) -> Path | None:
        """Where letters are kept; None: nowhere. Raises InvalidInput where the folder that is set is not there."""
        if self.settings.letter.folder is None:
            return None if self.store.db.key is not None else self.paths.letters
        base = full_path(self.settings.letter.folder, self.paths.data)
        if not base.is_dir():
            raise InvalidInput(text("letter.no_folder", path=base), hint=text("letter.no_folder_hint"))
        if self.store.db.key is not None and base / FOLDER == self.paths.letters:
            return None  # beside the database nothing of a profile with a passphrase can be read
        return base / FOLDER

    def due(self) -> list[Week]:
        """The weeks that wait for their letter, oldest first."""
        if not self.settings.letter.enabled or self.store.read_only:
            return []
        now = self.clock.now()
        if self._tried is not None and timedelta(0) <= now - self._tried < AGAIN:
            return []
        over = list(islice(weeks_over(now, self.settings.sleep.at, self.settings.letter.weekday), CAUGHT_UP))
        since = self.store.letters.since()
        if since is None or since > over[0].last:  # the clock was ahead once
            since = over[0].last
        return [week for week in reversed(over) if week.last >= since and not self.store.letters.is_done(week.name)]

    def write_due(self) -> tuple[Letter, ...]:
        """Write those that wait. What is in the way is noted, told in the morning, and tried again."""
        if not self.due():
            return ()
        with self._writing:
            weeks = self.due()
            try:
                if weeks:
                    self._begin(weeks[0])
                return tuple(letter for week in weeks if (letter := self._write(week)).text)
            except CompanionError as error:
                log.warning("no letter: %s", error.title)
                self._tried = self.clock.now()
                with self.store.db.write():
                    self.store.letters.failed(str(error))
                return ()

    def by_hand(self, name: str = "", dry_run: bool = False) -> Letter:
        """The letter about the week `name`, by default the last that is over; kept unless it is a `dry_run`. Raises
        InvalidInput, ProfileError."""
        now = self.clock.now()
        week = (
            week_named(name, self.settings.letter.weekday)
            if name
            else next(weeks_over(now, self.settings.sleep.at, self.settings.letter.weekday))
        )
        if dry_run:
            return self._compose(week)
        if not is_over(week, now, self.settings.sleep.at):
            raise InvalidInput(text("letter.not_over", week=week.name), hint=text("letter.not_over_hint"))
        if self.store.read_only:
            raise ProfileReadOnly(str(self.paths.data))
        with self._writing:
            return self._write(week)

    # Inside

    def _begin(self, week: Week) -> None:
        since = self.store.letters.since()
        if since is None or since > week.last:
            with self.store.db.write():
                self.store.letters.begin(week.last)

    def _compose(self, week: Week) -> Letter:
        with self.store.db.snapshot():
            week = week.reaching_back(self.store.letters.told_until(week.name, week.last))
            return write_letter(
                self.store, week, name=self.settings.name, bring_up_heavy=self.settings.care.bring_up_heavy
            )

    def _write(self, week: Week) -> Letter:
        letter = self._compose(week)
        path: str | None = None
        if letter.text:
            folder = self.folder()
            path = ""
            if folder is not None:
                letter = _kept(letter, folder)
                path = letter.path
        last = week.last
        if path and not letter.written:  # what is there may end on the weekday of before
            last = self.store.letters.last_of(week.name) or last
        with self.store.db.write():
            self.store.letters.done(week.name, last, stamp(self.clock.now())[0], path)
        self._tried = None
        return letter


def _kept(letter: Letter, folder: Path) -> Letter:
    """With the file it is in; what is there already stays, with whatever the person wrote into it."""
    path = folder / f"{letter.week}.md"
    with files.told(path):
        folder.mkdir(mode=0o700, exist_ok=True)
        if path.exists():
            return replace(letter, path=str(path))
        files.write(path, letter.text.encode())
    return replace(letter, path=str(path), written=True)
