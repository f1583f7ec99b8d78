"""What changed stands above the words it took the place of, as long as nobody asks about the past."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.memory.cue import Cue
from companion.memory.recall import Recall
from companion.records import Status
from companion.store.store import Store
from tests.support import add, change, evidence, meaning, say


@pytest.fixture
def recall(store: Store, clock: SetClock) -> Recall:
    """Somebody who moved: the old thought was superseded, its moment still says it. Much else was said."""
    for text in ("The bus was late.", "I watched a film about trains.", "My boss wants a new logo."):
        add(store, text)
    return Recall(store, meaning(store))


def moved(store: Store, clock: SetClock, status: Status = "active") -> tuple[int, int]:
    """(moment of the old address, thought of the new one)."""
    turn, _ = say(store, "I live in Turku, near the river.")
    moment = add(store, turn.text, kind="moment", evidence=(evidence(turn, turn.text),))
    old = add(store, turn.text, evidence=(evidence(turn, turn.text),))
    clock.advance(days=60)
    later, _ = say(store, "We have gone to Aarhus for good.")
    new = add(store, later.text, evidence=(evidence(later, later.text),), status=status)
    change(store, old.id, status="superseded", replaced_by=new.id)
    return moment.id, new.id


@pytest.mark.parametrize("status", ["active", "dormant"])
def test_what_holds_now_stands_right_above_what_it_replaced(
    recall: Recall, store: Store, clock: SetClock, status: Status
) -> None:
    moment, new = moved(store, clock, status)
    found = recall(Cue("Where do I live?", now=clock.now()), 8).memories
    places = {item.memory.id: item.rank for item in found}
    assert places[new] == places[moment] - 1
    assert [item.rank for item in found] == list(range(1, len(found) + 1))


def test_who_asks_about_the_past_is_told_of_it(recall: Recall, store: Store, clock: SetClock) -> None:
    moment, new = moved(store, clock)
    found = [item.memory.id for item in recall(Cue("Where did I live before?", now=clock.now()), 8).memories]
    assert found.index(moment) < (found.index(new) if new in found else len(found))


def test_a_chain_of_changes_ends_at_what_holds(recall: Recall, store: Store, clock: SetClock) -> None:
    moment, second = moved(store, clock)
    third = add(store, "These days Graz is where we are.").id
    change(store, second, status="superseded", replaced_by=third)
    found = [item.memory.id for item in recall(Cue("Where do I live?", now=clock.now()), 8).memories]
    assert found.index(third) == found.index(moment) - 1


def test_a_circle_of_replacements_ends(recall: Recall, store: Store, clock: SetClock) -> None:
    moment, second = moved(store, clock)
    third = add(store, "Graz it is.", status="superseded", replaced_by=second).id
    change(store, second, status="superseded", replaced_by=third)
    assert moment in [item.memory.id for item in recall(Cue("Where do I live?", now=clock.now()), 8).memories]


def test_never_more_than_wanted(recall: Recall, store: Store, clock: SetClock) -> None:
    _, new = moved(store, clock)
    found = [item.memory.id for item in recall(Cue("Where do I live?", now=clock.now()), 1).memories]
    assert found == [new]
