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

from companion.filter_syntax import Completion, complete, completes_names
from companion.strings import text
from companion.text import one_line
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.safe_input import SafeInput

MOST_OFFERED = 8
"""Completions named below the line."""


class _Completion(Suggester):
    """The first of what the words so far may become; the right arrow takes it."""

    def __init__(self, line: FilterLine) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._line = line

    async def get_suggestion(self, value: str) -> str | None:
        return next((found.text for found in self._line.offered(value) if found.text.startswith(value)), None)


class FilterLine(Vertical):
    DEFAULT_CSS = """
    FilterLine { height: auto; }
    FilterLine Input, FilterLine Input:focus { border: none; height: 1; padding: 0 1; background: transparent; }
    FilterLine Input:focus { background: $surface; }
    FilterLine Literal { display: none; padding: 0 1; color: $text-muted; max-height: 2; }
    FilterLine Literal.-notes { color: $text-warning; }
    """

    @dataclass
    class Written(Message):
        """The filter is this now."""

        text: str

    def __init__(self, written: str = "") -> None:
        super().__init__()
        self._written = written
        self._notes: Sequence[str] = ()
        self._names: Sequence[str] | None = None

    def compose(self) -> ComposeResult:
        yield SafeInput(
            self._written,
            placeholder=text("panel.placeholder"),
            suggester=_Completion(self),
        )
        yield Literal()

    @property
    def input(self) -> Input:
        return self.query_one(Input)

    @on(Input.Blurred)
    def _left(self) -> None:
        self._show()

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        message.stop()
        written = one_line(message.value)
        if written != self._written:
            self._written = written
            self._show()
            self.post_message(self.Written(written))

    def offered(self, written: str) -> tuple[Completion, ...]:
        """What the word that is being typed may become."""
        return complete(written, self._names or ())

    @property
    def wants_names(self) -> bool:
        """Whether a name is being typed and those that memories tell of are not known yet."""
        return self._names is None and completes_names(self._written)

    def offer_names(self, names: Sequence[str]) -> None:
        """People and things that memories tell of, to be completed."""
        self._names = names
        self._show()

    def say(self, notes: Sequence[str]) -> None:
        """Notes on what is written."""
        self._notes = notes
        self._show()

    def _show(self) -> None:
        line = self.query_one(Literal)
        offered = [each.word for each in self.offered(self._written)] if self.input.has_focus else []
        line.display = bool(self._notes or offered)
        line.set_class(bool(self._notes), "-notes")
        words = [*self._notes] or [*offered[:MOST_OFFERED], *(["…"] if len(offered) > MOST_OFFERED else [])]
        line.show(one_line("  ".join(words), 300))
