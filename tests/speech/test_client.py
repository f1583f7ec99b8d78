"""Speech in its own process: what is said, what stops it, and what becomes of it when something goes wrong."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.connection import wait
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from companion.paths import Paths
from companion.settings import VoiceSettings
from companion.speech import client as speech
from companion.speech.messages import Gone, Heard, Quiet, Recording, Setup, SpeechEvent, Tried, TriedAll, Trouble
from tests.journeys.screen import ROOT
from tests.speech.parts import CRASH, FAIL, Told, serve_letters

Kind = TypeVar("Kind")
PATIENCE = 60.0


class Talk:
    """A client over the real process, whose voice, ears and sound are small ones."""

    def __init__(self, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths, self.told = paths, Told(paths)
        self.heard: queue.Queue[SpeechEvent] = queue.Queue()
        voice, ears = paths.data / "voice", paths.data / "ears"
        voice.touch()
        monkeypatch.setattr(speech, "setup_of", lambda *_: Setup(voice, ears, "en"))
        self.client = speech.SpeechClient(paths, VoiceSettings, self.heard.put, target=serve_letters)

    def until(self, kind: type[Kind]) -> Kind:
        while True:
            event = self.heard.get(timeout=PATIENCE)
            if isinstance(event, kind):
                return event

    def until_told(self, *what: object) -> None:
        while list(what) not in self.told.all():
            assert psutil.pid_exists(self.client.pid or -1)

    @property
    def played(self) -> list[object]:
        return [line[1] for line in self.told.all() if line[0] == "played"]


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    made = Talk(Paths(tmp_path, tmp_path), monkeypatch)
    yield made
    made.client.close()


def test_what_is_said_is_played_in_order_and_the_end_is_told(talk: Talk) -> None:
    for each in ("One.", "Two.", "Three."):
        talk.client.say(each)
    assert talk.until(Quiet) == Quiet(0)
    assert talk.played == ["One.", "Two.", "Three."]


def test_silence_comes_at_once_and_only_what_is_said_after_it_is_heard(talk: Talk) -> None:
    slow = talk.paths.data / "slow"
    slow.touch()
    talk.client.say("Long " * 2000)
    talk.client.say("Never.")
    talk.until_told("playing", "Lo")
    talk.client.hush()
    slow.unlink()
    talk.client.say("After.")
    while talk.until(Quiet) != Quiet(1):
        pass
    assert talk.played == ["After."]
    broken = next(str(line[1]) for line in talk.told.all() if line[0] == "broken off")
    assert len(broken) < 2000
    assert ["closed loudspeaker", True] in talk.told.all()  # what it had buffered is dropped


def test_the_microphone_is_open_between_the_two_keys_and_no_longer(talk: Talk) -> None:
    (talk.paths.data / "said").write_text("Lena bakes\x1b[31m bread", "utf-8")
    talk.client.listen(1)
    talk.until(Recording)
    assert ["closed microphone"] not in talk.told.all()
    talk.client.finish(1, keep=True)
    assert talk.until(Heard) == Heard(1, "Lena bakes bread")
    assert talk.told.all()[-1] == ["closed microphone"]


def test_what_is_given_up_is_forgotten_and_a_late_key_does_nothing(talk: Talk) -> None:
    (talk.paths.data / "said").write_text("never mind", "utf-8")
    talk.client.listen(1)
    talk.until(Recording)
    talk.client.finish(1, keep=False)
    assert talk.until(Heard) == Heard(1, "")
    talk.client.finish(1, keep=True)
    (talk.paths.data / "said").write_text("the next one", "utf-8")
    talk.client.listen(2)
    talk.client.finish(2, keep=True)
    assert talk.until(Heard) == Heard(2, "the next one")


def test_without_a_microphone_it_says_so_and_goes_on(talk: Talk) -> None:
    talk.client.listen(1)
    assert talk.until(Trouble) == Trouble("listen", "no microphone", "connect one", 1)
    talk.client.say("Still here.")
    talk.until(Quiet)
    assert talk.played == ["Still here."]


def test_a_fault_of_the_voice_is_told_without_the_words_and_the_next_reply_is_read(talk: Talk) -> None:
    talk.client.say(FAIL)
    trouble = talk.until(Trouble)
    assert trouble.part == "speak"
    assert FAIL not in trouble.title + trouble.hint
    talk.client.hush()
    talk.client.say("Better.")
    while talk.until(Quiet) != Quiet(1):
        pass
    assert talk.played == ["Better."]


def test_a_native_crash_ends_speech_alone_and_the_next_word_starts_it_again(talk: Talk) -> None:
    talk.client.say(CRASH)
    talk.until(Gone)
    talk.client.hush()
    talk.client.say("Hello again.")
    talk.until(Quiet)
    assert talk.played == ["Hello again."]


def test_closing_ends_the_process_at_once_and_is_no_fault(talk: Talk) -> None:
    (talk.paths.data / "slow").touch()
    talk.client.say("Long " * 2000)
    talk.until_told("playing", "Lo")
    link = talk.client._link
    assert link is not None
    talk.client.close()
    assert wait([link.process.sentinel], PATIENCE), "it goes on"
    assert talk.heard.empty()


ORPHAN = """
import os, queue, sys
from pathlib import Path
from companion.paths import Paths
from companion.settings import VoiceSettings
from companion.speech.client import SpeechClient
from companion.speech.messages import Trouble
from tests.speech.parts import serve_letters

if __name__ == "__main__":
    home = Path(sys.argv[1])
    heard = queue.Queue()
    client = SpeechClient(Paths(home, home), VoiceSettings, heard.put, target=serve_letters)
    client.listen(1)
    assert isinstance(heard.get(), Trouble)  # it is up: it has no microphone
    print(client.pid, flush=True)
    os._exit(1)
"""


def test_however_the_interface_ends_speech_ends_with_it(tmp_path: Path) -> None:
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), str(tmp_path)]
    # The process of speech has the same standard output: while it lives this waits.
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1, done.stderr
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(done.stdout)).wait(PATIENCE)


def test_trying_tells_of_each_part_what_there_is(talk: Talk) -> None:
    talk.client.try_all("Good morning.", aloud=True)
    parts = {each.name: each for each in talk.until(TriedAll).parts}
    assert parts["loudspeaker"] == Tried("loudspeaker", True, "a loudspeaker")
    assert not parts["microphone"].ok
    assert parts["microphone"].hint
    assert parts["voice"].ok
    assert parts["voice"].audio == pytest.approx(len("Good morning.") / 16_000)
    assert "Good morning." in parts["ears"].detail
    assert talk.played == ["Good morning."]
    assert ["opened microphone"] not in talk.told.all()
