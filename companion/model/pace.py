"""How fast a model reads, learned while it does, to say how long the rest will take."""

from __future__ import annotations

LEAST = 32
"""Fewer tokens than this tell more of what else a turn takes than of reading."""
_SHARE = 0.5
"""Of the newest figure in the mean: a laptop that grows warm reads slower."""


class Pace:
    """Seconds a token, as a moving mean."""

    def __init__(self) -> None:
        self._each = 0.0

    def was(self, tokens: int, seconds: float) -> None:
        """`tokens` were read in `seconds`."""
        if tokens < LEAST:
            return
        each = seconds / tokens
        self._each += (each - self._each) * (_SHARE if self._each else 1.0)

    def seconds(self, tokens: int) -> float:
        """About how long `tokens` will take; 0 while nothing is known."""
        return tokens * self._each
