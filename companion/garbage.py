"""When Python collects garbage: what is made while a program starts is none.

The collector looks through all of it again and again, for nothing: 70 of the 460 ms until the app's first frame.
"""

from __future__ import annotations

import gc


def collect_nothing_yet() -> None:
    """The program is starting."""
    gc.disable()


def collect_from_now_on() -> None:
    """All has been loaded: leave it alone, and collect what comes after it. Does nothing the second time."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def collect_in_pauses() -> None:
    """For a program that draws: look through all that has lived long, 50 to 90 ms for the app, not in between but when
    `tidy` is called; by itself only after very much."""
    gc.set_threshold(700, 10, 1_000)


def tidy() -> None:
    """Nobody waits just now."""
    gc.collect()
