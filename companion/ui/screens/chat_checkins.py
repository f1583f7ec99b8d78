"""What the companion brought up by itself: shown at the end of the conversation, and less of it."""

from __future__ import annotations

from textual import work

from companion.calls import EnginePort
from companion.events import CheckedIn
from companion.strings import text
from companion.ui.screens.base import attempt, tell
from companion.ui.screens.chat_scroll import Scrolling

NEWEST = 5
"""Turns among which it is looked for."""


class CheckInActions(Scrolling):
    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self._brought: CheckedIn | None = None

    @work(group="checkin")
    async def checked_in(self, event: CheckedIn) -> None:
        """Show it, with the memory it rests on; where newer turns are not on the screen, with them."""
        self._brought = event
        items = await attempt(self, self.engine.transcript(limit=NEWEST))
        found = [item for item in items or () if item.turn.id == event.turn.id]
        if not found or self.transcript.more_below or self.transcript.view(event.turn.id) is not None:
            return
        was_at_end = self.transcript.at_end
        await self.transcript.query(".greeting").remove()
        await self.transcript.append(found)
        if was_at_end:
            self.transcript.to_newest()
        else:
            self.something_new()
        self.keys_changed()

    @work(group="checkin")
    async def action_less_like(self) -> None:
        if self._brought is None:
            tell(self, text("checkin.none_here"), seconds=3)
            return
        kind = self._brought.kind
        await attempt(self, self.engine.less_like(kind))
        tell(self, text("checkin.less_of_it"), seconds=3)
