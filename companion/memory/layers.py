"""Layers of memory by strength: working, recent, long-term (`records.LAYERS`). Each fades in a pace of its own.

S is the number of days in which the chance of coming to mind falls to 90 % (FSRS), so the layers read as what they
say: gone from the top of the mind within the week, within the month, or later. A memory has no layer that anything
would have to move it between: it is read off its strength, which only spaced use raises much. Ten uses on one day count
as one (`credit.reinforce`), and of two on following days the second adds little (the spacing effect in FSRS's formula).

The pace is how much of a day a day without conversation counts for. What is new fades by the clock half as fast as by
living on; what is consolidated is disturbed by new experience and hardly by time (interference: Wixted 2004). Since a
stronger memory never has the faster pace, what was used more never fades faster.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from companion.records import LAYERS

Floats = npt.NDArray[np.float64]
PACES = (0.5, 0.25, 0.1)
"""By layer, the part of a day that a day without conversation counts for."""
_BEGINS = np.array([begins for begins, _ in LAYERS[1:]])
_PACES = np.array(PACES)


def pace(strength: float) -> float:
    """How much of a day an idle day counts for, for a memory of `strength` (days)."""
    return PACES[sum(strength >= begins for begins, _ in LAYERS[1:])]


def paces(strengths: Floats) -> Floats:
    """`pace` of many."""
    found: Floats = _PACES[np.searchsorted(_BEGINS, strengths, side="right")]
    return found
