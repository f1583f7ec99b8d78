"""Several memories at once, and taking back and doing again: exact, and across restarts."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from companion.clock import SetClock
from companion.editing import Editing
from companion.errors import InvalidInput, NotFound, NothingToRedo, NothingToUndo
from companion.paths import Paths
from companion.records import Change
from companion.regrouping import Regrouping
from companion.store.store import Store
from tests.store.test_journal import state
from tests.support import FSRS, START, add, evidence, memory, say

SENTENCES = ("I live in Paris.", "I love tea.", "My dog is called Rex.", "Rex is brown.", "我住在巴黎。")


@pytest.fixture
def editing(store: Store, clock: SetClock) -> Editing:
    return Editing(store, clock, FSRS)


@pytest.fixture
def regrouping(editing: Editing) -> Regrouping:
    return Regrouping(editing)


class Curated(RuleBasedStateMachine):
    """The person's changes and a night's fading in any order; at the end everything is undone, then done again."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = SetClock(START)
        self.open()
        turn, reply = say(self.store, " ".join(SENTENCES), "So Rex is brown.")
        with self.store.changes.batch("reflection", "reflect") as batch:
            made = [
                batch.add(memory(text, self.clock, kind=kind, evidence=(evidence(turn, text[:-1]),))).id
                for text in SENTENCES[:4]
                for kind in ("thought", "moment")
            ]
            assert reply is not None
            made.append(batch.add(memory("So Rex is brown.", self.clock, evidence=(evidence(reply, "Rex"),))).id)
            for one, other in pairwise(made):
                batch.link(one, other, "same-topic", 0.5)
        self.times = [self.clock.now().timestamp()]
        self.begun = state(self.store)

    def open(self) -> None:
        home = Path(self.folder.name)
        self.store = Store.open(Paths(home, home), self.clock)
        self.editing = Editing(self.store, self.clock, FSRS)
        self.regrouping = Regrouping(self.editing)

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        try:
            self.take_everything_back_and_do_it_again()
        finally:
            self.store.close()
            self.folder.cleanup()

    def attempt(self, call: Any, *arguments: object) -> Change | None:
        self.clock.advance(hours=7)
        self.times.append(self.clock.now().timestamp())
        try:
            result: Change = call(*arguments)
        except (InvalidInput, NothingToUndo, NotFound):
            return None
        return result

    def some(self, data: st.DataObject) -> tuple[int, ...]:
        ids = [row[0] for row in self.store.db.all("SELECT id FROM memories ORDER BY id")]
        return tuple(data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4)))

    @rule(text=st.sampled_from(SENTENCES), kind=st.sampled_from(["thought", "trait"]))
    def add(self, text: str, kind: Any) -> None:
        self.attempt(self.editing.add, text, kind)

    @rule(data=st.data(), text=st.sampled_from(SENTENCES))
    def edit(self, data: st.DataObject, text: str) -> None:
        self.attempt(self.editing.edit, self.some(data)[0], text)

    @rule(data=st.data(), action=st.sampled_from(["pin", "unpin", "forget", "restore"]))
    def change(self, data: st.DataObject, action: Any) -> None:
        self.attempt(self.regrouping.change, self.some(data), action)

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        self.attempt(self.regrouping.merge, self.some(data), "My dog Rex is brown, and I love tea.")

    @rule(data=st.data())
    def split(self, data: st.DataObject) -> None:
        self.attempt(self.regrouping.split, self.some(data)[0], ("My dog is called Rex.", "Rex is brown."))

    @rule(data=st.data())
    def restore_as_of(self, data: st.DataObject) -> None:
        self.attempt(self.regrouping.restore_as_of, self.some(data), data.draw(st.sampled_from(self.times)))

    @rule()
    def undo(self) -> None:
        self.attempt(self.editing.undo, None)

    @rule()
    def redo(self) -> None:
        self.attempt(self.editing.redo)

    @rule()
    def close_and_open(self) -> None:
        self.store.close()
        self.open()

    @invariant()
    def what_was_replaced_tells_by_what(self) -> None:
        if hasattr(self, "store"):
            rows = self.store.db.all("SELECT id FROM memories WHERE status = 'merged' AND replaced_by IS NULL")
            assert rows == []

    def take_everything_back_and_do_it_again(self) -> None:
        states = [state(self.store)]
        while self.attempt(self.editing.undo, None) is not None:
            states.append(state(self.store))
        assert states[-1] == self.begun
        self.close_and_open()
        for expected in reversed(states[:-1]):
            assert self.attempt(self.editing.redo) is not None
            assert state(self.store) == expected


