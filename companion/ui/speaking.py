"""Speech in the app: its key, what stops it, and where its words and its marks are shown."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from textual import events, on
from textual.message import Message
from textual.timer import Timer

from companion.paths import Paths
from companion.speech.client import SpeechClient, SpeechPort
from companion.speech.messages import SpeechEvent
from companion.strings import text
from companion.ui.screens.base import tell
from companion.ui.shell import ShellApp
from companion.ui.streams import real_streams
from companion.ui.voice import Voice

SILENCING = frozenset({"escape", "enter"})
TICK = 0.25
"""Seconds between two looks at the clock while the microphone is open."""


class SpeechSpoke(Message):
    """The process of speech told something."""

    def __init__(self, told: SpeechEvent) -> None:
        super().__init__()
        self.told = told


class SpeakingApp(ShellApp):
    """`speech_paths`: where voices are; None where no profile is."""

    speech_paths: Paths | None = None

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._voice_clock: Timer | None = None

    @cached_property
    def speech(self) -> SpeechPort:
        """Starts no process before something is to be said or heard."""
        nowhere = Path(os.devnull)
        paths = self.speech_paths or Paths(nowhere, nowhere)
        return SpeechClient(paths, lambda: self.settings.voice, self.speech_spoke, real_streams)

    @cached_property
    def voice(self) -> Voice:
        return Voice(self, self.speech, self.settings.voice.speak)

    def speech_spoke(self, event: SpeechEvent) -> None:
        """Called on a thread of the client."""
        with suppress(RuntimeError):  # the app's loop is closed
            self.post_message(SpeechSpoke(event))

    @on(SpeechSpoke)
    def _speech_told(self, message: SpeechSpoke) -> None:
        if not self.is_locked:
            self.voice.spoke(message.told)

    # What stops it

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key in SILENCING and not event.is_forwarded and not self.is_locked:
            self.voice.hush()
            if event.key == "escape" and self.voice.cancel():
                return
        await super().on_event(event)

    def lock(self) -> None:
        self.voice.close()
        super().lock()

    def fall_silent(self) -> None:
        self.voice.close()

    def set_setting(self, section: str, name: str, value: object) -> None:
        super().set_setting(section, name, value)
        if section == "voice":
            self.voice.changed(self.settings.voice.speak)

    # What it needs of the app (`companion.ui.voice.Place`)

    @property
    def is_incognito(self) -> bool:
        """A conversation that is not known yet counts as one: nothing of it is read aloud unasked."""
        return self.chat.place is None or self.chat.place.mode == "incognito"

    @property
    def shows_chat(self) -> bool:
        return self.screen is self.chat

    def put_dictated(self, words: str) -> None:
        prompt = self.chat.prompt
        before = prompt.document.get_line(prompt.cursor_location[0])[: prompt.cursor_location[1]]
        prompt.insert(f" {words}" if before and not before[-1].isspace() else words)

    def tell_voice(self, title: str, hint: str = "", level: Literal["information", "warning"] = "information") -> None:
        if hint:
            tell(self, title, hint, level)
        else:
            tell(self, title, level=level, seconds=3)

    def show_voice(self, recording: str, aloud: str) -> None:
        if self._voice_clock is None and self.voice_wants_clock:
            self._voice_clock = self.set_interval(TICK, self._tick, name="voice")
        progress = self.chat.progress
        if (progress.recording, progress.aloud) != (recording, aloud):
            progress.recording, progress.aloud = recording, aloud
            self.chat.show_status()

    @property
    def voice_wants_clock(self) -> bool:
        return "voice" in self.__dict__ and self.voice.wants_clock

    def _tick(self) -> None:
        self.voice.tick()
        if not self.voice.wants_clock and self._voice_clock is not None:
            self._voice_clock.stop()
            self._voice_clock = None

    # What the person does

    def read_aloud(self) -> None:
        """Read replies aloud from here on, or not any more."""
        self.voice.toggle()

    def dictate(self) -> None:
        """Begin to take dictation, or put down what was said."""
        if not self.voice.is_recording and not self.shows_chat:
            tell(self, text("voice.elsewhere"), seconds=3)
        else:
            self.voice.dictate()
