"""English words for times. dateparser's search takes "we" and "may" for dates and shifts frames like "next week"
into single days, so these are read here; see dates.resolve for the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from companion.dates import calendar_spans as spans
from companion.dates.calendar_spans import Direction, Span
from companion.dates.tense import direction

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thur thu", "friday fri",
         "saturday sat", "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_SPELLED = "one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = dict(zip(_SPELLED.split(), range(1, 13), strict=True)) | {
    "a": 1,
    "an": 1,
    "the other": 1,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
}
_VAGUE = {"a couple of": 2, "a couple": 2, "a few": 3, "few": 3, "several": 4, "couple of": 2, "couple": 2}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_HOLIDAYS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "new year's eve": (12, 31),
    "new year's day": (1, 1), "new year's": (1, 1), "halloween": (10, 31), "valentine's day": (2, 14),
    "boxing day": (12, 26), "st patrick's day": (3, 17),
}  # fmt: skip
_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_ORDINALS = dict(zip(_ORDINAL_WORDS.split(), range(1, 11), strict=True))

_DAYNAME = "(?P<weekday>" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + r")\b(?:\.(?=,?\s+\d))?"
_FULL_DAY = "(?P<weekday>" + "|".join(n for n in _WEEKDAYS if n.endswith("day")) + ")"
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b(?:\.(?=,?\s+\d))?"
_YEAR = r"(?P<year>(?:1[89]|20|21)\d\d)\b(?![.,]\d|[-/%]|\s*(?:%|people|dollars|euros|pounds|km|miles|steps|words))"
_ORD = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)"
_DAYNUM = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b(?![:.]\d|%|\s*(?:%|people|of\s+us))"
_UNIT = "(?P<unit>minute|hour|day|week|month|year|decade)s?"
_COUNT = r"(?P<count>\d{1,4}(?:\.5)?|" + "|".join(sorted([*_NUMBERS, *_VAGUE], key=len, reverse=True)) + ")"
_FRAME = r"(?P<frame>this past|this coming|the past|the coming|last|past|this|next|coming|following)"

Handler = Callable[[re.Match[str], str, datetime], Span | None]
_RULES: list[tuple[re.Pattern[str], Handler]] = []


def _rule(pattern: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        _RULES.append((re.compile(rf"\b(?:{pattern})", re.IGNORECASE), handler))
        return handler

    return register


def find(text: str, now: datetime) -> Iterator[Span]:
    """Every reading of every rule, overlapping ones too."""
    for pattern, handler in _RULES:
        for match in pattern.finditer(text):
            try:
                found = handler(match, text, now)
            except (OverflowError, ValueError):
                continue  # outside the calendar
            if found:
                start, end = match.span("at") if "at" in pattern.groupindex else match.span()
                yield found.at(start, end)


def _capital(match: re.Match[str], group: str) -> bool:
    return match[group][0].isupper()


_DAY_WORDS = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "tmrw": 1, "tomorow": 1,
              "the day before yesterday": -2, "the day after tomorrow": 2}  # fmt: skip


@_rule(
    r"(?P<word>the day before yesterday|the day after tomorrow|today|tonight|yesterday|tomorrow|tomorow|tmrw)\b"
    r"(?:\s+(?P<part>morning|afternoon|evening|night))?"
)
def _day_word(match: re.Match[str], text: str, now: datetime) -> Span:
    word = match["word"].lower()
    found = spans.day(now, _DAY_WORDS[word])
    part = "evening" if word == "tonight" else match["part"]
    return spans.part_of_day(found, part.lower()) if part else found


@_rule(r"(?P<word>last night|this (?P<part>morning|afternoon|evening))\b")
def _part_word(match: re.Match[str], text: str, now: datetime) -> Span:
    if match["part"]:
        return spans.part_of_day(spans.day(now), match["part"].lower())
    return spans.part_of_day(spans.day(now, -1), "night")


@_rule(_FRAME + r"\s+(?P<unit>weekend|week|month|year)\b(?!\s+of\b|-)|(?:at|on|over|during) the (?P<bare>weekend)\b")
def _framed_unit(match: re.Match[str], text: str, now: datetime) -> Span | None:
    if match["bare"]:
        return _weekend(now, direction(text, *match.span()))
    frame, unit = match["frame"].lower(), match["unit"].lower()
    before = text[max(0, match.start() - 4) : match.start()].lower()
    if before == "the " and frame in ("next", "following"):
        return None  # "the next week": told from another time
    if frame in ("following", "coming", "past") and before != "the ":
        return None
    if frame in ("the past", "past") or (frame == "last" and before == "the "):
        return spans.stretch(now, -1, unit) if unit != "weekend" else _weekend(now, "past")
    if frame in ("the coming", "coming"):
        return spans.stretch(now, 1, unit) if unit != "weekend" else _weekend(now, "future")
    offset = {"last": -1, "this past": -1, "next": 1, "this coming": 1}.get(frame, 0)
    if unit == "weekend":
        if frame in ("this", "this coming"):
            return spans.weekend(now)
        return _weekend(now, "past") if offset < 0 else spans.weekend(now, 1)
    if unit == "week":
        return spans.week(now, offset)
    return spans.months_from(now, offset) if unit == "month" else spans.year(now.year + offset)


def _weekend(now: datetime, way: Direction) -> Span:
    """The last weekend that has begun (or is over, when today is in one), or this week's."""
    return spans.weekend(now, -1 if way == "past" else 0)


