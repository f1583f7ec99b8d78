"""The whole API in any order, with restarts and time travel between: what must always be true of a memory is true
after every step, and taking everything back ends where it began."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from companion.errors import InvalidInput, NotFound, NothingToUndo
from companion.memory.feed import FedIndex
from companion.paths import Paths
from companion.store.database import Row
from companion.store.store import Store
from companion.store.vectors import Matrix
from companion.text import normalised
from tests.durability.deeds import DEEDS, Life, done
from tests.durability.invariants import all_of, present
from tests.durability.tables import contents, differing, fingerprint

PERSON = ("add", "edit", "pin", "forget", "restore", "several", "merge", "split", "as_it_was", "judge", "answer")
"""Deeds of the panel: each is one change that can be taken back."""
OTHERS = sorted(set(DEEDS) - set(PERSON) - {"undo", "redo", "undo_any", "sleep", "long_draft", "back_up", "erase"})


class Collection:
    """What Chroma is to the index, by exact comparison."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}

    def count(self) -> int:
        return len(self.held)

    def upsert(self, ids: list[str], embeddings: Matrix) -> None:
        self.held |= dict(zip(ids, embeddings, strict=True))

    def delete(self, ids: list[str]) -> None:
        for id in ids:
            self.held.pop(id, None)

    def query(self, query_embeddings: Matrix, n_results: int, include: list[str]) -> dict[str, list[list[str]]]:
        ids = list(self.held)
        near = query_embeddings @ np.array([self.held[id] for id in ids]).T
        return {"ids": [[ids[n] for n in np.argsort(-row)[:n_results]] for row in near]}


class InMemory(FedIndex):
    """Fed from the outbox like the one on disk, and no more trusted than that: it outlives the Companion."""

    def __init__(self, store: Store, embedder: int, dimension: int, collection: Collection) -> None:
        super().__init__(store, embedder, dimension)
        self._collection = collection

    def close(self) -> None:
        self._ready.clear()


