"""Whoever searches for the very words of a memory finds it first."""

from __future__ import annotations

from companion.companion import Companion
from companion.records import STATUSES, MemoryFilter
from tests.house import House

EVERYTHING = MemoryFilter(statuses=STATUSES)


def first(companion: Companion, text: str) -> str:
    companion.settle()
    return companion.search_memories(text, 5)[0].memory.text


def test_a_memory_is_found_by_its_own_words_before_what_took_their_place(house: House) -> None:
    """The thought of a turn was put right; the words that were said are looked for all the same."""
    companion = house.open()
    said = "My friend Elena keeps a kayak in Turin."
    companion.ask(said)
    companion.settle()
    thoughts = [row.memory for row in companion.list_memories(EVERYTHING) if row.memory.kind == "thought"]
    companion.edit_memory(thoughts[0].id, "My friend Elena keeps a canoe in Turin.")
    moment = next(m.id for m in (r.memory for r in companion.list_memories(EVERYTHING)) if m.text == said)
    companion.restore_memory(moment)
    assert first(companion, said) == said
    assert first(companion, "my friend Elena keeps a kayak in Turin") == said


def test_what_has_faded_or_says_little_is_found_by_its_own_words(house: House) -> None:
    companion = house.open()
    companion.add_memory("I am.")
    assert first(companion, "I am.") == "I am."
    assert companion.search_memories("I am.", 5)[0].rank == 1


def test_what_is_forgotten_is_not(house: House) -> None:
    companion = house.open()
    change = companion.add_memory("I keep a loom in Ghent.")
    companion.forget_memory(change.memories[0].id)
    companion.settle()
    assert companion.search_memories("I keep a loom in Ghent.", 5) == ()
