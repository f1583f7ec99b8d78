"""A screen that is gone is not dismissed again.

Textual (8.2.8, `Screen.dismiss`) pops whatever is on top. A second Esc, Enter or click that was on its way to a screen
when it closed took the one below with it, and ended the program when that was the last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen

_dismiss: Callable[[Screen[Any], Any], AwaitComplete] = Screen.dismiss


def _once(self: Screen[Any], result: Any = None) -> AwaitComplete:
    if self.app.screen is not self:
        return AwaitComplete()
    return _dismiss(self, result)


def install() -> None:
    """For every screen of this process."""
    Screen.dismiss = _once  # type: ignore[method-assign]
