"""The app's way to the pages of memory: from keys, from commands, from any line that stands for one. Each is
imported when it is opened: all of them together would delay the first frame."""

from __future__ import annotations

import re
from typing import ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType

from companion.calls import EnginePort
from companion.clock import local_date
from companion.days import full_day
from companion.strings import text
from companion.text import one_line
from companion.ui.messages import PageChosen, TopicChosen
from companion.ui.preferences import Preferences
from companion.ui.screens.base import attempt, tell

_HEAD = re.compile(r"\A---\n.*?\n---\n+", re.DOTALL)
"""What stands ahead of a letter for the programs that read it as a note."""


class MemoryPages(App[None]):
    """What `CompanionApp` is besides."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f7", "people", text("people.key"), show=False, priority=True, id="people.open"),
        Binding("f8", "plots", text("plots.key"), show=False, priority=True, id="plots.open"),
    ]
    engine: EnginePort
    preferences: Preferences

    def open_memories(self, written: str = "") -> None:
        """The panel, with this in its filter; the one that is open unless there is."""
        from companion.ui.screens.memories import MemoriesScreen

        if written or not any(isinstance(screen, MemoriesScreen) for screen in self.screen_stack):
            self.push_screen(MemoriesScreen(self.engine, one_line(written)))

    def action_people(self) -> None:
        from companion.ui.screens.people import PeopleScreen

        if not isinstance(self.screen, PeopleScreen):
            self.push_screen(PeopleScreen(self.engine))

    def action_plots(self) -> None:
        from companion.ui.screens.plots import PlotsScreen

        if isinstance(self.screen, PlotsScreen):
            self.screen.action_back()
        else:
            self.push_screen(PlotsScreen(self.engine))

    def open_portrait(self) -> None:
        from companion.ui.screens.portrait import PortraitScreen

        self.push_screen(PortraitScreen(self.engine))

    def open_timeline(self) -> None:
        from companion.ui.screens.timeline import TimelineScreen

        self.push_screen(TimelineScreen(self.engine))

    def open_waiting(self) -> None:
        from companion.ui.screens.waiting import WaitingScreen

        if not isinstance(self.screen, WaitingScreen):
            self.push_screen(WaitingScreen(self.engine))

    def open_links(self) -> None:
        from companion.ui.screens.links import LinksScreen

        self.push_screen(LinksScreen(self.engine))

    @work(group="about")
    async def open_about(self, name: str) -> None:
        """The page about a name; everybody when none is given."""
        from companion.ui.screens.about import AboutScreen

        name = one_line(name, 80)
        if not name:
            self.action_people()
        elif await attempt(self, self.engine.about(name)) is not None:
            self.push_screen(AboutScreen(self.engine, name))

    @work(group="palette")
    async def redo(self) -> None:
        change = await attempt(self, self.engine.redo())
        if change is not None:
            tell(self, one_line(change.summary))

    @work(group="checkins", exclusive=True)
    async def show_checkins(self) -> None:
        """What would be brought up unasked, the next first, and whether it will be."""
        from companion.ui.screens.reader import ReaderScreen

        found = await attempt(self, self.engine.checkins())
        if found is None:
            return
        enabled = self.preferences.current.checkins.enabled
        told = [text("chat.checkins_on") if enabled else text("chat.checkins_off")]
        for each in found:
            told.append(f"{full_day(local_date(each.due_at, each.utc_offset))}\n  {one_line(each.text, 400)}")
        self.push_screen(ReaderScreen("\n\n".join(told if found else [*told, text("chat.checkins_none")])))

    @work(group="letter", exclusive=True)
    async def show_letter(self, week: str = "") -> None:
        """The letter about a week, by default the last that is over. Nothing is written."""
        from companion.ui.screens.reader import ReaderScreen

        found = await attempt(self, self.engine.letter(week.strip(), True))
        if found is not None:
            self.push_screen(ReaderScreen(_HEAD.sub("", found.text) or text("letter.nothing", week=found.week)))

    @on(TopicChosen)
    def _open_topic(self, message: TopicChosen) -> None:
        self.open_about(message.name)

    @on(PageChosen)
    def _open_page(self, message: PageChosen) -> None:
        match message.page:
            case "portrait":
                self.open_portrait()
            case "timeline":
                self.open_timeline()
            case "links":
                self.open_links()
            case "plots":
                self.action_plots()
