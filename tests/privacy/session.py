"""A whole session in a process of its own, with a word of its own in every place a person's words go.

    python -m tests.privacy.session MODE SEED [again]

MODE: "open" without a passphrase, "locked" with one from the start, "later" with one set at the end. The profile is
COMPANION_HOME. Says "done" when all was done and the profile is still open, and closes it when a line comes. With
"again" it goes on and on, to be killed. Store, journal, index, backups and logs are real; model and embedder small.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from companion import traceless
from companion.clock import SystemClock
from companion.companion import Companion
from companion.errors import CompanionError
from companion.events import ReplyFailed, ReplyFinished
from companion.logs import start_logging
from companion.model.protocol import Message
from companion.paths import default_paths
from companion.settings import Settings
from companion.store.keys import Kdf
from companion.store.unlocking import key_for
from companion.store.vectors import Matrix
from tests.fakes import FakeModel
from tests.privacy.canaries import canary
from tests.support import Events

PASSPHRASE = "five words nobody would guess"  # noqa: S105 - of a profile that is thrown away


class DenseEmbedder:
    """A direction of its own for every text, with all numbers other than nought: four in a row are found again."""

    name, revision, runtime, dimension = "dense", "1", "test", 96

    def encode(self, texts: Sequence[str]) -> Matrix:
        vectors = np.stack([self._direction(text) for text in texts])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def _direction(self, text: str) -> Matrix:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)


class Telling(FakeModel):
    """Answers with a word of its own; fails, with all it was given in the message, when it is provoked."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def reply_to(self, messages: Sequence[Message]) -> str | Exception:
        given = str(messages[-1])
        if canary("provoked", self._seed) in given:
            return RuntimeError(f"cannot answer {given}")
        return f"I hear you, {canary('answered', self._seed)}. Tell me more."

    def keep(self, file: Path, messages: Sequence[Message], most_bytes: int | None = None) -> int:
        text = "\n".join(str(message) for message in messages)  # the fake's own tokens are pieces of words
        file.write_text(text, encoding="utf-8")
        return len(text)

    def restore(self, file: Path) -> int:
        return 0


class Session:
    def __init__(self, mode: str, seed: int) -> None:
        self.mode, self.seed = mode, seed
        self.paths = default_paths()
        self.events = Events()
        self.key: bytes | None = None
        self.companion: Companion

    def word(self, place: str) -> str:
        return canary(place, self.seed)

    def begin(self) -> None:
        self.open()
        if self.mode == "locked":
            self.companion.protect(PASSPHRASE)
            self.key = self.companion.data_key()

    def open(self) -> None:
        self.companion = Companion(
            self.paths, Settings(), model=Telling(self.seed), embedder=DenseEmbedder(), chat=True, index=True
        )
        self.companion.subscribe(self.events)
        self.companion.start(self.key)

    def say(self, words: str) -> None:
        ended = len(self.events.of(ReplyFinished)) + len(self.events.of(ReplyFailed))
        self.companion.send(words)
        self.events.wait_until(lambda seen: sum(isinstance(e, ReplyFinished | ReplyFailed) for e in seen) > ended)

    def turn_by_turn(self, number: int) -> None:
        app, word = self.companion, self.word
        app.typing(f"I am about to say {word('typed')}")
        self.say(f"My sister {word('said').capitalize()} lives in Lisbon, number {number}.")
        self.say(f"I love {word('said')} and I work as a nurse.")
        app.keep_draft(f"not sent: {word('draft')}")
        kept = app.add_memory(f"I keep bees named {word('remembered')} {number}.")
        edited = app.add_memory(f"I moved to {word('edited')} in May {number}.")
        app.edit_memory(edited.memories[0].id, f"I moved to {word('rewritten')} in June {number}.")
        forgotten = app.add_memory(f"I was afraid of {word('forgotten')} {number}.")
        app.forget_memory(forgotten.memories[0].id)
        app.settle()
        app.search_memories(word("sought"))
        app.search_turns(word("sought"))
        app.pin_memory(kept.memories[0].id)

    def rest(self) -> None:
        app, word = self.companion, self.word
        app.rename_conversation(app.conversation().id, f"About {word('title')}")
        logging.getLogger("companion").warning("the control of the logs: provoked errors follow")
        self.say(f"Now fail, {word('provoked')}.")
        for wrong in (lambda: app.memory(987_654_321), lambda: app.edit_memory(1, "")):
            try:
                wrong()
            except CompanionError as error:
                logging.getLogger("companion").warning("refused", exc_info=error)
        app.begin_conversation("incognito")
        self.say(f"Between us: {word('incognito')}.")
        app.begin_conversation()
        self.say(f"I sleep badly since {word('slept')} left.")
        app.settle()
        app.back_up()
        app.sleep(as_of=SystemClock().now() + timedelta(days=3))
        app.settle()
        app.close()
        self.open()  # what the model had read is on the disk now, and read again
        self.say("Good evening.")
        app = self.companion
        app.settle()
        if self.mode == "later":
            tell("protecting")
            app.protect(PASSPHRASE)
            self.key = app.data_key()
            self.say(f"And after it, {word('said')}.")
            app.back_up()
            app.settle()
        app.keep_draft(f"not sent: {self.word('draft')}")


def tell(word: str) -> None:
    """To whoever started this."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def vector_kept(seed: int) -> Matrix:
    """Of a memory that every session keeps."""
    return DenseEmbedder().encode([f"I keep bees named {canary('remembered', seed)} 0."])[0]


def main() -> None:
    traceless.leave_no_dump()
    mode, seed = sys.argv[1], int(sys.argv[2])
    # One try of a passphrase may be quick here: nothing is to be guessed.
    import companion.sealing

    companion.sealing.calibrated = lambda: Kdf(8 * 1024, 1, 1)
    session = Session(mode, seed)
    session.paths.prepare()
    start_logging(session.paths)
    session.begin()
    if sys.argv[3:] == ["again"]:
        tell("going")
        number = 0
        while True:
            session.turn_by_turn(number)
            if number % 5 == 4:
                session.companion.back_up()
            number += 1
    for number in range(2):
        session.turn_by_turn(number)
    session.rest()
    tell("done")
    sys.stdin.readline()
    session.companion.close()
    if session.key is not None:
        assert key_for(session.paths, PASSPHRASE) == session.key
    tell("closed")


if __name__ == "__main__":
    main()
