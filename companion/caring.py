"""First questions, check-ins, personas. A part of `Companion`, which puts it together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import get_args

from companion.chats import ChatMode, CheckIn, Conversation, PersonaCard
from companion.clock import Clock
from companion.editing import Editing
from companion.errors import CompanionError, EmptyMessage, InvalidInput
from companion.events import CheckedIn, Event, MemoriesChanged, Notice
from companion.holding import Holding
from companion.mind.checking_in import CheckingIn, reason, words
from companion.mind.reflect import REFLECT
from companion.model.persona import Persona, load_persona
from companion.model.personas import DEFAULT, Personas
from companion.notifying import notify
from companion.paths import Paths
from companion.records import Change, CheckInKind, RecalledMemory
from companion.settings import Settings
from companion.settings_file import overriding, write_setting
from companion.store.scopes import EVERYBODY
from companion.store.store import Store
from companion.strings import text
from companion.talking import Talking
from companion.text import one_line, valid_text

log = logging.getLogger(__name__)
LONGEST_QUESTION = 300
"""Characters."""


class Caring:
    """The part of `CompanionApi` about first questions, check-ins and personas; whoever is one gives it its parts."""

    _paths: Paths
    _settings: Settings
    _personas: Personas
    _clock: Clock
    _holding: Holding
    _talking: Talking
    _editing: Editing
    _checking_in: CheckingIn
    _store: Store | None
    _chat: bool
    _sending: threading.Lock
    _conversation: int | None
    _emit: Callable[[Event], None]
    _poke: Callable[[], None]
    _status_changed: Callable[[], None]

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def begin_conversation(self, mode: ChatMode = "usual", persona: str = "") -> Conversation:
        """See `companion.api`."""
        raise NotImplementedError

    def answer_question(self, question: str, answer: str) -> Change:
        question, answer = one_line(valid_text(question), LONGEST_QUESTION).strip(), valid_text(answer).strip()
        if not question:
            raise InvalidInput(text("answers.no_question"))
        if not answer:
            raise EmptyMessage
        store = self._opened
        now = self._clock.now()
        with self._sending:
            self._talking.check_free()
            with store.db.write():
                conversation = self._to_write_in(store, shared=False)
                if conversation is None:
                    raise InvalidInput(text("answers.not_here"), hint=text("answers.begin_another"))
                store.turns.add(conversation, "companion", question, now, speaker=self._speaker())
                turn = store.turns.add(conversation, "person", answer, now, speaker=self._settings.name or "You")
                change = self._editing.answer(question, turn, store.scopes.of(conversation))
                store.jobs.queue(REFLECT, str(turn.id), now)
            self._written_in(conversation)
        self._emit(MemoriesChanged(tuple(memory.id for memory in change.memories)))
        self._poke()
        self._status_changed()
        return change

    def checkins(self, limit: int = 50) -> tuple[CheckIn, ...]:
        return self._checking_in.upcoming(limit)

    def less_like(self, kind: CheckInKind) -> None:
        if kind not in get_args(CheckInKind):
            raise InvalidInput(text("checkin.no_kind", kind=one_line(str(kind), 40)))
        self._checking_in.less_like(kind)

    def bring_up(self) -> None:
        """What the clock calls every minute: bring up what is due, if the person wants that and nobody is talking."""
        if not self._settings.checkins.enabled or self._store is None or self._store.read_only or not self._chat:
            return
        try:
            self._checking_in.refresh(self._clock.now())
            with self._sending:
                told = None if self._talking.wanted else self._bring_up(self._store)
        except CompanionError as error:  # the next minute looks again
            log.warning("nothing could be brought up: %s", error.title)
            return
        if told is None:
            return
        self._talking.renew()
        self._emit(told)
        self._status_changed()
        if self._settings.checkins.notify:
            notify("Companion", text("checkin.notice"))  # what it is, is nobody's business who sees the desktop

    def _bring_up(self, store: Store) -> CheckedIn | None:
        found = self._checking_in.next()
        if found is None:
            return None
        now = self._clock.now()
        planned, what = found
        said, why = words(what, now.date()), reason(what)
        with store.db.write():
            conversation = self._to_write_in(store, shared=True)
            if conversation is None:
                return None
            turn = store.turns.add(conversation, "companion", said, now, speaker=self._speaker())
            store.recalls.record(turn.id, [RecalledMemory(what.memory, 1.0, 1, reasons=(why,))])
            store.checkins.tell(planned.id, turn.id, now.timestamp())
        self._written_in(conversation)
        return CheckedIn(turn, what.memory.id, what.kind, said, why)

    def _to_write_in(self, store: Store, *, shared: bool) -> int | None:
        """The open conversation, or a new one, with what was typed for it; None where nothing may be written: what is
        incognito is not kept, a play is not interrupted, and what is everybody's (`shared`) is no business of a persona
        with a memory of its own. Inside a transaction; once it is on disk, `_written_in`."""
        held = self._holding
        if held.mode_of(self._conversation) != "usual":
            return None
        if shared and EVERYBODY not in held.scopes_of(self._conversation):
            return None
        if self._conversation is not None:
            return self._conversation
        conversation = held.open_new()
        store.drafts.put(conversation, store.drafts.get(0))
        store.drafts.put(0, "")
        return conversation

    def _written_in(self, conversation: int) -> None:
        """It is the one that is open, if none was."""
        if self._conversation is None:
            self._conversation = conversation
            self._talking.turn_to(conversation)

    def _speaker(self) -> str:
        return self._holding.persona_of(self._conversation).display_name

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
        persona = self._personas.load(key)
        write_setting(self._paths.settings, "", "persona", key)
        self._settings = self._settings.model_copy(update={"persona": key})
        self._holding.use(persona)
        # Who talks where nothing is kept does not mean to be remembered from here on.
        incognito = self._holding.is_incognito(self._conversation)
        return self.begin_conversation("incognito" if incognito else "usual", key)

    def copy_persona(self, key: str, name: str) -> PersonaCard:
        return self._personas.copy(key, name, self._opened.scopes.names())

    def edit_persona(self, card: PersonaCard) -> PersonaCard:
        edited = self._personas.edit(card)
        self._holding.renew()
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
