"""Which pieces hold a term: asked once, and corrected by what changes, to just what the index would say."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.memory import terms as module
from companion.memory.terms import Terms
from companion.paths import Paths
from companion.store.store import Store
from tests.support import add, change

WORDS = ("tea", "coffee", "houses", "茶", "喝茶", "Lighthouses", "singing")
STEMS = ("tea", "coffe", "hous", "茶", "喝茶", "lighthous", "sing")


def holders(terms: Terms, word: str) -> list[int]:
    return [int(piece) for piece in terms.look_up([word], 10).holders[0]]


def test_a_term_is_asked_for_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = Terms(store)
    add(store, "I love tea.")
    (piece,) = holders(terms, "tea")
    asked: list[str] = []
    ask = store.search.holders
    monkeypatch.setattr(store.search, "holders", lambda term: asked.append(term) or ask(term))
    assert holders(terms, "tea") == [piece]
    made = add(store, "More tea, and coffee.")
    assert holders(terms, "tea") == [piece, made.id << 4]
    assert asked == []


def test_a_corrected_text_and_its_undo(store: Store) -> None:
    terms = Terms(store)
    made = add(store, "I love tea.")
    (piece,) = holders(terms, "tea")
    change(store, made.id, text="I love coffee.")
    assert holders(terms, "tea") == []
    assert holders(terms, "coffe") == [piece]
    store.changes.undo()
    assert holders(terms, "tea") == [piece]


def test_a_change_while_the_index_is_asked_is_not_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    terms, ask = Terms(store), store.search.holders

    def answer_late(term: str) -> npt.NDArray[np.int64]:
        found = ask(term)
        monkeypatch.undo()
        add(store, "I love tea.")  # in another thread, after the index was read
        return found

    monkeypatch.setattr(store.search, "holders", answer_late)
    assert holders(terms, "tea") == []
    assert len(holders(terms, "tea")) == 1


@pytest.mark.parametrize("most", [2, 100])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.lists(st.sampled_from(WORDS), max_size=4), st.sets(st.sampled_from(STEMS))),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_changes_it_says_what_the_index_says(
    tmp_path_factory: pytest.TempPathFactory,
    most: int,
    steps: list[tuple[int, list[str], set[str]]],
) -> None:
    folder = tmp_path_factory.mktemp("profile")
    store = Store.open(Paths(data=folder, config=folder), SetClock(datetime(2026, 1, 1, tzinfo=UTC)))
    before, module._MOST_CHANGES = module._MOST_CHANGES, most
    try:
        terms, made = Terms(store), []
        for which, said, looked_up in steps:
            text = f"About {' and '.join(said)}."
            if which < len(made):
                change(store, made[which], text=f"{text} {len(made)}")
            else:
                made.append(add(store, text).id)
            for stem in looked_up:
                assert holders(terms, stem) == store.search.holders(stem).tolist()
        for stem in STEMS:
            assert holders(terms, stem) == store.search.holders(stem).tolist()
    finally:
        module._MOST_CHANGES = before
        store.close()
