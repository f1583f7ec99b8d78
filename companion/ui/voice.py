"""Reading replies aloud and dictation in the app: when something is said, when the microphone is open. No Textual.

Sound is made by another process (`companion.speech`), which is started when it is first wanted and ended when nothing
is read aloud any more. What is heard is put where the person writes, and never sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, Protocol

from companion.errors import VoiceError
from companion.events import CareShown, Event, ReplyFailed, ReplyFinished, ReplyStarted, ReplyToken
from companion.speech.client import SpeechPort
from companion.speech.messages import Full, Gone, Heard, Quiet, Recording, SpeechEvent, Trouble
from companion.speech.spoken import ReplyReader
from companion.strings import text

REST = 120.0
"""Seconds for which the process is kept after a dictation: loading its model takes longer than a sentence."""


class Place(Protocol):
    """The app as speech sees it."""

    @property
    def is_incognito(self) -> bool: ...
    @property
    def shows_chat(self) -> bool: ...
    def put_dictated(self, words: str) -> None:
        """Into the prompt, where the cursor is."""

    def tell_voice(
        self, title: str, hint: str = "", level: Literal["information", "warning"] = "information"
    ) -> None: ...

    def show_voice(self, recording: str, aloud: str) -> None:
        """In the status line: what the microphone is doing, and whether replies are read. Both may be empty."""


class Voice:
    """Call from the app's thread alone; what the process tells is handed to `spoke`."""

    def __init__(
        self, place: Place, speech: SpeechPort, aloud: bool, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._place = place
        self._speech = speech
        self._now = now
        self._aloud = aloud
        """In conversations that are not incognito."""
        self._aloud_here = False
        """In the incognito conversation that is open."""
        self._round = 0
        self._saying = False
        self._reply: tuple[int, ReplyReader] | None = None
        self._silent_turn = 0
        """The person's turn whose reply is not read: a card with help lines stands there."""
        self._take = 0
        self._state: Literal["", "opening", "recording", "writing"] = ""
        self._since = 0.0
        self._rests_at: float | None = None
        """When the process that took a dictation is not waited for any more."""

    # What the person does

    @property
    def reads(self) -> bool:
        """Whether replies of the open conversation are read aloud."""
        return self._aloud_here if self._place.is_incognito else self._aloud

    @property
    def is_recording(self) -> bool:
        """Whether the microphone is open, or about to be."""
        return self._state in ("opening", "recording")

    def toggle(self) -> None:
        on = not self.reads
        if on:
            try:
                self._speech.check("speak")
            except VoiceError as error:
                self._place.tell_voice(error.brief, error.hint, "warning")
                return
        self._turn(on)
        if not on:
            self._place.tell_voice(text("voice.off"))
            return
        self._speech.ready("speak")
        incognito = self._place.is_incognito
        self._place.tell_voice(text("voice.on_incognito") if incognito else text("voice.on"), text("voice.on_hint"))

    def dictate(self) -> None:
        """Open the microphone, or close it and have written down what was said."""
        if self.is_recording:
            self._finish(keep=True)
            return
        if self._state:
            return  # the words are coming
        try:
            self._speech.check("listen")
        except VoiceError as error:
            self._place.tell_voice(error.brief, error.hint, "warning")
            return
        self.hush()
        self._take += 1
        self._state, self._since, self._rests_at = "opening", self._now(), None
        self._speech.listen(self._take)
        self._show()

    def cancel(self) -> bool:
        """Forget what is being said into the microphone; whether anything was."""
        was = bool(self._state)
        if was:
            self._finish(keep=False)
            self._end_take()
        return was

    def hush(self) -> bool:
        """Silence, at once, until the next reply; whether anything was being said."""
        was, self._saying, self._reply = self._saying, False, None
        self._round = self._speech.hush()
        self._show()
        return was

    # What happens

    def moved(self) -> None:
        """Another conversation is open."""
        self._aloud_here = False
        self.hush()
        self.cancel()

    def arrived(self) -> None:
        """It is known which conversation is open."""
        self._show()

    def close(self) -> None:
        """Locked, or at an end: nothing is said, heard or kept in memory any more."""
        self._aloud_here = False
        self._saying, self._reply = False, None
        self._end_take()
        self._rests_at = None
        self._speech.close()

    def changed(self, aloud: bool) -> None:
        """Settings of speech are other ones."""
        self.close()
        self._aloud = aloud

    def note(self, event: Event) -> None:
        match event:
            case CareShown():
                self._silent_turn = event.turn
                self.hush()
            case ReplyStarted():
                self.hush()
                if self.reads and not self.is_recording and event.turn != self._silent_turn:
                    self._reply = (event.reply, ReplyReader())
            case ReplyToken() if self._reply is not None and self._reply[0] == event.reply:
                self._say(self._reply[1].write(event.text))
            case ReplyFinished() if self._reply is not None and self._reply[0] == event.reply:
                reader, self._reply = self._reply[1], None
                if event.report.turn.state == "complete":
                    self._say(reader.finish())
            case ReplyFailed():
                self._reply = None
            case _:
                pass

    def spoke(self, event: SpeechEvent) -> None:
        match event:
            case Quiet() if event.round == self._round:
                self._saying = False
            case Recording() if event.take == self._take and self._state == "opening":
                self._state, self._since = "recording", self._now()
            case Full() if event.take == self._take and self.is_recording:
                self._state = "writing"
                self._place.tell_voice(text("voice.full"))
            case Heard() if event.take == self._take and self._state:
                self._end_take()
                if event.text:
                    self._place.put_dictated(event.text)
                else:
                    self._place.tell_voice(text("voice.nothing_heard"), text("voice.nothing_heard_hint"))
            case Trouble():
                self._trouble(event)
            case Gone():
                busy = self.reads or bool(self._state)
                self._stop_all()
                if busy:
                    self._place.tell_voice(text("voice.gone"), text("voice.gone_hint"), "warning")
            case _:
                pass
        self._show()

    def _trouble(self, event: Trouble) -> None:
        if event.part == "speak":
            if not self.reads:
                return
            self._turn(on=False)
        elif event.take == self._take:
            self._end_take()
        self._place.tell_voice(event.title, event.hint, "warning")

    @property
    def wants_clock(self) -> bool:
        """Whether `tick` is to be called."""
        return bool(self._state) or self._rests_at is not None

    def tick(self) -> None:
        """Time has passed."""
        if self._rests_at is not None and self._now() >= self._rests_at and not self._state:
            self._rests_at = None
            if not (self._aloud or self._aloud_here):
                self._speech.close()
        if self.is_recording and not self._place.shows_chat:
            self._finish(keep=True)  # nobody sees any more that the microphone is open
        self._show()

    # How

    def _turn(self, on: bool) -> None:
        if self._place.is_incognito:
            self._aloud_here = on
        else:
            self._aloud = on
        if not on:
            self.hush()
            if not self._state:
                self._speech.close()  # its memory is given back
        self._show()

    def _say(self, sentences: list[str]) -> None:
        for each in sentences:
            try:
                if not self._saying:
                    self._speech.check("speak")
                self._saying = True
                self._speech.say(each)
            except VoiceError as error:
                self._stop_all()
                self._place.tell_voice(error.brief, error.hint, "warning")
                return
        self._show()

    def _finish(self, keep: bool) -> None:
        self._state = "writing"
        self._speech.finish(self._take, keep)
        self._show()

    def _end_take(self) -> None:
        if self._state:
            self._rests_at = self._now() + REST
        self._state = ""
        self._show()

    def _stop_all(self) -> None:
        self._aloud = self._aloud_here = self._saying = False
        self._reply = None
        self._state = ""
        self._show()

    def _show(self) -> None:
        recording = ""
        if self._state == "writing":
            recording = text("voice.writing")
        elif self._state:
            passed = int(self._now() - self._since)
            recording = text("voice.recording", time=f"{passed // 60}:{passed % 60:02d}")
        self._place.show_voice(recording, text("voice.speaking") if self.reads else "")
