"""The person's own personas: copies that can be edited, files that may be broken, nothing lost on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.errors import InvalidInput, NotFound
from companion.model.llama import LlamaModel
from companion.model.persona import list_personas, load_persona
from companion.model.personas import Personas


@pytest.fixture
def personas(tmp_path: Path) -> Personas:
    return Personas(tmp_path / "personas")


def test_those_built_in_are_several_and_really_different(personas: Personas) -> None:
    cards = personas.cards("coach")
    assert len(cards) >= 6
    assert cards[0].key == "companion"
    assert [card.key for card in cards if card.in_use] == ["coach"]
    assert all(card.built_in and card.about and card.greeting and not card.problem for card in cards)
    for field in ("name", "about", "system", "greeting"):
        assert len({getattr(card, field) for card in cards}) == len(cards)
    assert {card.memory for card in cards} == {"shared", "own"}
    assert len({card.temperature for card in cards}) > 3


def test_each_is_short_enough_for_a_small_model(shared_model: LlamaModel) -> None:
    for key in list_personas():
        limit = 130 if key != "xiaoban" else 330  # a small model spells Chinese in bytes
        assert shared_model.count(load_persona(key).system) <= limit, key


def test_boundaries_are_part_of_what_opens_every_prompt(personas: Personas) -> None:
    copy = personas.copy("companion", "Nell")
    edited = personas.edit(replace(copy, boundaries="Never talk about the weather."))
    assert edited.boundaries == "Never talk about the weather."
    assert personas.load(copy.key).system == f"{copy.system}\nNever talk about the weather.\n"


def test_a_copy_can_be_edited_and_keeps_what_is_not_on_its_card(personas: Personas) -> None:
    copy = personas.copy("coach", "My Ada!")
    assert (copy.key, copy.name, copy.built_in) == ("my-ada", "My Ada!", False)
    card = replace(copy, name="Bea", about="Kind", memory="own", temperature=1.25, greeting='Say "hi"\nand \\ smile')
    assert personas.edit(card) == card
    file = (personas.own / "my-ada.toml").read_text(encoding="utf-8")
    assert file.startswith("# A persona: who the companion is.")
    assert "max_tokens = 400" in file
    assert personas.memory_of("my-ada") == "own"
    assert personas.copy("my-ada", "My Ada!").key == "my-ada-2"
    personas.remove("my-ada")
    assert [each.key for each in personas.cards() if not each.built_in] == ["my-ada-2"]
    assert personas.memory_of("my-ada") is None


def test_a_key_that_something_was_told_to_is_not_given_again(personas: Personas) -> None:
    assert personas.copy("companion", "Nell", taken=["nell"]).key == "nell-2"


def test_no_personas_file_has_a_name_that_windows_keeps_for_a_device(personas: Personas) -> None:
    copy = personas.copy("companion", "Con")
    assert (copy.key, copy.name) == ("con-persona", "Con")
    assert [each.key for each in personas.cards() if not each.built_in] == ["con-persona"]


def test_those_built_in_stay_as_they_are(personas: Personas) -> None:
    card = personas.card("companion")
    with pytest.raises(InvalidInput, match="comes with the program"):
        personas.edit(replace(card, name="Other"))
    with pytest.raises(InvalidInput, match="comes with the program"):
        personas.remove("companion")
    with pytest.raises(NotFound):
        personas.remove("../companion")
    with pytest.raises(InvalidInput, match="name"):
        personas.copy("companion", " \n ")
    with pytest.raises(InvalidInput, match="words"):
        personas.edit(replace(personas.copy("companion", "Nell"), system="  "))


@pytest.mark.parametrize(
    "content",
    [
        b"display_name = ",
        b'display_name = "Ada"',
        b"\xff\xfe",
        b'display_name = "A"\nsystem = "x"\nmemory = "none"',
        b"",
    ],
)
def test_a_broken_file_is_shown_with_its_problem_and_can_be_mended(personas: Personas, content: bytes) -> None:
    personas.own.mkdir()
    (personas.own / "ada.toml").write_bytes(content)
    (card,) = (card for card in personas.cards() if not card.built_in)
    assert card.key == "ada"
    assert card.problem
    assert personas.memory_of("ada") is None
    mended = personas.edit(replace(card, name="Ada", system="You are Ada."))
    assert (mended.name, mended.system, mended.problem) == ("Ada", "You are Ada.", "")


def test_a_file_of_the_persons_takes_the_place_of_the_built_in_one(personas: Personas) -> None:
    personas.own.mkdir()
    (personas.own / "friend.toml").write_text('display_name = "Pal"\nsystem = "You are Pal."\n', encoding="utf-8")
    (card,) = (card for card in personas.cards() if card.key == "friend")
    assert (card.name, card.built_in) == ("Pal", False)
    personas.remove("friend")
    assert personas.card("friend").built_in


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.text(max_size=300), st.text(max_size=100), st.text(max_size=100))
def test_whatever_is_written_on_a_card_is_kept_or_refused(
    personas: Personas, name: str, system: str, boundaries: str, greeting: str
) -> None:
    """Never a file that cannot be read any more."""
    copy = personas.card("ada") if (personas.own / "ada.toml").is_file() else personas.copy("companion", "Ada")
    card = replace(copy, name=name, system=system, boundaries=boundaries, greeting=greeting)
    try:
        personas.edit(card)
    except InvalidInput:
        assert personas.card("ada") == copy
    else:
        assert personas.card("ada").problem == ""
        assert personas.edit(personas.card("ada")) == personas.card("ada")


def test_one_is_meant_by_its_key_or_its_name(personas: Personas) -> None:
    assert [personas.key_of(written) for written in ("coach", "Ada", "ada ", "小伴")] == [
        "coach", "coach", "coach", "xiaoban",
    ]  # fmt: skip
    copy = personas.copy("coach", "Captain Nemo")
    assert personas.key_of("captain nemo") == copy.key
    with pytest.raises(NotFound) as failed:
        personas.key_of("../a pirate")
    assert "Captain Nemo" in failed.value.hint
