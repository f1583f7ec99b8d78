"""The morning report in the chat: shown once a day, by itself, with keys to keep what is about to fade."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from companion.calls import EnginePort
from companion.errors import CompanionError
from companion.strings import text
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.widgets.morning_card import MorningCard


class MorningActions(EngineScreen):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f5", "morning", text("morning.key_show"), id="morning.show")]

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self.morning_card = MorningCard()
        self.tells_mornings = True
        """Whether the report comes by itself."""

    def to_prompt(self) -> None:
        """The person goes on writing."""
        raise NotImplementedError

    @work(group="morning", exclusive=True)
    async def look_at_morning(self) -> None:
        """Show the report when it is due; nothing else happens."""
        with suppress(CompanionError):  # nobody asked for it
            report = await self.engine.morning()
            if report.due and self.tells_mornings:
                self.morning_card.tell(report)
                await self.engine.morning_seen()

    @work(group="morning-asked", exclusive=True)
    async def action_morning(self) -> None:
        """F5: to the report, fetched when it is not shown."""
        if not self.morning_card.display:
            report = await attempt(self, self.engine.morning())
            if report is None:
                return
            if report.empty:
                tell(self, text("morning.nothing"), seconds=2)
                return
            self.morning_card.tell(report)
            await attempt(self, self.engine.morning_seen())
        self.call_after_refresh(self.morning_card.focus_first)

    @on(MorningCard.Left)
    def _morning_left(self) -> None:
        self.morning_card.close()
        self.to_prompt()

    @on(MorningCard.KeepWanted)
    def _keep_wanted(self, message: MorningCard.KeepWanted) -> None:
        self._keep(message.memory)

    @work(group="keep")
    async def _keep(self, memory: int) -> None:
        change = await attempt(self, self.engine.pin_memory(memory))
        if change is not None:
            self.morning_card.kept(memory)
