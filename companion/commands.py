"""What the person can ask the program to do, in one list: the palette, slash commands and help are made from it.

A command has texts in assets/strings, section "command": `<id>` names it ("Memory: Pin"), `<id>_about` says what it
does, with "_" in the place of the dot of the id. Its keys can be changed in the settings (ui.keys), by the same id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from companion.strings import text

Takes = Literal["", "text", "number", "choice"]


@dataclass(frozen=True, slots=True)
class Command:
    id: str
    """ "memory.pin": the part of the program and what is done."""
    slash: str = ""
    """What is typed after / in the chat; empty: it is in the palette alone."""
    takes: Takes = ""
    """What may follow it."""
    choices: tuple[str, ...] = ()
    plain: bool = True
    """Whether the line-by-line chat has it among its commands too: not what moves a screen or fills the clipboard."""

    @property
    def title(self) -> str:
        return text(f"command.{self.id.replace('.', '_')}")

    @property
    def about(self) -> str:
        return text(f"command.{self.id.replace('.', '_')}_about")
