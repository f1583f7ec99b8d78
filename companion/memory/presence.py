"""How present many memories are at once: what `forgetting.Fading` says of one, as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from companion.memory.forgetting import DAY, GRACE_DAYS, Fading
from companion.memory.layers import paces

Floats = npt.NDArray[np.float64]


def days_since(fading: Fading, lasts: Sequence[float] | Floats, strengths: Sequence[float] | Floats) -> Floats:
    """Days from each of `lasts` (seconds) to now, in the pace of a memory of that strength (days)."""
    last, strength = np.asarray(lasts, dtype=np.float64), np.asarray(strengths, dtype=np.float64)
    talked_at = np.asarray(fading.talk_days, dtype=np.float64)
    elapsed = np.maximum(0.0, fading.now - last) / DAY
    talked = np.minimum(elapsed, len(talked_at) - np.searchsorted(talked_at, last, side="right"))
    found: Floats = talked + paces(strength) * (elapsed - talked)
    return found


def retentions(fading: Fading, pinned: Sequence[int], lasts: Sequence[float], strengths: Sequence[float]) -> Floats:
    """Retention (0–1) of each."""
    days = days_since(fading, lasts, strengths).tolist()
    curve = fading.curve
    return np.array(
        [
            1.0 if pin else curve.retention(passed, strength)
            for pin, passed, strength in zip(pinned, days, strengths, strict=True)
        ]
    )


def by_presence(fading: Fading, rows: Sequence[tuple[int, int, float, float]], *, faded_first: bool) -> list[int]:
    """Ids of `rows` (id, pinned, from when on it fades, strength), the most present first or last; of equals the newer
    first. R falls with days over strength alone, so that no curve has to be asked."""
    if not rows:
        return []
    ids, pinned, lasts, strengths = (np.asarray(column) for column in zip(*rows, strict=True))
    age = np.where(pinned != 0, -1.0, days_since(fading, lasts, strengths) / strengths)
    order = np.lexsort((-ids, -age if faded_first else age))
    return [int(id) for id in ids[order]]


def days_left(fading: Fading, recorded: Sequence[float], lasts: Sequence[float], strengths: Sequence[float]) -> Floats:
    """Days until each becomes dormant if it is not used and the person goes on talking in the rhythm of late; see
    `Fading.fades_around`. Nothing made within the grace fades before its end."""
    strength = np.asarray(strengths, dtype=np.float64)
    rhythm = fading.rhythm()
    left = fading.curve.days_until(fading.curve.dormant_below, 1.0) * strength - days_since(fading, lasts, strengths)
    wait = left / (rhythm + paces(strength) * (1.0 - rhythm))
    grace = GRACE_DAYS - (fading.now - np.asarray(recorded, dtype=np.float64)) / DAY
    found: Floats = np.maximum(np.maximum(wait, grace), 0.0)
    return found