@_rule(
    rf"{_FRAME}\s+{_DAYNAME}(?:\s+(?P<part>morning|afternoon|evening|night)\b)?"
    rf"|{_FULL_DAY.replace('weekday', 'weekday2')}\s+(?P<frame2>last|next|this)\s+week\b"
)
def _framed_weekday(match: re.Match[str], text: str, now: datetime) -> Span | None:
    if match["frame2"]:
        offset = {"last": -1, "next": 1, "this": 0}[match["frame2"].lower()]
        return spans.day(spans.week(now, offset).begins, _WEEKDAYS[match["weekday2"].lower()])
    name, frame = match["weekday"].lower(), match["frame"].lower()
    if (not name.endswith("day") and not _capital(match, "weekday")) or frame == "following":
        return None
    number = _WEEKDAYS[name]
    if frame == "next":
        found = spans.day(spans.week(now, 1).begins, number)
    elif frame in ("last", "past", "this past", "the past"):
        found = spans.nearest_weekday(now, number, "past", today=False)
    elif frame == "this":
        found = spans.nearest_weekday(now, number, direction(text, *match.span()))
    else:
        found = spans.nearest_weekday(now, number, "future", today=False)
    return spans.part_of_day(found, match["part"].lower()) if match["part"] else found


@_rule(rf"(?:every|each)\s+(?:other\s+)?{_DAYNAME}|(?:on\s+)?(?P<many>mon|tues|wednes|thurs|fri|satur|sun)days\b")
def _every_weekday(match: re.Match[str], text: str, now: datetime) -> Span | None:
    name = (match["weekday"] or match["many"] + "day").lower()
    if not name.endswith("day") and not _capital(match, "weekday"):
        return None
    return spans.nearest_weekday(now, _WEEKDAYS[name], "future").again()


@_rule(rf"(?:every|each)\s+(?P<month>{'|'.join(name for name in _MONTHS if len(name) > 3)}|May)\b")
def _every_month(match: re.Match[str], text: str, now: datetime) -> Span:
    return spans.nearest_month(now, _MONTHS[match["month"].lower()], "future").again()


@_rule(
    rf"(?<!good )(?<!black )(?<!ash )(?<!easter )(?<!palm )(?:(?P<on>on|by|until|till|since|before|after|from)\s+)?"
    rf"(?P<at>{_DAYNAME}(?:\s+(?P<part>morning|afternoon|evening|night)\b)?)(?!\s*(?:roast|school|times))"
)
def _weekday(match: re.Match[str], text: str, now: datetime) -> Span | None:
    name = match["weekday"].lower()
    if not name.endswith("day") and not (match["on"] and _capital(match, "weekday") and match["on"] != "from"):
        return None  # sun, sat, mon, wed … are words of their own
    found = spans.nearest_weekday(now, _WEEKDAYS[name], direction(text, *match.span()))
    return spans.part_of_day(found, match["part"].lower()) if match["part"] else found


def _month_day(match: re.Match[str], text: str, now: datetime) -> Span | None:
    number, day_number = _MONTHS[match["month"].lower()], int(match["day"])
    if match["year"]:
        return spans.date(int(match["year"]), number, day_number)
    return spans.nearest_date(now, number, day_number, direction(text, *match.span()))


@_rule(rf"(?P<on>(?:on|since|until|by|is|was|of)\s+)?(?P<at>{_MONTH}\s+(?:the\s+)?{_DAYNUM}(?:,?\s+{_YEAR})?)")
def _month_then_day(match: re.Match[str], text: str, now: datetime) -> Span | None:
    if match["month"].lower() in ("may", "march", "mar", "dec", "jan") and not (
        match["on"] or _capital(match, "month")
    ):
        return None  # "it may 5 …", "march 10 miles"
    return _month_day(match, text, now)


