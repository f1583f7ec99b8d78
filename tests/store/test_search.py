"""Words find memories whatever their form, in spaced scripts and in CJK; listing filters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.memory.words import content_words, stems
from companion.records import MemoryFilter
from companion.store.search import pieces_of
from companion.store.store import Store
from tests.support import add, change, evidence, memory, say

ACTIVE = ("active",)


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("I adopted a dog.", "adopting"),
        ("My dogs are running", "dog run"),
        ("Ich wohne in München", "munchen"),
        ("J’habite à Besançon", "besancon"),
        ("I'm allergic to PEANUTS!", "peanut"),
        ("My horse won", "horses"),
        ("Die Straße ist laut", "STRASSEN Straße"),
    ],
)
def test_a_word_is_found_in_its_other_forms(store: Store, told: str, asked: str) -> None:
    found = add(store, told)
    add(store, "Something else entirely")
    assert [id for id, _ in store.search.by_words(content_words(asked), 5, ACTIVE)] == [found.id]


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
    assert [id for id, _ in store.search.by_words(stems(asked), 5, ACTIVE)] == [found.id]


@pytest.mark.parametrize("script", ["abcdeghilmnoprstuy", "äéîõüçñøßÅÉ abe", "абвгдеёйо", "αβγδάέσς", "我住在巴黎"])
def test_every_telling_word_of_a_memory_leads_to_it(store: Store, script: str) -> None:
    @settings(max_examples=100, deadline=None)
    @given(text=st.lists(st.text(script, min_size=1, max_size=9), max_size=6).map(" ".join))
    def always(text: str) -> None:
        made = add(store, text)
        for term in stems(text):
            assert pieces_of(made.id)[0] in store.search.holders(term)
            assert store.search.document_frequency([term])[term] == len(store.search.holders(term))

    always()


@pytest.mark.parametrize("word", ["house", "nurse", "course", "coffee", "technology", "possibly", "agreed", "crème"])
def test_the_stem_of_a_word_finds_its_memory(store: Store, word: str) -> None:
    found = add(store, f"Something about {word}")
    add(store, "Something else entirely")
    (term,) = stems(word)
    assert store.search.holders(term).tolist() == [pieces_of(found.id)[0]]


@pytest.mark.parametrize(
    ("text", "pair"),
    [("好。我很好。", "很好"), ("我，我住在巴黎", "我住"), ("a 住 b 我住在 c", "住在"), ("黎 (巴黎) 黎", "巴黎")],
)
def test_a_character_that_stands_alone_does_not_hide_the_words_it_is_in(store: Store, text: str, pair: str) -> None:
    made = add(store, text)
    assert pair in stems(text)
    assert store.search.holders(pair).tolist() == [pieces_of(made.id)[0]]


def test_letters_with_marks_are_found_however_they_are_encoded(store: Store) -> None:
    composed, decomposed = (
        unicodedata.normalize(form, "Café in Zürich, рядом с музеем Йоги") for form in ("NFC", "NFD")
    )
    ids = {add(store, composed).id, add(store, decomposed).id}
    assert stems(composed) == stems(decomposed)
    assert {id for id, _ in store.search.by_words(["zurich"], 5, ACTIVE)} == ids
    assert {id for id, _ in store.search.by_words(["Йоги"], 5, ACTIVE)} == ids


def test_a_long_text_is_found_by_the_piece_that_holds_the_word(store: Store) -> None:
    filler = " ".join(f"Chapter {n} tells how the harbour was built and rebuilt once more." for n in range(30))
    long = add(store, f"{filler} The lighthouse burned down. {filler}")
    add(store, filler)
    (piece,) = store.search.holders("lighthous")
    assert piece in pieces_of(long.id)
    assert piece not in (pieces_of(long.id)[0], pieces_of(long.id)[-1])
    assert [id for id, _ in store.search.by_words(["lighthouse"], 5, ACTIVE)] == [long.id]
    change(store, long.id, text="Short now")
    assert store.search.holders("lighthous").tolist() == []
    assert not set(store.search.holders("chapter")) & set(pieces_of(long.id))


def test_only_memories_of_the_wanted_state_are_found(store: Store) -> None:
    made = add(store, "I live in Paris 我住在巴黎")
    change(store, made.id, status="dormant")
    assert store.search.by_words(["paris"], 5, ACTIVE) == []
    assert store.search.by_words(["巴黎"], 5, ACTIVE) == []
    assert [id for id, _ in store.search.by_words(["paris"], 5, ("dormant",))] == [made.id]


def test_the_words_of_an_edited_memory_are_its_new_ones(store: Store) -> None:
    made = add(store, "I live in Paris 我住在巴黎")
    change(store, made.id, text="I live in Lyon 我住在里昂")
    assert store.search.by_words(["paris"], 5, ACTIVE) == []
    assert store.search.by_words(["巴黎"], 5, ACTIVE) == []
    assert [id for id, _ in store.search.by_words(["lyon"], 5, ACTIVE)] == [made.id]
    assert [id for id, _ in store.search.by_words(["里昂"], 5, ACTIVE)] == [made.id]
    assert store.search.document_frequency(["pari", "lyon"]) == {"pari": 0, "lyon": 1}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_nothing_that_is_typed_breaks_a_search(store: Store, text: str) -> None:
    if store.memories.count() == 0:
        add(store, "I live in Paris 我住在巴黎")
    store.search.by_words(content_words(text), 5, ACTIVE)
    for term in stems(text):
        store.search.holders(term)
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


def test_the_moments_in_which_the_companion_spoke_can_be_left_out(store: Store) -> None:
    turn, reply = say(store, "My dog barks.", "Poor dog.")
    assert reply is not None
    mine = add(store, turn.text, kind="moment", evidence=(evidence(turn, turn.text),))
    its = add(store, reply.text, kind="moment", evidence=(evidence(reply, reply.text),))
    thought = add(store, "You like dogs.", evidence=(evidence(reply, reply.text),))
    assert {m.id for m in store.memories.find(MemoryFilter())} == {mine.id, its.id, thought.id}
    assert {m.id for m in store.memories.find(MemoryFilter(replies=False))} == {mine.id, thought.id}


def test_many_memories_are_read_in_one_go(store: Store, clock: SetClock) -> None:
    with store.changes.batch("system", "import") as batch:
        ids = [batch.add(memory(f"memory {n}", clock)).id for n in range(1100)]
    found = store.memories.many([*ids, 10**6])
    assert sorted(found) == ids
    assert store.memories.count() == store.memories.count(("active", "dormant")) == 1100
