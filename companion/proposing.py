"""What other programs proposed, taken in while the profile is open. A part of `Companion`."""

from __future__ import annotations

from collections.abc import Callable

from companion import strings
from companion.events import Event, MemoriesChanged, Notice
from companion.mind.proposals import Proposals


class Proposing:
    """Whoever is one gives it the parts below."""

    _proposals: Proposals
    _emit: Callable[[Event], None]
    _poke: Callable[[], None]

    def bring_up(self) -> None:
        raise NotImplementedError

    def every_minute(self) -> None:
        """What the clock calls every minute: something may be to be brought up, or may have been proposed."""
        if self._proposals.inbox.waiting():
            self._poke()
        self.bring_up()

    def _take_in_proposals(self) -> None:
        taken = self._proposals.take_in()
        if taken.waiting:
            self._emit(MemoriesChanged(()))
            told = strings.text("mcp.waiting", count=taken.waiting)
            self._emit(Notice("information", told, strings.text("mcp.waiting_hint")))
        if taken.unreadable:
            told = strings.text("mcp.unreadable", count=taken.unreadable)
            self._emit(Notice("warning", told, strings.text("mcp.unreadable_hint")))
