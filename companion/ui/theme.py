"""The app's own colours, one dark and one light; Textual's themes can be chosen as well."""

from __future__ import annotations

from textual.theme import Theme

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
    accent="#99603a",
    foreground="#2b2a28",
    background="#faf8f4",
    surface="#f1eee8",
    panel="#e2ded6",
    success="#4f6b3a",
    warning="#8a6410",
    error="#a03c3c",
)
THEMES = (DARK, LIGHT)
