"""Plain characters alone, for terminals and fonts that lack others (settings, ui.ascii).

Done once, on every row just before it goes to the terminal, so that borders, bars, plots and marks of every screen are
covered and none can be forgotten. Each sign becomes one that is as wide: nothing moves. Letters are left alone.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "-": "─┄┈╌–—‐‑‒―⎯▬",
    "=": "━═┅┉╍▔🬂",
    "|": "│┃║┆┇┊┋╎╏▏▎▍▌▐▕▊▋▉╵╷╹╻",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬✚",
    "#": "█▓▆▇▄▀▙▛▜▟▗▖▘▝■◼",
    ":": "▒▃▅",
    ".": "░·…∙⋅▁▂",
    "*": "•●◉★✱▪◆",
    "o": "○◌◦☐◇",
    "^": "▲▴↑△⌃",
    "v": "▼▾↓▽⌄✓✔",
    ">": "→▶▸›»❯▹❱",
    "<": "←◀◂‹«❮⏎↵↲",
    "x": "×✕✗✘",
    '"': "“”„",
    "'": "‘’‚´",
    "~": "≈∼",
    "/": "╱",
    "\\": "╲",
    "%": "⚿",
    " ": "\u00a0\u2009\u202f",
}
_TABLE = {ord(sign): plain for plain, signs in _SIGNS.items() for sign in signs}
_TABLE |= dict.fromkeys(range(0x2801, 0x2900), "*") | {0x2800: " "}  # braille, in plots


def plain(text: str) -> str:
    """`text` with every sign in the table as a plain character; as many cells wide."""
    return text.translate(_TABLE)


class PlainGlyphs(LineFilter):
    """The last filter before the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control or segment.text.isascii() else Segment(plain(segment.text), segment.style)
            for segment in segments
        ]
