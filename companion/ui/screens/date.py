"""Asking for a day or a moment of the past, in words: "3 May", "last Tuesday", "a week ago"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from companion.clock import SystemClock, stamp
from companion.dates import resolve
from companion.strings import text
from companion.ui import format as show
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.safe_input import SafeInput


def offset_at(at: float) -> int:
    """Seconds the local zone is, or was, ahead of UTC at that time."""
    return stamp(SystemClock(lambda: at).now())[1]


def read_moment(written: str, now: datetime) -> float | None:
    """The end of the time that is named (seconds since the epoch), at the latest now. None when none is named, or one
    to come."""
    # A bare "May" lies ahead unless a verb says otherwise, and what is looked back at lies behind.
    for sentence in (written, f"I was there {written}", f"That was {written} ago"):
        for mention in resolve(sentence, now):
            if mention.begins <= now and not mention.recurring:
                return stamp(min(mention.ends - timedelta(seconds=1), now))[0]
    return None


class DateScreen(ModalScreen[float | None]):
    """Dismissed with the moment (seconds since the epoch), or None. What was understood stands below while it is
    typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", text("edit.cancel"), id="date.cancel")]
    DEFAULT_CSS = """
    DateScreen { align: center middle; }
    DateScreen > Vertical {
        width: 80%; max-width: 60; min-width: 20; height: auto; max-height: 100%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    DateScreen Input, DateScreen Input:focus { border: none; height: 1; padding: 0; background: transparent; }
    DateScreen .keys { color: $text-muted; }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._moment: float | None = None

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal((self._title, "bold"))
            yield SafeInput(placeholder=text("date.placeholder"))
            yield Literal(id="read")
            yield Literal(text("date.keys"), classes="keys")

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        now = SystemClock().now()
        self._moment = read_moment(message.value, now) if message.value.strip() else None
        read = self.query_one("#read", Literal)
        if self._moment is not None:
            read.show((show.full_date(self._moment, offset_at(self._moment)), "$text-accent"))
        else:
            read.show((text("date.not_understood") if message.value.strip() else "", "$text-warning"))

    @on(Input.Submitted)
    def _answer(self) -> None:
        if self._moment is not None:
            self.dismiss(self._moment)

    def action_cancel(self) -> None:
        self.dismiss(None)


async def ask_date(app: App[None]) -> float | None:
    """A moment of the past, in seconds since the epoch; None when the person leaves it. To be called in a worker."""
    return await app.push_screen_wait(DateScreen(text("date.title")))
