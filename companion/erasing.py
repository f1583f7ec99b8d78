"""Forgetting for good. A part of `Companion`."""

from __future__ import annotations

from companion.safekeeping import Erasure


class Erasing:
    """See `companion.api`."""

    def plan_erasure(self, ids: tuple[int, ...]) -> Erasure:
        raise NotImplementedError

    def erase(self, ids: tuple[int, ...], backups: bool = False) -> Erasure:
        raise NotImplementedError
