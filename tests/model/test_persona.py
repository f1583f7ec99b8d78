"""Personas: the files that come along are sound, a broken one says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.errors import InvalidInput, NotFound
from companion.model.llama import LlamaModel
from companion.model.persona import list_personas, load_persona


def test_every_persona_that_comes_along_can_be_loaded() -> None:
    assert "companion" in list_personas()
    for name in list_personas():
        persona = load_persona(name)
        assert persona.display_name
        assert persona.system


def test_the_default_persona_is_short_enough_for_a_small_model(shared_model: LlamaModel) -> None:
    assert shared_model.count(load_persona("companion").system) <= 90


def test_a_persona_may_leave_out_what_has_a_default(tmp_path: Path) -> None:
    (tmp_path / "ada.toml").write_text('display_name = "Ada"\nsystem = "You are Ada."\n', encoding="utf-8")
    persona = load_persona("ada", tmp_path)
    assert (persona.name, persona.display_name, persona.greeting) == ("ada", "Ada", "")


@pytest.mark.parametrize("name", ["nobody", "../companion", ""])
def test_an_unknown_persona_names_those_there_are(name: str) -> None:
    with pytest.raises(NotFound, match="companion"):
        load_persona(name)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("display_name = ", "ada.toml"),
        ('display_name = "Ada"', "system"),
        ('display_name = "Ada"\nsystem = "x"\nsytem = "y"', "sytem"),
        ('display_name = "Ada"\nsystem = "x"\n[sampling]\ntemperature = 9', "sampling.temperature"),
    ],
)
def test_a_broken_persona_says_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "ada.toml").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=said):
        load_persona("ada", tmp_path)
