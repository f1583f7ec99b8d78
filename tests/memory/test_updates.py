"""Updates: what a person said last of a thing comes before what they said earlier, unless they ask for the earlier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from companion.clock import SetClock
from companion.memory.cue import Cue
from companion.memory.recall import Recall
from companion.memory.updates import newer_first
from companion.store.store import Store
from companion.store.vectors import Matrix
from companion.text import has_cjk
from tests.support import FakeEmbedder, add, evidence, meaning

BLUE = "My favourite colour is blue."
GREEN = "My favourite colour is green now."
COLOUR = "What is my favourite colour?"


@dataclass
class Past:
    """Things said on days of their own, each in a conversation of its own."""

    store: Store
    clock: SetClock

    def say(self, text: str, role: str = "person", conversation: int | None = None) -> int:
        self.clock.advance(days=1)
        now = self.clock.now()
        conversation = conversation or self.store.turns.open_conversation(now)
        turn = self.store.turns.add(conversation, role, text, now)  # type: ignore[arg-type]
        add(self.store, text, kind="moment", subject=role, evidence=(evidence(turn, text),))
        return conversation

    def ordered(
        self, asked: str, *best_first: str, scores: tuple[float, ...] = (), by_meaning: bool = True
    ) -> list[str]:
        """What stands where, after the memories stood as in `best_first`."""
        self.clock.advance(days=1)
        examined = Recall(self.store, meaning(self.store)).examine(Cue(asked, now=self.clock.now()))
        assert examined is not None
        rows = examined.evidence.rows
        texts = [memory.text for _, memory in sorted(self.store.memories.many(rows.ids.tolist()).items())]
        order = np.array([texts.index(text) for text in best_first])
        of_rows = np.zeros(len(rows))
        of_rows[order] = scores or np.linspace(1.0, 0.5, len(order))
        vectors = FakeEmbedder().encode(best_first) if by_meaning else None
        return [texts[row] for row in newer_first(order, of_rows, examined.evidence, vectors)]


@pytest.fixture
def past(store: Store, clock: SetClock) -> Past:
    return Past(store, clock)


@pytest.mark.parametrize("by_meaning", [True, False])
def test_what_was_said_last_comes_first(past: Past, by_meaning: bool) -> None:
    past.say(BLUE)
    past.say("I love tea.")
    past.say(GREEN)
    found = past.ordered(COLOUR, BLUE, "I love tea.", GREEN, by_meaning=by_meaning)
    assert found == [GREEN, BLUE, "I love tea."]
    assert past.ordered(COLOUR, GREEN, BLUE, by_meaning=by_meaning) == [GREEN, BLUE]


@pytest.mark.parametrize(
    "asked",
    [
        "What was my favourite colour first?",
        "What was my favourite colour before the move?",
        "What did I say yesterday of my favourite colour?",
        "My favourite colour is what I talk about.",
    ],
)
def test_who_asks_for_the_past_or_does_not_ask_gets_the_order_as_it_is(past: Past, asked: str) -> None:
    past.say(BLUE)
    past.say(GREEN)
    assert past.ordered(asked, BLUE, GREEN) == [BLUE, GREEN]


def test_what_is_about_something_else_stays_where_it_is(past: Past) -> None:
    past.say(BLUE)
    past.say("My sister Lena plays the cello in Rome.")
    assert past.ordered(COLOUR, BLUE, "My sister Lena plays the cello in Rome.")[0] == BLUE


def test_in_one_conversation_a_thing_is_told_in_its_order(past: Past) -> None:
    conversation = past.say(BLUE)
    past.say(GREEN, conversation=conversation)
    assert past.ordered(COLOUR, BLUE, GREEN) == [BLUE, GREEN]


def test_the_companions_words_are_no_news(past: Past) -> None:
    past.say(BLUE)
    past.say(GREEN, role="companion")
    assert past.ordered(COLOUR, BLUE, GREEN) == [BLUE, GREEN]


def test_a_far_weaker_match_is_not_taken_for_an_update(past: Past) -> None:
    past.say(BLUE)
    past.say(GREEN)
    assert past.ordered(COLOUR, BLUE, GREEN, scores=(9.0, 0.0)) == [BLUE, GREEN]


def test_of_three_the_newest_leads_and_none_is_lost(past: Past) -> None:
    texts = [f"My favourite colour is {colour}." for colour in ("blue", "green", "red")]
    for text in texts:
        past.say(text)
    assert past.ordered(COLOUR, *texts)[0] == texts[2]
    assert sorted(past.ordered(COLOUR, *texts)) == sorted(texts)
    assert past.ordered(COLOUR, texts[0]) == [texts[0]]


class Blind(FakeEmbedder):
    """Cannot tell one text in Chinese script from another, as an embedder for English cannot."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        return super().encode(["?" if has_cjk(text) else text for text in texts])


def test_an_embedder_that_cannot_read_chinese_does_not_put_whatever_is_newest_first(past: Past) -> None:
    past.say("我生日是五月十二号。")
    for later in ("我昨天喝了点红酒。", "我开始跑步了，一周三次。", "明天我去看牙医。"):
        past.say(later)
    past.clock.advance(days=1)
    blind = replace(meaning(past.store, Blind()), cjk_trust=0.0)
    found = Recall(past.store, blind)(Cue("我的生日是哪天？", now=past.clock.now()), 3)
    assert found.memories[0].memory.text == "我生日是五月十二号。"
