"""On the tip of the tongue: a strong cue wakes what has faded; a weak one, small talk and general questions do not."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.memory.cue import Cue
from companion.memory.recall import Recall
from companion.memory.waking import WOKEN
from companion.records import Status
from companion.store.store import Store
from tests.support import add, embed_missing, meaning, say

TOLD = "My grandmother taught me to bake poppy seed cake."
OTHERS = ("The bus was late this morning.", "I watched a film about trains.", "My boss wants a new logo.")


@pytest.fixture
def recall(store: Store, clock: SetClock) -> Recall:
    for text in OTHERS:
        say(store, text)
        add(store, text, subject="person")
        clock.advance(days=1)
    return Recall(store, meaning(store))


def asked(recall: Recall, clock: SetClock, text: str, **how: bool) -> list[str]:
    return [item.memory.text for item in recall(Cue(text, now=clock.now(), **how), 8).memories]


@pytest.mark.parametrize("status", ["dormant", "archived"])
def test_a_strong_cue_wakes_what_has_faded(recall: Recall, store: Store, clock: SetClock, status: Status) -> None:
    add(store, TOLD, status=status)
    found = recall(Cue("What cake did my grandmother teach me to bake?", now=clock.now()), 8).memories
    assert found[0].memory.text == TOLD
    assert found[0].reasons == ("had faded, and your words bring it back",)
    assert [item.rank for item in found] == list(range(1, len(found) + 1))


def test_asking_changes_nothing(recall: Recall, store: Store, clock: SetClock) -> None:
    made = add(store, TOLD, status="dormant")
    asked(recall, clock, "What cake did my grandmother teach me to bake?")
    assert store.memories.get(made.id) == made


@pytest.mark.parametrize(
    "text",
    ["Good morning!", "I baked a cake.", "What is the capital of France?", "What did my uncle say about the bus?"],
)
def test_a_weak_cue_wakes_nothing(recall: Recall, store: Store, clock: SetClock, text: str) -> None:
    add(store, TOLD, status="dormant")
    assert TOLD not in asked(recall, clock, text)


@pytest.mark.parametrize("status", ["superseded", "merged", "quarantined", "forgotten", "candidate"])
def test_only_what_has_faded_is_woken(recall: Recall, store: Store, clock: SetClock, status: Status) -> None:
    add(store, TOLD, status=status)
    assert TOLD not in asked(recall, clock, "What cake did my grandmother teach me to bake?", search=True)


def test_what_is_present_and_says_as_much_stands_above(recall: Recall, store: Store, clock: SetClock) -> None:
    add(store, TOLD, status="dormant")
    add(store, TOLD.replace("My", "Yes, my"))
    found = asked(recall, clock, "Which seed cake did my grandmother bake?")
    assert found[0] == TOLD.replace("My", "Yes, my")


def test_few_are_woken_and_never_more_than_wanted(recall: Recall, store: Store, clock: SetClock) -> None:
    for name in ("Oda", "Nils", "Edda", "Bo", "Kaja", "Rune", "Zora"):
        add(store, f"My grandmother {name} baked a cake.", status="dormant")
    for limit in (1, 8):
        found = recall(Cue("What cake did my grandmother bake?", now=clock.now()), limit).memories
        assert 0 < sum(item.memory.status == "dormant" for item in found) <= max(1, min(WOKEN, limit // 2))
        assert len(found) <= limit


def test_what_was_true_before_stays_below_what_is_true_now(recall: Recall, store: Store, clock: SetClock) -> None:
    add(store, "I am learning to play the banjo.", status="dormant")
    clock.advance(days=30)
    add(store, "I am learning to play the clarinet these days.")
    found = asked(recall, clock, "Which instrument am I learning to play?")
    assert found[0] == "I am learning to play the clarinet these days."


def test_of_two_that_faded_the_newer_stands_above(recall: Recall, store: Store, clock: SetClock) -> None:
    for text in ("I am in the Owls team of our quiz league.", "I am in the Magpies team of our quiz league."):
        add(store, text, status="dormant")
        clock.advance(days=30)
    embed_missing(store, recall.meaning)  # type: ignore[arg-type]
    found = asked(recall, clock, "In which team of our quiz league am I?")
    assert [text.split()[4] for text in found if "quiz" in text] == ["Magpies", "Owls"]