@_rule(rf"(?P<at>(?:the\s+)?{_ORD}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?)")
def _ordinal_of_month(match: re.Match[str], text: str, now: datetime) -> Span | None:
    return _month_day(match, text, now)


@_rule(rf"(?P<at>(?P<day>[0-3]?\d)\s+{_MONTH}(?:,?\s+{_YEAR})?)(?!\s+\d)")
def _day_then_month(match: re.Match[str], text: str, now: datetime) -> Span | None:
    return _month_day(match, text, now) if _capital(match, "month") else None


@_rule(rf"(?:the\s+)?(?P<word>{'|'.join(_ORDINALS)})\s+of\s+{_MONTH}(?:,?\s+{_YEAR})?")
def _spelled_day_of_month(match: re.Match[str], text: str, now: datetime) -> Span | None:
    number, day_number = _MONTHS[match["month"].lower()], _ORDINALS[match["word"].lower()]
    if match["year"]:
        return spans.date(int(match["year"]), number, day_number)
    return spans.nearest_date(now, number, day_number, direction(text, *match.span()))


@_rule(
    r"on the (?P<day>[0-3]?\d)(?:st|nd|rd|th)\b"
    r"(?=\s*(?:$|[.,;!?)\n]|(?:and|but|so|at|because|i|we|of (?:this|next))\b))"
)
def _day_of_month(match: re.Match[str], text: str, now: datetime) -> Span | None:
    return spans.nearest_day_of_month(now, int(match["day"]), direction(text, *match.span()))


@_rule(
    rf"(?P<on>(?:in|during|since|until|till|by|of|from|before|after|around|early|late|mid|last|next|this)[\s-]+)?"
    rf"(?P<at>{_MONTH}(?:,?\s+(?:of\s+)?{_YEAR})?)(?!\s+[0-3]?\d(?:st|nd|rd|th)?\b)"
)
def _month_alone(match: re.Match[str], text: str, now: datetime) -> Span | None:
    name, preposition = match["month"].lower(), (match["on"] or "").lower().strip(" -")
    number = _MONTHS[name]
    if match["year"]:
        return spans.month(int(match["year"]), number)
    if not preposition or (preposition not in ("in", "since", "during", "last") and not _capital(match, "month")):
        return None  # may, march, june and april are words and names
    if name in ("mar", "jan", "dec", "jun") and not _capital(match, "month"):
        return None
    if preposition == "last":
        return (
            spans.nearest_month(now.replace(day=1, month=now.month), number, "past")
            if (number != now.month)
            else spans.month(now.year - 1, number)
        )
    if preposition == "next":
        return spans.month(now.year + (number <= now.month), number)
    if preposition == "this":
        return spans.month(now.year, number)
    return spans.nearest_month(now, number, direction(text, *match.span()))


@_rule(
    rf"(?:in|since|from|until|till|by|before|after|of|during|around|year)\s+(?P<at>{_YEAR})(?!\s+[a-z]+s\b(?<!\bwas)(?<!\bis))"
)
def _year(match: re.Match[str], text: str, now: datetime) -> Span:
    return spans.year(int(match["year"]))


@_rule(r"(?:in|during|since|of) the (?:early |late |mid[- ])?(?P<at>(?P<century>19|20)?(?P<decade>\d0)['’]?s)\b")
def _decade(match: re.Match[str], text: str, now: datetime) -> Span | None:
    decade = int(match["decade"])
    if not match["century"] and decade < 30:
        return None
    return spans.year(int(match["century"] or 19) * 100 + decade, 10)


def _count(words: str) -> tuple[float, bool]:
    words = " ".join(words.lower().split())
    if words in _VAGUE:
        return _VAGUE[words], True
    return float(_NUMBERS[words]) if words in _NUMBERS else float(words), False


@_rule(
    rf"(?:about |around |almost |over |nearly )?{_COUNT}(?P<half> and a half)?\s+{_UNIT}"
    r"\s+(?P<way>ago|from now|from today)\b"
    r"|(?P<fortnight>a fortnight ago)\b"
)
def _ago(match: re.Match[str], text: str, now: datetime) -> Span:
    if match["fortnight"]:
        return spans.ago(now, -2, "week")
    amount, vague = _count(match["count"])
    amount += 0.5 * bool(match["half"])
    unit = match["unit"].lower()
    if unit == "decade":
        amount, unit = amount * 10, "year"
    return spans.ago(now, -amount if match["way"].lower() == "ago" else amount, unit, vague=vague)


