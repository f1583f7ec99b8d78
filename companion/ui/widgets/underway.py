"""What stands where something is about to be shown: after a moment it says so, and that it failed when it did."""

from __future__ import annotations

from companion.strings import text
from companion.ui.widgets.literal import Literal, Part

PAUSE = 0.3
"""Seconds without anything to show after which that is told: words that flash by help nobody."""


class Underway(Literal):
    """Empty at first; `show()` takes the place of what it says by itself."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._underway = True

    def on_mount(self) -> None:
        self.set_timer(PAUSE, self._say)

    def show(self, *parts: Part) -> None:
        self._underway = False
        super().show(*parts)

    def failed(self) -> None:
        """There will be nothing; why was told. Where something is shown already it stays."""
        if self._underway:
            self.show((text("underway.failed"), "$text-muted"))

    def _say(self) -> None:
        if self._underway:
            super().show((text("underway.words"), "$text-muted"))
