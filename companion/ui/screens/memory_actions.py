"""What can be done with a memory, the same on the panel and on the screen of one memory."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from companion.records import Change, Memory
from companion.text import one_line
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.screens.curve import CurveScreen
from companion.ui.screens.edit import write_memory


class MemoryActions(EngineScreen):
    """Every change can be taken back with `u`, so none asks for confirmation."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit"),
        Binding("a", "add", "Add"),
        Binding("p", "pin", "Pin"),
        Binding("f,delete", "forget", "Forget", key_display="f"),
        Binding("u", "undo", "Undo"),
        Binding("r", "restore", "Restore"),
        Binding("c", "curve", show=False),
        Binding("escape", "back", "Back", key_display="esc"),
    ]

    def current(self) -> Memory | None:
        """The memory that the next action is about."""
        raise NotImplementedError

    def changed(self, change: Change) -> None:
        """Something was changed by an action of this screen."""
        raise NotImplementedError

    def _done(self, change: Change | None, undo: bool = True) -> None:
        if change is None:
            return
        kept = "".join(f"\n{line}" for line in change.kept)
        tell(self, one_line(change.summary).rstrip(".") + (". Press u to undo." if undo else ".") + kept, seconds=4)
        self.changed(change)

    @work(group="change")
    async def action_edit(self) -> None:
        memory = self.current()
        if memory is None:
            return
        save = partial(self.engine.edit_memory, memory.id)
        self._done(await write_memory(self.app, "Edit memory", memory.text, save))

    @work(group="change")
    async def action_add(self) -> None:
        self._done(await write_memory(self.app, "Add a memory", "", self.engine.add_memory))

    @work(group="change")
    async def action_pin(self) -> None:
        memory = self.current()
        if memory is not None:
            self._done(await attempt(self, self.engine.pin_memory(memory.id, not memory.pinned)))

    @work(group="change")
    async def action_forget(self) -> None:
        memory = self.current()
        if memory is not None:
            self._done(await attempt(self, self.engine.forget_memory(memory.id)))

    @work(group="change")
    async def action_restore(self) -> None:
        memory = self.current()
        if memory is not None:
            self._done(await attempt(self, self.engine.restore_memory(memory.id)))

    @work(group="change")
    async def action_undo(self) -> None:
        self._done(await attempt(self, self.engine.undo()), undo=False)

    def action_curve(self) -> None:
        memory = self.current()
        if memory is not None:
            self.app.push_screen(CurveScreen(self.engine, memory.id))

    def action_back(self) -> None:
        self.dismiss()
