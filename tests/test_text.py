"""Text from outside is made harmless to show, and compared and identified as people read it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.text import cjk_runs, has_cjk, normalised, one_line, sanitise, text_hash, valid_text

wild = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x1b[]()0;m\x07\x9b\x9d\x9c\u202e\u2066\u200b\r\n\t")
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]52;c;c2VjcmV0\x07after", "after"),
        ("\x1b]0;title\x1b\\after", "after"),
        ("\x9b31mred", "red"),
        ("\x1bPdcs\x1b\\x", "x"),
        ("a\x00b\x08c\x7f", "abc"),
        ("one\r\ntwo\rthree\n\tfour", "one\ntwo\nthree\n\tfour"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("[/] [bold]x[/bold] <|im_end|>", "[/] [bold]x[/bold] <|im_end|>"),
        ("🧑‍👩‍👧 e\u0301 نعم 你好", "🧑‍👩‍👧 e\u0301 نعم 你好"),
        ("tags \U000e0041\U000e007f end", "tags  end"),
    ],
)
def test_what_a_terminal_would_obey_is_gone_and_the_rest_stays(text: str, shown: str) -> None:
    assert sanitise(text) == shown


@given(wild)
def test_nothing_that_controls_survives(text: str) -> None:
    clean = sanitise(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in clean if c not in "\n\t")
    assert not set(clean) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert sanitise(clean) == clean


@given(wild, st.integers(1, 50))
def test_a_line_is_one_line_and_no_longer_than_wanted(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


@given(st.text())
def test_any_text_can_be_stored(text: str) -> None:
    stored = valid_text(text)
    stored.encode("utf-8")
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert stored == text


def test_half_a_character_is_replaced_and_the_rest_stays() -> None:
    stored = valid_text("a\ud83db")
    assert (stored[0], stored[-1]) == ("a", "b")
    assert set(stored[1:-1]) == {"\ufffd"}


@pytest.mark.parametrize("same", ["I live in Paris.", "i live in paris", "  I LIVE,  in Paris! ", "Ｉ live in Paris"])
def test_the_same_statement_in_other_dress(same: str) -> None:
    assert normalised(same) == "i live in paris"


def test_different_statements_stay_different() -> None:
    texts = [
        "I don't smoke",
        "I dont smoke",
        "I do smoke",
        "I live in Paris 1",
        "I live in Paris 11",
        "我住在巴黎",
        "我住在里昂",
    ]
    assert len({normalised(text) for text in texts}) == len(texts)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_hash_does_not_hang_on_how_accents_are_written(text: str) -> None:
    assert text_hash(unicodedata.normalize("NFC", text)) == text_hash(unicodedata.normalize("NFD", text))


def test_cjk_is_told_from_spaced_scripts() -> None:
    assert cjk_runs("我住在Paris，一只 cat 猫") == ["我住在", "一只", "猫"]
    assert has_cjk("カタカナ")
    assert has_cjk("한국어")
    assert not has_cjk("Ünïcödé Русский 123 !?")
    assert cjk_runs("") == []
