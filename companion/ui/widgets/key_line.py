"""The keys of a screen, in its last line."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Footer

LAST = 2
"""Keys that are always told: the one that leads back, and help, which tells all the others."""


class KeyLine(Footer):
    """Where there is no room for all of them some are left out: Textual's footer would be cut at the edge."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def compose(self) -> ComposeResult:
        keys = [widget for widget in super().compose() if _length(widget)]
        self._fit(keys)
        yield from keys

    def on_resize(self, event: Resize) -> None:
        self._fit([widget for widget in self.children if _length(widget)])

    def _fit(self, keys: Sequence[Widget]) -> None:
        cells = [_length(key) for key in keys]
        room = self.app.size.width + 1  # nothing stands between the last one and the edge
        left = sum(cells)
        for index in range(len(keys) - 1, -1, -1):
            dropped = index < len(keys) - LAST and left > room
            keys[index].display = not dropped
            left -= cells[index] if dropped else 0


def _length(widget: Widget) -> int:
    """Cells that one key of Textual's footer takes with what it does; 0 for what is no key."""
    key, told = getattr(widget, "key_display", ""), getattr(widget, "description", "")
    return cell_len(f"{key} {told} ") if key else 0
