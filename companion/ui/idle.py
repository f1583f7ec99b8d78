"""How long nobody has been there. No Textual."""

from __future__ import annotations

import time
from collections.abc import Callable


class IdleClock:
    """Seconds since the last sign of the person. The wall clock and the monotonic one are both asked: the monotonic one
    stands still while the computer sleeps, and the wall clock can be set back."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self.touch()

    def touch(self) -> None:
        """The person is there."""
        self._at = self._wall(), self._steady()

    @property
    def seconds(self) -> float:
        wall, steady = self._at
        return max(self._wall() - wall, self._steady() - steady)
