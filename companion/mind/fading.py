"""Which memories change their state in a night: everything at once, as arrays, and only what moves is told.

A hundred thousand memories are a second's work and a few megabytes: six columns are read, not whole memories.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from companion.memory.forgetting import AHEAD_DAYS, DAY, GRACE_DAYS, Curve, Fading, fading_at, is_kept, last_time
from companion.memory.presence import days_since
from companion.records import Memory, Status
from companion.store.store import Store
from companion.strings import text

FADING: tuple[Status, ...] = ("active", "dormant", "archived")
Ints = npt.NDArray[np.int64]
PART = 500
"""Memories looked at between two words on how far it is."""
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Move:
    """A memory that changes its state."""

    id: int
    before: Status
    after: Status


def moves(store: Store, curve: Curve, now: datetime, on_progress: Progress = lambda *_: None) -> list[Move]:
    """What fades, and what wakes, by `now`; by id. Reads only."""
    fading = fading_at(store, curve, now)
    total = store.memories.count(FADING)
    found: list[Move] = []
    done = 0
    for part in store.memories.fading(FADING, PART, AHEAD_DAYS * DAY):
        on_progress(done, total, text("night.fading"))
        done += len(part)
        ids, before, kept, recorded, last, strength = zip(*part, strict=True)
        was = np.array([FADING.index(state) for state in before])
        after = _states(fading, kept, recorded, last, strength)
        found += [Move(ids[at], FADING[was[at]], FADING[after[at]]) for at in np.flatnonzero(was != after)]
    return found


def state_at(fading: Fading, memory: Memory) -> Status:
    """The state a memory fades (or wakes) to."""
    found = _states(fading, (is_kept(memory),), (memory.recorded_at,), (last_time(memory),), (memory.strength,))
    return FADING[int(found[0])]


def _states(
    fading: Fading, kept: Sequence[int], recorded: Sequence[float], lasts: Sequence[float], strengths: Sequence[float]
) -> Ints:
    """Places in FADING. R depends on days over strength alone, so that a step of fading is a number of strengths."""
    recorded_at, strength = np.array(recorded, dtype=np.float64), np.array(strengths, dtype=np.float64)
    days = days_since(fading, lasts, strengths)
    curve = fading.curve
    steps = (curve.days_until(curve.dormant_below, 1.0), curve.days_until(curve.archived_below, 1.0))
    states = (days > steps[0] * strength).astype(np.int64) + (days > steps[1] * strength)
    stays = np.array(kept, dtype=np.bool_) | (fading.now - recorded_at < GRACE_DAYS * DAY)
    return np.where(stays, 0, states)
