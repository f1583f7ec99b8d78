"""The digest of a day: a few of the person's own statements, true to what holds now, theirs when they change it."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.store.store import Store
from tests.mind.living import Living
from tests.support import add, dump

MONDAY = (
    "My sister Lena had her baby in Porto yesterday.",
    "I flew to Porto to see Lena and the baby.",
    "I'm allergic to peanuts.",
    "I bought an old wooden boat from my neighbour.",
)


@pytest.fixture
def living(store: Store, clock: SetClock) -> Living:
    return Living(store, clock)


def test_a_day_is_told_in_the_persons_words_under_its_date(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    (digest,) = living.store.consolidated.digests()
    title, *lines = digest.text.split("\n")
    assert title.startswith("2 March 2026: ")
    assert {"Lena", "Porto"} & set(title.removeprefix("2 March 2026: ").split(", "))
    assert 3 <= len(lines) <= 5
    assert set(lines) <= set(MONDAY)
    assert {q.text for q in living.store.memories.quotes(digest)} == set(lines)
    assert set(lines) <= set(living.parts(digest))
    assert (digest.kind, digest.slot, digest.status) == ("day", "day:2026-03-02", "active")


def test_however_much_was_said_five_lines_are_the_most(living: Living) -> None:
    things = ("bed", "desk", "lamp", "piano", "sofa", "stove", "table")
    living.tell(*(f"I moved my {thing} to the cellar." for thing in things))
    living.night()
    assert all(len(text.split("\n")) <= 6 for text in living.days())


@pytest.mark.parametrize("texts", [("Hi!", "How are you?", "Thanks."), MONDAY[:2], ("I'm allergic to peanuts.",)])
def test_a_day_of_small_talk_leaves_none(living: Living, texts: tuple[str, ...]) -> None:
    living.tell(*texts)
    living.night()
    assert living.days() == []


def test_a_day_that_is_not_over_has_none_yet(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    living.clock.at = living.clock.at.replace(hour=1)
    living.tell("My mother is ill.", "I hate olives.", "I love sailing on the lake.")
    living.clock.at = living.clock.at.replace(hour=4)
    living.asleep.run()
    assert len(living.days()) == 1
    living.night()
    assert living.days()[1].startswith("3 March 2026")


def test_a_second_run_finds_nothing_to_do(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    before = dump(living.store)
    assert living.asleep.run().nights == ()
    assert dump(living.store) == before
    living.next_day()
    assert living.asleep.run().batch is None
    assert dump(living.store, "memories", "links", "journal") == {
        t: before[t] for t in ("memories", "links", "journal")
    }


def test_what_changed_later_stays_in_the_day_on_which_it_was_so(living: Living) -> None:
    living.tell("I live in Leeds.", *MONDAY[:2])
    living.night()
    before = living.days()
    living.tell("I moved to York, I live in York now.", "I hate olives.", "I love sailing on the lake.")
    living.night()
    assert living.thought("I live in Leeds.").status == "superseded"
    assert living.days()[0] == before[0]
    assert "I live in Leeds." in before[0]


def test_what_was_put_right_was_never_true_and_goes(living: Living) -> None:
    living.tell("I have three nephews.", *MONDAY[2:])
    living.night()
    assert "three nephews" in living.days()[0]
    living.next_day(3)
    living.tell("Correction: I have four nephews, I forgot the baby.")
    living.night()
    assert living.thought("three nephews").status == "superseded"
    assert "three nephews" not in living.days()[0]
    assert "boat" in living.days()[0]


def test_what_is_forgotten_goes_at_once_and_the_rest_comes_back_with_the_night(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    (digest,) = living.store.consolidated.digests()
    living.editing.forget(living.thought("wooden boat").id)
    assert living.store.memories.get(digest.id).status == "forgotten"
    living.night()
    (text,) = living.days()
    assert "boat" not in text
    assert "Lena" in text
    assert living.store.consolidated.digests()[0].id == digest.id, "its history goes on"
    living.editing.undo(None)
    living.night()
    assert "boat" in living.days()[0]


def test_a_day_of_which_nothing_is_left_is_laid_away(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    for thought in living.all("thought"):
        if living.store.memories.get(thought.id).status != "forgotten":
            living.editing.forget(thought.id)
    living.night()
    assert living.days() == []
    assert "Lena" not in "".join(m.text for m in living.all("day") if m.status in ("active", "dormant", "archived"))


def test_what_the_person_corrected_is_told_as_they_corrected_it(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    living.editing.edit(living.thought("wooden boat").id, "I bought an old steel boat from my neighbour.")
    assert living.days() == [], "the wrong words do not come back through it"
    living.night()
    assert "steel boat" in living.days()[0]
    assert "wooden" not in living.days()[0]


def test_two_that_became_one_are_told_once(living: Living) -> None:
    living.tell("I have a cat.", *MONDAY[:2], "I have a cat, a grey one called Figaro.")
    living.night()
    assert sum("cat" in line for line in living.days()[0].split("\n")[1:]) == 1
    assert "Figaro" in living.days()[0]


def test_where_no_thought_was_formed_the_events_tell_the_day(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    (event,) = list(living.all("event"))
    for thought in living.all("thought"):
        with living.store.changes.batch("person", "edit") as batch:
            batch.update(thought.id, status="quarantined")
    living.night()
    (text,) = living.days()
    assert text.split("\n") == ["2 March 2026", event.text.split("\n")[0].removesuffix(", 2 March 2026")]


def test_in_chinese_the_date_is_written_as_there(living: Living) -> None:
    living.tell("我住在成都。", "我妹妹昨天在巴黎生了一个孩子。", "我对花生过敏。")
    living.night()
    assert living.days()[0].startswith("2026年3月2日")


# The person's hand


def test_a_digest_the_person_changed_or_pinned_stays_theirs(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    (digest,) = living.store.consolidated.digests()
    living.editing.edit(digest.id, "The day Lena's baby came")
    assert {m.status for m in living.all("moment", "thought")} == {"active"}, "what it told of is untouched"
    living.editing.edit(living.thought("peanuts").id, "I'm allergic to hazelnuts.")
    living.editing.restore(digest.id)
    living.night()
    assert living.days() == ["The day Lena's baby came"]


def test_a_pinned_one_is_not_written_anew(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    (digest,) = living.store.consolidated.digests()
    living.editing.pin(digest.id, True)
    with living.store.changes.batch("person", "edit") as batch:
        batch.update(living.thought("peanuts").id, status="quarantined")
    living.night()
    assert living.days() == [digest.text]
    living.editing.pin(digest.id, False)
    with living.store.changes.batch("person", "edit") as batch:
        batch.update(living.thought("boat").id, importance=5)
    living.night()
    assert "peanuts" not in living.days()[0]


def test_a_day_that_was_forgotten_by_hand_is_not_made_again_and_takes_its_statements_along(living: Living) -> None:
    living.tell(*MONDAY, "My dog Biscuit is afraid of thunder.", "My mum is ill again.", "I hate olives.")
    living.night()
    (digest,) = living.store.consolidated.digests()
    living.editing.forget(digest.id)
    left = [m.text for m in living.all("thought") if m.status != "forgotten"]
    assert not set(digest.text.split("\n")[1:]) & set(left)
    with living.store.changes.batch("person", "edit") as batch:
        for thought in living.all("thought"):
            batch.update(thought.id, importance=4)
    living.night()
    assert living.days() == []


def test_a_night_that_was_undone_is_not_done_again(living: Living) -> None:
    living.tell(*MONDAY)
    report = living.night()
    living.store.changes.undo(report.batch)
    assert living.days() == []
    living.tell("I hate olives.")
    living.night()
    assert living.days() == []
    again = living.store.changes.undo(living.store.db.value("SELECT max(id) FROM batches WHERE undoes IS NOT NULL"))
    assert len(living.days()) == 1
    assert again


def test_it_fades_and_wakes_like_any_memory(living: Living) -> None:
    living.tell(*MONDAY)
    living.night()
    living.next_day(4000)
    living.asleep.run()
    (digest,) = living.all("day")
    assert digest.status in ("dormant", "archived")
    assert len(living.days()) == 1


def test_what_was_written_by_hand_goes_with_its_day_too(living: Living) -> None:
    for text in ("The wifi is in the blue folder.", "Aunt May comes at Easter.", "The boat needs paint."):
        add(living.store, text)
    living.night()
    assert "wifi" in living.days()[0]
    living.editing.forget(living.thought("wifi").id)
    assert living.days() == []
    add(living.store, "The bins go out on Friday.", recorded_at=living.thought("boat").recorded_at)
    living.night()
    assert "wifi" not in living.days()[0]
    assert "bins" in living.days()[0]
