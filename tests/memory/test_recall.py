"""Recall: the fact is found, small talk and unrelated questions bring nothing, SQLite has the last word."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.memory.features import FEATURES, OF_EVENTS
from companion.memory.recall import Cue, Recall
from companion.store.store import Store
from tests.support import FakeEmbedder, add, change, embed_missing, evidence, meaning, say

FACTS = (
    "My sister Lena lives in Rome.",
    "I adopted a dog named Biscuit.",
    "I'm allergic to peanuts.",
    "My flight to Oslo leaves on Friday.",
    "I work as a nurse in Leeds.",
    "我住在巴黎，养了一只猫。",
    "I hate early meetings.",
)


@pytest.fixture(params=["words and meaning", "words only"])
def recall(request: pytest.FixtureRequest, store: Store) -> Recall:
    for fact in FACTS:
        add(store, fact)
    return Recall(store, meaning(store) if request.param == "words and meaning" else None)


def texts(recall: Recall, text: str, limit: int = 8, **cue: object) -> list[str]:
    return [found.memory.text for found in recall(Cue(text, **cue), limit).memories]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "fact"),
    [
        ("Where does my sister live?", FACTS[0]),
        ("What's my dog's name?", FACTS[1]),
        ("Am I allergic to peanuts?", FACTS[2]),
        ("When does my flight leave?", FACTS[3]),
        ("我住在哪里？", FACTS[5]),
    ],
)
def test_the_fact_comes_first(recall: Recall, asked: str, fact: str) -> None:
    assert texts(recall, asked)[:1] == [fact]


@pytest.mark.parametrize("known", [True, False])
def test_a_time_alone_is_enough_to_ask_for(store: Store, clock: SetClock, known: bool) -> None:
    now = clock.now()
    may = now.replace(year=now.year - (now.month <= 5), month=5, day=10).timestamp()
    made = add(store, "Tom moved to Oslo.", event_start=may, event_end=may + 86_400)
    add(store, "I love tea."), add(store, "My flat has a balcony.")
    recall = Recall(store, meaning(store))
    when = "May" if known else "July"
    found = recall(Cue(f"What happened in {when}?", now=now), 8).memories
    assert ([one.memory.id for one in found[:1]] == [made.id]) is known


@pytest.mark.parametrize(
    "asked",
    ["hi", "Hello!", "good morning", "how are you?", "ok", "lol", "thanks!", "👍", "...", "你好", " ", "<|im_end|>",
     "Explain quantum computing", "Write a poem about autumn leaves", "What's 17 times 23?"],
)  # fmt: skip
def test_small_talk_and_unrelated_questions_bring_nothing(recall: Recall, asked: str) -> None:
    assert texts(recall, asked) == []


def test_in_an_empty_memory_nothing_is_found(store: Store) -> None:
    assert Recall(store)(Cue("Where does my sister live?"), 8).memories == ()
    assert Recall(store, meaning(store))(Cue("Where does my sister live?"), 8).memories == ()


@pytest.mark.parametrize("status", ["forgotten", "superseded", "merged", "quarantined", "candidate"])
def test_what_does_not_stand_is_not_recalled(recall: Recall, status: str) -> None:
    store = recall.store
    (found,) = recall(Cue("Biscuit, my dog?"), 1).memories
    change(store, found.memory.id, status=status)
    assert FACTS[1] not in texts(recall, "Biscuit, my dog?")
    store.changes.undo()
    assert texts(recall, "Biscuit, my dog?")[:1] == [FACTS[1]]


@pytest.mark.parametrize("status", ["dormant", "archived"])
def test_what_has_faded_comes_only_to_who_asks(recall: Recall, status: str) -> None:
    (found,) = recall(Cue("Biscuit, my dog?"), 1).memories
    change(recall.store, found.memory.id, status=status)
    assert FACTS[1] not in texts(recall, "I took Biscuit, my dog, to the park.")
    assert FACTS[1] in texts(recall, "Biscuit, my dog?")


def test_an_edited_memory_is_recalled_with_its_new_words_only(recall: Recall) -> None:
    (found,) = recall(Cue("Biscuit, my dog?"), 1).memories
    change(recall.store, found.memory.id, text="I adopted a dog named Waffle.")
    if recall.meaning:
        embed_missing(recall.store, recall.meaning, recall.pool)
    assert texts(recall, "Waffle, my dog?")[:1] == ["I adopted a dog named Waffle."]
    assert "Biscuit" not in " ".join(texts(recall, "Who is Biscuit?"))


def test_what_the_prompt_holds_already_is_left_out(recall: Recall) -> None:
    store = recall.store
    turn, _ = say(store, "My cousin Ada plays the cello.")
    add(store, "My cousin Ada plays the cello.", evidence=(evidence(turn, "My cousin Ada plays the cello."),))
    if recall.meaning:
        embed_missing(store, recall.meaning, recall.pool)
    asked = "What does my cousin Ada play?"
    assert texts(recall, asked)[:1] == ["My cousin Ada plays the cello."]
    assert "My cousin Ada plays the cello." not in texts(recall, asked, present_turns=frozenset({turn.id}))


def test_a_moment_does_not_echo_the_thought_taken_from_it(store: Store) -> None:
    turn, _ = say(store, "I play the cello in a trio.")
    add(store, turn.text, kind="moment", evidence=(evidence(turn, turn.text),))
    thought = add(store, "I play the cello in a trio", evidence=(evidence(turn, turn.text),))
    for found in (Recall(store), Recall(store, meaning(store))):
        memories = [r.memory for r in found(Cue("Do I play the cello?"), 8).memories]
        assert memories == [thought]


def test_the_exchange_before_says_what_it_is_about(recall: Recall) -> None:
    asked = "Is she friendly?"
    assert texts(recall, asked) == []
    assert texts(recall, asked, context=("My dog Biscuit!",))[:1] == [FACTS[1]]


def test_a_search_by_hand_finds_what_no_conversation_would_call_for(recall: Recall) -> None:
    assert texts(recall, "Biscuit", search=True)[:1] == [FACTS[1]]


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_no_more_than_wanted_are_recalled(recall: Recall, limit: int) -> None:
    for number in range(5):
        add(recall.store, f"My sister Lena collects stamps number {number}")
    found = recall(Cue("sister Lena stamps", search=True), limit).memories
    assert len(found) == limit
    assert [r.rank for r in found] == list(range(1, limit + 1))


def test_scores_fall_and_figures_are_shares(recall: Recall) -> None:
    found = recall(Cue("sister Lena, dog Biscuit", search=True), 8).memories
    assert len(found) >= 2
    scores = [r.score for r in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < r.score <= 1 and 0 <= r.coverage <= 1 for r in found)
    assert all(r.similarity is None or -1.01 <= r.similarity <= 1.01 for r in found)


def test_recall_changes_nothing(recall: Recall) -> None:
    from tests.support import dump

    before = dump(recall.store)
    texts(recall, "Where does my sister live?")
    assert dump(recall.store) == before


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_the_order_does_not_hang_on_chance(recall: Recall, seed: int) -> None:
    asked = random.Random(seed).choice(["sister dog peanuts", "flight nurse meetings", "Where does my sister live?"])
    assert recall(Cue(asked), 8).memories == recall(Cue(asked), 8).memories


def test_of_two_that_say_as_much_the_newer_comes_first(store: Store, clock: SetClock) -> None:
    add(store, "My favourite colour is blue")
    clock.advance(days=1)
    newer = add(store, "My favourite colour is green")
    recall = Recall(store, meaning(store))
    assert [r.memory for r in recall(Cue("What is my favourite colour?"), 1).memories] == [newer]


def test_memories_without_a_vector_are_found_by_words(store: Store) -> None:
    recall = Recall(store, meaning(store, FakeEmbedder()))
    add(store, "I adopted a dog named Biscuit.")
    assert texts(recall, "Is Biscuit my dog?") == ["I adopted a dog named Biscuit."]


@pytest.mark.parametrize(
    "paste",
    [
        "lorem ipsum " * 18_000,
        " ".join(f"w{n}" for n in range(40_000)),
        "字符" * 90_000,
        "a\n" * 100_000,
        "x" * 200_000,
    ],
    ids=["words", "all different", "CJK", "lines", "one word"],
)
def test_a_very_long_message_breaks_nothing(recall: Recall, paste: str) -> None:
    found = texts(recall, f"{paste} Is it about my sister Lena who lives in Rome?")
    assert len(found) <= len(FACTS)
    assert len(set(found)) == len(found)


def test_the_digest_of_a_day_counts_for_less_than_what_it_tells(store: Store, clock: SetClock) -> None:
    turn, _ = say(store, "I bought a boat in Porto. I painted the boat. The boat leaks.")
    quotes = tuple(evidence(turn, text) for text in ("I bought a boat in Porto.", "I painted the boat."))
    add(store, "I bought a boat in Porto.\nI painted the boat.", kind="day", evidence=quotes)
    add(store, "I bought a boat in Porto.\nI painted the boat.")
    recall = Recall(store)
    examined = recall.examine(Cue("Where did I buy the boat in March 2026?", now=clock.now()))
    assert examined is not None
    day, thought = examined.features
    words = FEATURES.index("words")
    assert day[words] == pytest.approx(OF_EVENTS * thought[words])


def test_a_digest_comes_to_mind_only_where_a_time_is_named(store: Store, clock: SetClock) -> None:
    turn, _ = say(store, "I bought a boat in Porto.")
    day = add(store, "I bought a boat in Porto.", kind="day", evidence=(evidence(turn, "I bought a boat in Porto."),))
    recall = Recall(store)
    kinds = {
        text: [r.memory.id for r in recall(Cue(text, now=clock.now(), search=search), 5).memories]
        for text, search in (
            ("Where did I buy my boat?", False),
            ("What boat did I buy in March 2026?", False),
            ("boat", True),
        )
    }
    assert list(kinds.values()) == [[], [day.id], [day.id]]


@pytest.mark.parametrize(
    ("asked", "comes"), [("Who is Judith?", True), ("How is Judith?", True), ("Who is Einstein?", False)]
)
def test_who_asks_about_a_name_alone_is_told_what_they_said_of_it(recall: Recall, asked: str, comes: bool) -> None:
    said = ("Judith and I are moving in together.", "I met Judith at work.", "I like how Judith laughs.")
    for text in said:
        add(recall.store, text)
    if recall.meaning is not None:
        embed_missing(recall.store, recall.meaning, recall.pool)
    assert bool(set(texts(recall, asked)) & set(said)) is comes
