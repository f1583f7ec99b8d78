"""A cue is read right: what it is about, whom it names, which time it means, what it asks for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.memory.cue import CONTEXT_LINES, LONGEST, Cue, Reading, read, told_before
from companion.memory.words import stems
from tests.support import ZONE

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=ZONE)  # a Wednesday


def asked(text: str, **values: object) -> Reading:
    return read(Cue(text, now=NOW, **values))  # type: ignore[arg-type]


def day(month: int, day: int, year: int = 2026) -> float:
    return datetime(year, month, day, tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("What did I say last week?", day(2, 23), day(3, 2)),
        ("上周我说了什么？", day(2, 23), day(3, 2)),
        ("What happened yesterday?", day(3, 3), day(3, 4)),
        ("昨天怎么了？", day(3, 3), day(3, 4)),
        ("Where did I go in 2024?", day(1, 1, 2024), day(1, 1, 2025)),
        ("Whom did I meet on 14 January?", day(1, 14), day(1, 15)),
    ],
)
def test_a_time_it_names_is_told_from_when_it_is_asked(text: str, begins: float, ends: float) -> None:
    assert (begins, ends) in asked(text).windows
    later = read(Cue(text, now=NOW + timedelta(days=400))).windows
    assert ((begins, ends) in later) == ("2024" in text)


@pytest.mark.parametrize("text", ["Where does Lena live?", "What do we do every Monday?", "现在呢？"])
def test_without_a_time_there_is_no_window(text: str) -> None:
    assert asked(text).windows == ()


def test_now_is_a_time_to_ask_about_and_not_to_be_reminded_of() -> None:
    assert asked("What did I say today?").windows == ((day(3, 4), day(3, 5)),)
    assert asked("I feel low today.").windows == ()
    assert asked("I feel low tonight.").windows == asked("I'll be late this evening.").windows == ()
    assert asked("What did I plan for tonight?").windows != ()
    assert asked("I felt low yesterday.").windows == ((day(3, 3), day(3, 4)),)


@pytest.mark.parametrize(
    "text",
    [
        "Hello again!", "Good night, sleep well. See you tomorrow!", "Thank you so much, you're very kind.",
        "Haha, that's so funny.", "Yes, I know what you mean.", "I'm bored.", "Okay… sounds good to me", "How are you?",
        "晚安，明天见。", "谢谢你！", "好的，没问题。",
    ],
)  # fmt: skip
def test_what_only_greets_thanks_or_agrees_is_small_talk(text: str) -> None:
    reading = asked(text)
    assert reading.small_talk
    assert (reading.words, reading.names, reading.windows, reading.asks) == ((), frozenset(), (), frozenset())


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Good morning! I dreamt of my sister.", "sister"),
        ("Thanks, Lena!", "lena"),
        ("I see what you mean about Tom.", "tom"),
        ("Good night in Lisbon was a good film", "lisbon"),
        ("谢谢你，我妈妈好多了。", "妈妈"),
        ("I know Biscuit", "biscuit"),
    ],
)
def test_what_else_is_said_is_not(text: str, word: str) -> None:
    reading = asked(text)
    assert not reading.small_talk
    assert word in reading.words


def test_who_searches_by_hand_means_every_word() -> None:
    assert asked("Thank you", search=True).small_talk is False


def test_without_a_clock_no_dates_are_read() -> None:
    assert read(Cue("What happened yesterday?")).windows == ()


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("When did I last see Lena?", {"me", "when"}),
        ("What did you recommend to me first?", {"you", "first", "advice"}),
        ("Where does my sister live now?", {"me", "latest"}),
        ("What happened before the wedding?", {"before"}),
        ("How do you spell rhythm?", set()),
        ("Why is it always me who gets hurt?", {"me"}),
        ("We enjoy the park together.", {"me"}),
        ("Can we count to ten?", set()),
        ("Tell me a joke.", set()),
        ("Rome", set()),
        ("我第一次去巴黎是什么时候？", {"me", "first", "when"}),
        ("你上次推荐了什么书？", {"you", "latest", "advice"}),
        ("红楼梦", set()),
    ],
)
def test_what_its_words_ask_for(text: str, tables: set[str]) -> None:
    assert asked(text).asks == tables


@pytest.mark.parametrize("text", ["Meanwhile the firstborn slept.", "Your yourt"])
def test_parts_of_words_ask_for_nothing(text: str) -> None:
    assert asked(text).asks <= {"you"}


def test_it_names_whom_it_mentions_and_who_asks() -> None:
    reading = asked("Does Lena still live in Rome?", speaker="Ada")
    assert reading.names == {"lena", "rome", "ada"}
    assert asked("does it rain?").names == set()


def test_what_was_said_before_adds_its_words_and_takes_none_away() -> None:
    reading = asked("Is she friendly?", context=("My dog Biscuit!", "A friendly dog, I guess."))
    assert set(reading.words) == set(stems("Is she friendly?"))
    assert {"biscuit", "dog"} <= set(reading.context_words)
    assert not set(reading.words) & set(reading.context_words)
    assert asked("Is she friendly?").context == ""


def test_only_the_last_lines_before_it_count() -> None:
    lines = [f"line{n}" for n in range(20)]
    assert told_before([*lines, " ", "\n"]) == tuple(lines[-CONTEXT_LINES:])
    assert set(asked("hello", context=tuple(lines)).context_words) == set(lines[-CONTEXT_LINES:])


def test_how_the_moment_feels_is_in_it_and_in_what_was_said_before() -> None:
    assert asked("I am so happy!").valence > 0
    assert asked("And then?", context=("My dog died, I am so sad.",)).valence < 0
    assert asked("And then?").valence == 0


@pytest.mark.parametrize("middle", ["lorem ipsum " * 20_000, "字符" * 90_000, "a\n" * 100_000])
def test_of_a_long_message_both_ends_are_read(middle: str) -> None:
    reading = asked(f"About my sister Lena: {middle} Where does she live, in Rome?")
    assert len(reading.text) <= LONGEST + 1
    assert {"sister", "rome"} <= set(reading.words)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Where does Lena live?", True),
        ("她住在哪里？", True),
        ("I saw her. Where does she live? (I forgot.)", False),
        ("Lena lives in Rome.", False),
        ("She said “really?”", True),
        ("", False),
    ],
)
def test_a_question_is_told_from_a_remark(text: str, question: bool) -> None:
    assert asked(text).asked == question


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("What should I do now?", True), ("Do you have any good ideas?", True), ("那我该怎么办？", True),
        ("What was the name of my dentist?", False), ("What did you tell me to do next?", False),
        ("What's my dog's name?", False), ("我上次说过什么？", False), ("Where does Lena live?", False),
    ],
)  # fmt: skip
def test_within_a_conversation_a_question_that_looks_ahead_goes_on(text: str, goes_on: bool) -> None:
    within = read(Cue(text, ("Tom moves to Oslo in May.", "That must be hard.")))
    assert within.asked is not goes_on
    assert read(Cue(text)).asked
    assert read(Cue(text, ("Tom moves to Oslo in May.",), search=True)).asked


def test_after_a_statement_only_a_question_of_how_to_go_on_does() -> None:
    assert not read(Cue("The plan is final. What's next?")).asked
    assert read(Cue("My oven burns everything. Any tips?")).asked
    assert read(Cue("I packed the last box. What did Tom say?")).asked


def test_what_is_quoted_speaks_of_nobody_here() -> None:
    assert "you" not in read(Cue('Translate "thank you, my friend" into Swahili.')).asks
    assert "you" in read(Cue("What did you say of my friend?")).asks
    assert "you" in read(Cue('"What did you say of my friend?"')).asks


def test_a_passage_that_ends_in_a_question_is_no_question() -> None:
    assert not asked("It rained. We stayed in. The dog slept. I cooked. And you?").asked


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=400), context=st.lists(st.text(max_size=50)))
def test_anything_can_be_read(text: str, context: list[str]) -> None:
    reading = read(Cue(text, tuple(context), now=NOW))
    assert all(begins < ends for begins, ends in reading.windows)
    assert all(reading.words)
