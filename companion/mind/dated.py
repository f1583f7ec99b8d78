"""Memories with a date that is worth a word when it comes: plans, what the person asked to be reminded of, birthdays.

A pure function of what stands in the store and of the time: forgotten, superseded, sensitive memories, what was said in
play or to a persona with a memory of its own never come up. Days are those of the person's calendar where they told
it; hours are those of the wall clock where they are now, so that nothing comes an hour early when the clocks change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from companion.clock import local, moment, stamp
from companion.dates import DateMention, resolve
from companion.memory.words import stems
from companion.mind.called_off import TIMES, is_off, told_at
from companion.mind.heavy import is_heavy, weighs
from companion.mind.wording import wording
from companion.records import CheckInKind, Kind, Memory, Status
from companion.sentences import sentences
from companion.store.checkins import Planned
from companion.store.scopes import EVERYBODY
from companion.store.store import Store
from companion.voices import COMPANION

DAY = 86_400.0
LATE = timedelta(days=3)
"""What could not be told so long after it was due is not told any more."""
AHEAD = timedelta(days=370)
VAGUE = timedelta(days=3)
"""A time named less exactly ("in June") is no day on which to ask."""
EVENING = time(18, 0)
"""When to ask how a day was, of which no hour was named."""
AFTER = timedelta(hours=1)
"""After what was to happen at an hour."""
TIMED = timedelta(hours=20)
"""A span of time shorter than this names an hour, or a part of a day."""
AWAY = timedelta(days=14)
BETWEEN_ABSENCES = timedelta(days=60)
NEXT = 100
"""Of which what was said later is looked through; the others come closer day by day."""
MOST = 400
_KNOWN: tuple[Status, ...] = ("active", "dormant", "archived")
_REMIND = re.compile(
    r"\bremind me\b(?! (?:what|who|whom|whose|how|when|where|which|why|if|whether|again)\b)"
    r"|\b(?:don't|do not) let me forget\b|\bset (?:me )?a reminder\b|提醒(?:一下)?我|别让我忘|记得提醒",
    re.IGNORECASE,
)
_BIRTHDAY = re.compile(r"\bbirthday\b|\b(?:was|were) born\b|生日|出生", re.IGNORECASE)
_OWN_BIRTHDAY = re.compile(r"\bmy (?:own )?birthday\b|\bI was born\b|^\W*我(?:的)?(?:的生日|生日|出生)", re.IGNORECASE)
_ANNIVERSARY = re.compile(r"\banniversary\b|\b(?:I|we) (?:got |were )?married\b|纪念日|结婚", re.IGNORECASE)
_CALENDAR_DAY = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\d\s*月\s*\d|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}\b",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:moved|postponed|rescheduled|delayed|put off|pushed back)\b(?:.*?\b(?:to|until|till|for)\b (?P<when>.+))?"
    r"|\b(?:cancell?ed|called off)\b|(?:改到|推迟到|延期到)(?P<zh>.+)|取消|推迟|延期",
    re.IGNORECASE,
)
_SAD = re.compile(
    r"\b(?:funeral|burial|cremation|wake|died|death|chemo\w*|biopsy)\b|葬礼|追悼|去世|化疗", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Dated:
    """Something to bring up at `due`. `day` is the one it is about; `quote` the person's words. `timed`: at an hour
    that the person named. `tone`: "birthday" (the person's own), "sad"."""

    kind: CheckInKind
    memory: Memory
    due: datetime
    day: date
    key: str
    quote: str
    timed: bool = False
    tone: str = ""

    @property
    def planned(self) -> Planned:
        at, offset = stamp(self.due)
        return Planned(0, self.kind, self.memory.id, at, offset, self.key)


def dated(store: Store, now: datetime, morning: time, heavy: bool = False) -> list[Dated]:
    """All that is due between LATE before `now` and AHEAD of it, the next first. `morning`: when to tell what has a day
    and no hour. What is heavy only where that is wanted (`heavy`), or was asked for as a reminder."""
    found = [*_reminders(store, now.tzinfo, morning), *_anniversaries(store, now, morning), *_plans(store, now)]
    found += _absence(store, now, morning)
    near = [each for each in found if now - LATE < each.due <= now + AHEAD]
    near = [each for each in near if heavy or each.kind == "reminder" or not _is_heavy(each)]
    near = sorted(near, key=lambda each: (each.due, -each.memory.importance, each.key))
    return [each for at, each in enumerate(near) if at >= NEXT or not _is_off(store, each)]


def _is_heavy(each: Dated) -> bool:
    return is_heavy(each.memory) or weighs(each.quote)


def _is_off(store: Store, each: Dated) -> bool:
    return each.kind != "absence" and is_off(store, each.memory, each.quote, each.day)


def _plans(store: Store, now: datetime) -> list[Dated]:
    """What the person told to be ahead of them, to be asked about when it is over; of several that tell of one thing on
    one day the most important."""
    since = (now - LATE - VAGUE).timestamp()
    moved = _moved(store, now)
    found = [each for each, memory in moved if each is not None and not _is_moved(memory, moved)]
    for memory in store.memories.many(store.checkins.dated(since - 400 * DAY, since)).values():
        mention = _first(memory.text, memory)  # the person may have changed its words since
        if mention is None or mention.recurring or _asks_to_remind(memory.text) or _is_yearly(memory.text):
            continue
        starts, ends = mention.begins.replace(tzinfo=None), mention.ends.replace(tzinfo=None)
        if ends - starts > VAGUE or mention.ends.timestamp() <= memory.recorded_at:
            continue
        timed = ends - starts < TIMED
        day = (starts if timed else ends - timedelta(seconds=1)).date()
        due = datetime.combine(day, EVENING, now.tzinfo)
        if timed:
            due = max(due, (ends + AFTER).replace(tzinfo=now.tzinfo), key=datetime.timestamp)
        if _is_moved(memory, moved):
            continue
        quote = words_of(store, memory)
        sad = "sad" if _SAD.search(quote) else ""
        found.append(Dated("after", memory, due, day, f"after:{memory.id}:{day}", quote, timed, sad))
    return _each_once(sorted(found, key=lambda each: (-each.memory.importance, each.memory.id)), store, now)


def _moved(store: Store, now: datetime) -> list[tuple[Dated | None, Memory]]:
    """What the person said was moved or called off: the memories that say so, and where another day is named what there
    is to ask about then."""
    found: list[tuple[Dated | None, Memory]] = []
    words = stems("moved postponed rescheduled cancelled canceled delayed called off")
    for memory, sentence in _sayings(store, words, ("改到", "推迟", "取消", "延期"), ("moment", "thought")):
        match = _MOVED.search(sentence)
        if match is None or memory.recorded_at < (now - AHEAD).timestamp():
            continue
        days = resolve(match["when"] or match["zh"] or "", moment(memory.recorded_at, memory.utc_offset))
        if not days or days[0].precision not in ("day", "hour", "minute"):
            found.append((None, memory))
            continue
        day = days[0].begins.date()
        due = datetime.combine(day, EVENING, now.tzinfo)
        found.append((Dated("after", memory, due, day, f"after:{memory.id}:{day}", sentence.strip()), memory))
    return found


def _is_moved(memory: Memory, moved: list[tuple[Dated | None, Memory]]) -> bool:
    """Whether that was said of it later."""
    return any(told_at(other) > told_at(memory) and _one_thing(other, memory) for _, other in moved)


def _each_once(found: list[Dated], store: Store, now: datetime) -> list[Dated]:
    told = store.checkins.told((now - LATE - LATE).timestamp())
    known = store.memories.many([each.memory for each in told if each.kind == "after"])
    taken = [(local(p.due_at, p.utc_offset).date(), known[p.memory], p.key) for p in told if p.memory in known]
    kept: list[Dated] = []
    for each in found:
        if any(
            day == each.due.date() and key != each.key and _one_thing(memory, each.memory)
            for day, memory, key in (*taken, *((k.due.date(), k.memory, k.key) for k in kept))
        ):
            continue
        kept.append(each)
    return kept


def _one_thing(one: Memory, other: Memory) -> bool:
    """Whether they share what they tell of, besides words for time and for what became of it."""
    shared = (wording(one.text).telling & wording(other.text).telling) - TIMES
    said_alone = "moment" in (one.kind, other.kind)  # a moment does not say whom it is about
    return bool(shared) and (said_alone or one.subject == other.subject)


def _reminders(store: Store, zone: tzinfo | None, morning: time) -> Iterator[Dated]:
    """What the person asked to be reminded of, by the words of the turn. One for a day comes in its morning, one for an
    hour at that hour."""
    for memory, sentence in _sayings(store, stems("remind reminder forget"), ("提醒", "别忘"), ("moment",)):
        if not _asks_to_remind(sentence):
            continue
        mention = _first(sentence, memory)
        if mention is None or mention.recurring or mention.ends.timestamp() <= memory.recorded_at:
            continue
        starts, ends = mention.begins.replace(tzinfo=None), mention.ends.replace(tzinfo=None)
        if ends - starts > VAGUE:
            continue
        timed = mention.precision not in ("day", "week", "month", "year") and ends - starts < TIMED
        due = starts.replace(tzinfo=zone) if timed else datetime.combine(starts.date(), morning, zone)
        key = f"reminder:{memory.id}:{starts:%Y-%m-%d %H:%M}"
        yield Dated("reminder", memory, due, starts.date(), key, sentence.strip(), timed)


def _anniversaries(store: Store, now: datetime, morning: time) -> list[Dated]:
    """Birthdays and anniversaries that were told with their day, the next of each."""
    found: dict[str, Dated] = {}
    words = stems("birthday born anniversary married")
    for memory, sentence in _sayings(store, words, ("生日", "出生", "纪念", "结婚"), ("thought", "moment")):
        if not _is_yearly(sentence):
            continue
        mention = _first(sentence, memory)
        if mention is None or mention.precision != "day" or not _CALENDAR_DAY.search(mention.text):
            continue
        next_one = _next(mention.begins.date(), now.date())
        due = datetime.combine(next_one, morning, now.tzinfo)
        birthday = _BIRTHDAY.search(sentence) is not None
        what = "birthday" if birthday else "day"
        key = f"anniversary:{what}:{next_one}"
        own = "birthday" if birthday and _OWN_BIRTHDAY.search(sentence) else ""
        each = Dated("anniversary", memory, due, next_one, key, sentence.strip(), tone=own)
        if key not in found or (memory.kind == "thought") > (found[key].memory.kind == "thought"):
            found[key] = each
    return list(found.values())


def _absence(store: Store, now: datetime, morning: time) -> list[Dated]:
    """When nothing was said for long, seldom, with what was told last of what matters."""
    last = store.checkins.last_word()
    if last is None or now - moment(last[1], last[2]) < AWAY:
        return []
    told = store.checkins.told((now - BETWEEN_ABSENCES).timestamp())
    if any(each.kind == "absence" for each in told):
        return []
    latest = [m for m in store.consolidated.latest(MOST // 10) if m.status == "active" and m.sensitivity == 0]
    latest = [m for m in latest if m.valence > -0.3 and m.importance >= 3 and m.slot is None]
    latest = [m for m in latest if not _SAD.search(m.text) and not _is_yearly(m.text)]
    if not latest:
        return []
    due = datetime.combine(now.date(), morning, now.tzinfo)
    return [Dated("absence", latest[-1], due, now.date(), f"absence:{last[0]}", words_of(store, latest[-1]))]


def words_of(store: Store, memory: Memory) -> str:
    """The person's own words that a memory rests on, as far as it says them still; else its text."""
    said = [quote.text for quote in store.memories.quotes(memory) if quote.turn.role == "person"]
    kept = [each for each in said if each.casefold() in memory.text.casefold()]
    return max(kept, key=len) if kept else memory.text


def _sayings(
    store: Store, words: list[str], pairs: tuple[str, ...], kinds: tuple[Kind, ...]
) -> Iterator[tuple[Memory, str]]:
    """Sentences of what the person said, in memories that may come up and hold any of the words."""
    terms = list(dict.fromkeys((*words, *pairs)))
    ids = [id for kind in kinds for id, _ in store.search.holding(terms, MOST, _KNOWN, kind)]
    for memory in store.memories.many(ids).values():
        if memory.scope != EVERYBODY or memory.sensitivity or memory.subject == COMPANION:
            continue
        if memory.kind == "moment" and memory.subject != "person":
            continue
        for start, end in sentences(memory.text):
            yield memory, memory.text[start:end]


def _asks_to_remind(text: str) -> bool:
    return _REMIND.search(text.replace("’", "'")) is not None


def _is_yearly(text: str) -> bool:
    return _BIRTHDAY.search(text) is not None or _ANNIVERSARY.search(text) is not None


def _first(sentence: str, memory: Memory) -> DateMention | None:
    found = resolve(sentence, moment(memory.recorded_at, memory.utc_offset))
    return found[0] if found else None


def _next(day: date, today: date) -> date:
    """The next such day of a year, today included; the 29th of February is the 28th where there is none."""
    return next(found for year in (today.year, today.year + 1) if (found := _in_year(day, year)) >= today)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
