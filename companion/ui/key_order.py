"""Keys act one after the other, however quickly they come.

Textual 8.2.8 hands a key to what has the focus when it arrives, and acts on a binding once the key has bubbled up from
there. So the letters typed right after `/`, on a busy machine or over a slow line that delivers them together, go to
the table, not to the filter that `/` leads to, and are lost; and what is typed right after Backspace is deleted by it.
Here a key waits until the one before it is through: a message sent after it on the same way says when.
"""

from __future__ import annotations

import asyncio
from collections import deque

from textual import on
from textual.app import App
from textual.events import Event, Key, Paste
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

LOST = 0.25
"""Seconds after which what was sent after a key counts as lost, when the widget it was sent to has gone."""
STUCK = 2.0
"""Seconds after which a key whose widget is still there holds up no other: what it does waits for something."""


class KeysInOrder(App[None]):
    """An app in which no key overtakes another."""

    class Through(Message):
        """All that was sent to this widget before has been dealt with, up to the app."""

        def __init__(self, number: int, again: bool) -> None:
            super().__init__()
            self.number = number
            self.again = again
            """It has to go the same way once more: what a key does may be to send a message (Enter says that a line is
            written, and only whoever hears it moves the focus)."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: deque[Key | Paste] = deque()
        self._on_its_way = 0
        """The number of the key that is not through yet, 0 when there is none."""
        self._went_to: Widget | None = None
        self._passed = 0
        self._before: Screen[object] | None = None
        """The screen that the key found."""
        self._patience: Timer | None = None

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._on_its_way or self._keys:
            self._keys.append(event)
            if self._patience is None:
                self._be_patient(LOST)
        else:
            await self._pass(event)

    async def _pass(self, event: Key | Paste) -> None:
        target, self._before = self.focused or self.screen, self.screen
        self._went_to = target
        await super().on_event(event)
        self._passed += 1
        self._on_its_way = self._passed
        # What is no one's has done what it does already; where nobody is left to tell, nothing is waited for.
        if not event.is_forwarded or not target.post_message(self.Through(self._passed, True)):
            self.call_later(self._look, self._passed)

    @on(Through)
    def _is_through(self, message: Through) -> None:
        if message.number != self._on_its_way:
            return
        target = self._went_to
        if not message.again or target is None or not target.post_message(self.Through(message.number, False)):
            # What a key does may begin with a task, and a focus moves by a message.
            self.call_later(self._look, message.number)

    async def _look(self, number: int) -> None:
        await asyncio.sleep(0)  # a task begins with the next turn of the loop
        screen = self.screen
        if screen is not self._before or not screen.is_mounted:
            # The screen that it opened has to be there first, and what is typed on it has to have the focus.
            ready = screen.is_mounted and (screen.focused is not None or not screen.focus_chain)
            screen.call_after_refresh(self._next if ready else self._look, number)
        else:
            self.call_later(self._next, number)

    async def _next(self, number: int) -> None:
        if number != self._on_its_way:
            return
        self._on_its_way = 0
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        if self._keys:
            await self._pass(self._keys.popleft())
            if self._keys:
                self._be_patient(LOST)

    def _be_patient(self, seconds: float) -> None:
        """Each key has its own time: many that wait are no reason to let the second overtake the first."""
        number = self._on_its_way
        self._patience = self.set_timer(seconds, lambda: self._give_up(number, seconds))

    async def _give_up(self, number: int, waited: float) -> None:
        if number != self._on_its_way:
            return
        target = self._went_to
        if waited < STUCK and target is not None and target.is_attached:
            self._be_patient(STUCK)
        else:
            await self._next(number)
