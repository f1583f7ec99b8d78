"""Why a memory came to mind is told in words that are true of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companion.clock import SetClock
from companion.memory.cue import Cue
from companion.memory.reasons import SPEAKING
from companion.memory.recall import Recall
from companion.memory.rerank import Reranker, Weights, shipped
from companion.store.store import Store
from tests.support import add, evidence, meaning, say


def only(name: str) -> Reranker:
    """A reranker that looks at one feature."""
    weights = Weights({name: 1.0}, 0.0, shipped().asked.controller, 99.0, -99.0, 0.0)
    return Reranker(weights, weights)


def why(store: Store, name: str, cue: Cue) -> tuple[str, ...]:
    recall = Recall(store, meaning(store), only(name))
    examined = recall.examine(cue)
    assert examined is not None
    return recall.explain(examined, int(examined.scores.argmax()))


@pytest.fixture
def told(store: Store, clock: SetClock) -> Store:
    for text in ("My sister Lena plays the cello in Rome.", "I sold my bicycle.", "The oven is broken again."):
        turn, _ = say(store, text)
        add(store, text, kind="moment", evidence=(evidence(turn, text),))
        clock.advance(days=40)
    return store


def test_the_words_that_are_shared_are_named_as_they_stand_in_the_memory(told: Store) -> None:
    assert why(told, "words", Cue("Who was it that played cellos?")) == ("says “cello”, “plays”",) or why(
        told, "words", Cue("Who was it that played cellos?")
    ) == ("says “plays”, “cello”",)


def test_a_name_is_named(told: Store) -> None:
    assert why(told, "named", Cue("Tell me about Lena and her music.")) == ("names Lena",)


def test_a_time_is_told(told: Store, clock: SetClock) -> None:
    then = clock.now() - timedelta(days=120)
    month = f"{then:%B %Y}"
    (reason,) = why(told, "in_window", Cue(f"What did I tell you in {month}?", now=clock.now()))
    assert reason.startswith("from the time you name")
    assert f"{then:%B} {then.year}" in reason


def test_at_most_three_and_never_none(told: Store) -> None:
    recall = Recall(told, meaning(told))
    examined = recall.examine(Cue("Does my sister Lena still play the cello?"))
    assert examined is not None
    for row in range(len(examined.evidence.rows)):
        assert 1 <= len(recall.explain(examined, row)) <= 3


def test_every_feature_that_speaks_for_a_memory_has_words() -> None:
    silent = {"short", "long", "companion", "kind_thought", "other_speaker", "question", "out_of_window"}
    for weights in (shipped().asked, shipped().talking):
        strong = {name for name, weight in weights.values.items() if weight > 0.3}
        assert strong - SPEAKING <= silent