@_rule(
    rf"(?<!once )(?<!twice )in\s+(?:about |around )?{_COUNT}\s+{_UNIT}(?:['’]s?)?(?:\s+time)?\b(?!\s+(?:of|old|long)\b)"
)
def _in_some_time(match: re.Match[str], text: str, now: datetime) -> Span | None:
    if match["unit"].lower() == "decade" or match["count"].lower() == "the other":
        return None
    if direction(text, *match.span()) == "past":
        return None  # "I read it in two days": how long, not when
    amount, vague = _count(match["count"])
    return spans.ago(now, amount, match["unit"].lower(), vague=vague)


@_rule(rf"(?P<way>last|past|next|coming)\s+{_COUNT}\s+(?P<unit>day|week|month|year)s\b")
def _stretch(match: re.Match[str], text: str, now: datetime) -> Span:
    amount = round(_count(match["count"])[0])
    return spans.stretch(now, -amount if match["way"].lower() in ("last", "past") else amount, match["unit"].lower())


@_rule(r"(?P<frame>last|this|next)\s+(?P<season>spring|summer|autumn|fall|winter)\b")
def _season(match: re.Match[str], text: str, now: datetime) -> Span:
    """Northern seasons, as three months."""
    first = _SEASONS[match["season"].lower()]
    frame = match["frame"].lower()
    candidates = [spans.month(number, first, 3) for number in range(now.year - 2, now.year + 3)]
    if frame == "last":
        return [span for span in candidates if span.ends <= now][-1]
    if frame == "next":
        return next(span for span in candidates if span.begins > now)
    return next(span for span in candidates if span.ends > now)


@_rule(
    r"(?:(?P<frame>last|this|next|at|on|for|over|since|until|before|after|by)\s+)(?P<at>(?P<name>"
    + "|".join(name.replace("'", "['’]") for name in _HOLIDAYS)
    + r"))\b"
)
def _holiday(match: re.Match[str], text: str, now: datetime) -> Span | None:
    number, day_number = _HOLIDAYS[match["name"].lower().replace("’", "'")]
    frame = match["frame"].lower()
    if frame == "this":
        return spans.date(now.year, number, day_number)
    way: Direction | None = {"last": "past", "next": "future"}.get(frame)  # type: ignore[assignment]
    return spans.nearest_date(now, number, day_number, way or direction(text, *match.span()))


_TIME = (
    r"(?:(?:at|around|about|by|from)\s+)(?P<hour>[0-2]?\d)(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[ap]\.?m\b\.?)?"
    r"(?:\s*o['’]clock)?(?!\d|:|\s*(?:%|people|percent|euros?|dollars?))|(?:at\s+)(?P<word>noon|midday|midnight)\b"
)
_TIME_AFTER = re.compile(rf",?\s+(?:{_TIME})", re.IGNORECASE)
_TIME_BEFORE = re.compile(rf"\b(?:{_TIME})(?:\s+on)?\s+$", re.IGNORECASE)
_PART_BEFORE = re.compile(r"\bin the (morning|afternoon|evening)\s+$", re.IGNORECASE)
_PART_AFTER = re.compile(r"\s+in the (morning|afternoon|evening)\b", re.IGNORECASE)


def with_time(text: str, found: Span) -> Span:
    """A single day with the hour that stands beside it ("tomorrow at 9", "at noon on Friday")."""
    if found.precision != "day" or found.ends - found.begins != spans.DAY:
        return found
    start, end = found.start, found.end
    match = _TIME_AFTER.match(text, end)
    if match:
        end = match.end()
    else:
        offset = max(0, start - 30)
        match = _TIME_BEFORE.search(text[offset:start])
        if match:
            start = offset + match.start()
    if not match:
        part = _PART_AFTER.match(text, end)
        return spans.part_of_day(found, part[1].lower()).at(start, part.end()) if part else found
    if match["word"]:
        return spans.hour_of(found, 24 if match["word"].lower() == "midnight" else 12, 0).at(start, end)
    hour, half = int(match["hour"]), (match["half"] or "").lower().replace(".", "")
    if hour > 24 or (half and hour > 12):
        return found
    part = _PART_AFTER.match(text, end)
    if part:
        end, half = part.end(), "am" if part[1].lower() == "morning" else "pm"
    if half:
        hour = hour % 12 + 12 * (half == "pm")
    elif 1 <= hour <= 6:
        hour += 12  # "tomorrow at 3": few people mean the night
    return spans.hour_of(found, hour, int(match["minute"] or 0)).at(start, end)
