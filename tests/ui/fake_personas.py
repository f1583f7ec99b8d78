"""The fake engine's personas and first questions."""

from __future__ import annotations

from dataclasses import replace

from companion.calls import EnginePort
from companion.chats import CheckIn, Conversation, PersonaCard
from companion.errors import InvalidInput, NotFound
from companion.records import Change, Memory, Turn

CARDS = (
    PersonaCard("companion", "Companion", "Warm and honest.", "You are Companion.", "", "Hello.", in_use=True),
    PersonaCard("coach", "Rosa", "Asks what you will do next.", "You are Rosa.", "Gives no orders.", "Hi.", "own"),
)


class FakePersonas(EnginePort):
    """`cards` are those there are; `answered` what the first questions were answered with."""

    def __post_init__(self) -> None:
        self.cards: list[PersonaCard] = list(CARDS)
        self.answered: list[tuple[str, str]] = []
        self.upcoming: list[CheckIn] = []

    def remember(self, text: str) -> Memory:
        raise NotImplementedError

    def said(
        self, role: str, text: str, conversation: int | None = None, at: float | None = None, **more: object
    ) -> Turn:
        raise NotImplementedError

    async def personas(self) -> tuple[PersonaCard, ...]:
        await self._call("personas")
        return tuple(self.cards)

    def _card(self, key: str) -> PersonaCard:
        found = next((card for card in self.cards if card.key == key), None)
        if found is None:
            raise NotFound(f"persona {key}")
        return found

    async def use_persona(self, key: str) -> Conversation:
        await self._call("use_persona", key)
        card = self._card(key)
        self.cards = [replace(each, in_use=each.key == key) for each in self.cards]
        return Conversation(0, "", 0.0, 0.0, 0, persona=key, speaker=card.name)

    async def checkins(self, limit: int = 50) -> tuple[CheckIn, ...]:
        await self._call("checkins", limit)
        return tuple(self.upcoming[:limit])

    async def copy_persona(self, key: str, name: str) -> PersonaCard:
        await self._call("copy_persona", key, name)
        copy = replace(self._card(key), key=f"{key}-2", name=name, built_in=False, in_use=False)
        self.cards.append(copy)
        return copy

    async def edit_persona(self, card: PersonaCard) -> PersonaCard:
        await self._call("edit_persona", card)
        if self._card(card.key).built_in:
            raise InvalidInput("it came with the program")
        self.cards = [card if each.key == card.key else each for each in self.cards]
        return card

    async def remove_persona(self, key: str) -> None:
        await self._call("remove_persona", key)
        self.cards.remove(self._card(key))

    async def answer_question(self, question: str, answer: str) -> Change:
        await self._call("answer_question", question, answer)
        self.answered.append((question, answer))
        asked = self.said("companion", question)
        self.said("person", answer, asked.conversation, after=asked.id)
        return Change(1, "", (self.remember(answer),))
