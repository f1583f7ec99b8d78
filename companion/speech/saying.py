"""Reading aloud: one thread makes the sound of what is to be said, another plays it, and both stop at a word."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from companion.speech.messages import Quiet, SpeechEvent
from companion.speech.parts import Player, Samples, Voice

AHEAD = 2
"""Pieces of sound that are made before they are needed, so that nothing is waited for between two sentences."""
REST = 1.0
"""Seconds of silence after which the loudspeaker is given back."""


class _Sound(NamedTuple):
    round: int
    samples: Samples | None
    """None: the text is said."""


class Saying:
    """`failed` hears of what went wrong, from a thread; what was still to be said in that round is dropped."""

    def __init__(
        self,
        voice: Callable[[], Voice],
        player: Callable[[int], Player],
        tell: Callable[[SpeechEvent], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._make_voice = voice
        self._make_player = player
        self._tell = tell
        self._failed = failed
        self._voice: Voice | None = None
        self._loading = threading.Lock()
        self._round = 0
        self._broken = -1
        self._texts: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
        self._sounds: queue.SimpleQueue[_Sound | None] = queue.SimpleQueue()
        self._ahead = threading.Semaphore(AHEAD)
        self._counting = threading.Lock()
        self._left: Counter[int] = Counter()
        for work in (self._synthesise, self._play):
            threading.Thread(target=work, name=work.__name__.strip("_"), daemon=True).start()

    def ready(self) -> None:
        """Load the voice now. Returns at once."""
        self._texts.put((-1, ""))

    def say(self, round: int, text: str) -> None:
        with self._counting:
            self._left[round] += 1
        self._texts.put((round, text))

    def hush(self, round: int) -> None:
        """Silence; only what is said in this round, or a later one, is heard from here on."""
        self._round = round
        self._sounds.put(None)

    def voice(self) -> Voice:
        """Raises CompanionError where it cannot be loaded."""
        with self._loading:
            if self._voice is None:
                self._voice = self._make_voice()
            return self._voice

    def _is_over(self, round: int) -> bool:
        return round < self._round or round == self._broken

    def _synthesise(self) -> None:
        while True:
            round, words = self._texts.get()
            try:
                if round < 0:
                    self.voice()
                    continue
                for samples in () if self._is_over(round) else self._pieces(words):
                    if self._is_over(round):
                        break
                    self._hand_over(_Sound(round, samples))
            except Exception as error:
                self._break(round, error)
            if round >= 0:
                self._hand_over(_Sound(round, None))

    def _pieces(self, words: str) -> Iterable[Samples]:
        return self.voice().synthesise(words)

    def _hand_over(self, sound: _Sound) -> None:
        self._ahead.acquire()
        self._sounds.put(sound)

    def _break(self, round: int, error: Exception) -> None:
        if round >= 0:
            self._broken = round
        self._failed(error)

    def _play(self) -> None:
        player: Player | None = None
        while True:
            try:
                sound = self._sounds.get(timeout=REST if player is not None else None)
            except queue.Empty:
                player = self._put_away(player, at_once=False)
                continue
            if sound is None:
                player = self._put_away(player, at_once=True)
                continue
            try:
                player = self._play_one(player, sound)
            except Exception as error:
                self._break(sound.round, error)
                player = self._put_away(player, at_once=True)
            finally:
                self._ahead.release()
            if sound.samples is None:
                self._said(sound.round)

    def _play_one(self, player: Player | None, sound: _Sound) -> Player | None:
        if sound.samples is None or self._is_over(sound.round):
            return player
        player = player or self._make_player(self.voice().rate)
        if player.play(sound.samples, lambda: self._is_over(sound.round)):
            return player
        return self._put_away(player, at_once=True)

    @staticmethod
    def _put_away(player: Player | None, *, at_once: bool) -> None:
        if player is not None:
            player.close(at_once)

    def _said(self, round: int) -> None:
        with self._counting:
            self._left[round] -= 1
            done = not self._left[round]
            if done:
                del self._left[round]
        if done:
            self._tell(Quiet(round))
