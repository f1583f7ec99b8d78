"""The person's mood over days, told from what they said. Computed when it is asked for: nothing of it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from statistics import fmean, pstdev

from companion import strings
from companion.clock import local_date
from companion.errors import InvalidInput
from companion.memory.affect import emotion, valence
from companion.records import Turn
from companion.reports import DayMood
from companion.store.scopes import EVERYBODY
from companion.store.store import Store

STRONGEST = 3
"""Emotions named for one day."""
LONGEST = 36_525
"""Days looked back at most."""


def mood(turns: Iterable[Turn]) -> tuple[DayMood, ...]:
    """One entry for each local calendar day on which the person said something, in order. `turns` are in order of time;
    those of others are left out. A turn that shows no feeling counts as level, so a small upset does not colour a long
    day."""
    said = [turn for turn in turns if turn.role == "person" and turn.text.strip()]
    by_day = groupby(sorted(said, key=_day), key=_day)
    return tuple(_of_day(day, [turn.text for turn in group]) for day, group in by_day)


def latest_mood(store: Store, today: date, days: int) -> tuple[DayMood, ...]:
    """The mood of the last `days` calendar days, `today` among them, from what was said to everybody
    and not in play. Raises InvalidInput."""
    if days < 1:
        raise InvalidInput(strings.text("mood.at_least_one"))
    said = store.turns.said_since(today - timedelta(days=min(days, LONGEST) - 1))
    shared = {id for id in {turn.conversation for turn in said} if store.scopes.of(id) == EVERYBODY}
    return mood(turn for turn in said if turn.conversation in shared)


def _day(turn: Turn) -> date:
    return local_date(turn.at, turn.utc_offset)


def _of_day(day: date, texts: list[str]) -> DayMood:
    valences = [valence(text) for text in texts]
    emotions = Counter(found for text in texts if (found := emotion(text)) is not None)
    return DayMood(
        day, len(texts), round(fmean(valences), 4), round(pstdev(valences), 4), tuple(emotions.most_common(STRONGEST))
    )
