"""Who holds a conversation and how, and where it is kept: on disk, or nowhere when it is incognito."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from companion.chats import ChatMode
from companion.errors import CompanionError
from companion.model.persona import Persona, load_persona
from companion.store.store import NOWHERE, Store

log = logging.getLogger(__name__)


@dataclass
class Holding:
    """`persona` holds what no other one was chosen for. `load` reads one by its key."""

    store: Store
    persona: Persona
    load: Callable[[str], Persona] = load_persona
    next_mode: ChatMode = "usual"
    """Of the conversation that the next message begins."""
    next_persona: str = ""
    """Key of the persona it is held with, empty for `persona`."""
    _incognito: Store | None = None
    _loaded: dict[str, Persona] = field(default_factory=dict)

    def begin(self, mode: ChatMode, persona: str) -> None:
        """The next message begins a conversation that is held like this; what was incognito is gone. Raises NotFound
        and InvalidInput for a persona that there is not."""
        if persona:
            self.load(persona)
        self.end_incognito()
        self.next_mode, self.next_persona = mode, persona

    def end_incognito(self) -> None:
        """Nothing of it is left, once whoever reads in it just now is done."""
        self._incognito = None

    def make_room(self) -> Store:
        """Where the conversation that the next message begins will be kept."""
        if self.next_mode == "incognito" and self._incognito is None:
            self._incognito = Store.in_memory(self.store)
        return self.store_of(None)

    def open_new(self) -> int:
        """Begin it. Joins the caller's transaction in that store."""
        key = self.next_persona or self.persona.name
        return self.store_of(None).conversations.begin(self.store.clock.now(), self.next_mode, key)

    def store_of(self, conversation: int | None) -> Store:
        """Where its turns are; None: it has not begun."""
        incognito = self._incognito
        return incognito if incognito is not None and self.is_incognito(conversation) else self.store

    def store_of_turn(self, turn: int) -> Store:
        return self._incognito if self._incognito is not None and turn > NOWHERE else self.store

    def is_incognito(self, conversation: int | None) -> bool:
        return self.next_mode == "incognito" if conversation is None else conversation > NOWHERE

    def mode_of(self, conversation: int | None) -> ChatMode:
        return "incognito" if self.is_incognito(conversation) else self._held(conversation)[0]

    def persona_of(self, conversation: int | None) -> Persona:
        """Who holds it. One that was removed meanwhile is stood in for by the one in use."""
        key = self._held(conversation)[1]
        if not key or key == self.persona.name:
            return self.persona
        if key not in self._loaded:
            try:
                self._loaded[key] = self.load(key)
            except CompanionError as error:
                log.warning("a persona cannot be used: %s", error.title)
                return self.persona
        return self._loaded[key]

    def use(self, persona: Persona) -> None:
        """From now on it holds what no other one was chosen for."""
        self.persona = persona

    def renew(self) -> None:
        """Personas were written anew."""
        self._loaded.clear()
        try:
            self.persona = self.load(self.persona.name)
        except CompanionError as error:
            log.warning("the persona in use is as it was: %s", error.title)

    def scopes_of(self, conversation: int | None) -> frozenset[str]:
        """What may be recalled in it."""
        return self.store.scopes.readable_by(*self._held(conversation))

    def _held(self, conversation: int | None) -> tuple[ChatMode, str]:
        """How, and the key of the persona."""
        if conversation is None:
            return self.next_mode, self.next_persona or self.persona.name
        return self.store_of(conversation).conversations.held(conversation) or ("usual", "")
