"""A page of lines about memories: the arrow keys walk from line to line, and what can be done with a memory can be
done with the one the line is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from companion.calls import EnginePort
from companion.events import Event, MemoriesChanged, SleepFinished, ThoughtsFormed
from companion.records import Change, Memory
from companion.strings import text
from companion.text import one_line
from companion.ui import format as show
from companion.ui.memory_words import became
from companion.ui.screens.memory_actions import MemoryActions
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal, Part
from companion.ui.widgets.long_table import fitted
from companion.ui.widgets.memory_line import MemoryLine
from companion.ui.widgets.underway import Underway

LONGEST = 300
"""Characters of a memory in a line."""

_OF_ONE = frozenset({"edit", "pin", "forget", "restore", "split", "curve", "links", "conversation"})


class PageView(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Without the keys of a scrolled view: they would come before those that walk from line to line."""


class PageScreen(MemoryActions):
    """`lines()` fetches what is shown; None when that failed, which was told."""

    HELP_TOPIC = "memories"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(-1)", text("keys_move.line_up"), show=False, id="page.up"),
        Binding("down", "walk(1)", text("keys_move.line_down"), show=False, id="page.down"),
        Binding("pageup", "page(-1)", text("keys_move.page_up"), show=False, id="page.page_up"),
        Binding("pagedown", "page(1)", text("keys_move.page_down"), show=False, id="page.page_down"),
        Binding("home", "end(-1)", text("keys_move.first"), show=False, id="page.first"),
        Binding("end", "end(1)", text("keys_move.last"), show=False, id="page.last"),
    ]
    DEFAULT_CSS = """
    PageScreen PageView { padding: 0 1; scrollbar-size-vertical: 1; height: 1fr; }
    PageScreen Literal { height: auto; }
    PageScreen .title { margin-top: 1; }
    """

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self._memories: dict[int, Memory] = {}
        self._focus_first = True
        self._stale = False
        self._working = False

    def compose(self) -> ComposeResult:
        yield PageView(Underway())
        yield KeyLine()

    def on_mount(self) -> None:
        self.load()

    async def lines(self) -> Sequence[Widget] | None:
        raise NotImplementedError

    def load(self) -> None:
        """Put the page together anew, with the focus where it was."""
        self._stale = True
        if not self._working:
            self._working = True
            self._load()

    @work(group="page")
    async def _load(self) -> None:
        # One after the other: a page that is broken off in the middle has its lines twice.
        try:
            while self._stale and self.is_attached:
                self._stale = False
                await self._put_together()
        finally:
            self._working = False

    async def _put_together(self) -> None:
        found = await self.lines()
        if not self.is_attached:
            return
        if found is None:
            for underway in self.query(Underway):
                underway.failed()
            return
        view = self.query_one(PageView)
        async with self.batch():
            before = list(view.children)
            await view.mount_all(found)
            at = self._place()
            # Before the others go: a key that is pressed meanwhile has a line to act on.
            places = [widget for widget in found if widget.can_focus]
            if places and (at is not None or self._focus_first):
                self.set_focus(places[min(at or 0, len(places) - 1)], scroll_visible=False)
            await view.remove_children(before)
        self.call_after_refresh(self._to_focused)
        self._focus_first = False

    def _to_focused(self) -> None:
        views, at = self.query(PageView), self._place()
        if not views:
            return  # it was closed meanwhile
        view = views.first()
        if not at:
            view.scroll_home(animate=False)
        elif self.focused is not None:
            view.scroll_to_widget(self.focused, animate=False)

    # What the lines are made of

    def headed(self, words: str) -> Literal:
        return Literal((words, "bold $text-accent"), classes="title")

    def memory_line(self, memory: Memory, dated: bool = False) -> MemoryLine:
        """`dated`: with the day ahead of it."""
        self._memories[memory.id] = memory
        parts: list[Part] = []
        if dated:
            day = show.memory_day(memory)
            parts.append((fitted(day, 10), "$text-muted"))
        parts.append(("* " if memory.pinned else "") + one_line(memory.text[: 2 * LONGEST], LONGEST))
        if became(memory.status):
            parts.append((f"  {became(memory.status)}", "$text-muted"))
        return MemoryLine(memory.id, *parts)

    # Walking

    def _walkable(self) -> list[Widget]:
        # None of them once the page is being closed.
        return [widget for view in self.query(PageView) for widget in view.children if widget.can_focus]

    def _place(self) -> int | None:
        places = self._walkable()
        return places.index(self.focused) if self.focused in places else None

    def action_walk(self, by: int) -> None:
        places, at = self._walkable(), self._place()
        if at is None or not 0 <= at + by < len(places):
            self.query_one(PageView).scroll_relative(y=by, animate=False)
        else:
            self.set_focus(places[at + by])

    def action_page(self, by: int) -> None:
        view = self.query_one(PageView)
        view.scroll_relative(y=by * max(1, view.size.height - 2), animate=False)

    def action_end(self, by: int) -> None:
        places = self._walkable()
        if places:
            self.set_focus(places[0 if by < 0 else -1])
        view = self.query_one(PageView)
        if by < 0:
            view.scroll_home(animate=False)
        else:
            view.scroll_end(animate=False)

    # What can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done to a memory is offered on its line alone."""
        return self.current() is not None if action in _OF_ONE else super().check_action(action, parameters)

    def current(self) -> Memory | None:
        focused = self.focused
        return self._memories.get(focused.memory) if isinstance(focused, MemoryLine) else None

    def changed(self, change: Change) -> None:
        self.load()

    def engine_event(self, event: Event) -> None:
        if isinstance(event, MemoriesChanged | ThoughtsFormed | SleepFinished):
            self.load()

    async def engine_back(self) -> None:
        self.load()
