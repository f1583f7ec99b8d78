"""Dictation: the microphone is open between two keys and no longer, and what was said is put into words.

Two threads: one has the microphone, the other the model. Loading that takes seconds, and nobody's microphone stays open
for it after the second key.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from companion.speech.messages import Finish, Full, Heard, Listen, Ready, Recording, SpeechEvent
from companion.speech.parts import Ears, Recorder, Samples
from companion.text import sanitise

LOOK = 0.2
"""Seconds between two looks at whether as much was recorded as is at once."""


class Hearing:
    """`failed` hears of what went wrong in which take (0: none), from a thread."""

    def __init__(
        self,
        ears: Callable[[], Ears],
        recorder: Callable[[], Recorder],
        language: str,
        tell: Callable[[SpeechEvent], None],
        failed: Callable[[Exception, int], None],
    ) -> None:
        self._make_ears = ears
        self._make_recorder = recorder
        self._language = language
        self._tell = tell
        self._failed = failed
        self._ears: Ears | None = None
        self._recorder: Recorder | None = None
        self._take = 0
        self._asked: queue.SimpleQueue[Listen | Finish] = queue.SimpleQueue()
        self._recorded: queue.SimpleQueue[tuple[int, Samples | None]] = queue.SimpleQueue()
        threading.Thread(target=self._record, name="microphone", daemon=True).start()
        threading.Thread(target=self._write, name="dictation", daemon=True).start()

    def ask(self, request: Ready | Listen | Finish) -> None:
        if isinstance(request, Ready):
            self._recorded.put((0, None))
        else:
            self._asked.put(request)

    # The microphone

    def _record(self) -> None:
        while True:
            try:
                request = self._asked.get(timeout=LOOK if self._recorder is not None else None)
            except queue.Empty:
                request = None
            try:
                self._do(request)
            except Exception as error:
                self._recorder = None
                self._failed(error, self._take)

    def _do(self, request: Listen | Finish | None) -> None:
        match request:
            case Listen():
                self._stopped()
                self._take = request.take
                self._recorder = self._make_recorder()
                self._tell(Recording(request.take))
                self._recorded.put((request.take, None))  # the model is loaded while the person speaks
            case Finish() if request.take == self._take and self._recorder is not None:
                samples = self._stopped()
                if request.keep:
                    self._recorded.put((self._take, samples))
                else:
                    self._tell(Heard(self._take, ""))
            case None if self._recorder is not None and self._recorder.is_full:
                self._tell(Full(self._take))
                self._recorded.put((self._take, self._stopped()))
            case _:
                pass  # that one has ended

    def _stopped(self) -> Samples | None:
        recorder, self._recorder = self._recorder, None
        return recorder.stop() if recorder is not None else None

    # The words

    def _write(self) -> None:
        while True:
            take, samples = self._recorded.get()
            try:
                if self._ears is None:
                    self._ears = self._make_ears()
                if samples is not None:
                    words = self._ears.words(samples, self._language) if len(samples) else ""
                    self._tell(Heard(take, " ".join(sanitise(words).split())))
            except Exception as error:
                self._failed(error, take)
