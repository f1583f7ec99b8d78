"""The forgetting curves, behind one protocol: retention as a pure function of time and strength.

R is the chance that a memory would still come to mind, t the days since it was last used, S its strength in days.

* FSRS-6: R = (1 + F·t/S)^(−w20), F = 0.9^(−1/w20) − 1 (py-fsrs; Ye et al., open-spaced-repetition).
* Exponential: R = e^(−t/S), S grows by one with each use (Ebbinghaus as in MemoryBank, Zhong et al. 2023, with the
  sign that makes strong memories fade slower).

In both, a review never lowers strength unless the memory was contradicted: what was used more never fades faster.

How many days have passed is counted in a pace of the memory's layer (`layers`): days without conversation count for
less, the stronger the memory is.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Protocol

from fsrs import Card, Rating, Scheduler, State

from companion.clock import local_date, stamp
from companion.memory.layers import pace
from companion.records import Kind, Memory, Modality
from companion.store.store import Store

CurveName = Literal["fsrs", "exponential"]
DAY = 86_400.0
GRACE_DAYS = 7.0
"""Nothing made in the last week fades."""
AHEAD_DAYS = 400.0
"""What is still to come does not fade before its day; of a day further ahead, after so long."""
RHYTHM_DAYS = 28
"""Days back from now that tell how often the person talks."""
SMALLEST = 1e-300
"""What is left of R at least: the exponential would end at nothing."""
FARTHEST_DAYS = 36_500.0
"""What would fade later than in a hundred years is not said to fade."""

AGAIN, GOOD, EASY = Rating.Again.value, Rating.Good.value, Rating.Easy.value


class Curve(Protocol):
    """A forgetting curve. `dormant_below` and `archived_below` are its retention at the two steps of fading."""

    name: CurveName
    dormant_below: float
    archived_below: float

    def retention(self, days: float, strength: float) -> float:
        """R after `days` without use; 1 at zero days, falling, in (0, 1]."""

    def days_until(self, retention: float, strength: float) -> float:
        """The days without use after which R has fallen to `retention`, in (0, 1]."""

    def review(self, strength: float, difficulty: float, days: float, rating: int) -> tuple[float, float]:
        """(S, D) after a use `days` after the last one; `rating` as in FSRS: 1 again … 4 easy."""


class Fsrs:
    """FSRS-6 with the package's default weights."""

    name: CurveName = "fsrs"
    dormant_below = 0.60
    archived_below = 0.45

    def __init__(self) -> None:
        self._scheduler = Scheduler(enable_fuzzing=False, learning_steps=(), relearning_steps=())
        self._decay = -self._scheduler.parameters[20]
        self._factor = 0.9 ** (1 / self._decay) - 1

    def retention(self, days: float, strength: float) -> float:
        return float((1 + self._factor * max(0.0, days) / strength) ** self._decay)

    def days_until(self, retention: float, strength: float) -> float:
        return float(strength / self._factor * (retention ** (1 / self._decay) - 1))

    def review(self, strength: float, difficulty: float, days: float, rating: int) -> tuple[float, float]:
        now = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=max(0.0, days))
        card = Card(
            state=State.Review,
            stability=strength,
            difficulty=difficulty,
            last_review=datetime(2000, 1, 1, tzinfo=UTC),
        )
        reviewed, _ = self._scheduler.review_card(card, Rating(rating), now)
        new_strength = float(reviewed.stability or strength)
        if rating != AGAIN:
            new_strength = max(strength, new_strength)
        return new_strength, float(reviewed.difficulty or difficulty)


class Exponential:
    """R = e^(−t/S)."""

    name: CurveName = "exponential"
    dormant_below = 0.05
    archived_below = 0.001

    def retention(self, days: float, strength: float) -> float:
        return max(SMALLEST, math.exp(-max(0.0, days) / strength))

    def days_until(self, retention: float, strength: float) -> float:
        return -strength * math.log(retention)

    def review(self, strength: float, difficulty: float, days: float, rating: int) -> tuple[float, float]:
        return (max(1.0, strength / 2) if rating == AGAIN else strength + 1.0), difficulty


def curve(name: CurveName) -> Curve:
    return Fsrs() if name == "fsrs" else Exponential()


MOMENT, EPISODE, PREFERENCE, LASTING, IDENTITY = 1.3, 2.3, 8.3, 12.0, 30.0
"""First S in days. The first three are FSRS's own first strengths of hard, good and easy; with FSRS and a conversation
on two days of three, what is never used again is dormant after six weeks, eleven weeks and ten months. How things are
(LASTING) holds out for fourteen months; identity and boundaries do not fade (`is_kept`)."""


