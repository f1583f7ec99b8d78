"""Moving through the conversation: scrolling, turns that are fetched on the way, walking from message to message."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from companion.calls import EnginePort
from companion.strings import text
from companion.ui.screens.base import attempt, tell
from companion.ui.screens.chat_parts import ChatParts
from companion.ui.widgets.below import Below
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.recalled import Footnote
from companion.ui.widgets.transcript import STEP, WINDOW, Transcript
from companion.ui.widgets.turn_base import TurnView


class Scrolling(ChatParts):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", text("keys_move.page_up"), id="chat.page_up", show=False, priority=True),
        Binding("pagedown", "page(1)", text("keys_move.page_down"), id="chat.page_down", show=False, priority=True),
        Binding("ctrl+up", "scroll(-1)", text("keys_move.up"), id="chat.scroll_up", show=False, priority=True),
        Binding("ctrl+down", "scroll(1)", text("keys_move.down"), id="chat.scroll_down", show=False, priority=True),
        Binding("ctrl+end", "newest", text("chat.key_newest"), id="chat.newest", show=False, priority=True),
        Binding("alt+up", "walk(-1)", text("chat.key_walk"), id="chat.walk", show=False, priority=True),
        Binding("alt+down", "walk(1)", text("keys_move.walk_down"), id="chat.walk_down", show=False, priority=True),
    ]

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self.below = Below()

    def take_back(self) -> bool:
        """The newest message that waits is in the prompt again. False when none can be taken back."""
        raise NotImplementedError

    # Scrolling

    def action_page(self, direction: int) -> None:
        self._scroll(direction, max(1, self.transcript.size.height - 2))

    def action_scroll(self, direction: int) -> None:
        self._scroll(direction, 2)

    def _scroll(self, direction: int, rows: int) -> None:
        self.transcript.scroll_relative(y=direction * rows, animate=False)
        if direction < 0 and self.transcript.scroll_y <= 0:
            self.transcript.ask_older()
        if direction > 0 and self.transcript.scroll_y >= self.transcript.max_scroll_y:
            self.transcript.ask_newer()

    @on(Below.Wanted)
    @on(Prompt.NewestWanted)
    def action_newest(self) -> None:
        self._newest()

    @work(group="newest", exclusive=True)
    async def _newest(self) -> None:
        await self.to_latest()
        self.transcript.to_newest()
        self.below.display = False

    async def to_latest(self) -> None:
        """Mount the newest turns when older ones are on the screen."""
        if self.transcript.more_below:
            items = await attempt(self, self.engine.transcript(limit=WINDOW))
            if items is not None:
                await self.transcript.load(items)

    def something_new(self) -> None:
        """Text has come, perhaps below what is on the screen."""
        if not self.transcript.at_end:
            self.below.display = True

    @on(Transcript.AtEnd)
    def _at_end(self) -> None:
        self.below.display = False

    @on(Transcript.OlderWanted)
    def _older_wanted(self, message: Transcript.OlderWanted) -> None:
        self._fetch_older(message.before)

    @work(group="older")
    async def _fetch_older(self, before: int) -> None:
        items = await attempt(self, self.engine.transcript(before=before, limit=STEP))
        if self.transcript.views and self.transcript.views[0].turn_id == before:
            await self.transcript.prepend(items or ())

    @on(Transcript.NewerWanted)
    def _newer_wanted(self, message: Transcript.NewerWanted) -> None:
        self._fetch_newer(message.after)

    @work(group="newer")
    async def _fetch_newer(self, after: int) -> None:
        items = await attempt(self, self.engine.transcript(limit=2 * STEP, around=after)) or ()
        if self.transcript.views and self.transcript.views[-1].turn_id == after:
            ids = [item.turn.id for item in items]
            await self.transcript.append(items[ids.index(after) + 1 :] if after in ids else ())

    async def show_turn(self, turn: int) -> None:
        """A turn of the open conversation, with what was said around it; the person is on it."""
        view = self.transcript.view(turn)
        if view is None:
            items = await attempt(self, self.engine.transcript(limit=WINDOW, around=turn))
            if items is None:
                return
            await self.transcript.load(items, at=turn)
            view = self.transcript.view(turn)
        if view is None:
            tell(self, text("chat.not_there"), seconds=3)
            return
        self.transcript.release_anchor()
        view.walk_to()
        self.call_after_refresh(view.scroll_visible, animate=False, top=True)

    # Walking from message to message

    @on(Prompt.TakeBackWanted)
    def _up_in_empty_prompt(self) -> None:
        if not self.take_back():
            self.action_walk(-1)

    def action_walk(self, direction: int) -> None:
        """To the message before or after; from the prompt to the last one, and from that back to the prompt."""
        view = self.walked
        if view is None:
            last = self.transcript.views[-1] if self.transcript.views else None
            if last is not None and direction < 0:
                self._walk_to(last)
            return
        if view.has_focus and self._rest_of(view, direction):
            return
        beside = view if not view.has_focus else self.transcript.neighbour(view, direction)
        if beside is not None:
            self._walk_to(beside)
        elif direction > 0 and not self.transcript.more_below:
            self.action_leave_walk()
        elif direction > 0:
            self.transcript.ask_newer()
        else:
            self.transcript.ask_older()

    def _walk_to(self, view: TurnView) -> None:
        self.transcript.release_anchor()
        view.walk_to()
        view.scroll_visible(animate=False)

    def _rest_of(self, view: TurnView, direction: int) -> bool:
        """A message that is longer than the screen is read to its end before one walks on."""
        window, region = self.transcript.region, view.region
        hidden = window.y - region.y if direction < 0 else region.bottom - window.bottom
        if hidden <= 0:
            return False
        self._scroll(direction, min(hidden, max(1, window.height - 2)))
        return True

    def action_leave_walk(self) -> None:
        """Back to writing; the transcript stays where it is."""
        if isinstance(self.focused, TurnView | Footnote):
            self.focused.leave()
        self.to_prompt()