Curated.TestCase.settings = settings(
    max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestCurated = Curated.TestCase


def test_the_same_to_several_is_one_change(store: Store, regrouping: Regrouping) -> None:
    one, other = add(store, "I live in Paris."), add(store, "I love tea.", pinned=True)
    change = regrouping.change((one.id, other.id, one.id), "pin")
    assert [m.id for m in change.memories] == [one.id]
    assert change.summary == "Pinned 1 memory"
    both = regrouping.change((one.id, other.id), "forget")
    assert {m.status for m in both.memories} == {"forgotten"}
    regrouping.editing.undo(both.batch)
    assert {store.memories.get(m.id).status for m in (one, other)} == {"active"}
    with pytest.raises(InvalidInput, match="all like that"):
        regrouping.change((one.id, other.id), "pin")


@pytest.mark.parametrize("action", ["pin", "forget"])
def test_nothing_is_done_when_one_is_missing(store: Store, regrouping: Regrouping, action: Any) -> None:
    one = add(store, "I live in Paris.")
    with pytest.raises(NotFound):
        regrouping.change((one.id, 99), action)
    assert store.memories.get(one.id) == one


def test_a_merged_memory_has_all_evidence_and_links(store: Store, regrouping: Regrouping) -> None:
    turn, _ = say(store, "I have a dog. He is called Rex.")
    one = add(store, "I have a dog.", evidence=(evidence(turn, "I have a dog."),), importance=2, used_count=1)
    other = add(store, "He is called Rex.", evidence=(evidence(turn, "He is called Rex."),), importance=5, used_count=2)
    third = add(store, "Dogs are great.")
    with store.changes.batch("reflection", "link") as batch:
        batch.link(third.id, one.id, "same-topic", 0.4)
        batch.link(one.id, other.id, "same-topic", 0.4)
    change = regrouping.merge((one.id, other.id), "I have a dog called Rex.")
    made = change.memories[0]
    assert made.text == "I have a dog called Rex."
    assert len(made.evidence) == 2
    assert (made.importance, made.used_count) == (5, 3)
    assert [(link.source, link.target) for link in store.memories.links(made.id)] == [(third.id, made.id)]
    for old in (one, other):
        assert (store.memories.get(old.id).status, store.memories.get(old.id).replaced_by) == ("merged", made.id)


def test_what_cannot_be_merged_is_refused(store: Store, regrouping: Regrouping) -> None:
    one, other = add(store, "I live in Paris."), add(store, "I love tea.", scope="mira")
    gone = add(store, "I love rain.", status="forgotten")
    for ids, text, said in (
        ((one.id,), "Words.", "between two"),
        ((one.id, one.id), "Words.", "between two"),
        ((one.id, other.id), "Words.", "persona"),
        ((one.id, gone.id), "Words.", "forgotten"),
        ((one.id, other.id), " ", "needs words"),
    ):
        with pytest.raises(InvalidInput, match=said):
            regrouping.merge(ids, text)
    with pytest.raises(NotFound):
        regrouping.merge((one.id, 99), "Words.")
    for texts in ((), ("One.",), ("One.", "One."), ("One.", " ")):
        with pytest.raises(InvalidInput):
            regrouping.split(one.id, texts)


def test_split_into_parts_that_rest_on_the_same_words(store: Store, regrouping: Regrouping) -> None:
    turn, _ = say(store, "I live in Paris and work at Acme.")
    whole = add(store, turn.text, evidence=(evidence(turn, turn.text),), slot="home_city")
    change = regrouping.split(whole.id, ("I live in Paris.", "I work at Acme."))
    first, second, old = change.memories
    assert (first.text, second.text) == ("I live in Paris.", "I work at Acme.")
    assert first.evidence == second.evidence == whole.evidence
    assert (first.slot, second.slot) == ("home_city", None)
    assert (old.status, old.replaced_by) == ("merged", first.id)


def test_back_to_what_it_said_on_a_day(store: Store, clock: SetClock, regrouping: Regrouping) -> None:
    one, other = add(store, "I live in Paris."), add(store, "I love tea.")
    then = clock.now().timestamp()
    clock.advance(days=3)
    regrouping.editing.edit(one.id, "I live in Lyon.")
    regrouping.editing.forget(other.id)
    new = add(store, "I love rain.")
    with pytest.raises(NotFound, match="then"):
        regrouping.restore_as_of((one.id, new.id), then)
    change = regrouping.restore_as_of((one.id, other.id), then)
    assert [(m.text, m.status) for m in change.memories] == [("I live in Paris.", "active"), ("I love tea.", "active")]
    with pytest.raises(InvalidInput, match="nothing is different"):
        regrouping.restore_as_of((one.id, other.id), then)
    regrouping.editing.undo(change.batch)
    assert store.memories.get(one.id).text == "I live in Lyon."


def test_nothing_is_done_again_after_another_change(store: Store, editing: Editing) -> None:
    with pytest.raises(NothingToRedo):
        editing.redo()
    one = editing.add("I live in Paris.", "thought").memories[0]
    editing.pin(one.id, True)
    editing.undo(None)
    editing.undo(None)
    editing.redo()
    editing.add("I love tea.", "thought")
    with pytest.raises(NothingToRedo):
        editing.redo()
    editing.undo(None)
    editing.redo()  # the tea
    with pytest.raises(NothingToRedo):
        editing.redo()


def test_what_reflection_does_in_between_does_not_hinder(store: Store, editing: Editing) -> None:
    one = editing.add("I live in Paris.", "thought").memories[0]
    editing.edit(one.id, "I live in Lyon.")
    editing.undo(None)
    add(store, "Lena called.", actor="reflection")
    assert editing.redo().memories[0].text == "I live in Lyon."
