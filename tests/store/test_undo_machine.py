"""Any sequence of changes and undos: nothing is lost, and taking everything back ends where it began."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, precondition, rule

from companion.clock import SetClock
from companion.editing import Editing
from companion.errors import InvalidInput, NotFound, NothingToUndo
from companion.memory.words import stems
from companion.paths import Paths
from companion.records import Change
from companion.store.images import COLUMNS
from companion.store.store import Store
from tests.store.test_journal import state
from tests.support import FSRS, START, change, dump, evidence, memory, say

SENTENCES = ("I live in Paris.", "I love tea.", "My dog is called Rex.", "我住在巴黎。", "I live in paris")
WORDS = ("paris", "tea", "dog", "rex", "lyon")


class Remembering(RuleBasedStateMachine):
    memories: Bundle[int] = Bundle("memories")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = SetClock(START)
        home = Path(self.folder.name)
        self.store = Store.open(Paths(home, home), self.clock)
        self.editing = Editing(self.store, self.clock, FSRS)
        self.turn, _ = say(self.store, " ".join(SENTENCES))
        self.begun = state(self.store)
        self.found_first = self.found()

    def teardown(self) -> None:
        try:
            self.take_everything_back()
        finally:
            self.store.close()
            self.folder.cleanup()

    def found(self) -> list[Any]:
        search = self.store.search
        statuses = ("active", "dormant", "forgotten", "superseded")
        return [
            *(sorted(id for id, _ in search.by_words([word], 50, statuses)) for word in WORDS),
            sorted(id for id, _ in search.by_words(stems("我住在巴黎"), 50, statuses)),
        ]

    def attempt(self, call: Any, *arguments: object) -> Change | None:
        try:
            result: Change = call(*arguments)
        except (InvalidInput, NothingToUndo, NotFound):
            return None
        return result

    @rule(target=memories, text=st.sampled_from(SENTENCES), learned=st.booleans())
    def add(self, text: str, learned: bool) -> int:
        if not learned:
            return self.editing.add(text, "thought").memories[0].id
        with self.store.changes.batch("reflection", "reflect") as batch:
            return batch.add(memory(text, self.clock, evidence=(evidence(self.turn, text[:-1]),))).id

    @rule(target=memories, text=st.sampled_from(SENTENCES))
    def learn_exchange(self, text: str) -> Any:
        with self.store.changes.batch("reflection", "reflect") as batch:
            proof = (evidence(self.turn, text[:-1]),)
            return multiple(
                batch.add(memory(text, self.clock, kind="moment", evidence=proof)).id,
                batch.add(memory(text, self.clock, evidence=proof)).id,
            )

    @rule(id=memories, text=st.sampled_from([*SENTENCES, "I live in Lyon now."]))
    def edit(self, id: int, text: str) -> None:
        self.attempt(self.editing.edit, id, text)

    @rule(id=memories, pinned=st.booleans())
    def pin(self, id: int, pinned: bool) -> None:
        self.attempt(self.editing.pin, id, pinned)

    @rule(id=memories)
    def forget(self, id: int) -> None:
        self.attempt(self.editing.forget, id)

    @rule(id=memories)
    def restore(self, id: int) -> None:
        self.attempt(self.editing.restore, id)

    @rule(id=consumes(memories), spans=st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3))
    def more_evidence(self, id: int, spans: list[str]) -> None:
        proof = tuple(evidence(self.turn, span) for span in spans)
        self.attempt(lambda: change(self.store, id, evidence=proof))

    @rule(a=memories, b=memories, weight=st.sampled_from([0.5, 1.0]))
    def link(self, a: int, b: int, weight: float) -> None:
        def connect() -> None:
            with self.store.changes.batch("reflection", "link") as batch:
                batch.link(a, b, "same-topic", weight)

        self.attempt(connect)

    @rule(days=st.sampled_from([0.1, 1, 30]))
    def live_on(self, days: float) -> None:
        self.clock.advance(days=days)

    @rule()
    def undo(self) -> None:
        self.attempt(self.store.changes.undo)

    @precondition(lambda self: self.batches())
    @rule(data=st.data())
    def undo_any(self, data: st.DataObject) -> None:
        self.attempt(self.store.changes.undo, data.draw(st.sampled_from(self.batches())))

    def batches(self) -> list[int]:
        return [row[0] for row in self.store.db.all("SELECT id FROM batches ORDER BY id")]

    def take_everything_back(self) -> None:
        for batch in reversed(self.batches()):
            self.attempt(self.store.changes.undo, batch)
        assert state(self.store) == self.begun
        assert self.found() == self.found_first

    @invariant()
    def the_journal_tells_the_present(self) -> None:
        """The last `after` of each memory is what the tables hold."""
        told: dict[int, dict[str, Any]] = {}
        for id, before, after in self.store.db.all("SELECT memory, before, after FROM journal ORDER BY seq"):
            known = told.get(id)
            assert (None if before is None else json.loads(before)) == known, "every entry starts where the last ended"
            told.pop(id, None)
            if after is not None:
                told[id] = json.loads(after)
        tables = dump(self.store, "evidence", "links")
        rows = self.store.db.all(f"SELECT id, {', '.join(COLUMNS)} FROM memories")  # noqa: S608
        held = {
            row[0]: {
                **dict(zip(COLUMNS, row[1:], strict=True)),
                "evidence": sorted([list(e[1:]) for e in tables["evidence"] if e[0] == row[0]]),
                "links": sorted([list(link[1:]) for link in tables["links"] if link[0] == row[0]]),
            }
            for row in rows
        }
        assert held == told

    @invariant()
    def a_statement_is_buried_as_long_as_it_is_forgotten(self) -> None:
        rows = self.store.db.all("SELECT norm_hash, id FROM memories WHERE status = 'forgotten'")
        assert set(rows) == {row[:2] for row in dump(self.store, "tombstones")["tombstones"]}

    @invariant()
    def what_is_remembered_can_be_found(self) -> None:
        texts = dict(self.store.db.all("SELECT id, lower(text) FROM memories"))
        expected = [sorted(id for id, text in texts.items() if word in text) for word in WORDS]
        assert self.found()[: len(WORDS)] == expected


Remembering.TestCase.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRemembering = Remembering.TestCase
