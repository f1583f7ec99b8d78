"""F7: the people and things that memories tell of, with the ways to the portrait, the timeline and the tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from companion.calls import EnginePort
from companion.memory_pages import Topic
from companion.strings import text
from companion.ui.messages import PageChosen, TopicChosen
from companion.ui.screens.about import topic_parts
from companion.ui.screens.base import attempt
from companion.ui.screens.page import PageScreen, PageView
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal as Words
from companion.ui.widgets.safe_input import SafeInput
from companion.ui.widgets.topic_line import OpeningLine, TopicLine
from companion.ui.widgets.underway import Underway


class PeopleScreen(PageScreen):
    """A name that is typed (after /) finds its page, whether it is in the list or not."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", text("keys_memory.find"), show=False, id="people.find")
    ]
    DEFAULT_CSS = """
    PeopleScreen Input, PeopleScreen Input:focus {
        border: none; height: 1; padding: 0 1; background: transparent;
    }
    PeopleScreen Input:focus { background: $surface; }
    """

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self._topics: Sequence[Topic] = ()

    def compose(self) -> ComposeResult:
        yield SafeInput(placeholder=text("people.find"))
        yield PageView(Underway())
        yield KeyLine()

    async def lines(self) -> Sequence[Widget] | None:
        topics = await attempt(self, self.engine.topics())
        if topics is None:
            return None
        self._topics = topics
        return self._lines()

    def _lines(self) -> list[Widget]:
        sought = self.query_one(Input).value.strip().casefold()
        if sought:
            return [
                TopicLine(topic.name, *topic_parts(topic)) for topic in self._topics if sought in topic.name.casefold()
            ] or [Words((text("people.nobody"), "$text-muted"))]
        found: list[Widget] = [
            OpeningLine(PageChosen("portrait"), text("people.portrait")),
            OpeningLine(PageChosen("timeline"), text("people.timeline")),
            OpeningLine(PageChosen("links"), text("people.tree")),
            OpeningLine(PageChosen("plots"), text("people.plots")),
        ]
        for title, some in (
            (text("people.people"), [topic for topic in self._topics if topic.person]),
            (text("people.topics"), [topic for topic in self._topics if not topic.person]),
        ):
            if some:
                found += [self.headed(title), *(TopicLine(topic.name, *topic_parts(topic)) for topic in some)]
        if not self._topics:
            found += [self.headed(text("people.people")), Words((text("people.none"), "$text-muted"))]
        return found

    @on(Input.Changed)
    async def _sought(self) -> None:
        view = self.query_one(PageView)
        async with self.batch():
            await view.remove_children()
            await view.mount_all(self._lines())

    @on(Input.Submitted)
    def _open_sought(self, message: Input.Submitted) -> None:
        """The only one left, or whatever was typed."""
        first = next(iter(self.query(TopicLine)), None)
        if message.value.strip():
            self.post_message(TopicChosen(first.topic if first else message.value.strip()))

    def action_find(self) -> None:
        self.query_one(Input).focus()

    def action_walk(self, by: int) -> None:
        if self.query_one(Input).has_focus and self._walkable():
            self._walkable()[0].focus()
        else:
            super().action_walk(by)

    def action_back(self) -> None:
        """Esc leaves what was typed first, then the page."""
        line = self.query_one(Input)
        if line.value or line.has_focus:
            line.value = ""
            self._focus_first = True
            self.load()
        else:
            self.dismiss()
