"""Memory as it was: at any moment what the store held then, whatever happened since."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.editing import Editing
from companion.errors import InvalidInput, NotFound, NothingToUndo
from companion.memory.listing import Listing
from companion.paths import Paths
from companion.records import STATUSES, MemoryFilter, Order
from companion.store.images import read_image
from companion.store.store import Store
from tests.support import FSRS, START, add, change, evidence, memory, say

SENTENCES = ("I live in Paris.", "Lena loves green tea.", "My dog is called Rex.", "我住在巴黎。")
FILTERS = (
    MemoryFilter(statuses=STATUSES),
    *(MemoryFilter(order=order) for order in Order.__args__),  # type: ignore[attr-defined]
    MemoryFilter(text="pari"),
    MemoryFilter(text='"green tea" lena', statuses=STATUSES),
    MemoryFilter(text="巴黎"),
    MemoryFilter(text="!"),
    MemoryFilter(without=("tea", "巴黎")),
    MemoryFilter(subjects=("LENA",), statuses=STATUSES),
    MemoryFilter(kinds=("moment",), replies=False),
    MemoryFilter(pinned=True),
    MemoryFilter(layers=("recent", "long-term")),
    MemoryFilter(emotions=("Joy",)),
    MemoryFilter(scopes=("mira",)),
    MemoryFilter(after=START.timestamp() + 10 * 86_400, before=START.timestamp() + 60 * 86_400),
    MemoryFilter(limit=2, offset=1),
)
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "learn", "edit", "pin", "forget", "restore", "fade", "undo", "undo any", "wait"]),
        st.integers(0, 7),
    ),
    min_size=1,
    max_size=14,
)


class Life:
    def __init__(self, home: Path) -> None:
        self.clock = SetClock(START)
        self.store = Store.open(Paths(home, home), self.clock)
        self.editing = Editing(self.store, self.clock, FSRS)
        self.listing = Listing(self.store, self.clock, FSRS)
        self.turn, self.reply = say(self.store, " ".join(SENTENCES), "Lena told me of green tea.")

    def do(self, action: str, number: int) -> None:
        ids = [row[0] for row in self.store.db.all("SELECT id FROM memories ORDER BY id")]
        id = ids[number % len(ids)] if ids else 1
        text = SENTENCES[number % len(SENTENCES)]
        batches = [row[0] for row in self.store.db.all("SELECT id FROM batches ORDER BY id")]
        try:
            match action:
                case "add":
                    self.editing.add(text, "thought")
                case "learn":
                    self.learn(text, number)
                case "edit":
                    self.editing.edit(id, f"{text} Really!")
                case "pin":
                    self.editing.pin(id, number % 2 == 0)
                case "forget":
                    self.editing.forget(id)
                case "restore":
                    self.editing.restore(id)
                case "fade":
                    with self.store.changes.batch("sleep", "sleep") as batch:
                        batch.move("active", "dormant", ids[number:])
                case "undo":
                    self.editing.undo(None)
                case "undo any" if batches:
                    self.editing.undo(batches[number % len(batches)])
                case _:
                    self.clock.advance(days=number * 9)
        except (InvalidInput, NotFound, NothingToUndo):
            pass
        self.clock.advance(minutes=1)

    def learn(self, text: str, number: int) -> None:
        with self.store.changes.batch("reflection", "reflect") as batch:
            kind = "moment" if number % 2 else "thought"
            proof = evidence(self.turn, text[:-1])
            at = self.clock.now().timestamp()
            made = memory(
                text, self.clock, kind=kind, evidence=(proof,), emotion="joy" if number > 4 else None,
                event_start=at + 86_400 if number > 3 else None, scope="mira" if number == 6 else "",
            )  # fmt: skip
            first = batch.add(made)
            if self.reply is not None and number % 3 == 0:
                spoken = memory("Green tea.", self.clock, kind="moment", evidence=(evidence(self.reply, "green tea"),))
                batch.link(batch.add(spoken).id, first.id, "same-topic", 0.5)

    def seen(self, as_of: float | None = None) -> dict[str, Any]:
        """What a person could see: lists, and every memory."""
        from dataclasses import replace

        lists = [self.listing.page(replace(each, as_of=as_of)) for each in FILTERS]
        counts = [self.listing.count(replace(each, as_of=as_of)) for each in FILTERS]
        return {"lists": lists, "counts": counts}

    def images(self) -> dict[int, Any]:
        ids = [row[0] for row in self.store.db.all("SELECT id FROM memories")]
        return {id: (read_image(self.store.db, id), self.store.memories.links(id)) for id in ids}


@given(actions=ACTIONS)
@settings(max_examples=25)
def test_at_any_moment_it_is_what_it_was(actions: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder))
        records = []
        for action in actions:
            life.do(*action)
            life.clock.advance(hours=3)
            records.append((life.clock.now(), life.images(), life.seen()))
            life.clock.advance(hours=3)
        everyone = {id for _, images, _ in records for id in images}
        for when, images, seen in records:
            at = when.timestamp()
            past = life.store.past(at)
            assert {id: (past.image(id), past.links(id)) for id in everyone if past.image(id)} == images
            assert life.seen(at) == seen
        life.store.close()


def test_counting_does_not_stop_at_the_limit(store: Store, clock: SetClock) -> None:
    for text in SENTENCES:
        add(store, text)
    listing = Listing(store, clock, FSRS)
    assert listing.count(MemoryFilter(limit=1)) == len(SENTENCES)
    assert len(listing.page(MemoryFilter(limit=1))) == 1


def test_what_was_made_later_is_not_there_then(store: Store, clock: SetClock) -> None:
    old = add(store, "I live in Paris.")
    clock.advance(days=1)
    then = clock.now().timestamp()
    clock.advance(days=1)
    new = add(store, "I live in Lyon.")
    change(store, old.id, text="I lived in Paris.")
    (row,) = Listing(store, clock, FSRS).page(MemoryFilter(as_of=then))
    assert row.memory.text == "I live in Paris."
    with pytest.raises(NotFound):
        store.past(then).get(new.id)
    assert len(store.past(then).history(old.id, 10)) == 1


def test_what_was_kept_comes_first_or_last(store: Store, clock: SetClock) -> None:
    pinned = add(store, "I live in Paris.", pinned=True, strength=1.0)
    weak, strong = add(store, "I had tea.", strength=1.0), add(store, "I love tea.", strength=20.0)
    clock.advance(days=30)
    listing = Listing(store, clock, FSRS)
    kept = [row.memory.id for row in listing.page(MemoryFilter(order="kept"))]
    assert kept == [pinned.id, strong.id, weak.id]
    assert [row.memory.id for row in listing.page(MemoryFilter(order="faded", limit=2))] == [weak.id, strong.id]
    shares = [row.retention for row in listing.page(MemoryFilter(order="kept"))]
    assert shares == sorted(shares, reverse=True)


class Counting:
    """Counts the rows that the database hands out."""

    def __init__(self, store: Store) -> None:
        self.rows = 0
        real = store.db.all

        def counted(sql: str, values: Any = ()) -> Any:
            found = real(sql, values)
            self.rows += len(found)
            return found

        store.db.all = counted  # type: ignore[method-assign]


@pytest.mark.parametrize("order", [order for order in Order.__args__ if order not in ("kept", "faded")])  # type: ignore[attr-defined]
def test_a_page_reads_no_more_than_a_page(store: Store, clock: SetClock, order: Order) -> None:
    with store.changes.batch("reflection", "reflect") as batch:
        for number in range(1_000):
            batch.add(memory(f"Thing {number} was said to Lena.", clock))
    counting = Counting(store)
    found = Listing(store, clock, FSRS).page(MemoryFilter(text="lena", order=order, limit=20))
    assert len(found) == 20
    assert counting.rows <= 100
