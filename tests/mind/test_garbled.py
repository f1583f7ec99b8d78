"""What a model says when it loses itself stays in the conversation, and is not remembered as the companion's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.mind.garbled import is_garbled
from companion.store.store import Store
from tests.mind.test_reflect import Thinking

BROKEN = [
    "You could visit the lighthouse museum. " * 20,
    "The lighthouse museum opens at ten and the ferry leaves from the old harbour every hour in summer. "
    + "and the harbour and the ferry " * 30,
    "你可以去灯塔博物馆看看，" * 12,
    "the harbour ferry | 12.5 -- 33.1 -- 98.2 -- 71.0 ## 12.1 || 99.7 -- 4 / 3 / 5 / 6 :: 45.2 -- 18.8 || 12 -- 7",
]
SOUND = [
    "You could visit the lighthouse museum; the ferry leaves from the old harbour every hour.",
    "Row, row, row your boat, gently down the stream. Merrily, merrily, merrily, merrily, life is but a dream. Row,"
    " row, row your boat, gently down the brook. If you see a crocodile, hide behind a rook and never come back here.",
    "- **Monday:** swim 500 m\n- **Tuesday:** rest\n- **Wednesday:** swim 700 m\n- **Thursday:** rest\n- **Friday:**"
    " run along the canal for half an hour, then stretch\n- **Saturday:** long walk by the sea with your sister",
    "哈哈哈哈，好呀好呀！周末我们可以一起想想去哪里走走，灯塔博物馆不错，老港口那边的渡轮也很有意思。",
]


@pytest.mark.parametrize("reply", BROKEN)
def test_a_broken_reply_leaves_no_memory(store: Store, reply: str) -> None:
    mind = Thinking(store)
    mind.hear("What could I do on my free day?", reply)
    mind.think()
    assert not [memory for memory in (*mind.moments(), *mind.thoughts()) if memory.subject == "companion"]


@pytest.mark.parametrize("reply", SOUND)
def test_a_sound_reply_is_remembered(store: Store, reply: str) -> None:
    mind = Thinking(store)
    mind.hear("What could I do on my free day?", reply)
    mind.think()
    assert [memory.text for memory in mind.moments() if memory.subject == "companion"] == [reply]


@given(
    st.lists(st.integers(0, 9999), min_size=1, unique=True).map(lambda numbers: " ".join(f"word{n}" for n in numbers))
)
def test_what_never_says_a_thing_twice_is_never_taken_for_broken(text: str) -> None:
    assert not is_garbled(text)


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    assert is_garbled(text) in (True, False)
