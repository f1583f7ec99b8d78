"""How the retention of one memory went and will go, for drawing: from the journal, the talk days, and the curve."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from dataclasses import replace

from companion.memory.forgetting import DAY, GRACE_DAYS, Fading, is_kept, last_time
from companion.records import JournalEntry, Memory, RetentionCurve

POINTS = 160
"""Points of a curve: two for each column of a wide terminal."""
FARTHEST = 3650.0
"""Days ahead that are looked at. What fades later is not said to fade."""
LEAST_AHEAD, MOST_AHEAD = 30.0, 180.0
"""Days ahead that are drawn at least, and at most."""
AGES_AHEAD = 3.0
"""Or at most so many times the memory's age, if that is more; else its past would vanish at the edge."""


def course(fading: Fading, memory: Memory, history: Sequence[JournalEntry]) -> RetentionCurve:
    """`history`: the memory's, newest first. The past is as it was by the strengths it had then; ahead nothing is used
    and the person goes on talking as they did of late."""
    now = fading.now
    at = _fading_at(fading)
    steps = _steps(memory, history, now)
    fades = fades_at(fading, memory)
    begin = min(memory.recorded_at, now)
    ahead = 1.3 * (fades - now) if fades is not None else (now - begin) / 2
    most = max(MOST_AHEAD * DAY, AGES_AHEAD * (now - begin))
    end = now + max(LEAST_AHEAD * DAY, (now - begin) / 4, min(ahead, most))

    def retention(moment: float) -> float:
        step = max(0, bisect.bisect_right([since for since, _ in steps], moment) - 1)
        return at(moment).retention(steps[step][1])

    # Where it was used the curve jumps: a point on either side.
    edges = [moment for since, _ in steps if begin < since < end for moment in (since - 1.0, since)]
    even = [begin + (end - begin) * n / (POINTS - 1) for n in range(POINTS)]
    return RetentionCurve(
        points=tuple((moment, retention(moment)) for moment in sorted({*even, *edges, now})),
        uses=tuple(since for since, _ in steps[1:] if begin < since <= now),
        now=now,
        dormant_below=fading.curve.dormant_below,
        fades_at=fades,
    )


def fades_at(fading: Fading, memory: Memory) -> float | None:
    """When it falls, or fell, below the line (seconds) if it is not used; None when it is kept, or would be later
    than FARTHEST."""
    if is_kept(memory):
        return None
    begin = last_time(memory)
    below = fading.curve.dormant_below
    gone = fading.retention(memory) < below
    low, high = (begin, fading.now) if gone else (fading.now, max(fading.now, begin) + FARTHEST * DAY)
    at = _fading_at(fading, ahead=not gone)
    if at(high).retention(memory) >= below:
        return None
    while high - low > 60.0:
        middle = (low + high) / 2
        low, high = (low, middle) if at(middle).retention(memory) < below else (middle, high)
    return max(high, memory.recorded_at + GRACE_DAYS * DAY)


def _fading_at(fading: Fading, *, ahead: bool = True) -> Callable[[float], Fading]:
    """What is known at another moment: the talk days until then, those to come in the rhythm of late."""
    days = list(fading.talk_days)
    if not ahead:
        return lambda moment: replace(fading, now=moment, talk_days=days[: bisect.bisect_right(days, moment)])
    share = fading.rhythm()
    days += [fading.now + n / share * DAY for n in range(1, int(FARTHEST * share) + 1)] if share else []
    return lambda moment: replace(fading, now=moment, talk_days=days[: bisect.bisect_right(days, moment)])


def _steps(memory: Memory, history: Sequence[JournalEntry], now: float) -> list[tuple[float, Memory]]:
    """From when on it was as strong as it was, in order of time."""
    steps: list[tuple[float, Memory]] = []
    for entry in sorted(history, key=lambda each: each.seq):
        image = entry.after or entry.before
        if image is None:
            continue
        used = image.get("last_used_at")
        then = replace(
            memory,
            strength=float(str(image.get("strength", memory.strength))),
            last_used_at=None if used is None else float(str(used)),
            pinned=bool(image.get("pinned")),
        )
        if not steps or _fading_of(then) != _fading_of(steps[-1][1]):
            steps.append((max(entry.at, steps[-1][0]) if steps else memory.recorded_at, then))
    return [*steps[:-1], (steps[-1][0], memory)] if steps else [(memory.recorded_at, memory)]


def _fading_of(memory: Memory) -> tuple[float, float | None, bool]:
    return memory.strength, memory.last_used_at, memory.pinned
