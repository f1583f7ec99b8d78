"""How long the program looks at a message, and at a reply, that is one thing over and over: `python -m
tests.security.slow_texts [characters]`. Whatever takes more than a few seconds is a pattern that goes back and forth in
it: it would hold up everything else, also being asked to end.

A line each: what is repeated, seconds until the reply stands, seconds until it was thought about; for a message, then
for a reply.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

from companion.companion import Companion
from companion.events import Event, ReplyFailed, ReplyFinished
from companion.paths import Paths
from companion.settings import Settings
from tests.fakes import FakeModel
from tests.support import FakeEmbedder

PIECES = (
    " ", "\n", "\t", "\u00a0", "a", "a ", "A", "é", "\u0301", "1", "1.", "1:", "2020-", "(", "[", "<", "\\", '"', "'",
    "“", ".", "...", ",", "a,", "? ", "- ", "\n- ", "-", "_", "`", "*", "#", "@", "a@", "://", "and ", "not ", "I ",
    "my ", "I am ", "I said ", "Lena ", "Lena, ", "x.\n", "我", "你", "，", "。",
)  # fmt: skip
PATIENCE = 600.0


def seconds(message: str, reply: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        model, embedder = FakeModel(), FakeEmbedder(dimension=8)
        model.default = reply
        home = Path(folder)
        companion = Companion(Paths(home, home), Settings(), model=model, embedder=embedder, index=False, nights=False)
        replied = threading.Event()

        def hear(event: Event) -> None:
            if isinstance(event, ReplyFinished | ReplyFailed):
                replied.set()

        companion.subscribe(hear)
        companion.start()
        try:
            begun = time.monotonic()
            companion.send(message)
            replied.wait(PATIENCE)
            there = time.monotonic()
            companion.settle()
            return there - begun, time.monotonic() - there
        finally:
            companion.close()


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 12_000
    for piece in PIECES:
        text = f"My sister Lena {piece * (size // len(piece))}x lives in Porto."
        said, heard = seconds(text, "Yes."), seconds("Hello there.", f"You said {text}")
        print(f"{piece!r:12} {said[0]:6.2f} {said[1]:6.2f}   {heard[0]:6.2f} {heard[1]:6.2f}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
