"""What the app itself says to a message, before the model is asked: the card, and that nobody is here but a program.

It needs no model and no network, and no persona, prompt or setting turns it off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from companion.clock import Clock, stamp
from companion.events import CareShown, Event, ProgramSaid
from companion.help_lines import care_card
from companion.mind.distress import Distress, distress
from companion.mind.manner import asks_what_it_is
from companion.safekeeping import CareCard
from companion.settings import CareSettings
from companion.store.care import Shown
from companion.store.store import Store

DAYS = 7
"""After which it says once more, unasked, that it is a program."""
TURNS = 120
"""Turns after which it does so however few days have passed: some hours of talk."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a message calls for. `program`: it asks what it talks to."""

    distress: Distress | None = None
    program: bool = False


@dataclass
class StandingBy:
    settings: CareSettings
    clock: Clock
    emit: Callable[[Event], None]

    def get_ready(self) -> None:
        """Read the rules now (0.1–0.3 s): the first message must not wait for them."""
        self.look("I am here.\n我在这里。")

    def look(self, text: str) -> Seen:
        return Seen(distress(text), asks_what_it_is(text))

    def keep(self, store: Store, turn: int, seen: Seen, *, kept: bool = True) -> bool:
        """With the turn, in its transaction. `kept`: not in a conversation of which nothing is kept. Returns whether it
        is to be said that this is a program."""
        if seen.distress is not None:
            store.care.show(turn, seen.distress.kind, seen.distress.about)
        program = seen.program or (kept and seen.distress is None and self._is_due(store, turn))
        if program:
            store.care.tell_program(turn)
            if kept:
                store.care.remind(stamp(self.clock.now())[0], turn)
        return program

    def _is_due(self, store: Store, turn: int) -> bool:
        at, last = store.care.reminded()
        now = stamp(self.clock.now())[0]
        if not last:
            return turn > TURNS // 4
        return turn - last >= TURNS or (now - at >= DAYS * 86_400 and turn - last >= TURNS // 12)

    def tell(self, turn: int, seen: Seen, program: bool = False) -> None:
        """`turn` 0: the message could not be kept, the card comes all the same."""
        if seen.distress is not None:
            self.emit(CareShown(turn, self.card(seen.distress)))
        if program:
            self.emit(ProgramSaid(turn))

    def card(self, found: Distress) -> CareCard:
        return care_card(found.kind, found.about, self.settings.region)

    def card_of(self, shown: Shown | None) -> CareCard | None:
        """That of a turn, with the numbers that hold today."""
        return None if shown is None or not shown.kind else self.card(Distress(shown.kind, shown.about))
