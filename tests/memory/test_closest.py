"""Looking at a chosen few thousand finds what looking at all finds; wherever the rest of the pool stands."""

from __future__ import annotations

import numpy as np
import pytest

from companion.clock import SetClock
from companion.memory import closest
from companion.memory.cue import Cue
from companion.memory.feed import FedIndex
from companion.memory.recall import Recall
from companion.store.store import Store
from companion.store.vectors import Matrix
from tests.support import add, change, evidence, meaning, say

PEOPLE = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gwen", "Hugo")
THINGS = ("cello", "bicycle", "garden", "kitchen", "boat", "camera", "violin", "tent", "oven", "lamp")


@pytest.fixture
def lived(store: Store, clock: SetClock) -> Store:
    """Eighty exchanges over as many days."""
    for day in range(80):
        clock.advance(days=1)
        text = f"My friend {PEOPLE[day % 8]} bought a new {THINGS[day % 10]} number {day} in town."
        turn, _ = say(store, text)
        add(store, text, kind="moment", evidence=(evidence(turn, text),))
    return store


@pytest.mark.parametrize("words_only", [False, True])
@pytest.mark.parametrize("asked", ["What did Cleo buy with number 42?", "Who bought a tent?", "violin number 26, Gwen"])
def test_the_best_are_the_same(lived: Store, monkeypatch: pytest.MonkeyPatch, asked: str, words_only: bool) -> None:
    recall = Recall(lived, None if words_only else meaning(lived))
    whole = recall.examine(Cue(asked))
    assert whole is not None
    monkeypatch.setattr(closest, "WHOLE", 20)
    monkeypatch.setattr(closest, "NEAREST", 12)
    monkeypatch.setattr(closest, "PASSAGES", 2)
    some = recall.examine(Cue(asked))
    assert some is not None
    best = int(whole.evidence.rows.ids[np.argmax(whole.scores)])
    assert int(some.evidence.rows.ids[np.argmax(some.scores)]) == best


def test_fewer_are_looked_at(lived: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closest, "WHOLE", 20)
    monkeypatch.setattr(closest, "NEAREST", 5)
    monkeypatch.setattr(closest, "PASSAGES", 0)
    examined = Recall(lived, meaning(lived)).examine(Cue("Who bought number 42?"))
    assert examined is not None
    assert 0 < len(examined.evidence.rows) < 60


class Asked(FedIndex):
    """An index that is asked, and has no answer."""

    elsewhere = True
    asked = 0

    def search(self, vectors: Matrix, limit: int) -> list[list[int]] | None:
        self.asked += 1
        return None


def test_no_vector_of_what_is_being_typed_goes_to_another_computer(
    lived: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closest, "WHOLE", 20)
    monkeypatch.setattr(closest, "EXACT", 20)
    recall = Recall(lived, meaning(lived))
    assert recall.meaning is not None
    recall.meaning.index = index = Asked(lived, recall.meaning.id, recall.meaning.embedder.dimension)
    asked = "What did Cleo buy with number 42?"
    typed = recall(Cue(asked, unsent=True), 5)
    assert index.asked == 0
    sent = recall(Cue(asked), 5)
    assert index.asked == 1
    assert [one.memory.id for one in typed.memories] == [one.memory.id for one in sent.memories] != []
    index.elsewhere = False
    recall(Cue(asked, unsent=True), 5)
    assert index.asked == 2


def test_what_is_pinned_is_always_looked_at(lived: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = int(lived.memories.by_status(("active",))[0].id)
    change(lived, first, pinned=True)
    monkeypatch.setattr(closest, "WHOLE", 20)
    monkeypatch.setattr(closest, "NEAREST", 3)
    examined = Recall(lived, meaning(lived)).examine(Cue("Who bought number 42?"))
    assert examined is not None
    assert first in examined.evidence.rows.ids


def test_a_part_of_the_pool_keeps_its_order_in_time_and_its_neighbours(lived: Store) -> None:
    rows = Recall(lived, meaning(lived)).pool.refresh()
    part = rows.some(np.array([3, 4, 9]))
    assert part.ids.tolist() == rows.ids[[3, 4, 9]].tolist()
    assert part.recency.tolist() == rows.recency[[3, 4, 9]].tolist()
    assert part.after.tolist() == [1, -1, -1]
    assert part.before.tolist() == [-1, 0, -1]
    assert (part.piece_ids >> 4).tolist() == part.ids[part.piece_row].tolist()
    assert part.total_pieces == len(rows.piece_ids)


# Each way of being chosen


@pytest.fixture
def crowded(store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Hundreds of conversations of one moment each, and few of them looked at."""
    monkeypatch.setattr(closest, "WHOLE", 50)
    monkeypatch.setattr(closest, "NEAREST", 10)
    monkeypatch.setattr(closest, "PASSAGES", 3)
    for number in range(300):
        converse(store, clock, f"word{number} filler{number % 7}")
    return store


def converse(store: Store, clock: SetClock, *texts: str) -> list[int]:
    """Moments of a new conversation; their ids."""
    clock.advance(hours=6)
    conversation = store.turns.open_conversation(clock.now())
    turns = [store.turns.add(conversation, "person", text, clock.now()) for text in texts]
    return [add(store, t.text, kind="moment", evidence=(evidence(t, t.text),)).id for t in turns]


def looked_at(store: Store, clock: SetClock, asked: str, *, by_meaning: bool = True) -> set[int]:
    examined = Recall(store, meaning(store) if by_meaning else None).examine(Cue(asked, now=clock.now()))
    assert examined is not None
    return {int(id) for id in examined.evidence.rows.ids}


@pytest.mark.parametrize("by_meaning", [True, False])
def test_what_shares_the_words_is_looked_at_with_what_stands_around_it(
    crowded: Store, clock: SetClock, by_meaning: bool
) -> None:
    told = converse(crowded, clock, "we sat down", "my cello broke", "then silence")
    converse(crowded, clock, *(f"later{n}" for n in range(30)))
    ids = looked_at(crowded, clock, "Which cello broke?", by_meaning=by_meaning)
    assert set(told) <= ids
    assert len(ids) < 200


def test_what_was_said_in_the_time_it_names_is_looked_at(crowded: Store, clock: SetClock) -> None:
    (wanted,) = converse(crowded, clock, "quiet evening")
    clock.advance(days=7)
    converse(crowded, clock, *(f"later{n}" for n in range(30)))
    assert wanted in looked_at(crowded, clock, "What was on last week?")
    assert wanted not in looked_at(crowded, clock, "What was on last year?")


def test_the_latest_and_where_it_is_asked_for_the_first_are_looked_at(crowded: Store, clock: SetClock) -> None:
    first = crowded.memories.by_status(("active",))[0].id
    (latest,) = converse(crowded, clock, "good night")
    ids = looked_at(crowded, clock, "Something unheard of?")
    assert latest in ids
    assert first not in ids
    assert first in looked_at(crowded, clock, "What unheard of came first?")
