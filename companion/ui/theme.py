"""The program's own colours. Textual's themes can be chosen as well.

Text has a contrast of 4.5 to 1 with what is under it, in the high contrast ones 7 to 1 (WCAG 2.2, 1.4.3 and 1.4.6).
`terminal` names no colours of its own: the palette of the terminal is used, as it is set there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

from companion.strings import texts

DARK = Theme(
    name="companion",
    dark=True,
    primary="#8fb0c9",
    secondary="#a3b18a",
    accent="#d0a98f",
    foreground="#d8d6d0",
    background="#17181a",
    surface="#1e2022",
    panel="#2b2e31",
    success="#a3b18a",
    warning="#d9b36c",
    error="#d08080",
)
LIGHT = Theme(
    name="companion-light",
    dark=False,
    primary="#3d6480",
    secondary="#5c7048",
    accent="#8f5733",
    foreground="#2b2a28",
    background="#faf8f4",
    surface="#f1eee8",
    panel="#e2ded6",
    success="#4f6b3a",
    warning="#825d0c",
    error="#a03c3c",
)
_PLAIN_TEXT = {
    "text": "auto 100%",
    "text-muted": "auto 87%",
    "text-disabled": "auto 80%",
    "foreground-muted": "auto 87%",
}
CONTRAST_DARK = Theme(
    name="contrast-dark",
    dark=True,
    primary="#9fd3ff",
    secondary="#b9f2a1",
    accent="#ffc9a3",
    foreground="#ffffff",
    background="#000000",
    surface="#0a0a0a",
    panel="#1c1c1c",
    success="#a6f08c",
    warning="#ffd75f",
    error="#ffa3a3",
    text_alpha=1.0,
    variables={**_PLAIN_TEXT, "border": "#ffffff", "border-blurred": "#a8a8a8"},
)
CONTRAST_LIGHT = Theme(
    name="contrast-light",
    dark=False,
    primary="#00356b",
    secondary="#1f4a00",
    accent="#6b2a00",
    foreground="#000000",
    background="#ffffff",
    surface="#f6f6f6",
    panel="#e4e4e4",
    success="#1f4a00",
    warning="#5c3d00",
    error="#800000",
    text_alpha=1.0,
    variables={**_PLAIN_TEXT, "border": "#000000", "border-blurred": "#555555"},
)
TERMINAL = replace(
    BUILTIN_THEMES["ansi-dark"],
    name="terminal",
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
    },
)
LOW = 10
"""Rows under which what is beside the conversation has one row at most (class -low of the app)."""
THEMES = (DARK, LIGHT, CONTRAST_DARK, CONTRAST_LIGHT, TERMINAL)
NAMES = tuple(theme.name for theme in THEMES)


def title(name: str) -> str:
    """What a theme is called: in words where it is one of ours."""
    return str(texts("themes").get(name, name))


def of_choice(wanted: str, colour_system: str | None, there: Mapping[str, object]) -> str:
    """The theme to begin with; empty when there is none of that name. A terminal of eight or sixteen colours, where
    nobody chose another, gets its own palette: shades that are mixed of it run into each other."""
    if wanted == DARK.name and colour_system == "standard":
        return TERMINAL.name
    return wanted if wanted in there else ""
