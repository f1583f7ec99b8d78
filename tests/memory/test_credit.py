"""Credit: a memory grows stronger by what a reply used, once a day, and not by being fetched."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.memory.credit import reinforce, used_in
from companion.memory.forgetting import GOOD
from companion.records import Memory, RecalledMemory
from companion.store.store import Store
from tests.support import FSRS, add, dump


def use(store: Store, id: int) -> bool:
    with store.changes.batch("reflection", "reflect") as batch:
        return reinforce(store, batch, store.memories.get(id), FSRS, store.clock.now(), GOOD, "used in a reply", None)


def given(*memories: Memory) -> list[RecalledMemory]:
    return [RecalledMemory(memory, 1.0, rank) for rank, memory in enumerate(memories, 1)]


@pytest.mark.parametrize(
    ("message", "reply", "used"),
    [
        ("Who is my dentist?", "Your dentist is Dr. Okafor, isn't it?", True),
        ("Who is my dentist?", "I don't know who your dentist is.", False),
        ("Is Dr. Okafor my dentist on Elm Street?", "Yes, Dr. Okafor is your dentist on Elm Street.", False),
        ("Who is my dentist?", "", False),
    ],
)
def test_used_means_that_the_reply_says_what_only_the_memory_knew(
    store: Store, message: str, reply: str, used: bool
) -> None:
    for filler in ("I love tea", "My sister lives in Rome", "We went sailing"):
        add(store, filler)
    memory = add(store, "My dentist is Dr. Okafor on Elm Street")
    assert (used_in(store, given(memory), message, reply) == [memory.id]) is used


def test_a_word_that_every_piece_of_a_long_memory_holds_proves_nothing(store: Store) -> None:
    add(store, " ".join(f"Then Okafor spoke of part {n} of the long and winding story." for n in range(100)))
    memory = add(store, "Okafor knits")
    assert store.search.document_frequency(["okafor"])["okafor"] > store.memories.count()
    assert used_in(store, given(memory), "Any news?", "Nothing of Okafor.") == []
    assert used_in(store, given(memory), "Any news?", "Someone knits.") == [memory.id]


def test_one_use_a_day_counts(store: Store, clock: SetClock) -> None:
    made = add(store, "My dentist is Dr. Okafor")
    assert use(store, made.id)
    first = store.memories.get(made.id)
    assert (first.used_count, first.last_used_at) == (1, clock.now().timestamp())
    clock.at = clock.at.replace(hour=23, minute=59)
    assert not use(store, made.id)
    assert store.memories.get(made.id) == first
    clock.advance(minutes=2)
    assert use(store, made.id)
    second = store.memories.get(made.id)
    assert second.used_count == 2
    assert second.strength >= first.strength
    assert len(dump(store, "reviews")["reviews"]) == 2


def test_a_clock_set_back_counts_no_use_twice(store: Store, clock: SetClock) -> None:
    made = add(store, "My dentist is Dr. Okafor")
    use(store, made.id)
    clock.advance(days=-3)
    assert not use(store, made.id)
    assert store.memories.get(made.id).used_count == 1
