"""What of a reply is read aloud: its words, each once and in order; no code, address, markup or control character."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.speech.spoken import LONGEST, ReplyReader, portions, spoken

WORDS = "Lena bakes bread. Dr. Smith at 5 p.m. Why? Yes! I … 好的。 他说 e.g. 3.14 St."
PROSE = st.lists(st.sampled_from([*WORDS.split(), "\n"]), max_size=40).map(" ".join)
PIECES = st.lists(st.integers(1, 9), min_size=1, max_size=30)


def read(text: str, sizes: list[int]) -> list[str]:
    reader, said, start, turn = ReplyReader(), [], 0, 0
    while start < len(text):
        size = sizes[turn % len(sizes)]
        said += reader.write(text[start : start + size])
        start, turn = start + size, turn + 1
    return [*said, *reader.finish()]


@given(PROSE, PIECES)
def test_however_a_reply_comes_every_word_is_said_once_and_in_order(text: str, sizes: list[int]) -> None:
    assert re.findall(r"[\w.]*\w", " ".join(read(text, sizes))) == re.findall(r"[\w.]*\w", text)


def test_sentences_are_handed_out_while_the_reply_is_written() -> None:
    reader = ReplyReader()
    assert reader.write("I remember") == []
    assert reader.write(" Lena. She ba") == ["I remember Lena."]
    assert reader.write("kes bread.") == []  # "bread.com" may still come
    assert reader.write(" It") == ["She bakes bread."]
    assert reader.write(" is good.\n") == ["It is good."]
    assert reader.finish() == []


@given(st.text("`~ab. \n", max_size=60), PIECES)
def test_code_is_never_said_and_what_follows_it_is(code: str, sizes: list[int]) -> None:
    inside = re.sub(r"^[ \t]*(`{3,}|~{3,})", "x", code, flags=re.MULTILINE).replace("a", "secret").replace("`", "")
    said = " ".join(read(f"Look at this.\n\n```python\n{inside}\n```\n\nThat was it.", sizes))
    assert "secret" not in said
    assert said.startswith("Look at this.")
    assert said.endswith("That was it.")


def test_a_block_that_is_never_closed_is_not_said() -> None:
    assert read("Here it is.\n```\nrm -rf everything. Now.\nMore", [3]) == ["Here it is."]


@given(st.text(max_size=200), PIECES)
def test_nothing_but_printable_text_is_ever_handed_to_the_voice(text: str, sizes: list[int]) -> None:
    for said in read(text, sizes):
        assert said == said.strip() != ""
        assert len(said) <= LONGEST
        assert "[[" not in said  # would be taken for phonemes
        assert all(unicodedata.category(each) not in ("Cc", "Cf", "Cs", "So") for each in said), ascii(said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("## What I *really* mean", "What I really mean"),
        ("> - **Bread** and `butter`", "Bread and butter"),
        ("See [the page](https://example.org/a_b?c=d#e) for more.", "See the page for more."),
        ("Go to https://example.org/x(y)_z, or www.example.org.", "Go to, or."),
        ("![a photo](cat.png) A cat.", "A cat."),
        ("It was <b>bold</b> of you 😀👍🏽.", "It was bold of you."),
        ("[[h@l'oU]] there", "h@l'oU there"),
        ("| tea | bread |", "tea, bread"),
        ("|---|:--:|", ""),
        ("***", ""),
        ("a_snake_name and 2 * 3", "a_snake_name and 2 3"),
        ("\x1b]0;title\x07Hi\u202e there", "Hi there"),
        ("我妹妹**莉娜**会烤面包。", "我妹妹莉娜会烤面包。"),
        ("详见 https://example.org/a。好吗？", "详见。好吗？"),
    ],
)
def test_what_only_an_eye_can_use_is_left_out(written: str, said: str) -> None:
    assert spoken(written) == said


@given(st.text(st.sampled_from("ab ,;，"), max_size=900))
def test_a_sentence_without_an_end_comes_in_parts_that_lose_no_letter(sentence: str) -> None:
    parts = portions(sentence, 50)
    assert all(len(part) <= 50 for part in parts)
    letters = [each for each in sentence if each.isalnum()]
    assert [each for part in parts for each in part if each.isalnum()] == letters
