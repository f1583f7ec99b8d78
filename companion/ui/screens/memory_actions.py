"""What can be done with memories, the same on the panel and on the screen of one memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from companion.memory_pages import GroupAction
from companion.records import Change, Memory
from companion.sentences import sentences
from companion.strings import text
from companion.text import one_line
from companion.ui.messages import TurnChosen
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.screens.curve import CurveScreen
from companion.ui.screens.edit import write_memory
from companion.ui.screens.erase import erase_after_asking


class MemoryActions(EngineScreen):
    """Every change can be taken back with `u`, so none asks for confirmation, but forgetting for good."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", text("memory.key_edit"), id="memory.edit"),
        Binding("a", "add", text("memory.key_add"), id="memory.add"),
        Binding("p", "pin", text("memory.key_pin"), id="memory.pin"),
        Binding("f,delete", "forget", text("memory.key_forget"), key_display="f", id="memory.forget"),
        Binding("F,shift+delete", "forget_for_good", text("erasing.key"), show=False, id="memory.forget_for_good"),
        Binding("u", "undo", text("memory.key_undo"), id="memory.undo"),
        Binding("U,ctrl+y", "redo", text("keys_memory.redo"), show=False, id="memory.redo"),
        Binding("r", "restore", text("memory.key_restore"), id="memory.restore"),
        Binding("m", "merge", text("keys_memory.merge"), show=False, id="memory.merge"),
        Binding("x", "split", text("keys_memory.split"), show=False, id="memory.split"),
        Binding("c", "curve", text("keys_memory.curve"), show=False, id="memory.curve"),
        Binding("l", "links", text("keys_memory.links"), show=False, id="memory.links"),
        Binding("g", "conversation", text("keys_memory.conversation"), show=False, id="memory.conversation"),
        Binding("t", "look_back", text("keys_memory.look_back"), show=False, id="memory.look_back"),
        Binding("escape", "back", text("memory.key_back"), key_display="Esc", id="memory.back"),
    ]
    as_of: float | None = None
    """The moment looked at (seconds since the epoch); None: now, and only now can things be changed."""

    def current(self) -> Memory | None:
        """The memory that the next action is about."""
        raise NotImplementedError

    def marked(self) -> Sequence[Memory]:
        """Those that the next action is about instead, when there are any."""
        return ()

    def changed(self, change: Change) -> None:
        """Something was changed by an action of this screen."""
        raise NotImplementedError

    def _done(self, change: Change | None, undo: bool = True) -> None:
        if change is None:
            return
        kept = "".join(f"\n{line}" for line in change.kept)
        said = one_line(change.summary).rstrip(".。")
        told = text("memory.done_undo", what=said) if undo else text("memory.done", what=said)
        tell(self, told + kept, seconds=4, last_done=True)
        self.changed(change)

    def _in_the_past(self) -> bool:
        """Tells that nothing can be changed where the past is looked at."""
        if self.as_of is not None:
            tell(self, text("memory.past_is_read_only"), text("memory.past_is_read_only_hint"), "warning")
        return self.as_of is not None

    @work(group="change")
    async def action_edit(self) -> None:
        memory = self.current()
        if memory is None or self._in_the_past():
            return
        save = partial(self.engine.edit_memory, memory.id)
        self._done(await write_memory(self.app, text("edit.edit"), memory.text, save))

    @work(group="change")
    async def action_add(self) -> None:
        if not self._in_the_past():
            self._done(await write_memory(self.app, text("edit.add"), "", self.engine.add_memory))

    @work(group="change")
    async def action_pin(self) -> None:
        marked, memory = self.marked(), self.current()
        if self._in_the_past():
            return
        if marked:
            await self._change_marked("unpin" if all(each.pinned for each in marked) else "pin")
        elif memory is not None:
            self._done(await attempt(self, self.engine.pin_memory(memory.id, not memory.pinned)))

    @work(group="change")
    async def action_forget(self) -> None:
        marked, memory = self.marked(), self.current()
        if self._in_the_past():
            return
        if marked:
            await self._change_marked("forget")
        elif memory is not None:
            self._done(await attempt(self, self.engine.forget_memory(memory.id)))

    @work(group="change")
    async def action_forget_for_good(self) -> None:
        """The one change that cannot be taken back: it shows what goes, and asks."""
        ids = tuple(each.id for each in self.marked()) or tuple(each.id for each in (self.current(),) if each)
        if not self._in_the_past() and ids and await erase_after_asking(self, self.engine, ids):
            self.erased()

    def erased(self) -> None:
        """What this screen showed may be gone for good."""
        self.changed(Change(0, "", ()))

    @work(group="change")
    async def action_restore(self) -> None:
        """Bring back; where the past is looked at: as it was then."""
        marked, memory = self.marked(), self.current()
        if self.as_of is not None:
            ids = tuple(each.id for each in marked) or ((memory.id,) if memory else ())
            if ids:
                self._done(await attempt(self, self.engine.restore_as_of(ids, self.as_of)))
        elif marked:
            await self._change_marked("restore")
        elif memory is not None:
            self._done(await attempt(self, self.engine.restore_memory(memory.id)))

    async def _change_marked(self, action: GroupAction) -> None:
        ids = tuple(memory.id for memory in self.marked())
        self._done(await attempt(self, self.engine.change_memories(ids, action)))

    @work(group="change")
    async def action_merge(self) -> None:
        marked = self.marked()
        if self._in_the_past():
            return
        if len(marked) < 2:
            tell(self, text("memory.merge_needs_two"), text("memory.merge_needs_two_hint"))
            return
        said = "\n".join(dict.fromkeys(memory.text.strip() for memory in marked))
        merge = partial(self.engine.merge_memories, tuple(memory.id for memory in marked))
        title = text("edit.merge", count=len(marked))
        self._done(await write_memory(self.app, title, said, merge, as_it_is=True))

    @work(group="change")
    async def action_split(self) -> None:
        memory = self.current()
        if memory is None or self._in_the_past():
            return
        lines = "\n".join(memory.text[start:end] for start, end in sentences(memory.text))
        id = memory.id

        async def split(written: str) -> Change:
            parts = (line.strip() for line in written.splitlines())
            return await self.engine.split_memory(id, tuple(part for part in parts if part))

        self._done(await write_memory(self.app, text("edit.split"), lines, split, as_it_is=True))

    @work(group="change")
    async def action_undo(self) -> None:
        if not self._in_the_past():
            self._done(await attempt(self, self.engine.undo()), undo=False)

    @work(group="change")
    async def action_redo(self) -> None:
        if not self._in_the_past():
            self._done(await attempt(self, self.engine.redo()))

    def action_curve(self) -> None:
        memory = self.current()
        if memory is not None:
            self.app.push_screen(CurveScreen(self.engine, memory.id))

    def action_links(self) -> None:
        from companion.ui.screens.links import LinksScreen  # which opens this one

        memory = self.current()
        if memory is not None:
            self.app.push_screen(LinksScreen(self.engine, memory))

    @work(group="conversation")
    async def action_conversation(self) -> None:
        """To the words it rests on, in their conversation."""
        memory = self.current()
        detail = await attempt(self, self.engine.memory(memory.id)) if memory else None
        if detail is None:
            return
        if detail.quotes:
            turn = detail.quotes[0].turn
            self.app.post_message(TurnChosen(turn.id, turn.conversation))
        else:
            tell(self, text("memory.from_you"))

    def action_back(self) -> None:
        self.dismiss()
