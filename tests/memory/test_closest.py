"""Looking at a chosen few thousand finds what looking at all finds; wherever the rest of the pool stands."""

from __future__ import annotations

import numpy as np
import pytest

from companion.clock import SetClock
from companion.memory import closest
from companion.memory.cue import Cue
from companion.memory.recall import Recall
from companion.store.store import Store
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
