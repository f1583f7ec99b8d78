"""The pool follows every change: brought up to date piece by piece it is what one read anew would be."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, multiple, rule

from companion.clock import SetClock
from companion.errors import NothingToUndo
from companion.memory.meaning import Meaning
from companion.memory.pool import Pool, Rows
from companion.memory.vector_table import VectorTable
from companion.paths import Paths
from companion.pieces import pieces
from companion.records import KINDS, STATUSES
from companion.store.search import pieces_of
from companion.store.store import Store
from tests.support import PATIENCE, START, FakeEmbedder, add, change, embed_missing, evidence, meaning, memory, say

LONG = " ".join(f"In chapter {n} Captain Ahab hunts the whale across the sea once more." for n in range(40))
TEXTS = ("I live in Paris.", "My sister Lena lives in Rome.", "Does Lena live in Paris?", "我住在巴黎。", "ok", LONG)
EMBEDDER = FakeEmbedder(dimension=16)


def table(store: Store, meaning: Meaning) -> VectorTable:
    return VectorTable(store, meaning.id, meaning.embedder.dimension)


def told(pool: Pool) -> dict[str, Any]:
    """Everything a pool says, in words that do not depend on how it came to know it."""
    rows = pool.refresh()
    names = {number: name for name, number in pool._names.items()}
    matrix = pool.vectors.matrix if pool.vectors is not None else np.zeros((0, 0))
    plain = (
        "ids", "kind", "turn", "conversation", "role", "at", "starts", "ends", "day", "importance", "valence", "pinned",
        "length", "asks", "anchor", "before", "after", "session", "thoughts", "recency", "piece_ids", "piece_row",
        "first_piece", "mention_row",
    )  # fmt: skip
    return {
        **{name: getattr(rows, name).tolist() for name in plain},
        "speaker": [rows.voices[voice] for voice in rows.speaker],
        "subject": [rows.voices[voice] for voice in rows.subject],
        "mentions": sorted((row, names[name]) for row, name in mentions(rows)),
        "holders": {names[name]: int(rows.name_rows[name]) for _, name in mentions(rows)},
        "vectors": [None if slot < 0 else matrix[slot].tolist() for slot in rows.piece_slot],
    }


def mentions(rows: Rows) -> list[tuple[int, int]]:
    return list(zip(rows.mention_row.tolist(), rows.mention_name.tolist(), strict=True))


class Living(RuleBasedStateMachine):
    """Two pools look at a life, one with vectors and one without; now and then they are compared with fresh ones."""

    memories: Bundle[int] = Bundle("memories")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        home = Path(self.folder.name)
        self.clock = SetClock(START)
        self.store = Store.open(Paths(home, home), self.clock)
        self.meaning = meaning(self.store, EMBEDDER)
        self.pool = Pool(self.store, table(self.store, self.meaning))
        self.wordless = Pool(self.store, None)

    def teardown(self) -> None:
        try:
            self.compare()
        finally:
            self.store.close()
            self.folder.cleanup()

    @rule(target=memories, text=st.sampled_from(TEXTS), kind=st.sampled_from(KINDS), pinned=st.booleans())
    def add(self, text: str, kind: str, pinned: bool) -> int:
        return add(self.store, text, kind=kind, pinned=pinned).id

    @rule(target=memories, text=st.sampled_from(TEXTS), new=st.booleans(), replied=st.booleans(), taken=st.booleans())
    def talk(self, text: str, new: bool, replied: bool, taken: bool) -> Any:
        """An exchange with its moments, and perhaps a thought taken from it."""
        self.clock.advance(hours=5)
        if new:
            now = self.clock.now()
            self.store.turns.add(self.store.turns.open_conversation(now), "other", "Hello.", now, speaker="Nora")
        turn, reply = say(self.store, text, "Paris is lovely." if replied else None)
        with self.store.changes.batch("reflection", "remember") as batch:
            made = [batch.add(moment) for moment in self.moments(turn, *([reply] if reply else []))]
            if taken:
                made.append(batch.add(self.thought(text, turn)))
        return multiple(*(memory.id for memory in made))

    def moments(self, *turns: Any) -> list[Any]:
        return [
            memory(
                turn.text,
                self.clock,
                kind="moment",
                subject=turn.role,
                valence=0.5,
                evidence=(evidence(turn, turn.text),),
            )
            for turn in turns
        ]

    def thought(self, text: str, turn: Any) -> Any:
        return memory(text, self.clock, event_start=turn.at - 9e4, event_end=turn.at, evidence=(evidence(turn, text),))

    @rule(id=memories, text=st.sampled_from(TEXTS))
    def edit(self, id: int, text: str) -> None:
        if self.there(id):
            change(self.store, id, text=text)

    @rule(id=memories, status=st.sampled_from(STATUSES))
    def put(self, id: int, status: str) -> None:
        if self.there(id):
            change(self.store, id, status=status)

    @rule(id=memories, importance=st.integers(1, 5), pinned=st.booleans())
    def weigh(self, id: int, importance: int, pinned: bool) -> None:
        if self.there(id):
            change(self.store, id, importance=importance, pinned=pinned)

    @rule(id=memories)
    def say_again(self, id: int) -> None:
        """What was known rests on another turn as well."""
        found = self.store.memories.many((id,)).get(id)
        if found is not None:
            turn, _ = say(self.store, found.text)
            change(self.store, id, evidence=(*found.evidence, evidence(turn, found.text)))

    @rule()
    def undo(self) -> None:
        try:
            self.store.changes.undo()
        except NothingToUndo:
            return

    @rule()
    def embed(self) -> None:
        embed_missing(self.store, self.meaning, self.pool)

    @rule()
    def compare(self) -> None:
        assert told(self.pool) == told(Pool(self.store, table(self.store, self.meaning)))
        assert told(self.wordless) == told(Pool(self.store, None))
        assert self.pool.refresh() is self.pool.refresh(), "nothing changed, nothing is read"

    def there(self, id: int) -> bool:
        return id in self.store.memories.many((id,))


TestLiving = Living.TestCase
TestLiving.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_more_changes_than_are_worth_following_are_followed_all_the_same(store: Store) -> None:
    pool = Pool(store, None)
    pool.refresh()
    ids = [add(store, f"memory number {n}").id for n in range(450)]
    change(store, ids[0], text="another text")
    assert told(pool) == told(Pool(store, None))
    assert pool.refresh().ids.tolist() == ids


def test_every_piece_has_its_own_vector(store: Store) -> None:
    add(store, "I love tea.")
    long = add(store, LONG)
    found = meaning(store)
    pool = Pool(store, table(store, found))
    rows = pool.refresh()
    parts = [LONG[start:end] for start, end in pieces(LONG)]
    assert rows.piece_ids[rows.piece_row == 1].tolist() == list(pieces_of(long.id))[: len(parts)]
    assert pool.vectors is not None
    assert np.array_equal(pool.vectors.matrix[rows.piece_slot[rows.piece_row == 1]], found.embedder.encode(parts))


def test_it_forgets_its_vectors_with_the_embedder(store: Store) -> None:
    add(store, "I love tea.")
    first, second = meaning(store), meaning(store, FakeEmbedder(64, "2"))
    pool = Pool(store, table(store, first))
    assert pool.refresh().piece_slot.tolist() == [0]
    pool.use(table(store, second))
    assert told(pool) == told(Pool(store, table(store, second)))
    pool.use(None)
    assert pool.refresh().piece_slot.tolist() == [-1]


def test_moments_know_their_neighbours_in_the_conversation_and_thoughts_their_moment(store: Store) -> None:
    made = []
    for text in ("I live in Paris.", "I love tea.", "My dog is called Rex."):
        turn, _ = say(store, text)
        made.append(add(store, text, kind="moment", evidence=(evidence(turn, text),)))
    thought = add(store, "I love tea.", evidence=made[1].evidence)
    alone = add(store, "My car is red.")
    rows = Pool(store, None).refresh()
    assert rows.ids.tolist() == [*(m.id for m in made), thought.id, alone.id]
    assert rows.anchor.tolist() == [0, 1, 2, 1, 4]
    assert rows.before.tolist() == [-1, 0, 1, 0, -1]
    assert rows.after.tolist() == [1, 2, -1, 2, -1]
    assert rows.thoughts.tolist() == [0, 1, 0, 1, 1]
    assert len(set(rows.session[:4])) == 1
    assert rows.session[4] not in rows.session[:4]


def test_some_rows_are_a_pool_of_their_own(store: Store) -> None:
    for text in ("I live in Paris.", "I love tea.", LONG, "My dog is called Rex.", "Lena has met Rex."):
        turn, _ = say(store, text)
        add(store, text, kind="moment", evidence=(evidence(turn, text),))
    rows = Pool(store, table(store, meaning(store))).refresh()
    every = rows.some(np.arange(len(rows)))
    assert all(np.array_equal(getattr(every, part.name), getattr(rows, part.name)) for part in fields(rows))
    some = rows.some(np.array([0, 2, 3]))
    assert some.ids.tolist() == rows.ids[[0, 2, 3]].tolist()
    assert some.before.tolist() == [-1, -1, 1], "the moment between is not there"
    assert some.after.tolist() == [-1, 2, -1]
    kept = np.isin(rows.piece_row, [0, 2, 3])
    assert some.piece_ids.tolist() == rows.piece_ids[kept].tolist()
    assert some.piece_slot.tolist() == rows.piece_slot[kept].tolist()
    assert some.ids[some.piece_row].tolist() == rows.ids[rows.piece_row[kept]].tolist()
    assert some.piece_row[some.first_piece].tolist() == [0, 1, 2]
    assert [(some.ids[row], name) for row, name in mentions(some)] == [
        (rows.ids[row], name) for row, name in mentions(rows) if row in (0, 2, 3)
    ]
    assert some.total_pieces == rows.total_pieces


def test_a_change_made_by_who_holds_the_database_does_not_wait_for_a_refresh(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An undo tells of its changes before it lets go of the database, and a refresh waits for the database."""
    pool = Pool(store, None)
    begun = threading.Event()

    class Watched:
        def __getattr__(self, name: str) -> Any:
            begun.set()
            return getattr(store, name)

    monkeypatch.setattr(pool, "_store", Watched())
    refreshing = threading.Thread(target=pool.refresh, daemon=True)

    def change_while_it_refreshes() -> None:
        with store.db.snapshot():
            refreshing.start()
            assert begun.wait(PATIENCE)
            add(store, "I love tea.")

    changing = threading.Thread(target=change_while_it_refreshes, daemon=True)
    changing.start()
    for thread in (changing, refreshing):
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert told(pool) == told(Pool(store, None))


def test_a_read_that_failed_is_made_good(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(store, None)
    pool.refresh()
    add(store, "I love tea.")
    with monkeypatch.context() as broken:
        broken.setattr(store.working_set, "mentions", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pool.refresh()
    assert told(pool) == told(Pool(store, None))
