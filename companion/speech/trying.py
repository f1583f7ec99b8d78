"""Trying all of it once, for `companion voice check`: the voice speaks a sentence, and the ears are given its sound."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from companion.errors import VoiceError
from companion.speech.messages import Setup, Tried
from companion.speech.parts import EARS_RATE, Parts, Samples, at_rate
from companion.strings import text

Result = TypeVar("Result")


def try_all(parts: Parts, setup: Setup, sentence: str, aloud: bool) -> tuple[Tried, ...]:
    """The microphone is named, and not opened. `aloud`: the sentence is played where there is a loudspeaker."""
    found: list[Tried] = []
    loudspeaker = _devices(parts, found)
    sound, rate = np.zeros(0, np.float32), EARS_RATE
    if setup.voice is not None:
        path = setup.voice

        def speak() -> tuple[Samples, int]:
            voice = parts.voice(path)
            return np.concatenate([*voice.synthesise(sentence), np.zeros(0, np.float32)]), voice.rate

        begun = time.perf_counter()
        made = _tried(found, "voice", path.name, speak)
        if made is not None:
            sound, rate = made
            took = time.perf_counter() - begun
            ok = bool(len(sound)) and bool(np.max(np.abs(sound)) > 0.01)
            detail = path.name if ok else text("voice.mute", name=path.name)
            found.append(Tried("voice", ok, detail, "", took, len(sound) / rate))
            if aloud and ok and loudspeaker:
                _tried(found, "loudspeaker", loudspeaker, lambda: _play(parts, sound, rate))
    if setup.ears is not None:
        where = setup.ears
        given = at_rate(sound, rate, EARS_RATE) if len(sound) else np.zeros(EARS_RATE, np.float32)
        begun = time.perf_counter()
        words = _tried(found, "ears", where.name, lambda: parts.ears(where).words(given, setup.language))
        if words is not None:
            took = time.perf_counter() - begun
            heard = text("voice.heard_words", name=where.name, words=words) if words else where.name
            found.append(Tried("ears", bool(words) or not len(sound), heard, "", took, len(given) / EARS_RATE))
    return tuple(found)


def _devices(parts: Parts, found: list[Tried]) -> str:
    """The loudspeaker; empty where there is none."""
    try:
        loudspeaker, microphone = parts.devices()
    except VoiceError as error:
        found += [Tried(name, False, error.brief, error.hint) for name in ("loudspeaker", "microphone")]
        return ""
    none_out = (text("voice.no_loudspeaker"), text("voice.no_loudspeaker_hint"))
    none_in = (text("voice.no_microphone"), text("voice.no_microphone_hint"))
    for name, device, none in (("loudspeaker", loudspeaker, none_out), ("microphone", microphone, none_in)):
        found.append(Tried(name, bool(device), device or none[0], "" if device else none[1]))
    return loudspeaker


def _play(parts: Parts, sound: Samples, rate: int) -> bool:
    player = parts.player(rate)
    try:
        return player.play(sound, lambda: False)
    finally:
        player.close(False)


def _tried(found: list[Tried], name: str, what: str, call: Callable[[], Result]) -> Result | None:
    try:
        return call()
    except VoiceError as error:
        found.append(Tried(name, False, error.brief, error.hint))
    except Exception as error:
        found.append(Tried(name, False, text("voice.failed", name=what, kind=type(error).__name__)))
    return None
