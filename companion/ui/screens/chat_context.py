"""How full the model's context is, and of what."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from companion.calls import EnginePort
from companion.errors import CompanionError
from companion.records import ReplyReport
from companion.strings import text
from companion.ui.screens.chat_parts import ChatParts
from companion.ui.why_text import parts_of, segments_of
from companion.ui.widgets.context_meter import ContextMeter


class ContextActions(ChatParts):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "context", text("chat.key_context"), id="chat.context", show=False),
    ]

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self.meter = ContextMeter()
        self._parts: dict[str, int] = {}

    def note_context(self, report: ReplyReport) -> None:
        """A reply was written from this prompt; it is in the context too by now."""
        self._parts = dict(report.segments)
        if report.reply_tokens and "history" in self._parts:
            self._parts["history"] += report.reply_tokens
        self._show_context(report.context_tokens)

    @work(group="context", exclusive=True)
    async def look_at_context(self) -> None:
        """After a start: from what the last reply was written."""
        last = self.transcript.last_reply()
        if last is None or not last.answers or (self.place is not None and not self.place.turns):
            self._parts = {}
            self._show_context(self.progress.status.context_tokens)
            return
        with suppress(CompanionError):  # it was not kept
            said = await self.engine.why(last.reply)
            self._parts = segments_of(said)
            self.progress.context_used = self.progress.context_used or sum(self._parts.values())
            self._show_context(said.context_tokens)
            self.refresh_state()

    def _show_context(self, context: int) -> None:
        self.meter.tell(parts_of(self._parts, context) if self._parts else (), text("chat.context_unknown"))

    def action_context(self) -> None:
        self.meter.display = not self.meter.display
        if self.meter.display and not self._parts:
            self._show_context(self.progress.status.context_tokens)
