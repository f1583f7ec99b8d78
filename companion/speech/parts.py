"""What speech needs of the libraries: three small protocols, and the parts that are made of the real ones.

Sound is one channel of float32 samples between -1 and 1, with its rate in Hz. It is in memory and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
EARS_RATE = 16_000
"""Hz that a model for dictation is given."""


class Voice(Protocol):
    rate: int

    def synthesise(self, text: str) -> Iterable[Samples]:
        """The sound of `text`, piece by piece."""


class Ears(Protocol):
    def words(self, samples: Samples, language: str) -> str:
        """What is said in them (EARS_RATE); empty when nothing is. `language` empty: found out."""


class Player(Protocol):
    def play(self, samples: Samples, stopped: Callable[[], bool]) -> bool:
        """Play them; False when `stopped` became true, and then silence follows within a tenth of a second."""

    def close(self, at_once: bool) -> None:
        """`at_once`: what is buffered is not played any more."""


class Recorder(Protocol):
    rate: int

    def stop(self) -> Samples:
        """Close the microphone; all that was recorded."""

    @property
    def is_full(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Each is made when it is wanted, and raises CompanionError when it cannot be."""

    voice: Callable[[Path], Voice]
    ears: Callable[[Path], Ears]
    player: Callable[[int], Player]
    recorder: Callable[[], Recorder]
    devices: Callable[[], tuple[str, str]]
    """Names of the loudspeaker and of the microphone in use; empty where there is none."""


def real_parts() -> Parts:
    """The libraries of the extra `voice`, each imported when it is first wanted."""

    def voice(path: Path) -> Voice:
        from companion.speech.piper_voice import PiperVoice

        return PiperVoice(path)

    def ears(path: Path) -> Ears:
        from companion.speech.whisper_ears import WhisperEars

        return WhisperEars(path)

    def player(rate: int) -> Player:
        from companion.speech.sound import SoundPlayer

        return SoundPlayer(rate)

    def recorder() -> Recorder:
        from companion.speech.sound import SoundRecorder

        return SoundRecorder()

    def devices() -> tuple[str, str]:
        from companion.speech.sound import device_names

        return device_names()

    return Parts(voice, ears, player, recorder, devices)


def at_rate(samples: Samples, rate: int, wanted: int) -> Samples:
    """The same sound at another rate: its spectrum cut off, or filled up, where the new rate ends."""
    if rate == wanted or not len(samples):
        return samples
    count = max(1, round(len(samples) * wanted / rate))
    spectrum: Any = np.fft.rfft(samples)[: count // 2 + 1]
    changed = np.fft.irfft(spectrum, count) * (count / len(samples))
    return np.clip(changed, -1.0, 1.0).astype(np.float32)
