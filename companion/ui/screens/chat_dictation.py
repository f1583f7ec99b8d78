"""The key of dictation, where one writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType

from companion.strings import text
from companion.ui.screens.chat_sending import Sending

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


class DictationActions(Sending):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f12", "dictate", text("voice.key_dictate"), id="voice.dictate", show=False),
    ]

    def action_dictate(self) -> None:
        cast("CompanionApp", self.app).dictate()
