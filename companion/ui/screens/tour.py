"""A look around: a few steps, each pointing at the real place. Esc ends it at any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from companion.strings import text
from companion.ui.widgets.literal import Literal


@dataclass(frozen=True, slots=True)
class Step:
    """`place`: what is pointed at, as a selector on the chat; empty: nothing in particular."""

    place: str
    words: str


def steps() -> tuple[Step, ...]:
    return (
        Step("Prompt", text("tour.prompt")),
        Step("Transcript", text("tour.transcript")),
        Step("StatusLine", text("tour.status")),
        Step("Prompt", text("tour.slash")),
        Step("", text("tour.memories")),
        Step("", text("tour.help")),
    )


class TourScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right,space", "step(1)", text("tour.next"), id="tour.next"),
        Binding("left,backspace", "step(-1)", text("tour.previous"), id="tour.previous"),
        Binding("escape,q", "leave", text("tour.leave"), id="tour.leave"),
    ]
    DEFAULT_CSS = """
    TourScreen { background: transparent; align: center middle; }
    TourScreen > Vertical {
        width: 80%; max-width: 62; height: auto; border: round $accent; background: $surface; padding: 0 1;
    }
    TourScreen .keys { color: $text-muted; margin-top: 1; }
    """

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self._below = below
        self._steps = steps()
        self._at = 0

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal(id="words")
            yield Literal(classes="keys")

    def on_mount(self) -> None:
        self._show()

    def _place(self) -> Widget | None:
        place = self._steps[self._at].place
        return next(iter(self._below.query(place)), None) if place else None

    def _show(self) -> None:
        self._unpoint()
        if (place := self._place()) is not None:
            place.add_class("-toured")
        self.query_one("#words", Literal).show(self._steps[self._at].words)
        told = text("tour.keys", number=self._at + 1, total=len(self._steps))
        self.query_one(".keys", Literal).show(told)

    def _unpoint(self) -> None:
        for widget in self._below.query(".-toured"):
            widget.remove_class("-toured")

    def action_step(self, by: int) -> None:
        if self._at + by >= len(self._steps):
            self.action_leave()
        else:
            self._at = max(0, self._at + by)
            self._show()

    def action_leave(self) -> None:
        self._unpoint()
        self.dismiss()