class Living(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.folder = tempfile.TemporaryDirectory()
        home = Path(self.folder.name)
        self.life = Life(Paths(home, home), random.Random(seed))
        self.collection = Collection()
        self.turns: dict[int, Row] = {}
        self.begun = self.life.open()
        self.settle()
        self.undoable: list[str] = []
        """What is remembered, as the person sees it, before each of their changes that nothing came after."""

    def teardown(self) -> None:
        if not hasattr(self, "life"):
            return
        try:
            self.take_everything_back()
        finally:
            self.life.close()
            self.folder.cleanup()

    @property
    def store(self) -> Store:
        store = self.life.companion._store
        assert store is not None
        return store

    def settle(self) -> None:
        self.life.companion.settle()
        minding = self.life.companion._minding
        meaning = self.life.companion._recall.meaning
        assert meaning is not None
        if minding.index is None:
            minding.index = meaning.index = InMemory(
                self.store, meaning.id, meaning.embedder.dimension, self.collection
            )
        minding.index.catch_up()

    def seen(self) -> str:
        """Every memory, but not how well it is kept: that has a log of its own, which undo has no part in."""
        use = ("version", "strength", "difficulty", "last_used_at", "used_count")
        images = present(self.store.db)
        shown = {id: {k: v for k, v in i.items() if k not in use} for id, i in images.items()}
        return repr(sorted(shown.items()))

    # What is done

    @rule(name=st.sampled_from(PERSON))
    def change(self, name: str) -> None:
        before = self.seen()
        if done(self.life, DEEDS[name]) is not None:
            if name == "answer":
                self.undoable.clear()
            else:
                self.undoable.append(before)
        self.settle()

    @rule(name=st.sampled_from(OTHERS))
    def live(self, name: str) -> None:
        if done(self.life, DEEDS[name]) is not None:
            self.undoable.clear()
        self.settle()

    @rule()
    def talk(self) -> None:
        self.live("talk")

    @rule()
    def sleep(self) -> None:
        self.live("sleep")

    @rule()
    def erase(self) -> None:
        """The one thing that changes what was said."""
        self.turns.clear()
        self.live("erase")

    @precondition(lambda self: self.undoable)
    @rule(back=st.integers(1, 5), again=st.booleans())
    def there_and_back(self, back: int, again: bool) -> None:
        """Taking back as many changes as were made ends exactly where it was before them; and doing them again."""
        back = min(back, len(self.undoable))
        after = self.seen()
        for expected in reversed(self.undoable[-back:]):
            self.life.clock.advance(minutes=1)
            self.life.companion.undo()
            assert self.seen() == expected, "undo"
        if again:
            for _ in range(back):
                self.life.clock.advance(minutes=1)
                self.life.companion.redo()
            assert self.seen() == after, "redo"
        else:
            del self.undoable[-back:]
        self.settle()

    @rule()
    def undo_any(self) -> None:
        self.live("undo_any")

    @rule(at_once=st.booleans())
    def restart(self, at_once: bool) -> None:
        """It says afterwards what it said before. `at_once`: without settling first."""
        if not at_once:
            self.settle()
        before = contents(self.store.db)
        open_one = self.life.companion.conversation().id
        self.life.close()
        self.life.open()
        self.life.companion.settle()
        if not at_once:
            assert fingerprint(contents(self.store.db)) == fingerprint(before), differing(
                contents(self.store.db), before
            )
        if open_one:
            self.life.companion.open_conversation(open_one)
        self.settle()

    def take_everything_back(self) -> None:
        self.settle()
        for (batch,) in self.store.db.all("SELECT id FROM batches ORDER BY id DESC"):
            try:
                self.life.companion.undo(batch)
            except (InvalidInput, NotFound, NothingToUndo):
                continue
        assert present(self.store.db) == {}, "nothing was remembered at the beginning"
        self.settle()
        assert all_of(self.store) == []
        assert self.collection.held == {}
        assert self.store.db.all("SELECT doc FROM memory_terms") == []

    # What is true

    @invariant()
    def everything_follows_from_the_journal(self) -> None:
        if hasattr(self, "life"):
            assert all_of(self.store) == []

    @invariant()
    def what_was_said_stays_as_it_was_said(self) -> None:
        if not hasattr(self, "life"):
            return
        rows = {
            row[0]: row for row in self.store.db.all("SELECT id, role, text, at, state, answers, parent FROM turns")
        }
        for id, turn in self.turns.items():
            assert rows.get(id) == turn
        self.turns = {id: row for id, row in rows.items() if row[4] != "streaming"}

    @invariant()
    def the_index_holds_what_may_be_recalled(self) -> None:
        if not hasattr(self, "life"):
            return
        wanted = {
            str(piece)
            for (piece,) in self.store.db.all(
                "SELECT p.id FROM pieces p JOIN memories m ON m.id = p.memory WHERE m.status = 'active'"
            )
        }
        assert set(self.collection.held) == wanted
        assert self.store.vectors.outbox(1) == []
        pool = self.life.companion._recall.pool
        pool.refresh()
        assert pool.rows is not None
        active = [id for (id,) in self.store.db.all("SELECT id FROM memories WHERE status = 'active' ORDER BY id")]
        assert [int(id) for id in pool.rows.ids] == active

    @invariant()
    def every_memory_finds_itself_first(self) -> None:
        if not hasattr(self, "life"):
            return
        there = self.life.memories("active", "dormant", "archived")
        for memory in self.life.chance.sample(there, min(4, len(there))):
            found = self.life.companion.search_memories(memory.text, 5)
            assert found, f"{memory.text!r} finds nothing"
            # What has faded comes back when it is asked for; what was set aside never does.
            states = {each.memory.status for each in found}
            assert states <= {"active", "dormant", "archived"}, "what was set aside was found"
            assert normalised(found[0].memory.text) == normalised(memory.text), (memory, found[0].memory)

    @invariant()
    def what_is_forgotten_is_not_said_to_the_model(self) -> None:
        if not hasattr(self, "life"):
            return
        known = [memory.text for memory in self.life.memories("active")]
        calls = [call for call in self.life.model.calls if call.lane == "talk"]
        self.life.model.calls.clear()
        for memory in self.life.memories("forgotten"):
            if not any(memory.text in text for text in known):
                assert not [call for call in calls if memory.text in call.messages[-1].memories]


@pytest.mark.parametrize(("examples", "steps"), [(6, 20), pytest.param(40, 50, marks=pytest.mark.nightly)])
def test_always(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Living,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
            report_multiple_bugs=False,  # shrinking a life takes minutes
        ),
    )
