"""From a key to the screen, while a reply is written and while it is thought about: the real app in a terminal.

Keys of letters that nothing else on the screen holds are pressed one by one at a person's pace; how long each takes is
the time until the terminal is told to show it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from companion.bench.processes import PATIENCE, READY, WRITING, home
from companion.bench.terminal import Terminal
from companion.errors import CompanionError

LETTERS = "ƕƛƨƽǂǝȡȣɅɎ"
PACE = 0.08
"""Seconds between two keys: a quick typist."""
MESSAGES = (
    "My sister Lena lives in Porto and bakes bread. Tell me a long story about the sea.",
    "I adopted a dog called Biscuit last week. Tell me a long story about a dog, please.",
    "I work as a nurse and I start a new job in May. Tell me a long story about a hospital.",
)
AFTER = 12
"""Keys pressed after a reply has ended, while it is thought about."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Milliseconds from key to screen."""

    p50: float
    p99: float
    most: float
    count: int


def measure_keys(model: Path, replies: int = len(MESSAGES)) -> Keys:
    """Over `replies` replies. Raises CompanionError."""
    found: list[float] = []
    with home(model) as environment, Terminal([sys.executable, "-m", "companion"], environment) as terminal:
        if terminal.until(lambda: READY in terminal.text, PATIENCE) == float("inf"):
            raise CompanionError(f"the app did not get ready: {terminal.text[-500:]}")
        for message in (MESSAGES * replies)[:replies]:
            _send(terminal, message)
            found += _typed(terminal)
    return keys_of(found)


def keys_of(found: list[float]) -> Keys:
    """The figures of at least one key."""
    ordered = sorted(found)
    return Keys(
        ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], ordered[-1], len(ordered)
    )


def _send(terminal: Terminal, message: str) -> None:
    """Until the first word of the reply."""
    begun = len(terminal.written)
    terminal.type(message)
    _pause(terminal, 0.5)
    terminal.type("\r")
    if terminal.until(lambda: WRITING in terminal.since(begun), PATIENCE) == float("inf"):
        raise CompanionError(f"the app did not reply: {terminal.text[-500:]}")


def _typed(terminal: Terminal) -> list[float]:
    """Press keys until the reply has ended and AFTER more, each taken away again."""
    found: list[float] = []
    left, begun = AFTER, len(terminal.written)
    while left:
        found.append(_press(terminal, LETTERS[len(found) % len(LETTERS)]))
        terminal.type("\x7f")
        _pause(terminal, PACE)
        left -= READY in terminal.since(begun)
    return found


def _press(terminal: Terminal, letter: str) -> float:
    """Milliseconds until it is shown."""
    at, sign, pressed = len(terminal.written), letter.encode(), perf_counter()
    terminal.type(letter)
    if terminal.until(lambda: sign in terminal.written[at:], 10) == float("inf"):
        raise CompanionError("a key was not shown within ten seconds")
    return (perf_counter() - pressed) * 1000


def _pause(terminal: Terminal, seconds: float) -> None:
    """Read on for so long."""
    terminal.until(lambda: False, seconds)
