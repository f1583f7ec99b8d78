"""Where the panel's filter is typed: completed as it is typed, with what of it was not understood below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from companion.filter_syntax import complete
from companion.strings import text
from companion.text import one_line
from companion.ui.widgets.literal import Literal


class _Completion(Suggester):
    """The first of what the words so far may become; the right arrow takes it."""

    async def get_suggestion(self, value: str) -> str | None:
        return next((found for found in complete(value) if found.startswith(value) and found != value), None)


class FilterLine(Vertical):
    DEFAULT_CSS = """
    FilterLine { height: auto; }
    FilterLine Input, FilterLine Input:focus { border: none; height: 1; padding: 0 1; background: transparent; }
    FilterLine Input:focus { background: $surface; }
    FilterLine Literal { display: none; padding: 0 1; color: $text-warning; max-height: 2; }
    """

    @dataclass
    class Written(Message):
        """The filter is this now."""

        text: str

    def __init__(self, written: str = "") -> None:
        super().__init__()
        self._written = written

    def compose(self) -> ComposeResult:
        yield Input(
            self._written,
            placeholder=text("panel.placeholder"),
            suggester=_Completion(use_cache=False, case_sensitive=True),
        )
        yield Literal()

    @property
    def input(self) -> Input:
        return self.query_one(Input)

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        message.stop()
        written = one_line(message.value)
        if written != self._written:
            self._written = written
            self.post_message(self.Written(written))

    def say(self, notes: Sequence[str]) -> None:
        """Notes on what is written; none: nothing to say."""
        line = self.query_one(Literal)
        line.display = bool(notes)
        line.show(one_line("  ".join(notes), 300))