def first_strength(kind: Kind, modality: Modality, importance: int, slot: str | None, lasting: bool = False) -> float:
    """S of a new memory in days; `lasting`: it says how things are, not what happened once."""
    if slot is not None or importance >= 5 or (importance >= 4 and modality == "preference"):
        return IDENTITY
    if kind == "moment":
        return MOMENT
    if modality == "feeling" and not lasting:
        return MOMENT
    if lasting:
        return LASTING
    if importance >= 4 or modality == "preference" or kind == "trait":
        return PREFERENCE
    return EPISODE


def is_kept(memory: Memory) -> bool:
    """Whether it never fades out of mind: what is pinned, who the person is (what fills a slot of their life), their
    boundaries, and the portrait, which each night draws anew. It can be replaced, or forgotten by the person."""
    identity = memory.kind == "thought" and memory.slot is not None  # a digest has a slot too: the day's
    core = identity or memory.importance >= 5 or memory.kind == "trait"
    return memory.pinned or core or (memory.importance >= 4 and memory.modality == "preference")


def last_time(memory: Memory) -> float:
    """From when on it fades: made, last used, or, of what is still to come, its day (at most AHEAD_DAYS ahead)."""
    used = memory.recorded_at if memory.last_used_at is None else memory.last_used_at
    comes = memory.recorded_at if memory.event_end is None else memory.event_end
    return max(memory.recorded_at, used, min(comes, memory.recorded_at + AHEAD_DAYS * DAY))


def brought_back(memory: Memory, curve: Curve, now: datetime) -> Memory:
    """One that was said longer ago than the grace of what is new, and is taken in only now: it fades from now on, and
    not before a week has passed. Any other is as it was."""
    at, _ = stamp(now)
    if at - memory.recorded_at < GRACE_DAYS * DAY:
        return memory
    least = GRACE_DAYS / curve.days_until(curve.dormant_below, 1.0)
    return replace(memory, last_used_at=at, strength=max(memory.strength, least))


@dataclass(frozen=True)
class Fading:
    """Retention of memories now, given on which days there was conversation (their starts, sorted)."""

    curve: Curve
    now: float
    talk_days: Sequence[float]

    def days_since(self, at: float, strength: float) -> float:
        """Days from `at` to now in the pace of a memory of `strength`: those without conversation count for less."""
        elapsed, talked = self._passed(at)
        return talked + pace(strength) * (elapsed - talked)

    def retention(self, memory: Memory) -> float:
        if memory.pinned:
            return 1.0
        return self.curve.retention(self.days_since(last_time(memory), memory.strength), memory.strength)

    def in_grace(self, memory: Memory) -> bool:
        return self.now - memory.recorded_at < GRACE_DAYS * DAY

    def rhythm(self) -> float:
        """Share (0–1) of days with conversation lately: of the last RHYTHM_DAYS, or since the first word when that is
        less, though never of less than a week."""
        if not self.talk_days:
            return 0.0
        days = min(float(RHYTHM_DAYS), max(GRACE_DAYS, (self.now - self.talk_days[0]) / DAY))
        lately = len(self.talk_days) - bisect.bisect_right(self.talk_days, self.now - days * DAY)
        return min(1.0, lately / days)

    def fades_around(self, memory: Memory) -> date | None:
        """The day on which an active memory becomes dormant if it is not used and the person goes on talking in the
        rhythm of late. None for what is kept, is not active, or would outlast a hundred years."""
        if is_kept(memory) or memory.status != "active":
            return None
        rhythm = self.rhythm()
        left = self.curve.days_until(self.curve.dormant_below, memory.strength)
        left -= self.days_since(last_time(memory), memory.strength)
        wait = left / (rhythm + pace(memory.strength) * (1.0 - rhythm))
        wait = max(wait, GRACE_DAYS - (self.now - memory.recorded_at) / DAY, 0.0)
        if wait > FARTHEST_DAYS:
            return None
        return local_date(self.now + wait * DAY, memory.utc_offset)

    def _passed(self, at: float) -> tuple[float, float]:
        """Days from `at` to now, and how many of them had conversation."""
        elapsed = max(0.0, self.now - at) / DAY
        return elapsed, min(elapsed, float(len(self.talk_days) - bisect.bisect_right(self.talk_days, at)))


def fading_at(store: Store, curve: Curve, now: datetime) -> Fading:
    """Retention at `now`, knowing on which days there was conversation until then."""
    at, _ = stamp(now)
    return Fading(curve, at, store.turns.talk_days(until=at))
