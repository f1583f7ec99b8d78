"""Ctrl+G: a letter on everything that can have the focus; pressing it goes there."""

from __future__ import annotations

from string import ascii_lowercase
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Click, Key
from textual.geometry import Region
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from companion.strings import text
from companion.ui.widgets.literal import Literal

LETTERS = "asdfghjkl" + "".join(letter for letter in ascii_lowercase if letter not in "asdfghjkl") + "1234567890"
"""Those under the fingers first."""


class JumpScreen(ModalScreen[Widget | None]):
    """Dismissed with what was chosen, or None by any other key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", text("jump.leave"), id="jump.leave")]
    DEFAULT_CSS = """
    JumpScreen { background: $background 40%; layout: vertical; }
    JumpScreen .letter {
        position: absolute; width: 3; height: 1; padding: 0 1; text-style: bold;
        background: $accent; color: $background;
    }
    JumpScreen .keys { dock: bottom; height: 1; padding: 0 1; background: $surface; color: $text-muted; }
    """

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self._targets = dict(zip(LETTERS, places(below), strict=False))

    def compose(self) -> ComposeResult:
        for letter, (_, region) in self._targets.items():
            label = Literal(letter, classes="letter")
            label.styles.offset = (region.x, region.y)
            yield label
        yield Literal(text("jump.keys"), classes="keys")

    def on_key(self, event: Key) -> None:
        event.stop()
        chosen = self._targets.get(event.character or "")
        self.dismiss(chosen[0] if chosen else None)

    def on_click(self, event: Click) -> None:
        event.stop()
        hit = (widget for widget, region in self._targets.values() if region.contains(event.screen_x, event.screen_y))
        self.dismiss(next(hit, None))

    def action_leave(self) -> None:
        self.dismiss(None)


def places(screen: Screen[object]) -> list[tuple[Widget, Region]]:
    """What can have the focus and is in sight, with the part of it that is, from top to bottom."""
    seen = []
    for widget in screen.focus_chain:
        region = screen.find_widget(widget).visible_region if widget.is_attached else Region()
        if region.area:
            seen.append((widget, region))
    return sorted(seen, key=lambda each: (each[1].y, each[1].x))
