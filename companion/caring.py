"""Personas: choosing, copying, editing them. A part of `Companion`, which puts it together."""

from __future__ import annotations

import logging

from companion.chats import ChatMode, Conversation, PersonaCard
from companion.errors import CompanionError, InvalidInput
from companion.events import Notice
from companion.model.persona import Persona, load_persona
from companion.model.personas import DEFAULT, Personas
from companion.paths import Paths
from companion.settings import Settings
from companion.settings_file import overriding, write_setting
from companion.store.store import Store
from companion.strings import text
from companion.talking import Talking

log = logging.getLogger(__name__)


class Caring:
    """The part of `CompanionApi` about personas. Whoever is one gives it the parts below, and `_opened`."""

    _paths: Paths
    _settings: Settings
    _personas: Personas
    _talking: Talking

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def begin_conversation(self, mode: ChatMode = "usual", persona: str = "") -> Conversation:
        """See `companion.api`."""
        raise NotImplementedError

    def personas(self) -> tuple[PersonaCard, ...]:
        return self._personas.cards(self._settings.persona)

    def use_persona(self, key: str) -> Conversation:
        self._talking.check_free()
        card = self._personas.card(key)
        if card.problem:
            raise InvalidInput(text("personas.broken", persona=card.key, problem=card.problem))
        if variable := overriding("", "persona"):
            raise InvalidInput(
                text("personas.decided", variable=variable), hint=text("personas.decided_hint", variable=variable)
            )
        write_setting(self._paths.settings, "", "persona", key)
        self._settings = self._settings.model_copy(update={"persona": key})
        return self.begin_conversation("usual", key)

    def copy_persona(self, key: str, name: str) -> PersonaCard:
        return self._personas.copy(key, name, self._opened.scopes.names())

    def edit_persona(self, card: PersonaCard) -> PersonaCard:
        edited = self._personas.edit(card)
        self._talking.renew()  # what was read ahead began with what it was
        return self._personas.card(edited.key, self._settings.persona)

    def remove_persona(self, key: str) -> None:
        if key == self._settings.persona and self._personas.is_own(key):
            name = self._personas.card(key).name
            raise InvalidInput(text("personas.in_use", name=name), hint=text("personas.choose_other"))
        self._personas.remove(key)

    def _persona_in_use(self, *, chat: bool) -> tuple[Persona, Notice | None]:
        """The one that is set. In a chat one that cannot be used must not keep the person out: then it is the default,
        and a notice. Raises NotFound, InvalidInput elsewhere."""
        key = self._settings.persona
        try:
            return self._personas.load(key), None
        except CompanionError as error:
            if not chat:
                raise
            log.warning("persona %s: %s", key, error.title)
            persona = load_persona(DEFAULT, self._personas.built_in)
            title = text("personas.fallback", persona=key, name=persona.display_name)
            self._settings = self._settings.model_copy(update={"persona": DEFAULT})
            return persona, Notice("warning", title, text("personas.fallback_hint", problem=error.detail))
