"""Personas through the one door: switching, each with its memory; play and what is left of it."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from companion.companion import Companion
from companion.errors import InvalidInput, NotFound
from companion.events import Notice
from companion.records import PLAY, MemoryFilter
from companion.settings import Settings, load_settings
from tests.fakes import FakeModel
from tests.house import House


def system_of(model: FakeModel) -> str:
    return next(message.text for message in model.calls[-1].messages if message.role == "system")


def told(companion: Companion, *texts: str) -> None:
    for text in texts:
        companion.ask(text)
    companion.settle()


def recalled(companion: Companion, text: str) -> set[str]:
    return {item.memory.text for item in companion.ask(text).recalled}


def test_another_persona_is_talked_to_from_the_next_message_and_the_next_start_on(house: House) -> None:
    companion = house.open()
    told(companion, "Hello there, how are you today?")
    first = companion.conversation()
    found = companion.use_persona("coach")
    assert (found.id, found.persona, found.speaker) == (0, "coach", "Ada")
    assert [card.key for card in companion.personas() if card.in_use] == ["coach"]
    companion.ask("I would like to run a marathon.")
    assert system_of(house.model).startswith("You are Ada")
    assert companion.transcript()[-1].turn.speaker == "Ada"
    assert load_settings(house.paths.settings).persona == "coach"
    companion.open_conversation(first.id)
    companion.ask("And are you the same as before?")
    assert system_of(house.model).startswith("You are Companion")


def test_a_persona_with_a_memory_of_its_own_knows_only_what_was_said_to_it(house: House) -> None:
    companion = house.open()
    told(companion, "I adopted a dog named Biscuit.", "I live in Oslo.", "I work as a nurse.")
    house.clock.advance(days=1)
    companion.sleep()
    assert companion.portrait()
    companion.copy_persona("listener", "Nell")
    companion.edit_persona(replace(companion.personas()[-1], memory="own"))
    companion.use_persona("nell")
    assert recalled(companion, "What is the name of my dog?") == set()
    assert "Oslo" not in system_of(house.model)
    told(companion, "My sister Lena is ill and I am afraid for her.")
    house.clock.advance(days=1)
    companion.sleep()
    companion.use_persona("companion")
    assert not any("Lena" in text for text in recalled(companion, "Who is ill, is it my sister Lena?"))
    assert "Oslo" in system_of(house.model)
    assert not any("Lena" in line.memory.text for line in companion.portrait())
    assert not any("Lena" in memory.text for memory in companion.morning().learned)
    companion.use_persona("nell")
    assert any("Lena" in text for text in recalled(companion, "Who is ill, is it my sister Lena?"))


def test_what_is_said_in_play_is_never_told_of_the_person_and_comes_back_in_the_next_play(house: House) -> None:
    companion = house.open()
    companion.begin_conversation("play", "storyteller")
    told(companion, "I am a pirate captain and my ship is the Gull.", "My sister Anne sails with me to Tortuga.")
    kept = [row.memory for row in companion.list_memories(MemoryFilter(statuses=()))]
    assert {(memory.kind, memory.scope) for memory in kept} == {("moment", PLAY)}
    house.clock.advance(days=1)
    companion.sleep()
    companion.begin_conversation()
    assert recalled(companion, "What do you know about me?") == set()
    assert recalled(companion, "What is the name of my ship?") == set()
    companion.begin_conversation("play", "storyteller")
    assert "I am a pirate captain and my ship is the Gull." in recalled(companion, "What is my ship called?")
    assert "In our play, I said: I am a pirate captain" in house.model.calls[-1].messages[-1].memories


def test_what_a_persona_is_told_to_be_holds_from_the_next_message_on(house: House) -> None:
    companion = house.open()
    companion.copy_persona("companion", "Nell")
    companion.use_persona("nell")
    companion.ask("Hello there, Nell.")
    card = next(card for card in companion.personas() if card.in_use)
    companion.edit_persona(replace(card, boundaries="Never talk about the weather.", temperature=1.5))
    companion.ask("How is the weather?")
    assert "Never talk about the weather." in system_of(house.model)
    assert house.model.calls[-1].sampling.temperature == 1.5


def test_the_one_in_use_and_those_built_in_cannot_be_removed(house: House) -> None:
    companion = house.open()
    key = companion.copy_persona("companion", "Nell").key
    companion.use_persona(key)
    with pytest.raises(InvalidInput, match="in use"):
        companion.remove_persona(key)
    with pytest.raises(InvalidInput):
        companion.remove_persona("coach")
    with pytest.raises(NotFound):
        companion.use_persona("nobody")
    companion.use_persona("companion")
    companion.remove_persona(key)
    assert key not in [card.key for card in companion.personas()]


def test_what_was_told_to_a_persona_that_is_gone_is_told_to_no_other(house: House) -> None:
    companion = house.open()
    key = companion.copy_persona("storyteller", "Nell").key
    companion.use_persona(key)
    told(companion, "My sister Lena is ill and I am afraid for her.")
    companion.use_persona("companion")
    companion.remove_persona(key)
    assert companion.copy_persona("storyteller", "Nell").key != key
    assert recalled(companion, "Who is ill, is it my sister Lena?") == set()


def test_a_broken_file_does_not_keep_the_person_out(house: House) -> None:
    house.paths.personas.mkdir(parents=True)
    (house.paths.personas / "ada.toml").write_text('display_name = "Ada"\n', encoding="utf-8")
    house.settings = Settings(persona="ada")
    companion = house.open(chat=True)
    (notice,) = house.events.of(Notice)
    assert "ada" in notice.title
    assert "system" in notice.hint
    assert next(card for card in companion.personas() if card.key == "ada").problem
    with pytest.raises(InvalidInput, match="system"):
        companion.use_persona("ada")
    assert companion.ask("Hello there.").turn.speaker == "Companion"
    companion.close()
    with pytest.raises(InvalidInput, match="system"):
        house.open(model=FakeModel())


def test_the_environment_has_the_last_word_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    companion = house.open()
    monkeypatch.setenv("COMPANION_PERSONA", "friend")
    with pytest.raises(InvalidInput, match="COMPANION_PERSONA"):
        companion.use_persona("coach")
    assert not house.paths.settings.exists() or "persona" not in tomllib.loads(house.paths.settings.read_text())


def test_a_conversation_that_began_with_a_question_is_called_by_the_persons_words(house: House) -> None:
    companion = house.open()
    companion.answer_question("Who matters to you?", "My sister Lena.")
    assert [chat.title for chat in companion.conversations()] == ["My sister Lena."]
