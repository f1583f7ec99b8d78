"""Chinese words for times: dateparser drops the day of 五月三号 and misreads 3月5日, so they are read here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from companion.dates import calendar_spans as spans
from companion.dates.calendar_spans import Direction, Span

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "日": 7, "天": 7, "末": 8}
_DAYS = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2,
         "大后天": 3, "今早": 0, "今晚": 0, "昨晚": -1, "昨夜": -1, "明早": 1, "明晚": 1, "前晚": -2}  # fmt: skip
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1, "后年": 2}
_FRAMES = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_PARTS = {"凌晨": "dawn", "清晨": "morning", "早上": "morning", "早晨": "morning", "上午": "morning", "中午": "noon",
          "下午": "afternoon", "傍晚": "evening", "晚上": "evening", "夜里": "night",
          "今晚": "evening", "昨晚": "evening", "明晚": "evening", "前晚": "evening",
          "昨夜": "night", "今早": "morning", "明早": "morning"}  # fmt: skip
_UNITS = {"分钟": "minute", "小时": "hour", "个小时": "hour", "个钟头": "hour", "天": "day", "日": "day", "周": "week",
          "个星期": "week", "星期": "week", "个礼拜": "week", "个月": "month", "年": "year"}  # fmt: skip

_N = "[0-9０-９]{1,4}|[零〇一二三四五六七八九十两百]{1,5}"
_WEEK = "(?:周|星期|礼拜)"
_PART = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里"
_FUTURE = re.compile("要|会|将|打算|准备|计划|即将|想去|希望|明天|之前要|得去")
_PAST = re.compile("了|过|刚|曾|已经|当时|那时")
# What is arranged lies ahead of the verb that arranged it.
_ARRANGED = re.compile(
    "(?:(?:改|推迟|延期?|提前|挪|换|调|定|订|约|安排|预[约定订]?)(?:好了?|到了?|在|至|了)(?:下?个?)…[^。]*了?"
    "|买[好到了]*…的.{0,4}(?:票|位|课|号|房)|(?:被|都|已经)*(?:取消|推迟|延期|改期)了?(?=[，,]|$))"
)
_STOPS = "。！？!?\n；"

_DAY_WORD = re.compile(
    f"(?P<word>大前天|大后天|前天|昨[天日]|今[天日]|明[天日]|后天|[今明]早|[今昨明前]晚|昨夜)(?P<part>{_PART})?"
)
_WEEKDAY = re.compile(
    f"(?P<every>每个?)?(?P<frame>上上|下下|上|这|本|下)?个?{_WEEK}(?P<day>[一二三四五六日天末])(?P<part>{_PART})?"
    "|(?P<alone>周末)"
)
_FRAMED = re.compile(
    f"(?P<frame>上上|下下|上|这|本|下)个?(?:(?P<week>{_WEEK})(?![一二三四五六日天末])|(?P<month>月)(?P<day>[0-9]{{1,2}}[号日])?)"
)
_YEAR = re.compile(
    f"(?:(?P<word>前年|去年|今年|明年|后年)|(?<![0-9])(?P<year>(?:19|20)[0-9]{{2}}|[一二][零〇九][零〇一二三四五六七八九]{{2}})年)"
    f"的?(?:(?P<month>{_N})月份?(?:(?P<day>{_N})[日号])?)?"
)
_MONTH_DAY = re.compile(
    f"(?<![0-9个一二三四五六七八九十两几])(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?:份|(?P<day>{_N})[日号])?"
)
_AGO = re.compile(
    f"(?P<count>{_N}|半|几|好几)(?P<unit>个?小时|个钟头|分钟|天|周|个?星期|个礼拜|个半?月|年)(?P<half>半)?(?P<way>之?以?前|之?以?后)"
)
_TIME = re.compile(f"的?(?P<part>{_PART})?(?P<hour>{_N})[点點:：](?P<minute>半|一刻|{_N})?分?钟?")


def _number(words: str) -> int:
    """Chinese or Arabic digits up to 999, years digit by digit. Raises ValueError."""
    if words.isdecimal():
        return int(words)
    if len(words) == 4 and "十" not in words and "百" not in words:
        return int("".join(str(_DIGITS[c]) for c in words))
    total, digit = 0, 0
    for character in words:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def _direction(text: str, start: int, end: int) -> Direction:
    first = max([text.rfind(stop, max(0, start - 60), start) for stop in _STOPS])
    around = text[max(first + 1, start - 60) : start] + "…" + re.split(f"[{_STOPS}]", text[end : end + 60])[0]
    if _FUTURE.search(around):
        return "future"
    return "past" if _PAST.search(_ARRANGED.sub("", around)) else "future"


def find(text: str, now: datetime) -> Iterator[Span]:
    """Every reading of every rule, overlapping ones too."""
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            try:
                found = read(match, text, now)
            except (OverflowError, ValueError, KeyError):
                continue  # outside the calendar, or no number
            if found:
                yield found.at(*match.span())


def _day_word(match: re.Match[str], text: str, now: datetime) -> Span:
    word, part = match["word"], match["part"]
    found = spans.day(now, _DAYS[word])
    part_word = part or (word if word in _PARTS else "")
    return spans.part_of_day(found, _PARTS[part_word]) if part_word else found


def _weekday(match: re.Match[str], text: str, now: datetime) -> Span | None:
    number = _DIGITS[match["day"]] if match["day"] else 8
    if number == 8:
        if match["every"]:
            return None
        if match["frame"]:
            return spans.weekend(now, _FRAMES[match["frame"]])
        return spans.weekend(now, -1 if _direction(text, *match.span()) == "past" else 0)
    if match["every"]:
        return spans.nearest_weekday(now, number - 1, "future").again()
    if match["frame"]:
        found = spans.day(spans.week(now, _FRAMES[match["frame"]]).begins, number - 1)
    else:
        found = spans.nearest_weekday(now, number - 1, _direction(text, *match.span()))
    return spans.part_of_day(found, _PARTS[match["part"]]) if match["part"] else found


def _framed(match: re.Match[str], text: str, now: datetime) -> Span | None:
    offset = _FRAMES[match["frame"]]
    if match["week"]:
        return spans.week(now, offset)
    found = spans.months_from(now, offset)
    if match["day"]:
        return spans.date(found.begins.year, found.begins.month, int(match["day"][:-1]))
    return found if text[match.start("frame") : match.end()] != "本月" or offset == 0 else None


def _year(match: re.Match[str], text: str, now: datetime) -> Span | None:
    number = now.year + _YEARS[match["word"]] if match["word"] else _number(match["year"])
    if not 1000 <= number <= 2999:
        return None
    if match["day"]:
        return spans.date(number, _number(match["month"]), _number(match["day"]))
    if match["month"]:
        month = _number(match["month"])
        return spans.month(number, month) if 1 <= month <= 12 else None
    return spans.year(number)


def _month_day(match: re.Match[str], text: str, now: datetime) -> Span | None:
    month, way = _number(match["month"]), _direction(text, *match.span())
    if match["day"]:
        return spans.nearest_date(now, month, _number(match["day"]), way)
    return spans.nearest_month(now, month, way)


def _ago(match: re.Match[str], text: str, now: datetime) -> Span:
    sign = -1 if match["way"].endswith("前") else 1
    unit = _UNITS.get(match["unit"], "month")
    if match["count"] == "半":
        return spans.ago(now, sign * 6, "month") if unit == "year" else spans.ago(now, sign * 15, "day")
    if match["count"] in ("几", "好几"):
        return spans.ago(now, sign * 3, unit, vague=True)
    return spans.ago(now, sign * (_number(match["count"]) + 0.5 * bool(match["half"])), unit)


_READERS = (
    (_DAY_WORD, _day_word),
    (_WEEKDAY, _weekday),
    (_FRAMED, _framed),
    (_YEAR, _year),
    (_MONTH_DAY, _month_day),
    (_AGO, _ago),
)


def with_time(text: str, found: Span) -> Span:
    """A day, or part of one, with the hour that follows it (明天下午三点)."""
    if found.precision not in ("day", "hour") or found.recurring:
        return found
    match = _TIME.match(text, found.end)
    if not match:
        return found
    try:
        hour = _number(match["hour"])
        minute = {"半": 30, "一刻": 15, None: 0}.get(match["minute"])
        minute = _number(match["minute"]) if minute is None else minute
    except (KeyError, ValueError):
        return found
    if hour > 24 or minute > 59:
        return found
    part = _PARTS.get(match["part"] or text[found.end - 2 : found.end], "")
    if part in ("afternoon", "evening", "night", "noon") and hour < 11:
        hour += 12
    return spans.hour_of(spans.day(found.begins), hour, minute).at(found.start, match.end())
