"""Words find memories whatever their form, in spaced scripts and in CJK; listing filters."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.memory.words import stems
from companion.records import MemoryFilter
from companion.store.store import Store
from tests.support import add, change, memory

ACTIVE = ("active",)


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("I adopted a dog.", "adopting"),
        ("My dogs are running", "dog run"),
        ("Ich wohne in München", "munchen"),
        ("J’habite à Besançon", "besancon"),
        ("I'm allergic to PEANUTS!", "peanut"),
    ],
)
def test_a_word_is_found_in_its_other_forms(store: Store, told: str, asked: str) -> None:
    found = add(store, told)
    add(store, "Something else entirely")
    assert [id for id, _ in store.search.by_words(stems(asked), 5, ACTIVE)] == [found.id]


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("我住在巴黎", "你住在巴黎吗"),
        ("我养了一只狗", "狗叫什么，一只狗"),
        ("東京に住んでいます", "東京"),
        ("서울에 살아요", "서울에"),
    ],
)
def test_cjk_is_found_by_shared_characters(store: Store, told: str, asked: str) -> None:
    found = add(store, told)
    add(store, "天气很好")
    add(store, "Nothing in Latin letters")
    assert [id for id, _ in store.search.by_cjk(asked, 5, ACTIVE)] == [found.id]


def test_only_memories_of_the_wanted_state_are_found(store: Store) -> None:
    made = add(store, "I live in Paris 我住在巴黎")
    change(store, made.id, status="dormant")
    assert store.search.by_words(["paris"], 5, ACTIVE) == []
    assert store.search.by_cjk("巴黎", 5, ACTIVE) == []
    assert [id for id, _ in store.search.by_words(["paris"], 5, ("dormant",))] == [made.id]


def test_the_words_of_an_edited_memory_are_its_new_ones(store: Store) -> None:
    made = add(store, "I live in Paris 我住在巴黎")
    change(store, made.id, text="I live in Lyon 我住在里昂")
    assert store.search.by_words(["paris"], 5, ACTIVE) == []
    assert store.search.by_cjk("巴黎", 5, ACTIVE) == []
    assert [id for id, _ in store.search.by_words(["lyon"], 5, ACTIVE)] == [made.id]
    assert [id for id, _ in store.search.by_cjk("里昂", 5, ACTIVE)] == [made.id]
    assert store.search.document_frequency(["pari", "lyon"]) == {"pari": 0, "lyon": 1}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_nothing_that_is_typed_breaks_a_search(store: Store, text: str) -> None:
    if store.memories.count() == 0:
        add(store, "I live in Paris 我住在巴黎")
    store.search.by_words(stems(text), 5, ACTIVE)
    store.search.by_cjk(text, 5, ACTIVE)
    store.memories.find(MemoryFilter(text=text))


@pytest.mark.parametrize("text", ['"', "*", "AND", "NEAR(a b)", "text:paris", "-paris", "(", "pa*ris OR", "\x00"])
def test_query_syntax_is_only_text(store: Store, text: str) -> None:
    add(store, "unrelated")
    assert store.memories.find(MemoryFilter(text=text)) == []


def test_the_list_is_filtered_as_one_types(store: Store, clock: SetClock) -> None:
    paris = add(store, "I live in Paris, on the left bank")
    clock.advance(hours=1)
    tea = add(store, "I love tea", kind="moment", pinned=True)
    clock.advance(hours=1)
    gone = add(store, "我住在巴黎", status="archived")
    find = store.memories.find
    assert find(MemoryFilter()) == [tea, paris]
    assert find(MemoryFilter(text="par")) == [paris]
    assert find(MemoryFilter(text="left par")) == [paris]
    assert find(MemoryFilter(text="left tea")) == []
    assert find(MemoryFilter(text="巴黎", statuses=())) == [gone]
    assert find(MemoryFilter(kinds=("moment",))) == [tea]
    assert find(MemoryFilter(pinned=False)) == [paris]
    assert find(MemoryFilter(statuses=("archived",))) == [gone]
    assert find(MemoryFilter(statuses=(), limit=1, offset=1)) == [tea]
    assert find(MemoryFilter(text="!!!")) == []


def test_many_memories_are_read_in_one_go(store: Store, clock: SetClock) -> None:
    with store.changes.batch("system", "import") as batch:
        ids = [batch.add(memory(f"memory {n}", clock)).id for n in range(1100)]
    found = store.memories.many([*ids, 10**6])
    assert sorted(found) == ids
    assert store.memories.count() == store.memories.count(("active", "dormant")) == 1100
