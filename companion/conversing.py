"""What the person says and reads: messages, conversations, versions of a message. A part of `Companion`, which puts it
together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from companion import events, strings
from companion.chats import ChatMode, Conversation, FoundTurn, SentMessage, WhySaid
from companion.clock import Clock, moment, stamp
from companion.errors import CompanionError, EmptyMessage, InvalidInput, NotFound, ProfileError, told_of
from companion.events import Event, Listener
from companion.holding import Holding
from companion.mind.admit import LONGEST_TURN
from companion.mind.reflect import Reflection
from companion.minding import Minding
from companion.model.personas import Personas
from companion.pasted import PASTED_CHARACTERS, Span, find_pasted, joined
from companion.records import ReplyReport, Role, TranscriptItem, Turn
from companion.settings import Settings
from companion.sources import why_said
from companion.standing_by import Seen, StandingBy
from companion.store.aside import follow_path
from companion.store.conversations import Conversations
from companion.store.learned import learned_from
from companion.store.store import Store
from companion.talking import Talking
from companion.text import one_line, valid_text
from companion.turn import Way

log = logging.getLogger(__name__)
CONTINUED = timedelta(hours=8)
"""The pause up to which a chat goes on with the latest conversation."""


class Conversing:
    """The talking part of `CompanionApi`. Whoever is one gives it the parts below, and `_opened`."""

    _clock: Clock
    _settings: Settings
    _talking: Talking
    _minding: Minding
    _holding: Holding
    _personas: Personas
    _reflection: Reflection
    _standing_by: StandingBy
    _emit: Callable[[Event], None]
    _conversation: int | None
    """The one that is open; None: the next message begins it."""
    _sending: threading.Lock
    _listeners: list[Listener]
    _status_changed: Callable[[], None]

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def send(self, text: str, pasted: tuple[Span, ...] = ()) -> SentMessage:
        text = valid_text(text)
        if not text.strip():
            raise EmptyMessage
        seen = self._standing_by.look(text)
        with self._sending:
            try:
                self._make_way()
                store = self._holding.store_of(self._conversation) if self._conversation else self._holding.make_room()
                if self._conversation:
                    store.origins.check_confirmed(self._conversation)  # what it was imported with may be removed by now
                with store.db.write():
                    conversation = self._conversation or self._holding.open_new()
                    turn = store.turns.add(conversation, "person", text, self._clock.now(), speaker=self._person)
                    self._note_pasted(store, turn, pasted)
                    store.drafts.put(self._conversation or 0, "")
                    program = self._keep_care(store, turn, seen)
            except CompanionError:
                self._standing_by.tell(0, seen)  # whatever else fails, help does not
                raise
            self._conversation = conversation
            self._standing_by.tell(turn.id, seen, program)
            self._talking.answer(turn)
            self._minding.interrupt()
        self._status_changed()
        return SentMessage(turn.id, turn.conversation)

    def regenerate(self, reply: int, without: tuple[str, ...] = ()) -> SentMessage:
        return self._again(self._said(reply, "companion"), Way(beside=True, without=frozenset(without)))

    def continue_reply(self, reply: int) -> SentMessage:
        found, model = self._said(reply, "companion"), self._talking.model
        begun, instead = found.text.rstrip(), strings.text("conversing.another_instead")
        if model is not None and not model.info.goes_on:
            raise InvalidInput(strings.text("conversing.cannot_go_on", name=model.info.name), hint=instead)
        if not begun:
            raise InvalidInput(strings.text("conversing.nothing_to_go_on"), hint=instead)
        return self._again(found, Way(beside=True, begun=begun))

    def resend(self, turn: int, text: str, pasted: tuple[Span, ...] = ()) -> SentMessage:
        text = valid_text(text)
        if not text.strip():
            raise EmptyMessage
        old = self._said(turn, "person")
        seen = self._standing_by.look(text)
        with self._sending:
            self._make_way()
            store = self._holding.store_of_turn(old.id)
            with store.db.write():
                changed = self._go_to(store, old)
                parent = store.branches.parent(old.id)
                left = store.branches.following(old.conversation, parent)
                new = store.turns.add(
                    old.conversation, "person", text, self._clock.now(), speaker=self._person, parent=parent
                )
                before = [old.text[source.start : source.end] for source in store.sources.of_turn(old.id)]
                self._note_pasted(store, new, (*pasted, *find_pasted(text, before)))
                changed += () if self._holding.is_incognito(new.conversation) else follow_path(store, left)
                program = self._keep_care(store, new, seen)
            self._turn_to(new.conversation)
            self._standing_by.tell(new.id, seen, program)
            self._talking.answer(new)
            self._minding.interrupt()
        self._path_changed(changed)
        return SentMessage(new.id, new.conversation)

    def _note_pasted(self, store: Store, turn: Turn, spans: Sequence[Span]) -> None:
        """Inside the transaction that keeps the turn. What lies behind all that is ever read of a message for what it
        tells counts as pasted: nobody types that much."""
        behind = [(LONGEST_TURN, len(turn.text))] if len(turn.text) > LONGEST_TURN + PASTED_CHARACTERS else []
        for span in joined(turn.text, (*spans, *behind)):
            store.sources.add("paste", "", self._clock.now(), turn.id, span)

    def _keep_care(self, store: Store, turn: Turn, seen: Seen) -> bool:
        return self._standing_by.keep(store, turn.id, seen, kept=not self._holding.is_incognito(turn.conversation))

    def choose(self, turn: int) -> None:
        store = self._holding.store_of_turn(turn)
        found = store.turns.get(turn)
        with self._sending:
            self._make_way()
            with store.db.write():
                changed = self._go_to(store, found)
            self._talking.renew()
        self._path_changed(changed)

    def _again(self, reply: Turn, way: Way) -> SentMessage:
        """Write another reply beside `reply`."""
        with self._sending:
            self._make_way()
            store = self._holding.store_of_turn(reply.id)
            with store.db.write():  # refuses at once where no reply could be kept
                changed = self._go_to(store, reply)
            turn = store.turns.get(reply.answers or 0)
            self._turn_to(turn.conversation)
            self._talking.answer(turn, way)
            self._minding.interrupt()
        self._path_changed(changed)
        return SentMessage(turn.id, turn.conversation)

    def _said(self, id: int, role: Role) -> Turn:
        """A turn of the person's, or a reply to one. Raises NotFound."""
        found = self._holding.store_of_turn(id).turns.get(id)
        if found.role != role or (role == "companion" and found.answers is None):
            if role == "companion":
                raise NotFound(strings.text("conversing.no_reply", id=id))
            raise NotFound(strings.text("conversing.not_yours", id=id))
        return found

    def _go_to(self, store: Store, turn: Turn) -> tuple[int, ...]:
        """Have the conversation say this version of a turn. Returns the memories that were changed by it. Inside a
        transaction in that store."""
        store.origins.check_confirmed(turn.conversation)
        if store.branches.is_on(turn.id):
            return ()
        left, joined = store.branches.go(turn.conversation, store.branches.latest_below(turn.id))
        if self._holding.is_incognito(turn.conversation):
            return ()
        for each in store.turns.many(joined).values():
            if each.role == "person":
                self._reflection.queue(each.id)
            elif each.answers is not None:
                self._reflection.queue(each.answers, each.id)
        return follow_path(store, left, joined)

    def _path_changed(self, memories: tuple[int, ...]) -> None:
        if memories:
            self._emit(events.MemoriesChanged(memories))
        self._minding.poke()
        self._status_changed()

    def _make_way(self) -> None:
        """For what the person says. Raises Busy."""
        self._talking.check_free()
        self._minding.interrupt()  # while the words go to disk, the model lets go of what it was thinking

    @property
    def _person(self) -> str:
        return self._settings.name or "You"

    # Conversations

    def conversations(self, text: str = "", limit: int = 200) -> tuple[Conversation, ...]:
        store = self._opened
        among = None
        if wanted := text.strip():
            among = sorted(store.conversations.titled(wanted) | store.turn_search.conversations(wanted))
        return tuple(map(self._described, store.conversations.latest(limit, among)))

    def conversation(self) -> Conversation:
        open_now = self._conversation
        if open_now is not None:
            return self._described(self._holding.store_of(open_now).conversations.get(open_now))
        at, offset = stamp(self._clock.now())
        persona = self._holding.persona_of(None)
        mode = self._holding.mode_of(None)
        return Conversation(0, "", at, at, offset, mode=mode, persona=persona.name, speaker=persona.display_name)

    def begin_conversation(self, mode: ChatMode = "usual", persona: str = "") -> Conversation:
        with self._sending:
            self._talking.check_free()
            self._holding.begin(mode, self._personas.key_of(persona) if persona else "")
            self._conversation = None
            self._talking.turn_to(None)
            if mode != "incognito":
                self._note(lambda kept: kept.begin_later(self._clock.now(), mode, persona))
        self._status_changed()
        return self.conversation()

    def open_conversation(self, id: int) -> Conversation:
        store = self._holding.store_of(id)
        found = store.conversations.get(id)
        store.origins.check_confirmed(id)
        with self._sending:
            self._talking.check_free()
            self._turn_to(id)
        self._status_changed()
        return self._described(found)

    def go_back(self, id: int, mode: ChatMode, persona: str) -> None:
        """Where the person talked before the engine was started anew. What was incognito is gone, but what they say
        next is incognito as well."""
        if id and mode != "incognito":
            with suppress(CompanionError):
                self.open_conversation(id)
                return
        try:
            self.begin_conversation(mode, persona)
        except CompanionError:  # the persona was removed meanwhile
            self.begin_conversation(mode)

    def rename_conversation(self, id: int, title: str) -> Conversation:
        if title.strip() and not one_line(title):
            raise InvalidInput(strings.text("conversing.no_title"))
        store = self._holding.store_of(id)
        store.conversations.rename(id, title)
        return self._described(store.conversations.get(id))

    def search_turns(self, text: str, limit: int = 50) -> tuple[FoundTurn, ...]:
        return self._opened.turn_search.find(text, limit)

    def why(self, reply: int) -> WhySaid:
        return why_said(self._holding, self._said(reply, "companion"))

    def draft(self) -> str:
        return (
            "" if self._holding.is_incognito(self._conversation) else self._opened.drafts.get(self._conversation or 0)
        )

    def keep_draft(self, text: str) -> None:
        store = self._opened
        if not self._holding.is_incognito(self._conversation) and not store.read_only:
            store.drafts.put(self._conversation or 0, valid_text(text))

    def _turn_to(self, conversation: int) -> None:
        """It is the one that is open from now on; another one that was incognito is gone."""
        if conversation == self._conversation:
            return
        if not self._holding.is_incognito(conversation):
            self._holding.begin("usual", "")
        self._conversation = conversation
        self._talking.turn_to(conversation)
        self._note(lambda kept: kept.begin_no_more())

    def _note(self, note: Callable[[Conversations], None]) -> None:
        """Where a later start begins; the conversation does not depend on it."""
        if not self._opened.read_only:
            try:
                note(self._opened.conversations)
            except ProfileError as error:
                log.warning("a later start may begin elsewhere: %s", error.title)

    def _described(self, found: Conversation) -> Conversation:
        """With how it is held."""
        speaker = found.speaker or self._holding.persona_of(found.id).display_name
        return replace(found, mode=self._holding.mode_of(found.id), speaker=speaker)

    def stop(self) -> bool:
        return self._talking.stop()

    def typing(self, text: str) -> None:
        if self._settings.model.type_ahead:
            self._minding.interrupt()
            self._talking.typing(valid_text(text))

    def ask(self, text: str, pasted: tuple[Span, ...] = ()) -> ReplyReport:
        """Send and wait for the reply; events go to listeners meanwhile. Raises CompanionError when there is none."""
        outcome: list[events.ReplyFinished | events.ReplyFailed] = []

        def listen(event: Event) -> None:
            if isinstance(event, events.ReplyFinished | events.ReplyFailed):
                outcome.append(event)

        self.subscribe(listen)
        try:
            self.send(text, pasted)
            self._talking.wait()
        finally:
            self._listeners.remove(listen)
        match outcome[-1:]:
            case [events.ReplyFinished(report=report)]:
                return report
            case [events.ReplyFailed(title=title, hint=hint)]:
                problem = self._talking.problem
                raise problem if problem is not None else told_of(title, hint)
            case _:
                raise CompanionError(strings.text("engine.cut_off"))

    def transcript(
        self, before: int | None = None, limit: int = 50, around: int | None = None
    ) -> tuple[TranscriptItem, ...]:
        return self._items(self._page(before, max(0, limit), around))

    def _page(self, before: int | None, limit: int, around: int | None) -> list[Turn]:
        conversation = self._conversation
        if around is not None:
            turns = self._holding.store_of_turn(around).turns
            middle = turns.get(around)
            after = turns.following(middle, limit // 2)
            return [*turns.page(middle.conversation, limit - len(after), middle.id + 1), *after]
        if conversation is None and self._holding.is_incognito(None):
            return []
        turns = self._holding.store_of(conversation).turns
        if before is not None:
            try:
                conversation = turns.get(before).conversation
            except NotFound:  # a number between two turns: nothing else can say which conversation is meant
                return turns.latest(limit, before)
        return turns.page(conversation, limit, before)

    def _items(self, turns: list[Turn]) -> tuple[TranscriptItem, ...]:
        store = self._holding.store_of(turns[0].conversation if turns else None)
        replies = [turn.id for turn in turns if turn.role == "companion"]
        recalled, marked = store.recalls.of(replies), store.marks.of(replies)
        answered = [turn.answers for turn in turns if turn.role == "companion" and turn.answers]
        learned, asked = learned_from(self._opened, answered), store.questions.of(answered)
        versions = store.branches.siblings([turn.id for turn in turns])
        brought_up = store.checkins.told_in([t.id for t in turns if t.role == "companion" and t.answers is None])
        care = store.care.of([turn.id for turn in turns if turn.role == "person"])
        return tuple(
            TranscriptItem(
                turn,
                recalled.get(turn.id, ()),
                learned.get(turn.answers or 0, ()),
                marked.get(turn.id, ()),
                asked.get(turn.answers or 0),
                versions.get(turn.id, ()),
                brought_up.get(turn.id),
                self._standing_by.card_of(care.get(turn.id)),
                turn.id in care and care[turn.id].is_program,
            )
            for turn in turns
        )

    def _latest_conversation(self) -> int | None:
        """The one that a chat goes on with; None: the next message begins another, if they began one, as they did."""
        since = self._clock.now() - CONTINUED
        beginning = self._opened.conversations.beginning(since.timestamp())
        if beginning is not None:
            with suppress(CompanionError):  # the persona was removed
                self._holding.begin(*beginning)
            return None
        latest = self._opened.turns.latest(1)
        if not latest or moment(latest[-1].at, latest[-1].utc_offset) <= since:
            return None
        conversation, drafts = latest[-1].conversation, self._opened.drafts
        if drafts.get(0) and not drafts.get(conversation):
            return None  # the first message of a new one was being written
        return None if self._opened.origins.waits(conversation) else conversation
