"""Loudspeaker and microphone, through PortAudio. The only importer of sounddevice. Nothing is written to a file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from companion.errors import VoiceFailed
from companion.extras import pip_install
from companion.speech.parts import EARS_RATE, Samples, at_rate
from companion.strings import text

BLOCK = 0.05
"""Seconds that are handed over at once, between two looks at whether it was stopped."""
LONGEST = 120.0
"""Seconds that are recorded at once."""


def _library() -> Any:
    """Raises VoiceFailed where the package or PortAudio is missing (Linux: the package libportaudio2)."""
    try:
        import sounddevice
    except ImportError as error:
        raise VoiceFailed(
            text("voice.no_packages_sound"), hint=text("voice.install", pip_install=pip_install())
        ) from error
    except OSError as error:
        raise VoiceFailed(text("voice.no_portaudio"), hint=text("voice.no_portaudio_hint")) from error
    return sounddevice


def device_names() -> tuple[str, str]:
    """Loudspeaker and microphone in use; empty where there is none. Opens neither. Raises VoiceFailed."""
    library = _library()

    def named(kind: str) -> str:
        try:
            return str(library.query_devices(kind=kind)["name"])
        except (library.PortAudioError, ValueError, TypeError):
            return ""

    return named("output"), named("input")


def _opened(library: Any, kind: str, rate: int, **more: Any) -> tuple[Any, int]:
    """A running stream and its rate: the one that is wanted, or where the device refuses that, the device's own."""
    make = library.OutputStream if kind == "output" else library.InputStream
    problem: Exception
    try:
        usual = int(library.query_devices(kind=kind)["default_samplerate"])
        for each in dict.fromkeys((rate, usual)):
            try:
                stream = make(samplerate=each, channels=1, dtype="float32", **more)
                stream.start()
            except library.PortAudioError as error:
                problem = error
            else:
                return stream, each
    except (library.PortAudioError, ValueError, TypeError, KeyError) as error:
        problem = error
    if kind == "output":
        raise VoiceFailed(text("voice.no_loudspeaker"), hint=text("voice.no_loudspeaker_hint")) from problem
    raise VoiceFailed(text("voice.no_microphone"), hint=text("voice.no_microphone_hint")) from problem


class SoundPlayer:
    """Raises VoiceFailed where there is no loudspeaker, or it goes away."""

    def __init__(self, rate: int) -> None:
        self._library = _library()
        self._wanted = rate
        self._stream, self._rate = _opened(self._library, "output", rate)

    def play(self, samples: Samples, stopped: Callable[[], bool]) -> bool:
        samples = at_rate(samples, self._wanted, self._rate)
        size = max(1, int(self._rate * BLOCK))
        try:
            for start in range(0, len(samples), size):
                if stopped():
                    return False
                self._stream.write(np.ascontiguousarray(samples[start : start + size]))
        except self._library.PortAudioError as error:
            raise VoiceFailed(text("voice.no_loudspeaker"), hint=text("voice.no_loudspeaker_hint")) from error
        return not stopped()

    def close(self, at_once: bool) -> None:
        try:
            self._stream.abort() if at_once else self._stream.stop()
            self._stream.close()
        except self._library.PortAudioError:
            return  # it is gone anyhow


class SoundRecorder:
    """The microphone is open from here until `stop`. Raises VoiceFailed."""

    rate = EARS_RATE

    def __init__(self) -> None:
        self._library = _library()
        self._pieces: list[Samples] = []
        self._taken = 0
        self._taking = threading.Lock()
        self._stream, self._rate = _opened(self._library, "input", EARS_RATE, callback=self._heard)

    def _heard(self, data: Any, _frames: int, _time: object, _status: object) -> None:
        with self._taking:
            if not self.is_full:
                self._pieces.append(np.array(data[:, 0], dtype=np.float32))
                self._taken += len(data)

    @property
    def is_full(self) -> bool:
        return self._taken >= LONGEST * getattr(self, "_rate", EARS_RATE)

    def stop(self) -> Samples:
        try:
            self._stream.abort()
            self._stream.close()
        except self._library.PortAudioError:
            pass  # unplugged: what came before is there
        with self._taking:
            pieces, self._pieces = self._pieces, []
        whole = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        return at_rate(whole, self._rate, EARS_RATE)
