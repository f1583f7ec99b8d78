"""Names in a text: who and what it mentions, not what merely begins a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.names import MOST, names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My sister Lena lives in Rome.", ["lena", "rome"]),
        ("We flew to New York City with Mr. O’Brien.", ["new york city", "new", "york", "city", "o'brien"]),
        ("I saw Vincent van Gogh.", ["vincent van gogh", "vincent", "gogh"]),
        ("Yesterday we fed Anna's cat and Nora’s dog.", ["anna", "nora"]),
        ("Have you read “Dune” or 'the one'?", ["dune"]),
        ('I am reading "The Old Man and the Sea".', ["the old man and the sea", "sea"]),
        ("我在读《红楼梦》。", ["红楼梦"]),
        ("Летом мы видели Анну Каренину.", ["анну каренину", "анну", "каренину"]),
        ("In Zürich we met Zoë.", ["zürich", "zoë"]),
        ("My old NASA shirt", ["nasa"]),
    ],
)
def test_what_a_text_names_is_found(text: str, found: list[str]) -> None:
    assert set(found) <= set(names(text))


@pytest.mark.parametrize(
    "text",
    [
        "", "Yesterday it rained.", "Wow! Great. Thanks!", "I'm OK, I've had my tea and I'll go.", "my dog sleeps",
        "See you on Monday in May.", "The weather was bad. It was cold.", "I saw A and B.", "我住在巴黎。",
        "I lost my iPhone and my eBay account.", "What is this? Why? How?",
    ],
)  # fmt: skip
def test_large_letters_alone_make_no_name(text: str) -> None:
    assert names(text) == []


def test_the_first_word_of_a_sentence_counts_when_it_is_a_name_elsewhere() -> None:
    assert names("Lena called. Rain fell.") == []
    assert names("Lena called. I like Lena.") == ["lena"]
    assert names("Marie Curie was here.") == ["marie curie", "marie", "curie"]
    assert "beatles" in names("The Beatles played.")
    assert names("And Marie went home.") == ["marie"]
    assert names("Does Lena call? After Tom left, did Ada?") == ["lena", "tom", "ada"]


def test_the_parts_of_a_name_connect_it_with_its_short_form() -> None:
    assert set(names("I wrote to Ada.")) & set(names("We met Ada Lovelace."))


@given(
    text=st.text(st.sampled_from("AbÄéЖ李 .!?\n\"“”《》'’-") | st.characters(exclude_categories=["Cs"]), max_size=300)
)
def test_any_text_has_few_names_each_once_and_folded(text: str) -> None:
    found = names(text)
    assert len(found) <= MOST
    assert len(set(found)) == len(found)
    assert all(len(name) > 1 and name == name.casefold() and name == name.strip() for name in found)
    assert found == names(text)


def test_a_long_text_of_nothing_but_names_has_not_too_many() -> None:
    assert len(names("I met " + ", ".join(f"Xa{n}b" for n in range(500)))) == MOST
