"""Four ways to forget, compared on one life: not at all, on either curve, and by keeping only what is newest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from companion.memory.forgetting import Curve, Exponential, Fsrs
from companion.mind.fading import FADING, PART, Move, Progress
from companion.mind.fading import moves as by_curve
from companion.mind.sleep import Fade
from companion.store.store import Store

Way = Literal["never", "exponential", "fsrs", "newest"]
WAYS: tuple[Way, ...] = ("never", "exponential", "fsrs", "newest")
IN_TURN: tuple[Way, ...] = ("fsrs", "newest", "exponential", "never")
"""The order in which they are lived: "newest" keeps as many as "fsrs" kept."""


class Never(Fsrs):
    """Strength as in FSRS, and nothing fades."""

    def retention(self, days: float, strength: float) -> float:
        return 1.0

    def days_until(self, retention: float, strength: float) -> float:
        return float("inf")


class Newest:
    """`keep`: by night, how many stay active; on a night that is not in it, as many as on the one before."""

    def __init__(self, keep: Mapping[date, int]) -> None:
        self._keep = keep

    def __call__(self, store: Store, curve: Curve, now: datetime, on_progress: Progress) -> list[Move]:
        rows = [row for part in store.memories.fading(FADING, PART, 0.0) for row in part]
        nights = [night for night in self._keep if night <= now.date()]
        keep = self._keep[max(nights)] if nights else len(rows)
        kept = {row.id for row in rows if row.kept}
        others = sorted((row for row in rows if not row.kept), key=lambda row: (-row.recorded_at, -row.id))
        stay = kept | {row.id for row in others[: max(0, keep - len(kept))]}
        wanted = ((row, FADING[row.id not in stay]) for row in rows)
        return [Move(row.id, row.status, state) for row, state in wanted if row.status != state]


def way_of(way: Way, keep: Mapping[date, int]) -> tuple[Curve, Fade]:
    """The curve of a way, and what changes its state in a night."""
    if way == "newest":
        return Never(), Newest(keep)
    return (Fsrs() if way == "fsrs" else Exponential() if way == "exponential" else Never()), by_curve
