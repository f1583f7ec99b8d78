"""The journal: every change with what was before and after, and undo of each kind of change."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.errors import NotFound, NothingToUndo, ProfileError
from companion.records import Memory, MemoryFilter
from companion.store.store import Store
from tests.support import add, change, dump, evidence, say

STATE = ("memories", "evidence", "links", "tombstones")


def state(store: Store) -> object:
    """What is remembered, and what can be found, apart from versions."""
    version = [row[1] for row in store.db.all("PRAGMA table_info(memories)")].index("version")
    tables = dump(store, *STATE)
    tables["memories"] = [row[:version] + row[version + 1 :] for row in tables["memories"]]
    return tables


def test_making_a_memory_is_journalled(store: Store) -> None:
    made = add(store, "I live in Paris")
    (entry,) = store.memories.history(made.id, 10)
    assert (entry.actor, entry.action, entry.before) == ("person", "add", None)
    assert entry.after is not None
    assert entry.after["text"] == "I live in Paris"


def test_each_change_says_what_was_before_and_after(store: Store) -> None:
    turn, _ = say(store, "I live in Paris. I love it.")
    first, second = add(store, "I live in Paris"), add(store, "I love it")
    changes: dict[str, object] = {
        "text": "I live in Lyon",
        "status": "dormant",
        "pinned": True,
        "valence": 0.5,
        "slot": "home_city",
        "event_start": 12.5,
        "replaced_by": second.id,
        "evidence": (evidence(turn, "Paris"),),
    }
    for name, value in changes.items():
        change(store, first.id, **{name: value})
        entry = store.memories.history(first.id, 1)[0]
        assert entry.before is not None
        assert entry.after is not None
        assert {key for key in entry.after if entry.after[key] != entry.before[key]} == {name, "version"}
        assert getattr(store.memories.get(first.id), name) == value
    with store.changes.batch("reflection", "link") as batch:
        batch.link(first.id, second.id, "same-topic", 0.5)
    entry = store.memories.history(first.id, 1)[0]
    assert entry.after is not None
    assert entry.after["links"] == [[second.id, "same-topic", 0.5]]


def test_a_change_that_changes_nothing_is_not_journalled(store: Store) -> None:
    made = add(store, "I live in Paris")
    change(store, made.id, text="I live in Paris", pinned=False)
    assert len(store.memories.history(made.id, 10)) == 1
    assert store.memories.get(made.id) == made


def test_the_journal_cannot_be_rewritten(store: Store) -> None:
    add(store, "I live in Paris")
    for sql in ("UPDATE journal SET after = NULL", "UPDATE batches SET actor = 'nobody'"):
        with pytest.raises(ProfileError, match="append-only"), store.db.write() as db:
            db.run(sql)


def test_a_batch_that_fails_leaves_no_trace(store: Store) -> None:
    before = dump(store)
    with pytest.raises(NotFound), store.changes.batch("person", "edit") as batch:  # noqa: PT012
        batch.add(Memory(0, "thought", "x", "active", 0.0, 0))
        batch.update(99, text="nothing there")
    assert dump(store) == before
    assert store.search.by_words(["x"], 5, ("active",)) == []


def test_observers_hear_of_what_was_committed_and_only_that(store: Store) -> None:
    heard: list[tuple[int, ...]] = []
    store.changes.observe(heard.append)
    with pytest.raises(RuntimeError), store.changes.batch("person", "add") as batch:  # noqa: PT012
        batch.add(Memory(0, "thought", "x", "active", 0.0, 0))
        raise RuntimeError
    assert heard == []
    made = add(store, "I live in Paris")
    assert heard == [(made.id,)]


# Undo


def test_undo_of_each_kind_of_change_restores_what_was(store: Store) -> None:
    turn, _ = say(store, "I live in Paris. I love it.")
    first, second = add(store, "I live in Paris"), add(store, "I love it")
    for values in (
        {"text": "I live in Lyon"},
        {"status": "forgotten"},
        {"pinned": True},
        {"strength": 9.0, "last_used_at": 5.0, "used_count": 1},
        {"evidence": (evidence(turn, "love"), evidence(turn, "Paris"))},
    ):
        before = state(store)
        change(store, first.id, **values)
        assert state(store) != before
        store.changes.undo()
        assert state(store) == before
    before = state(store)
    with store.changes.batch("person", "link") as batch:
        batch.link(first.id, second.id, "caused")
    store.changes.undo()
    assert state(store) == before
    assert store.memories.links(first.id) == ()


def test_undo_of_an_addition_takes_it_away_and_redo_brings_it_back(store: Store) -> None:
    before = state(store)
    made = add(store, "I live in Paris")
    after = state(store)
    undone, touched, kept = store.changes.undo()
    assert (touched, kept) == ((made.id,), ())
    assert state(store) == before
    assert store.search.by_words(["paris"], 5, ("active",)) == []
    store.changes.undo(undone)
    assert state(store) == after
    assert [id for id, _ in store.search.by_words(["paris"], 5, ("active",))] == [made.id]


def test_undo_goes_back_step_by_step_and_ends(store: Store) -> None:
    made = add(store, "one")
    change(store, made.id, text="two")
    change(store, made.id, text="three")
    seen = []
    for _ in range(2):
        store.changes.undo()
        seen.append(store.memories.get(made.id).text)
    assert seen == ["two", "one"]
    store.changes.undo()
    with pytest.raises(NothingToUndo):
        store.changes.undo()


def test_plain_undo_takes_back_the_persons_own_changes_only(store: Store) -> None:
    mine = add(store, "mine")
    theirs = add(store, "reflection's", actor="reflection")
    store.changes.undo()
    assert store.memories.find(MemoryFilter()) == [theirs]
    with pytest.raises(NothingToUndo):
        store.changes.undo()
    assert mine.id != theirs.id


def test_what_was_changed_again_later_is_kept_and_named(store: Store) -> None:
    made = add(store, "one")
    batch = change(store, made.id, text="two", pinned=True)
    change(store, made.id, text="three")
    _, _, kept = store.changes.undo(batch)
    now = store.memories.get(made.id)
    assert (now.text, now.pinned) == ("three", False)
    assert len(kept) == 1
    assert "its words" in kept[0]


def test_nothing_is_undone_twice_and_a_wrong_number_is_named(store: Store) -> None:
    made = add(store, "one")
    batch = change(store, made.id, text="two")
    store.changes.undo(batch)
    with pytest.raises(NothingToUndo, match="already"):
        store.changes.undo(batch)
    with pytest.raises(NotFound):
        store.changes.undo(999)
    with pytest.raises(NotFound):
        store.changes.undo(10**30)


def test_when_everything_was_changed_again_undo_says_so_and_changes_nothing(store: Store) -> None:
    made = add(store, "one")
    batch = change(store, made.id, text="two")
    change(store, made.id, text="three")
    before = dump(store)
    with pytest.raises(NothingToUndo, match="again later"):
        store.changes.undo(batch)
    assert dump(store) == before


def test_undoing_an_edit_does_not_raise_a_memory_whose_making_was_undone(store: Store) -> None:
    made = add(store, "one")
    making = store.memories.history(made.id, 1)[0].batch
    batch = change(store, made.id, text="two")
    store.changes.undo(making)
    with pytest.raises(NothingToUndo):
        store.changes.undo(batch)
    assert store.memories.count() == 0


def test_undo_and_redo_many_times(store: Store) -> None:
    made = add(store, "one")
    batch = change(store, made.id, text="two")
    for round_ in range(30):
        batch, _, _ = store.changes.undo(batch)
        assert store.memories.get(made.id).text == ("one", "two")[round_ % 2]


def test_evidence_may_come_in_any_order(store: Store) -> None:
    """What was said again earlier in time is undone as well as what was said later."""
    turn, _ = say(store, "Paris and Lyon and Nice")
    made = add(store, "places", evidence=(evidence(turn, "Nice"),))
    before = state(store)
    change(store, made.id, evidence=(evidence(turn, "Nice"), evidence(turn, "Paris")))
    batch = change(store, made.id, importance=5)
    assert store.memories.history(made.id, 1)[0].batch == batch
    change(store, made.id, importance=3)
    store.changes.undo()
    store.changes.undo()
    _, _, kept = store.changes.undo()
    assert kept == ()
    assert state(store) == before


# Forgetting


def test_a_forgotten_statement_has_a_tombstone_as_long_as_it_is_forgotten(store: Store) -> None:
    made = add(store, "My PIN is 1234.")
    change(store, made.id, status="forgotten")
    for dress in ("My PIN is 1234.", "my pin is 1234", "  MY PIN, is 1234!! "):
        assert store.memories.is_buried(dress)
    assert not store.memories.is_buried("My PIN is 12345")
    store.changes.undo()
    assert not store.memories.is_buried("My PIN is 1234.")


def test_two_that_were_forgotten_keep_the_statement_buried_until_both_are_back(store: Store) -> None:
    first, second = add(store, "I smoke."), add(store, "I smoke!")
    for each in (first, second):
        change(store, each.id, status="forgotten")
    change(store, first.id, status="active")
    assert store.memories.is_buried("i smoke")
    change(store, second.id, status="active")
    assert not store.memories.is_buried("i smoke")


def test_a_link_keeps_its_larger_weight(store: Store) -> None:
    first, second = add(store, "a"), add(store, "b")
    with store.changes.batch("reflection", "link") as batch:
        batch.link(first.id, second.id, "same-topic", 0.8)
        assert not batch.link(first.id, second.id, "same-topic", 0.2)
    assert [link.weight for link in store.memories.links(second.id)] == [0.8]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=4))
def test_any_words_can_be_remembered_and_taken_back(store: Store, texts: list[str]) -> None:
    assume(all(text == text.encode("utf-8", "ignore").decode() for text in texts))
    before = state(store)
    for text in texts:
        add(store, text)
    for _ in texts:
        store.changes.undo()
    assert state(store) == before


def test_history_lists_the_newest_first_and_says_who_and_why(store: Store, clock: SetClock) -> None:
    made = add(store, "one", actor="reflection")
    clock.advance(hours=1)
    with store.changes.batch("person", "edit", "because") as batch:
        batch.update(made.id, text="two")
    newest, oldest = store.memories.history(None, 10)
    assert (newest.actor, newest.reason, newest.batch) == ("person", "because", batch.id)
    assert newest.at - oldest.at == 3600
    assert store.memories.history(None, 1) == (newest,)


def test_a_link_that_is_taken_away_comes_back_with_undo(store: Store) -> None:
    first, second = add(store, "one"), add(store, "two")
    with store.changes.batch("sleep", "sleep") as batch:
        batch.link(first.id, second.id, "part-of", 0.2)
        batch.link(first.id, second.id, "next")
    before = state(store)
    with store.changes.batch("sleep", "sleep") as batch:
        assert batch.unlink(first.id, second.id, "part-of")
        assert not batch.unlink(first.id, second.id, "part-of")
    assert [link.type for link in store.memories.links(first.id)] == ["next"]
    store.changes.undo(batch.id)
    assert state(store) == before


def test_a_memory_whose_making_was_undone_leaves_no_words_in_the_index(store: Store) -> None:
    made = add(store, "I keep a loom in Ghent.")
    add(store, "I love tea.")
    assert store.search.document_frequency(["ghent"]) == {"ghent": 1}
    store.changes.undo(store.db.value("SELECT batch FROM journal WHERE memory = ?", (made.id,)))
    assert store.search.document_frequency(["ghent", "loom"]) == {"ghent": 0, "loom": 0}
    assert store.db.all("SELECT term FROM memory_terms WHERE term IN ('ghent', 'loom')") == []
