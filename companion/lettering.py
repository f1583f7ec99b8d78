"""The letter about a week. A part of `Companion`."""

from __future__ import annotations

from collections.abc import Callable

from companion.events import Event, MemoriesChanged
from companion.mind.letter_keeping import LetterKeeper
from companion.mind.sleep import Sleep
from companion.reports import Letter


class Lettering:
    """Whoever is one gives it the parts below."""

    _letters: LetterKeeper
    _sleep: Sleep
    _emit: Callable[[Event], None]

    def letter(self, week: str = "", dry_run: bool = False) -> Letter:
        """The letter about a week ("2026-W47"; by default the last that is over), kept as a file where letters are kept
        and there is none yet. `dry_run`: nothing is written. Raises InvalidInput, ProfileError."""
        return self._letters.by_hand(week, dry_run)

    def _write_letters(self) -> None:
        """What is due, once the nights are over that belong to it."""
        if not self._sleep.due(self._sleep.clock.now()) and self._letters.write_due():
            self._emit(MemoriesChanged(()))  # the morning has something more to tell
