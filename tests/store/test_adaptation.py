"""What was learned and its log are always in step; what was weighed is kept until it was learned from."""

from __future__ import annotations

import pytest

from companion.errors import ProfileError
from companion.records import RecalledMemory
from companion.store.adaptation import RESET, RESTORED, USED
from companion.store.recalls import Weighed
from companion.store.store import Store
from tests.support import START, add, dump, say

NOTHING = {"asked": {}, "talking": {}}  # type: ignore[var-annotated]


def test_deltas_change_with_a_lesson_that_says_how(store: Store) -> None:
    _, reply = say(store, "where do I live?", "In Paris.")
    assert reply is not None
    learned = store.adaptation
    assert (learned.deltas(), learned.newest(), learned.lessons(9)) == ({}, 0, ())
    first = learned.teach(START, USED, {"asked": {"near": 0.25, "words": -0.5}}, reply.id)
    second = learned.teach(START, USED, {"asked": {"near": 0.25, "recent": 0.125}, "talking": {"near": 1.0}})
    assert learned.deltas() == {"asked": {"near": 0.25, "recent": 0.125}, "talking": {"near": 1.0}}
    later, earlier = learned.lessons(9)
    assert (earlier.id, later.id, learned.newest()) == (first, second, second)
    assert (earlier.reply, earlier.at, earlier.utc_offset) == (reply.id, START.timestamp(), 3600)
    assert earlier.change == {"asked": {"near": (0.0, 0.25), "words": (0.0, -0.5)}}
    assert later.change == {
        "asked": {"recent": (0.0, 0.125), "words": (-0.5, 0.0)},
        "talking": {"near": (0.0, 1.0)},
    }
    assert learned.lessons(1) == (later,)


def test_what_changes_nothing_is_no_lesson(store: Store) -> None:
    assert store.adaptation.teach(START, RESET, NOTHING) is None
    store.adaptation.teach(START, USED, {"asked": {"near": 0.25}})
    assert store.adaptation.teach(START, USED, {"asked": {"near": 0.25}}) is None
    assert len(store.adaptation.lessons(9)) == 1


def test_the_reset_that_stands_is_the_latest_that_was_not_taken_back(store: Store) -> None:
    learned = store.adaptation
    resets = []
    for _ in range(2):
        learned.teach(START, USED, {"asked": {"near": 0.25}})
        resets.append(learned.teach(START, RESET, NOTHING))
    assert learned.deltas() == {}
    for reset in reversed(resets):
        standing = learned.standing_reset()
        assert standing is not None
        assert standing.id == reset
        learned.teach(START, RESTORED, {"asked": {"near": 0.25}}, undoes=reset)
    assert learned.standing_reset() is None


def test_the_log_cannot_be_rewritten(store: Store) -> None:
    store.adaptation.teach(START, USED, {"asked": {"near": 0.25}})
    with pytest.raises(ProfileError, match="append-only"), store.db.write():
        store.db.run("UPDATE lessons SET change = '{}'")


def test_a_lesson_that_is_cut_short_leaves_no_trace(store: Store) -> None:
    with pytest.raises(RuntimeError), store.db.write():  # noqa: PT012
        store.adaptation.teach(START, USED, {"asked": {"near": 0.25}})
        raise RuntimeError
    assert dump(store, "adaptation", "lessons") == {"adaptation": [], "lessons": []}


def test_what_was_weighed_waits_until_it_was_learned_from(store: Store) -> None:
    _, reply = say(store, "where do I live?", "In Paris.")
    assert reply is not None
    memories = [add(store, text) for text in ("I live in Paris", "I love tea", "My car is red")]
    given = [
        RecalledMemory(memory, 0.5, rank, asked=True, figures=(rank * 1.0, 0.25))
        for rank, memory in enumerate(memories, 1)
    ]
    store.recalls.record(reply.id, given, "list", shown=2)
    assert [r.memory for r in store.recalls.of([reply.id])[reply.id]] == memories
    assert store.recalls.weighed(reply.id, "list") == (), "it is not known yet what was used"
    store.recalls.mark_used(reply.id, [memories[0].id])
    assert store.recalls.weighed(reply.id, "list") == (
        Weighed("asked", True, (1.0, 0.25)),
        Weighed("asked", False, (2.0, 0.25)),
    ), "the third did not fit into the prompt"
    assert store.recalls.weighed(reply.id, "another list") == ()
    store.recalls.learned_from(reply.id)
    assert store.recalls.weighed(reply.id, "list") == ()
    assert set(store.recalls.given(reply.id, "list")) == {memories[0].id, memories[1].id}
    assert store.recalls.given(reply.id, "another list") == {}
    assert len(store.recalls.of([reply.id])[reply.id]) == 3
