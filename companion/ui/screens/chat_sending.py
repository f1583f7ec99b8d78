"""Sending what is written, in its order; what cannot be sent yet waits, and nothing that was typed is given up."""

from __future__ import annotations

from contextlib import suppress

from textual import on, work
from textual.timer import Timer

from companion.calls import EnginePort
from companion.clock import SystemClock, stamp
from companion.errors import Busy, CompanionError, EngineStopped
from companion.records import TranscriptItem, Turn
from companion.strings import text
from companion.ui.screens.base import tell_error
from companion.ui.screens.chat_scroll import Scrolling
from companion.ui.widgets.prompt import Prompt

PAUSE = 0.25
"""Seconds after which the engine hears what was typed meanwhile."""


class Sending(Scrolling):
    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self._uncertain: str | None = None
        self._pause: Timer | None = None
        self._told = ""
        self.moving = False
        """Another conversation is about to be on the screen: what is said meanwhile waits for it."""

    async def before_sending(self) -> None:
        """A message is about to be said: what it was a draft of is no draft any more."""
        raise NotImplementedError

    async def after_sending(self, conversation: int) -> None:
        """A message was said in this conversation."""
        raise NotImplementedError

    def submitted(self, words: str) -> None:
        """The person has sent a message of theirs."""
        self.outbox.put(words)
        self.transcript.to_newest()
        self.refresh_state()
        self.send_waiting()

    @on(Prompt.Changed)
    def _typed(self) -> None:
        if self._pause is None:
            self._pause = self.set_timer(PAUSE, self._tell_typed, name="typing")

    @work(group="typing", exclusive=True)
    async def _tell_typed(self) -> None:
        """What is typed so far; what was sent, or deleted, is not told of any more."""
        self._pause = None
        words = self.prompt.whole_text
        if self._loaded and words != self._told:
            self._told = words
            with suppress(CompanionError):  # it only makes the reply begin sooner
                await self.engine.typing(words)

    @on(Prompt.Ended)
    async def _ended(self) -> None:
        await self.app.action_quit()

    def take_back(self) -> bool:
        """The newest message that waits is in the prompt again. False when none can be taken back."""
        words = self.outbox.take_back()
        if words is None:
            return False
        self.prompt.put_back(words)
        self.refresh_state()
        return True

    @work(group="send")
    async def send_waiting(self) -> None:
        """Send the oldest waiting message, unless a reply is still owed. Called again when one has ended."""
        if not self._loaded or self.moving or self.progress.answering is not None:
            return
        words = self.outbox.begin()
        if words is None:
            return
        self.refresh_state()
        try:
            await self.to_latest()
            await self.before_sending()
            sent = await self.engine.send(words, self.prompt.pasted.within(words))
        except Busy:
            self.outbox.hold()  # sent again when the reply has ended
        except EngineStopped:
            if self.outbox.sending == words:
                self._uncertain = words
                self.outbox.hold()  # sent again when the engine is back, unless it turns out to be saved
        except CompanionError as error:
            self.outbox.sent()
            self.prompt.put_back(words)
            tell_error(self, error)
        else:
            self.progress.sent(sent.turn)
            self.acknowledge(sent.turn, sent.conversation)
            await self.after_sending(sent.conversation)
        self.refresh_state()

    def acknowledge(self, turn: int, conversation: int | None = None) -> None:
        """The message on its way is on disk as `turn`. Told by the answer or by an event, whichever is first."""
        if self.transcript.person(turn) is not None or self.outbox.sending is None:
            return
        self.show_said(turn, self.outbox.sent() or "", conversation)

    def show_said(self, turn: int, words: str, conversation: int | None, siblings: tuple[int, ...] = ()) -> None:
        """What the person said, as it was just put on record."""
        at, utc_offset = stamp(SystemClock().now())
        where = conversation or self.progress.status.conversation or self.transcript.conversation
        self.transcript.add_person(Turn(turn, where, "person", "", words, at, utc_offset), siblings)

    def engine_ended(self) -> None:
        """What was on its way may have been saved, or not."""
        self.workers.cancel_group(self, "send")
        self._uncertain = self.outbox.sending or self._uncertain
        self.outbox.hold()
        self._loaded = False
        self._told = ""

    def recognise_sent(self, items: tuple[TranscriptItem, ...]) -> None:
        """A message that was on its way when the engine ended may have been saved: then it must not go twice."""
        uncertain, self._uncertain = self._uncertain, None
        known = self.transcript.newest_id
        if uncertain is None or self.outbox.texts[:1] != (uncertain,):
            return
        if any(t.role == "person" and t.id > known and t.text == uncertain for t in (i.turn for i in items)):
            self.outbox.begin()
            self.outbox.sent()

    def hint_empty(self) -> None:
        """Enter was pressed on nothing."""
        self.prompt.hint(text("chat.type_first"), text("chat.prompt"))
