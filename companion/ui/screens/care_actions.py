"""Help lines: the newest card of the conversation, or where there is none, all of them to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType

from companion.events import CareShown, ProgramSaid
from companion.help_lines import care_card
from companion.strings import text
from companion.ui.care_text import plain_lines, region_line
from companion.ui.screens.chat_sending import Sending
from companion.ui.screens.reader import ReaderScreen
from companion.ui.widgets.care_card import CareCardView

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


class CareActions(Sending):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10", "care", text("care.key_more"), id="chat.care", show=False),
    ]

    def care_shown(self, event: CareShown) -> None:
        """The card stands under the message, whatever becomes of the reply."""
        if event.turn:
            self.acknowledge(event.turn)
        self.transcript.show_care(event.turn, event.card)

    def program_said(self, event: ProgramSaid) -> None:
        self.acknowledge(event.turn)
        self.transcript.show_program(event.turn)

    def action_care(self) -> None:
        cards = list(self.transcript.query(CareCardView))
        if cards:
            cards[-1].open_whole()
            cards[-1].scroll_visible(animate=False)
            return
        card = care_card("crisis", "self", cast("CompanionApp", self.app).settings.care.region)
        self.app.push_screen(ReaderScreen("\n\n".join([*plain_lines(card, asked=True), region_line(card.region)])))

    @on(CareCardView.Left)
    def _care_left(self) -> None:
        self.set_focus(self.prompt)
