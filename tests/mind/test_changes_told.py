"""Changes as people tell them over weeks: what a new statement ends, and what it only seems to end."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.mind.matters import enters_unnamed, names_value
from companion.mind.placing import relate
from companion.store.store import Store
from tests.mind.placing import claim
from tests.mind.test_reflect import Thinking


@pytest.fixture
def mind(store: Store) -> Thinking:
    return Thinking(store)


def told(mind: Thinking, clock: SetClock, *texts: str, days: float = 5) -> dict[str, str]:
    """The state of each thought, after all was told on days of its own."""
    return {memory.text: memory.status for memory in mind.told(clock, *texts, days=days)}


@pytest.mark.parametrize(
    ("older", "news"),
    [
        ("I work as a nurse.", "I got the job!"),
        ("I work as a nurse.", "I've got the job, finally!"),
        ("I've applied for a job at a bakery.", "I got the job!"),
        ("I work as a teacher.", "I got promoted."),
        ("I live in Bristol.", "I got the flat!"),
        ("I live in Leeds.", "I moved in."),
        ("I've moved to Bath now.", "I have a new place."),
        ("我在市医院当护士。", "我拿到那份工作了！"),
        ("我在市医院当护士。", "我找到工作了！"),
        ("我在市医院当护士。", "我开始上班了！"),
    ],
)
def test_news_that_name_nothing_take_no_place(older: str, news: str) -> None:
    assert relate(claim(older), claim(news), 20) == "both"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("I work as a nurse.", "I got the job at the bakery."),
        ("I work as a nurse.", "I got a job as a baker."),
        ("I work as a nurse.", "I quit my job."),
        ("I work as a teacher.", "I got fired."),
        ("I'm unemployed.", "I got the job!"),
        ("I'm looking for a job.", "I got the job!"),
        ("I'm a trainee.", "I passed my finals, I'm fully qualified."),
        ("I live in Bristol.", "I moved out."),
        ("My girlfriend lives in Prague.", "My girlfriend has moved in with me."),
        ("我在市医院当护士。", "我找到工作了，在花店送花。"),
        ("我失业了。", "我找到工作了！"),
    ],
)
def test_what_names_the_new_or_ends_the_old_takes_its_place(older: str, newer: str) -> None:
    assert relate(claim(older), claim(newer), 20) == "supersede"


def test_a_change_of_one_matter_leaves_what_only_shares_a_word_with_it(mind: Thinking, clock: SetClock) -> None:
    home = "我搬到苏州了，离面包店近。"
    states = told(mind, clock, "我投了一家面包店的简历，不想再上夜班了。", home, "面包店倒闭了，我又失业了。")
    assert set(states.values()) == {"active"}
    applied = "I've applied for a job at a bakery in Bath."
    states = told(mind, clock, applied, "I'm moving to Bath next month, closer to the bakery.")
    assert states[applied] == "active"


def test_a_move_that_came_true_ends_the_plan_and_the_old_home(mind: Thinking, clock: SetClock) -> None:
    states = told(mind, clock, "I live in Bristol.", "I'm moving to Bath next month.", "I've moved to Bath now.")
    assert [text for text, state in states.items() if state == "active"] == ["I've moved to Bath now."]
    mind.store.changes.undo(mind.store.memories.history(mind.thoughts()[0].id, 1)[0].batch)
    assert mind.store.memories.same_statement("I live in Bristol.")[0].status == "active"


def test_who_broke_up_does_not_marry_in_june(mind: Thinking, clock: SetClock) -> None:
    told(mind, clock, "My boyfriend Tom and I have been together for six years.", "We're getting married in June.")
    states = told(mind, clock, "Tom and I broke up.")
    assert [text for text, state in states.items() if state == "active"] == ["Tom and I broke up."]


def test_what_came_into_being_without_a_name_ends_with_it(mind: Thinking, clock: SetClock) -> None:
    states = told(mind, clock, "I work as a teacher.", "I started the new job.", "I got fired.")
    assert [text for text, state in states.items() if state == "active"] == ["I got fired."]


def test_what_happened_at_work_stays_when_the_work_is_over(mind: Thinking, clock: SetClock) -> None:
    met = "I met my best friend at work in 2019."
    assert told(mind, clock, "I work as a nurse.", met, "I quit my job.")[met] == "active"


def test_an_appointment_that_was_moved_is_on_the_new_day(mind: Thinking, clock: SetClock) -> None:
    old, new = "I have an exam on 3 June.", "The exam has been moved to 10 June."
    assert told(mind, clock, old, new) == {old: "superseded", new: "active"}
    assert relate(claim("I have a car."), claim("The car has been moved."), 20) == "both"


def test_who_gave_up_what_they_had_every_day_has_it_no_more() -> None:
    assert relate(claim("I love coffee, I drink five cups a day."), claim("I quit coffee."), 20) == "supersede"
    assert relate(claim("I love coffee."), claim("I sold the coffee machine."), 20) == "both"


def test_a_correction_is_of_whom_it_puts_right(mind: Thinking, clock: SetClock) -> None:
    told(mind, clock, "My brother Karl lives in Oslo.", "Sorry, I meant Bergen, not Oslo.", days=0.01)
    (standing,) = [memory for memory in mind.thoughts() if memory.status == "active"]
    assert (standing.text, standing.subject) == ("Bergen, not Oslo.", "Karl")
    told(mind, clock, "My sister Ines lives in Rome.", "Correction: I live in Rome, not my sister.", days=0.01)
    assert {memory.subject for memory in mind.thoughts() if memory.text.startswith("I live in Rome")} == {"person"}


@pytest.mark.parametrize("text", ["I feel like my boss hates me.", "I feel like I'm a hundred years old."])
def test_what_somebody_feels_is_kept_as_a_feeling_and_not_as_so(mind: Thinking, clock: SetClock, text: str) -> None:
    assert list(told(mind, clock, text)) == [text]


def test_a_value_is_more_than_the_matter_itself() -> None:
    assert names_value("I work as a nurse.")
    assert not names_value("I got the job today!")
    assert enters_unnamed("I got the job today!")
    assert not enters_unnamed("I moved out.")


def test_what_somebody_else_did_leaves_what_the_person_told_of_themselves(mind: Thinking, clock: SetClock) -> None:
    home = "I've moved to Graz."
    states = told(mind, clock, home, "I share a flat with Mira and Jonas.", "Jonas moved out, now Pia lives with us.")
    assert states == {
        home: "active",
        "I share a flat with Mira and Jonas.": "superseded",
        "Jonas moved out, now Pia lives with us.": "active",
    }
    assert relate(claim("I have a boyfriend."), claim("Tom broke up with me."), 20) == "supersede"


def test_a_divorce_ends_all_that_was_told_of_the_marriage(mind: Thinking, clock: SetClock) -> None:
    states = told(mind, clock, "我结婚五年了，老公叫大伟。", "我和大伟在闹离婚。", "我们离婚了。")
    assert [text for text, state in states.items() if state == "active"] == ["我们离婚了。"]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (
            "Trying to get the boiler fixed, but it's tough and puts a strain on my wallet.",
            "We finally made it to the top of the mountain and it was tough, but the view was worth it.",
        ),
        (
            "I'm really thankful for my friends, my family and the support of my mentors in all these years.",
            "Some close friends kept supporting me through the winter, but I quit the choir in the end.",
        ),
    ],
)
def test_what_two_long_stories_name_in_passing_is_not_what_changed(older: str, newer: str) -> None:
    assert relate(claim(older), claim(newer), 20) == "both"


def test_a_long_story_still_tells_a_change_of_what_it_is_about() -> None:
    older = "I work in a call centre, mostly nights, with a headset that gives me an ear ache after an hour."
    assert relate(claim(older), claim("The call centre let me go last month, I'm driving for a courier now."), 30) == (
        "supersede"
    )


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("我每天花半个小时画画，但总感觉自己没有进步。", "我现在感觉好多了，相信自己。"),
        ("我非常喜欢户外活动，尤其是爬山。", "我非常喜欢这家新开的书店，心情变得很好。"),
        ("我最近在学习吉他。", "我最近开始学做菜了，感觉很有意思。"),
    ],
)
def test_small_words_in_common_make_no_two_statements_in_chinese_one_matter(older: str, newer: str) -> None:
    assert relate(claim(older), claim(newer), 20) == "both"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("我每天画画。", "我不画画了。"),
        ("我在学吉他。", "我不学吉他了，改学钢琴。"),
        ("我儿子上初二。", "我儿子现在上初三了。"),
    ],
)
def test_a_change_in_chinese_is_of_what_both_name(older: str, newer: str) -> None:
    assert relate(claim(older), claim(newer), 20) == "supersede"
