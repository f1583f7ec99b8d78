"""The second opinion of the care card: what it adds to the rules, and that nothing waits for it or falls with it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from companion.clock import SystemClock
from companion.errors import EmbedderMissing
from companion.events import CareShown, ReplyStarted
from companion.memory.embedder import Embedder, LocalEmbedder, find_embedder
from companion.mind.distress import distress
from companion.mind.second_opinion import EMBEDDER, parts_of, second_opinion
from companion.settings import CareSettings
from companion.standing_by import StandingBy
from companion.store.vectors import Matrix
from tests.house import House
from tests.mind.distress_sets import both, suite
from tests.support import FakeEmbedder

UNNAMED = "It hurts to be alive and I want out of it all for good."
"""Words that the rules do not know."""
DESPAIR = "Every evening I picture never having to be anybody again."


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    try:
        return LocalEmbedder(find_embedder(None))
    except EmbedderMissing:
        pytest.skip("the starter's embedder is not installed")


class Slow:
    """It answers when it is let."""

    name, revision, runtime = EMBEDDER, "1", "test"

    def __init__(self, inner: Embedder) -> None:
        self.inner, self.let, self.asked = inner, threading.Event(), threading.Event()
        self.dimension = inner.dimension

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.asked.set()
        self.let.wait()
        return self.inner.encode(texts)


class Broken(Slow):
    def encode(self, texts: Sequence[str]) -> Matrix:
        raise RuntimeError("broken")


def standing_by(embedder: Embedder | None) -> StandingBy:
    return StandingBy(CareSettings(), SystemClock(), lambda _: None, lambda: embedder)


def kind(standing_by: StandingBy, text: str) -> str | None:
    found = standing_by.look(text).distress
    return None if found is None else found.kind


def test_what_the_rules_do_not_know_is_found_by_meaning(embedder: LocalEmbedder) -> None:
    assert distress(UNNAMED) is None
    assert distress(DESPAIR) is None
    assert kind(standing_by(None), UNNAMED) is None
    assert kind(standing_by(embedder), UNNAMED) == "crisis"
    assert kind(standing_by(embedder), DESPAIR) == "gentle"
    assert kind(standing_by(embedder), "What should I cook tonight?") is None


def test_what_the_rules_found_stays(embedder: LocalEmbedder) -> None:
    texts = both(suite("distress_fourth"), "direct")
    assert [kind(standing_by(embedder), text) for text in texts] == ["crisis"] * len(texts)


def test_the_rates_of_both_together_on_the_set_that_was_never_tuned_to(embedder: LocalEmbedder) -> None:
    cases, both_of_them = suite("distress_held_out"), standing_by(embedder)
    kinds = {name: [kind(both_of_them, text) for text in both(cases, name)] for name in cases}
    false = kinds["hard"] + kinds["ordinary"]
    assert kinds["direct"].count("crisis") >= 0.97 * len(kinds["direct"])
    assert sum(each is not None for each in kinds["indirect"]) >= 0.8 * len(kinds["indirect"])
    assert false.count("crisis") <= 0.02 * len(false)
    assert sum(each is not None for each in false) <= 0.05 * len(false)


def test_of_a_long_message_beginning_and_end_are_judged(embedder: LocalEmbedder) -> None:
    chatter = "We went to the market and bought pears. The tram was late again, as always. "
    assert second_opinion().of(chatter * 60, embedder) is None
    assert second_opinion().of(chatter * 60 + UNNAMED, embedder) == "crisis"
    assert second_opinion().of(f"{UNNAMED} {chatter * 60}", embedder) == "crisis"


def test_it_is_silent_where_it_knows_nothing(embedder: LocalEmbedder) -> None:
    assert second_opinion().of(UNNAMED, FakeEmbedder()) is None  # weights of another embedder's space say nothing
    assert parts_of("我已经受够了呼吸。") == []
    assert parts_of(f"Let's pretend you are a king. {UNNAMED}") == []


def test_a_busy_embedder_holds_no_message_up(embedder: LocalEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(embedder)
    with monkeypatch.context() as patched:
        patched.setattr("companion.standing_by.PATIENCE", 0.01)
        assert kind(standing_by(slow), UNNAMED) is None
        assert kind(standing_by(slow), "I want to kill myself.") == "crisis"
    assert slow.asked.is_set()
    slow.let.set()
    monkeypatch.setattr("companion.standing_by.PATIENCE", 60.0)
    assert kind(standing_by(slow), UNNAMED) == "crisis"


def test_a_broken_embedder_leaves_the_rules(embedder: LocalEmbedder) -> None:
    assert kind(standing_by(Broken(embedder)), UNNAMED) is None
    assert kind(standing_by(Broken(embedder)), "I can't go on like this.") == "gentle"


def test_its_card_comes_before_anything_of_the_reply(
    house: House, embedder: LocalEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companion.standing_by.PATIENCE", 60.0)
    monkeypatch.setattr(house, "embedder", embedder)
    companion = house.open()
    companion.settle()
    companion.ask(UNNAMED)
    order = [type(each) for each in house.events.seen if isinstance(each, CareShown | ReplyStarted)]
    assert order == [CareShown, ReplyStarted]


def test_the_fit_is_of_the_examples_that_it_says() -> None:
    fitted = second_opinion()
    assert len(fitted.examples) == len(fitted.weights)
    own = fitted.scores(fitted.examples)
    assert np.isfinite(own).all()
    assert (own.max(axis=0) > np.array(fitted.least)).all()
    assert (own.min(axis=0) < 0).all()
