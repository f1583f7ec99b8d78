"""A small voice, ears and sound for the real process of speech: what is said is written down instead of played.

The voice makes one sample a letter, all of them the letter's number; the ears read such samples again. The loudspeaker
writes what it played, and the microphone reads, as files of the profile, so that a test in another process can look.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from companion.errors import VoiceFailed
from companion.network import seal
from companion.paths import Paths
from companion.speech.messages import Setup
from companion.speech.parts import Parts, Samples
from companion.speech.process import run

CRASH, FAIL = "crash now", "fail now"


def sound_of(text: str) -> Samples:
    return np.array([ord(letter) / 1000 for letter in text], dtype=np.float32)


def text_of(samples: Samples) -> str:
    return "".join(chr(round(float(each) * 1000)) for each in samples)


class Told:
    """What the process did, a line each, in a file that another one reads."""

    def __init__(self, paths: Paths) -> None:
        self.file = paths.data / "told.jsonl"

    def note(self, *what: object) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(what) + "\n")

    def all(self) -> list[list[object]]:
        lines = self.file.read_text("utf-8").splitlines() if self.file.exists() else []
        return [json.loads(line) for line in lines]


class LetterVoice:
    rate = 16_000

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise VoiceFailed("no such voice")

    def synthesise(self, text: str) -> Iterator[Samples]:
        if text == CRASH:
            os.abort()
        if text == FAIL:
            raise ValueError(text)
        yield sound_of(text)


class LetterEars:
    def __init__(self, path: Path) -> None:
        self.language = path.name

    def words(self, samples: Samples, language: str) -> str:
        return text_of(samples)


class WritingPlayer:
    """Plays a letter every hundredth of a second, while the file "slow" is there."""

    def __init__(self, told: Told, slow: Path) -> None:
        self._told, self._slow = told, slow
        told.note("opened loudspeaker")

    def play(self, samples: Samples, stopped: Callable[[], bool]) -> bool:
        played = ""
        for each in samples:
            if stopped():
                self._told.note("broken off", played)
                return False
            played += text_of(np.array([each]))
            if self._slow.exists():
                self._told.note("playing", played)
                time.sleep(0.01)
        self._told.note("played", played)
        return not stopped()

    def close(self, at_once: bool) -> None:
        self._told.note("closed loudspeaker", at_once)


class ReadingRecorder:
    rate = 16_000
    is_full = False

    def __init__(self, told: Told, said: Path) -> None:
        if not said.exists():
            raise VoiceFailed("no microphone", hint="connect one")
        self._told, self._said = told, said
        told.note("opened microphone")

    def stop(self) -> Samples:
        self._told.note("closed microphone")
        return sound_of(self._said.read_text("utf-8"))


def serve_letters(pipe: Connection, paths: Paths, setup: Setup, language: str) -> None:
    """The target of a client: the real process with these parts."""
    seal()
    told = Told(paths)
    told.note("began", language)
    run(
        pipe,
        setup,
        Parts(
            LetterVoice,
            LetterEars,
            lambda rate: WritingPlayer(told, paths.data / "slow"),
            lambda: ReadingRecorder(told, paths.data / "said"),
            lambda: ("a loudspeaker", ""),
        ),
    )
