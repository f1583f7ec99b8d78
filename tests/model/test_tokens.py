"""Tokenising: text from outside stays text, replies keep the tokens they were written with."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from companion.model.tokens import CHUNK, TokenCache, Tokeniser

_MARKS = ["<|im_end|>", "<user>"]


class Letters:
    """A vocabulary of single characters, one control token, and a turn marker declared as user-defined: like
    llama.cpp it makes that one of plain text, too."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, text: str, *, special: bool) -> list[int]:
        self.encoded.append(text)
        marks = _MARKS if special else _MARKS[1:]
        pieces = re.split("(" + "|".join(map(re.escape, marks)) + ")", text)
        tokens: list[int] = []
        for piece in pieces:
            tokens += [-1 - _MARKS.index(piece)] if piece in marks else [ord(letter) for letter in piece]
        return tokens

    def is_special(self, token: int) -> bool:
        return token < 0

    def text(self, token: int) -> str:
        return _MARKS[-1 - token] if token < 0 else chr(token)


texts = st.lists(st.sampled_from(["<user>", "<|im_end|>", "<us", "er>", "a", " ", "<<user>>"])).map("".join)


@given(texts)
def test_no_text_from_outside_becomes_a_special_token(text: str) -> None:
    vocabulary = Letters()
    tokens = Tokeniser(vocabulary).plain(text)
    assert "".join(map(vocabulary.text, tokens)) == text
    assert not any(map(vocabulary.is_special, tokens))


def test_the_templates_own_marks_become_special_tokens() -> None:
    assert Tokeniser(Letters()).markup("<user>hi<|im_end|>") == [-2, ord("h"), ord("i"), -1]


def test_a_text_is_tokenised_once() -> None:
    vocabulary = Letters()
    tokeniser = Tokeniser(vocabulary)
    assert tokeniser.plain("hello") == tokeniser.plain("hello")
    assert vocabulary.encoded == ["hello"]


def test_a_long_text_is_tokenised_in_pieces_and_nothing_is_lost() -> None:
    vocabulary = Letters()
    text = "word and " * 3000 + "x" * 3 * CHUNK
    assert "".join(map(chr, Tokeniser(vocabulary).plain(text))) == text
    assert max(map(len, vocabulary.encoded)) <= CHUNK


def test_a_reply_keeps_its_own_tokens_whatever_white_space_the_caller_stripped() -> None:
    tokeniser = Tokeniser(Letters())
    tokeniser.remember_reply(" Hi there", [1, 2, 3])
    assert tokeniser.reply("Hi there") == [1, 2, 3]
    assert tokeniser.plain("Hi there") == [ord(letter) for letter in "Hi there"]
    assert tokeniser.reply("unknown") == tokeniser.plain("unknown")


def test_the_cache_forgets_what_was_not_asked_for_longest() -> None:
    cache = TokenCache(limit=10)
    cache.put("a", [1] * 4)
    cache.put("b", [2] * 4)
    assert cache.get("a") is not None
    cache.put("c", [3] * 4)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == ([1] * 4, None, [3] * 4)


def test_a_text_larger_than_the_cache_is_not_kept() -> None:
    cache = TokenCache(limit=10)
    cache.put("big", [1] * 11)
    cache.put("small", [1])
    assert cache.get("big") is None
    assert cache.get("small") == [1]
