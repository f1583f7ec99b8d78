"""A command, and what it does in the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from companion.commands import Command

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


@dataclass(frozen=True, slots=True)
class Entry:
    command: Command
    run: Callable[[CompanionApp, str], object]
    """Called with what was typed after the slash command, empty from the palette."""
