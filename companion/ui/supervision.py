"""How often a dying engine is started again before the person is asked."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

MOST = 3
WITHIN = 60.0


class RestartBudget:
    """At most MOST restarts in WITHIN seconds: an engine that dies at every start must not spin."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at: deque[float] = deque()

    def spend(self) -> bool:
        """Whether one more restart is allowed now; counts it when it is."""
        moment = self._clock()
        while self._at and moment - self._at[0] > WITHIN:
            self._at.popleft()
        if len(self._at) >= MOST:
            return False
        self._at.append(moment)
        return True
