"""What the person says and reads: messages, conversations, versions of a message. A part of `Companion`, which puts it
together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from companion import events, strings
from companion.clock import Clock, moment
from companion.errors import CompanionError, EmptyMessage, NotFound
from companion.events import Event, Listener
from companion.minding import Minding
from companion.records import ReplyReport, SentMessage, TranscriptItem, Turn
from companion.settings import Settings
from companion.store.learned import learned_from
from companion.store.store import Store
from companion.talking import Talking
from companion.text import valid_text

CONTINUED = timedelta(hours=8)
"""The pause up to which a chat goes on with the latest conversation."""


class Conversing:
    """The talking part of `CompanionApi`. Whoever is one gives it the parts below, and `_opened`."""

    _clock: Clock
    _settings: Settings
    _talking: Talking
    _minding: Minding
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

    def send(self, text: str) -> SentMessage:
        text = valid_text(text)
        if not text.strip():
            raise EmptyMessage
        store = self._opened
        with self._sending:
            self._talking.check_free()
            self._minding.interrupt()  # while the words go to disk, the model lets go of what it was thinking
            now = self._clock.now()
            with store.db.write():
                conversation = self._conversation or store.turns.open_conversation(now)
                turn = store.turns.add(conversation, "person", text, now, speaker=self._settings.name or "You")
            self._conversation = conversation
            self._talking.answer(turn)
            self._minding.interrupt()
        self._status_changed()
        return SentMessage(turn.id, turn.conversation)

    def stop(self) -> bool:
        return self._talking.stop()

    def typing(self, text: str) -> None:
        if self._settings.model.type_ahead:
            self._minding.interrupt()
            self._talking.typing(valid_text(text))

    def ask(self, text: str) -> ReplyReport:
        """Send and wait for the reply; events go to listeners meanwhile. Raises CompanionError when there is none."""
        outcome: list[events.ReplyFinished | events.ReplyFailed] = []

        def listen(event: Event) -> None:
            if isinstance(event, events.ReplyFinished | events.ReplyFailed):
                outcome.append(event)

        self.subscribe(listen)
        try:
            self.send(text)
            self._talking.wait()
        finally:
            self._listeners.remove(listen)
        match outcome[-1:]:
            case [events.ReplyFinished(report=report)]:
                return report
            case [events.ReplyFailed(title=title, hint=hint)]:
                problem = self._talking.problem
                raise problem if problem is not None else _failed(title, hint)
            case _:
                raise CompanionError(strings.text("engine.cut_off"))

    def transcript(
        self, before: int | None = None, limit: int = 50, around: int | None = None
    ) -> tuple[TranscriptItem, ...]:
        return self._items(self._page(before, max(0, limit), around))

    def _page(self, before: int | None, limit: int, around: int | None) -> list[Turn]:
        turns = self._opened.turns
        if around is not None:
            middle = turns.get(around)
            after = turns.following(middle, limit // 2)
            return [*turns.page(middle.conversation, limit - len(after), middle.id + 1), *after]
        conversation = self._conversation
        if before is not None:
            try:
                conversation = turns.get(before).conversation
            except NotFound:  # a number between two turns: nothing else can say which conversation is meant
                return turns.latest(limit, before)
        return turns.page(conversation, limit, before)

    def _items(self, turns: list[Turn]) -> tuple[TranscriptItem, ...]:
        store = self._opened
        replies = [turn.id for turn in turns if turn.role == "companion"]
        recalled, marked = store.recalls.of(replies), store.marks.of(replies)
        answered = [turn.answers for turn in turns if turn.role == "companion" and turn.answers]
        learned, asked = learned_from(store, answered), store.questions.of(answered)
        versions = store.branches.siblings([turn.id for turn in turns])
        return tuple(
            TranscriptItem(
                turn,
                recalled.get(turn.id, ()),
                learned.get(turn.answers or 0, ()),
                marked.get(turn.id, ()),
                asked.get(turn.answers or 0),
                versions.get(turn.id, ()),
            )
            for turn in turns
        )

    def _latest_conversation(self) -> int | None:
        latest = self._opened.turns.latest(1)
        if not latest or self._clock.now() - moment(latest[-1].at, latest[-1].utc_offset) >= CONTINUED:
            return None
        return latest[-1].conversation


def _failed(title: str, hint: str) -> CompanionError:
    """The error that a failed turn told as an event."""
    error = CompanionError(hint=hint)
    error.title = title
    return error
