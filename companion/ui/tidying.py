"""Collecting garbage while nobody types and no reply is written: in between it would hold up a key."""

from __future__ import annotations

from time import monotonic

from textual.events import Event, Key

from companion.garbage import tidy
from companion.ui.key_order import KeysInOrder

LOOK = 2.0
"""Seconds between two looks at whether anybody is waiting."""
PAUSE = 3.0
"""Seconds after the last key."""


class TidyApp(KeysInOrder):
    """It says with `busy` when something is being drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._last_key = 0.0
        self._untidy = True

    @property
    def busy(self) -> bool:
        """Whether a reply is being written."""
        raise NotImplementedError

    def tidy_from_now_on(self) -> None:
        self.set_interval(LOOK, self._look_around)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key):
            self._last_key, self._untidy = monotonic(), True
        await super().on_event(event)

    def _look_around(self) -> None:
        if self.busy:
            self._untidy = True
        elif self._untidy and monotonic() - self._last_key > PAUSE:
            self._untidy = False
            tidy()
