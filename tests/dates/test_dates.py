"""What is a date, which one, and what only looks like one."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.dates import resolve

SAID = datetime(2024, 5, 15, 14, 30, tzinfo=timezone(timedelta(hours=2)))  # a Wednesday

CASES = [
    ("I saw her yesterday.", "yesterday", "2024-05-14", "2024-05-15", "day"),
    ("Today was long.", "Today", "2024-05-15", "2024-05-16", "day"),
    ("The exam is tomorrow at 9.", "tomorrow at 9", "2024-05-16T09:00", "2024-05-16T10:00", "hour"),
    ("Dinner tomorrow at 7:30 pm!", "tomorrow at 7:30 pm", "2024-05-16T19:30", "2024-05-16T20:30", "hour"),
    ("We meet at 3pm tomorrow.", "at 3pm tomorrow", "2024-05-16T15:00", "2024-05-16T16:00", "hour"),
    ("I fly the day after tomorrow.", "the day after tomorrow", "2024-05-17", "2024-05-18", "day"),
    ("She left the day before yesterday.", "the day before yesterday", "2024-05-13", "2024-05-14", "day"),
    ("I barely slept last night.", "last night", "2024-05-14T18:00", "2024-05-15T06:00", "hour"),
    ("I ran this morning.", "this morning", "2024-05-15T06:00", "2024-05-15T12:00", "hour"),
    ("I'm seeing Ana tonight.", "tonight", "2024-05-15T18:00", "2024-05-16", "hour"),
    ("We argued yesterday evening.", "yesterday evening", "2024-05-14T18:00", "2024-05-15", "hour"),
    ("I met him last Tuesday.", "last Tuesday", "2024-05-14", "2024-05-15", "day"),
    ("I met him last Wednesday.", "last Wednesday", "2024-05-08", "2024-05-09", "day"),
    ("The dentist is next Friday.", "next Friday", "2024-05-24", "2024-05-25", "day"),
    ("I play on Friday.", "Friday", "2024-05-17", "2024-05-18", "day"),
    ("I fell on Friday.", "Friday", "2024-05-10", "2024-05-11", "day"),
    ("We will talk on Monday morning.", "Monday morning", "2024-05-20T06:00", "2024-05-20T12:00", "hour"),
    ("I was there on Sun.", "Sun", "2024-05-12", "2024-05-13", "day"),
    ("Tuesday next week works.", "Tuesday next week", "2024-05-21", "2024-05-22", "day"),
    ("This Saturday I'm moving.", "This Saturday", "2024-05-18", "2024-05-19", "day"),
    ("I'm off next week.", "next week", "2024-05-20", "2024-05-27", "week"),
    ("Last week I had the flu.", "Last week", "2024-05-06", "2024-05-13", "week"),
    ("I'm hiking this weekend.", "this weekend", "2024-05-18", "2024-05-20", "day"),
    ("Last weekend was wild.", "Last weekend", "2024-05-11", "2024-05-13", "day"),
    ("I slept in at the weekend, it was nice.", "at the weekend", "2024-05-11", "2024-05-13", "day"),
    ("I start next month.", "next month", "2024-06-01", "2024-07-01", "month"),
    ("I quit last year.", "last year", "2023-01-01", "2024-01-01", "year"),
    ("We will marry in May.", "May", "2024-05-01", "2024-06-01", "month"),
    ("We will marry in March.", "March", "2025-03-01", "2025-04-01", "month"),
    ("We married in March.", "March", "2024-03-01", "2024-04-01", "month"),
    ("I lost my job in October.", "October", "2023-10-01", "2023-11-01", "month"),
    ("I moved here in May 2019.", "May 2019", "2019-05-01", "2019-06-01", "month"),
    ("I was born in 1987.", "1987", "1987-01-01", "1988-01-01", "year"),
    ("I have lived here since 2015.", "2015", "2015-01-01", "2016-01-01", "year"),
    ("I grew up in the 90s.", "90s", "1990-01-01", "2000-01-01", "year"),
    ("I was born on March 3rd, 1990.", "March 3rd, 1990", "1990-03-03", "1990-03-04", "day"),
    ("The show is on the 3rd of June.", "the 3rd of June", "2024-06-03", "2024-06-04", "day"),
    ("The show was on the 3rd of March.", "the 3rd of March", "2024-03-03", "2024-03-04", "day"),
    ("My birthday is July 21.", "July 21", "2024-07-21", "2024-07-22", "day"),
    ("My birthday is 21 February.", "21 February", "2025-02-21", "2025-02-22", "day"),
    ("The first of August is our holiday.", "The first of August", "2024-08-01", "2024-08-02", "day"),
    ("Rent is due on the 1st.", "on the 1st", "2024-06-01", "2024-06-02", "day"),
    ("He died two weeks ago.", "two weeks ago", "2024-04-29", "2024-05-06", "week"),
    ("I called 3 days ago.", "3 days ago", "2024-05-12", "2024-05-13", "day"),
    ("I stopped a few days ago.", "a few days ago", "2024-05-11", "2024-05-14", "week"),
    ("We split up six months ago.", "six months ago", "2023-11-01", "2023-12-01", "month"),
    ("I quit smoking ten years ago.", "ten years ago", "2014-01-01", "2015-01-01", "year"),
    ("My lease ends in two weeks.", "in two weeks", "2024-05-27", "2024-06-03", "week"),
    ("I'm having surgery in three days.", "in three days", "2024-05-18", "2024-05-19", "day"),
    ("I slept badly for the last two weeks.", "last two weeks", "2024-05-01", "2024-05-16", "week"),
    ("We went to Crete last summer.", "last summer", "2023-06-01", "2023-09-01", "month"),
    ("I'm visiting Mum at Christmas.", "Christmas", "2024-12-25", "2024-12-26", "day"),
    ("The meeting is on 2024-06-04.", "2024-06-04", "2024-06-04", "2024-06-05", "day"),
    ("It happened on 25/12/2023.", "25/12/2023", "2023-12-25", "2023-12-26", "day"),
    ("Filed 3/4/2022.", "3/4/2022", "2022-01-01", "2023-01-01", "year"),
    ("我昨天去了医院。", "昨天", "2024-05-14", "2024-05-15", "day"),
    ("上周我感冒了。", "上周", "2024-05-06", "2024-05-13", "week"),
    ("我去年搬家了。", "去年", "2023-01-01", "2024-01-01", "year"),
    ("我五月三号去看了她。", "五月三号", "2024-05-03", "2024-05-04", "day"),
    ("我的生日是3月5日。", "3月5日", "2025-03-05", "2025-03-06", "day"),
    ("下周五我要考试。", "下周五", "2024-05-24", "2024-05-25", "day"),
    ("明天下午三点开会。", "明天下午三点", "2024-05-16T15:00", "2024-05-16T16:00", "hour"),
    ("我2019年毕业。", "2019年", "2019-01-01", "2020-01-01", "year"),
    ("两年前我离婚了。", "两年前", "2022-01-01", "2023-01-01", "year"),
    ("三天后我去上海。", "三天后", "2024-05-18", "2024-05-19", "day"),
    ("下个月我要出差。", "下个月", "2024-06-01", "2024-07-01", "month"),
    ("这个周末我想爬山。", "这个周末", "2024-05-18", "2024-05-20", "day"),
    ("昨晚我没睡好。", "昨晚", "2024-05-14T18:00", "2024-05-15", "hour"),
    ("Gestern war ich krank.", "Gestern", "2024-05-14", "2024-05-15", "day"),
    ("Ich bin am 3. März 2020 umgezogen.", "3. März 2020", "2020-03-03", "2020-03-04", "day"),
    ("Je suis arrivé il y a deux semaines.", "il y a deux semaines", "2024-04-29", "2024-05-06", "week"),
    ("Nací el 5 de mayo de 1990.", "5 de mayo de 1990", "1990-05-05", "1990-05-06", "day"),
]  # fmt: skip

NEGATIVES = [
    "I may go.",
    "You may march on.",
    "I sat on the sun deck.",
    "The sun is out.",
    "Now I see.",
    "Wait a second.",
    "The second one is better.",
    "10 people came.",
    "I have 3 dogs.",
    "I live in a house on a hill.",
    "April is my sister.",
    "I was with June and August.",
    "My last name is Day.",
    "I wed a fri cook.",
    "It took 2000 steps.",
    "In 2000 steps you are there.",
    "I live on the 3rd floor.",
    "May I ask you something?",
    "I march 10 miles.",
    "I ate 5 in total.",
    "The next day it rained.",
    "One day I want a dog.",
    "I read the book in two days, it was great.",
    "I work at a fall-protection company.",
    "My daily walk is nice.",
    "For the last time, no.",
    "Version 3.4.1 of it costs 19.99.",
    "Call 555-2024-10.",
    "Good Friday agreements and Black Friday sales.",
    "我每天跑步。",
    "他天天迟到。",
    "我有三个月饼。",
    "周杰伦是我最喜欢的歌手。",
    "我有两只狗。",
    "Ich mag die Sonne.",
    "J'habite ici depuis toujours.",
    "",
]


@pytest.mark.parametrize(("text", "words", "begins", "ends", "precision"), CASES)
def test_a_date_is_read_against_the_clock(text: str, words: str, begins: str, ends: str, precision: str) -> None:
    mentions = resolve(text, SAID)
    assert [mention.text for mention in mentions] == [words]
    mention = mentions[0]
    assert mention.begins == datetime.fromisoformat(begins).replace(tzinfo=SAID.tzinfo)
    assert mention.ends == datetime.fromisoformat(ends).replace(tzinfo=SAID.tzinfo)
    assert mention.precision == precision
    assert not mention.recurring
    assert text[mention.start : mention.end] == words


@pytest.mark.parametrize("text", NEGATIVES)
def test_what_is_no_date_is_not_reported(text: str) -> None:
    assert [mention.text for mention in resolve(text, SAID)] == []


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("I swim every Monday.", "2024-05-20"),
        ("I swim on Mondays.", "2024-05-20"),
        ("We camp every May.", "2024-05-01"),
        ("我每周三游泳。", "2024-05-15"),
    ],
)
def test_recurring_days_give_the_next_one(text: str, begins: str) -> None:
    (mention,) = resolve(text, SAID)
    assert mention.recurring
    assert mention.begins.date().isoformat() == begins


def test_several_dates_come_in_order() -> None:
    found = resolve("I moved in 2019, married in June 2021 and I fly home next week.", SAID)
    assert [mention.text for mention in found] == ["2019", "June 2021", "next week"]


def test_the_zone_of_the_speaker_is_kept() -> None:
    said = datetime(2024, 3, 30, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    (mention,) = resolve("See you tomorrow", said)
    assert mention.begins.tzinfo is said.tzinfo
    assert mention.ends.timestamp() - mention.begins.timestamp() == 23 * 3600  # the clocks go forward


def test_dates_outside_the_calendar_are_no_dates() -> None:
    assert resolve("9999 years ago and in 9999 years, 31.02.2020", SAID) == []


def test_english_and_chinese_never_import_dateparser() -> None:
    program = (
        "import sys; from datetime import datetime, UTC; from companion.dates import resolve; "
        "resolve('I met him last Tuesday. 昨天', datetime.now(UTC)); sys.exit('dateparser' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


WORDS = (
    "last next this in on the 3 3rd 31 2019 May may Friday weekend a two weeks ago days at 9 "
    "pm , . 每 上 周 五 月 三 号 年 前 昨天 gestern 30/2/2020"
)


@given(
    st.lists(st.sampled_from(WORDS.split()), max_size=12),
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1)),
)
def test_mentions_are_ordered_disjoint_and_not_empty(words: list[str], said: datetime) -> None:
    text = " ".join(words)
    end = 0
    for mention in resolve(text, said.replace(tzinfo=UTC)):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.begins < mention.ends
        end = mention.end


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("The exam has been moved to 10 June.", "2024-06-10"),
        ("The party was postponed to Friday.", "2024-05-17"),
        ("I've got an exam on 3 June.", "2024-06-03"),
        ("My sister's got an interview on Monday.", "2024-05-20"),
        ("We booked a flight for 3 June.", "2024-06-03"),
        ("We got tickets for Saturday.", "2024-05-18"),
        ("Friday's exam was cancelled.", "2024-05-17"),
        ("考试改到六月十号了。", "2024-06-10"),
        ("我约了周五的牙医。", "2024-05-17"),
        ("我订了六月三号的机票。", "2024-06-03"),
        ("周五的考试取消了。", "2024-05-17"),
    ],
)
def test_what_was_arranged_or_called_off_lies_ahead(text: str, begins: str) -> None:
    assert resolve(text, SAID)[0].begins.isoformat()[:10] == begins


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("I got a dog on Friday.", "2024-05-10"),
        ("I booked the flight and slept on Friday.", "2024-05-10"),
        ("They cancelled the party, so I stayed in on Saturday.", "2024-05-11"),
        ("We moved house on 3 May.", "2024-05-03"),
        ("我周五去取消了订阅。", "2024-05-10"),
        ("我买了车，周六就开了。", "2024-05-11"),
    ],
)
def test_what_was_done_on_a_day_lies_behind(text: str, begins: str) -> None:
    assert resolve(text, SAID)[0].begins.isoformat()[:10] == begins
