"""The memories under a reply: open them, go to where they were said, judge them; why the reply says what it says."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from companion.chats import WhySaid
from companion.errors import CompanionError
from companion.records import CheckInKind
from companion.strings import text
from companion.text import one_line
from companion.ui.messages import MemoryChosen, TurnChosen
from companion.ui.screens.base import attempt, tell
from companion.ui.screens.chat_versions import VersionActions
from companion.ui.screens.why import WhyScreen
from companion.ui.widgets.recalled import Footnote
from companion.ui.widgets.reply_view import CompanionTurn
from companion.ui.widgets.turn_view import PersonTurn


class FootnoteActions(VersionActions):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "footnotes", text("chat.key_recalled"), id="chat.recalled"),
    ]

    def action_footnotes(self) -> None:
        """Open the memories of the reply the person is on, or close them; Enter on what they said edits it."""
        if isinstance(self.walked, PersonTurn):
            self.action_edit_turn()
            return
        view = self.reply_meant
        if view is not None and view.because is not None:
            self.post_message(MemoryChosen(view.because))
            return
        if view is None or not view.recalled.display:
            tell(self, text("chat.no_memories"), seconds=2)
            return
        view.recalled.toggle()
        view.recalled.focus_heading()

    @work(group="less", exclusive=True)
    async def action_less_like(self) -> None:
        """What the companion brought up by itself, here or last, is not to be brought up as often."""
        views = [self.walked, *reversed(self.transcript.views)]
        kind = next((view.brought_up for view in views if isinstance(view, CompanionTurn) and view.brought_up), None)
        if kind is None:
            tell(self, text("checkin.none_here"), seconds=3)
        elif await attempt(self, self._less_like(kind)):
            tell(self, text("chat.less_like_done"), seconds=3)

    async def _less_like(self, kind: CheckInKind) -> bool:
        await self.engine.less_like(kind)
        return True

    @on(Footnote.SourceWanted)
    def _source_wanted(self, message: Footnote.SourceWanted) -> None:
        self._go_to_source(message.memory)

    @work(group="source", exclusive=True)
    async def _go_to_source(self, memory: int) -> None:
        """To the words a memory rests on, in their conversation."""
        detail = await attempt(self, self.engine.memory(memory))
        if detail is None:
            return
        if not detail.quotes:
            tell(self, text("chat.no_source"), seconds=3)
            return
        turn = detail.quotes[0].turn
        self.post_message(TurnChosen(turn.id, turn.conversation))

    @on(Footnote.Judged)
    def _judged(self, message: Footnote.Judged) -> None:
        self._judge(message.line, message)

    @work(group="judge")
    async def _judge(self, line: Footnote, message: Footnote.Judged) -> None:
        change = await attempt(self, self.engine.judge(line.reply, line.memory, message.verdict))
        if change is not None:
            line.said(message.verdict, change.batch)
            self.keys_changed()
            tell(self, one_line(change.summary), text("chat.undo_hint"), seconds=4)

    @on(Footnote.TakeBackWanted)
    def _take_back_wanted(self, message: Footnote.TakeBackWanted) -> None:
        self._take_back(message.line, message.batch)

    @work(group="judge")
    async def _take_back(self, line: Footnote, batch: int) -> None:
        change = await attempt(self, self.engine.undo(batch))
        if change is not None:
            line.said("", None)
            self.keys_changed()
            tell(self, one_line(change.summary), seconds=3)

    def look_at_used_lately(self) -> None:
        """Thinking about what was said is over."""
        last = self.transcript.last_reply()
        if last is not None and any(each.used is None for each in last.recalled.recalled):
            self._look_at_used(last)

    @work(group="used", exclusive=True)
    async def _look_at_used(self, reply: CompanionTurn) -> None:
        """Say which memories the reply really used, once that was found out."""
        with suppress(CompanionError):  # it is said at the next start
            items = await self.engine.transcript(limit=4)
            found = next((item.recalled for item in items if item.turn.id == reply.reply), ())
            reply.recalled.used({each.memory.id: each.used for each in found if each.used is not None})

    @work(group="why", exclusive=True)
    async def action_why(self) -> None:
        """What the reply was written from, and the same without some of it."""
        view = self.reply_meant
        if view is None or not view.answers or view.writing:
            tell(self, text("chat.nothing_to_explain"), seconds=2)
            return
        said = await attempt(self, self.engine.why(view.reply))
        if said is not None:
            self._explain(said)

    def _explain(self, said: WhySaid) -> None:
        def drop(without: tuple[str, ...] | None) -> None:
            if without is not None:
                self.again_without(said.reply, without)

        self.app.push_screen(WhyScreen(said), drop)
