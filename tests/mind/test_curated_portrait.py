"""What the person does to the lines of the portrait outlives the nights, which draw it anew."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.judging import Judging
from companion.memory.learner import Learner
from companion.records import RecalledMemory
from companion.regrouping import Regrouping
from companion.store.store import Store
from tests.mind.living import Living

TOLD = ("My name is Tom.", "I live in Leeds.", "I'm vegetarian.", "My sister Lena lives in Porto.")


@pytest.fixture
def living(store: Store, clock: SetClock) -> Living:
    living = Living(store, clock)
    living.tell(*TOLD)
    living.night()
    return living


def more_nights(living: Living) -> None:
    """Days on which something else is told, so that the portrait is looked at anew."""
    living.tell("I work as a nurse.")
    living.night()
    living.tell("My dog is called Rex.")
    living.night()
    assert "Job: nurse" in living.portrait()


def test_an_edited_line_stays_as_it_was_edited(living: Living) -> None:
    line = living.line("Lives in Leeds")
    living.editing.edit(line.id, "Lives in the north of Leeds")
    more_nights(living)
    assert "Lives in the north of Leeds" in living.portrait()
    assert "Lives in Leeds" not in living.portrait()


def test_an_added_line_stays_and_comes_first(living: Living) -> None:
    living.editing.add("Hates small talk", "trait")
    more_nights(living)
    assert living.portrait()[0] == "Hates small talk"


def test_a_forgotten_line_stays_away(living: Living) -> None:
    living.editing.forget(living.line("Diet: vegetarian").id)
    more_nights(living)
    assert not any("vegetarian" in line for line in living.portrait())


def test_an_undone_edit_is_drawn_by_the_nights_again(living: Living) -> None:
    line = living.line("Lives in Leeds")
    living.editing.edit(line.id, "Lives in the north of Leeds")
    living.editing.undo(None)
    living.tell("I live in York now.")
    living.night()
    assert "Lives in York" in living.portrait()
    assert not any("Leeds" in line for line in living.portrait())


def test_merged_lines_stay_one(living: Living) -> None:
    ids = (living.line("Name: Tom").id, living.line("Diet: vegetarian").id)
    Regrouping(living.editing).merge(ids, "Tom, a vegetarian")
    more_nights(living)
    assert "Tom, a vegetarian" in living.portrait()
    assert "Name: Tom" not in living.portrait()
    assert "Diet: vegetarian" not in living.portrait()


def test_a_split_line_stays_split(living: Living) -> None:
    line = living.line("Lena")
    Regrouping(living.editing).split(line.id, ("Lena is my sister", "Lena lives in Porto"))
    more_nights(living)
    assert {"Lena is my sister", "Lena lives in Porto"} <= set(living.portrait())
    assert line.text not in living.portrait()


def test_a_line_that_is_wrong_stays_away(living: Living) -> None:
    line = living.line("Diet: vegetarian")
    reply = next(turn for turn in living.store.turns.latest(9) if turn.role == "companion")
    living.store.recalls.record(reply.id, [RecalledMemory(line, 1.0, 1)])
    Judging(living.editing, Learner(living.store, living.clock)).judge(reply.id, line.id, "wrong")
    more_nights(living)
    assert "Diet: vegetarian" not in living.portrait()


def test_lines_that_are_forgotten_together_stay_away(living: Living) -> None:
    ids = (living.line("Name: Tom").id, living.line("Diet: vegetarian").id)
    Regrouping(living.editing).change(ids, "forget")
    more_nights(living)
    assert not {"Name: Tom", "Diet: vegetarian"} & set(living.portrait())


def test_what_is_told_anew_is_drawn_again_beside_a_merged_line(living: Living) -> None:
    ids = (living.line("Name: Tom").id, living.line("Lives in Leeds").id)
    merged = Regrouping(living.editing).merge(ids, "Tom from Leeds").memories[0]
    living.tell("I live in York now.")
    living.night()
    assert {merged.text, "Lives in York"} <= set(living.portrait())


def test_a_line_put_back_as_it_was_is_kept(living: Living) -> None:
    then = living.clock.now().timestamp()
    line = living.line("Diet: vegetarian")
    living.clock.advance(hours=1)
    living.editing.forget(line.id)
    living.clock.advance(hours=1)
    Regrouping(living.editing).restore_as_of((line.id,), then)
    more_nights(living)
    assert "Diet: vegetarian" in living.portrait()


def test_a_line_of_a_version_that_was_not_chosen_makes_room_for_the_one_that_holds(living: Living) -> None:
    living.tell("I live in York now.")
    living.night()
    line = living.line("Lives in York")
    living.clock.advance(hours=1)
    with living.store.changes.batch("person", "set aside") as batch:
        batch.update(line.id, status="quarantined")
        batch.update(living.thought("I live in York now.").id, status="quarantined")
        batch.update(living.thought("I live in Leeds.").id, status="active", replaced_by=None)
    living.tell("My dog is called Rex.")
    living.night()
    assert "Lives in Leeds" in living.portrait()
