"""A year in a made-up person's life: what they say on which day, and what should be known of them at each month's end.

Most of it is routine. Between that stand facts that matter, told once or a few times, facts that change, and plans with
a date; some come up often, some seldom, some never again until asked. The same seed makes the same year.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from companion.bench.year_changes import CHANGES, Changing
from companion.bench.year_chatter import CHATTER, FILLINGS, LEADS, REPLIES
from companion.bench.year_facts import CAST, FACTS, FROM_POOLS, PLANS, POOLS, Fact

BEGIN = datetime(2025, 1, 1, tzinfo=timezone(timedelta(hours=1)))
"""So that months are whole."""
TALKS = (0.78, 0.6)
"""Chance of conversation on a working day and on one of the weekend; in a week of little, QUIET of it."""
QUIET, QUIET_WEEKS = 0.4, 0.2
HOLIDAY = 14
"""Days away in the middle of the year, without a word."""
LAST_NEWS = 0.9
"""Share of the year in which things are told for the first time: more of them early on, as people get acquainted."""
COMES_UP: tuple[tuple[float, tuple[int, int], float], ...] = ((0.25, (8, 16), 1.5), (0.35, (60, 120), 1.2))
"""Share of matters that come up again, days until they first do, and how much longer each further wait is; the rest
never does until asked. A wait is never longer than 130 days."""
LONGEST_WAIT = 130.0
AGAIN = 0.25
"""Chance that the person then tells it again in other words, where there are any, and does not just lean on it."""
BESIDE = 0.3
"""Chance that something of the day stands before what matters in one message."""
MOST_A_DAY = 3
"""Matters of a day; more of them wait for the next."""
Kind = Literal["fact", "change", "plan"]


@dataclass(frozen=True)
class Exchange:
    """What the person says. `matter`: what it tells (`tells`), or calls for; `reply`: of a companion who remembers
    that, `neutral` of one who does not."""

    at: datetime
    text: str
    neutral: str
    matter: str = ""
    stage: int = 0
    tells: bool = False
    reply: str = ""


@dataclass
class Matter:
    """Something to be known. `stages`: the days on which it was told, and told to have changed; `until`: the day from
    which it is not true any more."""

    key: str
    kind: Kind
    questions: tuple[str, ...]
    stages: list[date] = field(default_factory=list)
    until: date | None = None

    def stage(self, day: date) -> int:
        """Which of its values holds on a day; -1 before it was told."""
        return bisect_right(self.stages, day) - 1

    def holds(self, day: date) -> bool:
        return self.stage(day) >= 0 and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Year:
    seed: int
    days: tuple[date, ...]
    """All calendar days, in order."""
    said: Mapping[date, tuple[Exchange, ...]]
    """By day; days without conversation are not in it."""
    matters: tuple[Matter, ...]


@dataclass(frozen=True)
class _Due:
    day: date
    matter: Matter
    stage: int
    tells: bool
    text: str
    reply: str


def year(seed: int, days: int = 365) -> Year:
    """The year of a seed, shorter or longer where asked for."""
    draw = random.Random(seed)
    calendar = tuple(BEGIN.date() + timedelta(days=n) for n in range(days))
    cast = _cast(draw)
    matters: list[Matter] = []
    due: list[_Due] = []
    for planned in (_facts, _changes, _plans):
        for matter, told in planned(draw, cast, calendar):
            matters.append(matter)
            due += told
    return _lived(seed, draw, cast, calendar, matters, sorted(due, key=lambda each: each.day))


Planned = Iterator[tuple[Matter, list[_Due]]]


def _cast(draw: random.Random) -> dict[str, str]:
    cast = {name: draw.choice(choices) for name, choices in CAST.items()}
    for pool, names in FROM_POOLS.items():
        wanted = names.split()
        cast |= dict(zip(wanted, draw.sample(POOLS[pool], len(wanted)), strict=True))
    return cast


def _facts(draw: random.Random, cast: Mapping[str, str], calendar: Sequence[date]) -> Planned:
    for number, fact in enumerate(FACTS):
        told, questions, called_for, reply = _filled(fact, cast)
        matter = Matter(f"fact {number}", "fact", questions)
        first = _first_day(draw, calendar, LAST_NEWS)
        due = [_Due(first, matter, 0, True, told[0], "")]
        for day in _comes_up(draw, first, calendar[-1]):
            again = len(told) > 1 and draw.random() < AGAIN
            text = draw.choice(told[1:]) if again else draw.choice(called_for)
            due.append(_Due(day, matter, 0, again, text, "" if again else reply))
        yield matter, due


def _changes(draw: random.Random, cast: Mapping[str, str], calendar: Sequence[date]) -> Planned:
    names = draw.sample([name for name in POOLS["names"] if name not in cast.values()], len(CHANGES))
    for number, (changing, name) in enumerate(zip(CHANGES, names, strict=True)):
        values = draw.choice(changing.values)
        first = _first_day(draw, calendar, 0.4)
        span = (calendar[-1] - first).days
        changes = sorted(first + timedelta(days=round(span * draw.uniform(0.15, 0.95))) for _ in values[1:])
        matter = Matter(f"change {number}", "change", (changing.asked.format(p=name),))
        due = []
        ends = [*changes, calendar[-1] + timedelta(days=1)]
        for stage, (day, end) in enumerate(zip([first, *changes], ends, strict=True)):
            due.append(_Due(day, matter, stage, True, _told(draw, changing, values, stage, name), ""))
            text, reply = (t.format(values[stage], p=name) for t in (changing.called_for, changing.reply))
            due += [_Due(d, matter, stage, False, text, reply) for d in _comes_up(draw, day, end - timedelta(days=1))]
        yield matter, due


def _told(draw: random.Random, changing: Changing, values: Sequence[str], stage: int, name: str) -> str:
    if not stage:
        return changing.told.format(values[0], p=name)
    changed = changing.changed[(stage - 1) % len(changing.changed)]
    return changed.format(values[stage], values[stage - 1], p=name)


def _plans(draw: random.Random, cast: Mapping[str, str], calendar: Sequence[date]) -> Planned:
    for number, plan in enumerate(PLANS):
        first = _first_day(draw, calendar, 0.8)
        day = first + timedelta(days=draw.randint(20, 100))
        told, questions, called_for, reply = _filled(plan, {**cast, "date": f"{day.day} {day:%B}"})
        matter = Matter(f"plan {number}", "plan", questions, until=day)
        due = [_Due(first, matter, 0, True, told[0], "")]
        for later in _comes_up(draw, first, min(day, calendar[-1])):
            due.append(_Due(later, matter, 0, False, draw.choice(called_for), reply))
        yield matter, due


def _filled(fact: Fact, cast: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]:
    def alternatives(text: str) -> tuple[str, ...]:
        parts = (part.strip() for part in text.format(**cast).split("|"))
        return tuple(part[:1].upper() + part[1:] for part in parts)

    return (
        alternatives(fact.told),
        alternatives(fact.asked),
        alternatives(fact.called_for),
        alternatives(fact.reply)[0],
    )


def _first_day(draw: random.Random, calendar: Sequence[date], until: float) -> date:
    return calendar[int(len(calendar) * until * draw.random() ** 1.3)]


def _comes_up(draw: random.Random, first: date, last: date) -> Iterator[date]:
    chance = draw.random()
    for share, (least, most), longer in COMES_UP:
        if chance < share:
            wait, day = float(draw.randint(least, most)), first
            while (day := day + timedelta(days=round(wait * draw.uniform(0.7, 1.3)) or 1)) <= last:
                yield day
                wait = min(wait * longer, LONGEST_WAIT)
            return
        chance -= share


def _talks(draw: random.Random, calendar: Sequence[date]) -> Iterator[date]:
    away = draw.randint(len(calendar) // 3, max(len(calendar) // 3, 2 * len(calendar) // 3 - HOLIDAY))
    quiet = False
    for number, day in enumerate(calendar):
        if day.weekday() == 0:
            quiet = draw.random() < QUIET_WEEKS
        chance = TALKS[day.weekday() >= 5] * (QUIET if quiet else 1.0)
        talks = draw.random() < chance or number == 0
        if talks and not away <= number < away + HOLIDAY:
            yield day


def _lived(
    seed: int,
    draw: random.Random,
    cast: Mapping[str, str],
    calendar: tuple[date, ...],
    matters: list[Matter],
    due: list[_Due],
) -> Year:
    """Put everything on days with conversation, in the order in which it is due, with the routine of the day."""
    said: dict[date, tuple[Exchange, ...]] = {}
    people = [cast[name] for name in ("sister", "friend", "friend4", "colleague", "neighbour", "cousin", "daughter")]
    waiting = list(due)
    for day in _talks(draw, calendar):
        at = datetime.combine(day, time(draw.randint(8, 21), draw.randint(0, 40)), BEGIN.tzinfo)
        todays: list[_Due | None] = []
        while waiting and waiting[0].day <= day and len(todays) < MOST_A_DAY:
            todays.append(waiting.pop(0))
        todays += [None] * max(0, draw.randint(3, 5) - len(todays))
        draw.shuffle(todays)
        exchanges = []
        for number, one in enumerate(todays):
            moment = at + timedelta(minutes=3 * number)
            neutral = _chatter(draw, REPLIES, people)
            routine = _chatter(draw, CHATTER, people)
            if one is None:
                exchanges.append(Exchange(moment, routine, neutral))
                continue
            over = one.matter.until is not None and day >= one.matter.until
            if over or one.stage < one.matter.stage(day):
                exchanges.append(Exchange(moment, routine, neutral))  # it waited until it was not true any more
                continue
            if one.tells and one.stage == len(one.matter.stages):
                one.matter.stages.append(day)
            text = _begun(draw, one.text) if one.tells else one.text
            text = f"{routine} {text}" if draw.random() < BESIDE else text
            exchanges.append(Exchange(moment, text, neutral, one.matter.key, one.stage, one.tells, one.reply))
        said[day] = tuple(exchanges)
    return Year(seed, calendar, said, tuple(matters))


def _chatter(draw: random.Random, templates: Sequence[str], people: Sequence[str]) -> str:
    words = {name: draw.choice(choices) for name, choices in FILLINGS.items()}
    text = draw.choice(templates).format(
        **words,
        meal2=draw.choice([meal for meal in FILLINGS["meal"] if meal != words["meal"]]),
        who=draw.choice(people),
    )
    return text[:1].upper() + text[1:]


_COMMON = ("My ", "Our ", "The ", "We ", "At ", "There ", "They ", "New ", "Now ", "And ", "Please ", "Needles ")


def _begun(draw: random.Random, text: str) -> str:
    lead = draw.choice(LEADS)
    return lead + (text[:1].lower() + text[1:] if lead and text.startswith(_COMMON) else text)
