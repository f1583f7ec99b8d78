"""Which words of a cue a memory holds, by pieces, and what that is worth; the index is asked again after a change."""

from __future__ import annotations

import numpy as np
import pytest

from companion.memory.pool import Pool, Rows
from companion.memory.terms import MOST_TERMS, Terms
from companion.memory.wording import Wording
from companion.memory.words import stems
from companion.store.store import Store
from tests.support import add, evidence

FILLER = " ".join(f"Harbour chapter {n} tells of ropes, anchors, sails and gulls." for n in range(40))


def worded(store: Store, cue: str) -> tuple[Rows, Wording]:
    rows = Pool(store, None).refresh()
    return rows, Wording(Terms(store).look_up(stems(cue), len(rows.piece_ids)), rows)


def test_the_share_of_the_cue_a_memory_holds(store: Store) -> None:
    for text in ("My sister Lena plays the cello.", "My sister called.", "I love tea."):
        add(store, text)
    rows, words = worded(store, "sister cello")
    every, some, none = words.best_piece(rows)
    assert every == pytest.approx(1)
    assert 0 < some < 0.5, "the rarer word weighs more"
    assert none == 0


def test_a_word_nobody_holds_lowers_the_share(store: Store) -> None:
    add(store, "My sister Lena plays the cello.")
    rows, words = worded(store, "sister xylophone")
    assert 0 < words.best_piece(rows)[0] < 0.5


def test_words_far_apart_in_a_long_text_count_less_than_beside_each_other(store: Store) -> None:
    add(store, f"My sister called. {FILLER} The cello broke.")
    add(store, f"{FILLER} The cello of my sister broke. {FILLER}")
    rows, words = worded(store, "sister cello")
    assert words.coverage(words.memories) == pytest.approx(1)
    apart, beside = words.best_piece(rows)
    assert beside == pytest.approx(1)
    assert apart < 0.9


def test_what_stands_around_a_moment_helps_it(store: Store) -> None:
    now = store.clock.now()
    for texts in (("I went to the doctor.", "It hurts.", "My knee, that is."), ("I love tea.",)):
        conversation = store.turns.open_conversation(now)
        for text in texts:
            turn = store.turns.add(conversation, "person", text, now)
            add(store, text, kind="moment", evidence=(evidence(turn, text),))
    rows, words = worded(store, "doctor knee")
    one_off = words.coverage(words.around(rows, 1))
    assert one_off[1] == pytest.approx(1)
    assert one_off[0] < 1
    assert words.coverage(words.around(rows, 2))[0] == pytest.approx(1)
    assert words.coverage(words.of_sessions(rows)).tolist() == pytest.approx([1, 1, 1, 0])
    assert words.best_piece(rows)[1] == 0


def test_of_a_long_message_the_words_somebody_remembers_are_looked_at(store: Store) -> None:
    add(store, "My dog Biscuit is afraid of thunder.")
    add(store, "I love tea.")
    rows, words = worded(store, " ".join(f"novel{n}" for n in range(500)) + " dog Biscuit thunder")
    assert len(words.terms) == MOST_TERMS
    assert {"dog", "biscuit", "thunder"} <= set(words.terms)
    assert words.best_piece(rows)[0] > 0 == words.best_piece(rows)[1]


def test_a_memory_unknown_to_the_rows_is_no_trouble(store: Store) -> None:
    add(store, "I love tea.")
    rows = Pool(store, None).refresh()
    add(store, "Tea is ready."), add(store, "More tea.")
    words = Wording(Terms(store).look_up(["tea"], 1), rows)
    assert len(words.memories) == len(rows) == 1
    empty = rows.some(np.zeros(0, dtype=np.int64))
    assert len(Wording(Terms(store).look_up(["tea"], 1), empty).memories) == 0
