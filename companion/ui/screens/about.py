"""What is known of somebody or something: "What do you know about Lena?"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from companion.calls import EnginePort
from companion.clock import local
from companion.memory_pages import AboutPage, Topic
from companion.strings import text
from companion.text import one_line
from companion.ui import format as show
from companion.ui.screens.base import attempt
from companion.ui.screens.page import PageScreen
from companion.ui.widgets.literal import Literal, Part
from companion.ui.widgets.quote_line import QuoteLine
from companion.ui.widgets.topic_line import TopicLine


def topic_parts(topic: Topic) -> list[Part]:
    """Name, relation, how many memories, when last."""
    last = show.short_date(topic.last_at, topic.utc_offset, show.now())
    relation = text("format.then") + one_line(topic.relation, 40) if topic.relation else ""
    return [
        one_line(topic.name, 60),
        (f"{relation}  {text('people.memories', count=topic.memories)}  {last}", "$text-muted"),
    ]


def about_words(page: AboutPage) -> str:
    """How much is known, and since when."""
    known = text("people.known", count=len(page.facts) + len(page.events))
    if page.first_at is None or page.last_at is None:
        return known
    first, last = (show.full_day(local(at, page.utc_offset)) for at in (page.first_at, page.last_at))
    return (
        known
        + " "
        + (text("people.on", day=first) if first == last else text("people.between", first=first, last=last))
    )


class AboutScreen(PageScreen):
    """Each related name leads to its own page; Esc goes back the same way."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "panel", text("keys_memory.panel"), show=False, id="about.panel")
    ]

    def __init__(self, engine: EnginePort, name: str) -> None:
        super().__init__(engine)
        self._who = name

    async def lines(self) -> Sequence[Widget] | None:
        page = await attempt(self, self.engine.about(self._who))
        if page is None:
            return None
        relation = (f"  {one_line(page.relation, 60)}", "$text-muted") if page.relation else ""
        found: list[Widget] = [Literal((one_line(page.name, 80), "bold"), relation), Literal(about_words(page))]
        for title, rows, dated in (
            (text("people.now"), page.facts, False),
            (text("people.happened"), page.events, True),
            (text("people.before"), page.before, True),
        ):
            if rows:
                found += [self.headed(title), *(self.memory_line(row.memory, dated) for row in rows)]
        if page.said:
            found.append(self.headed(text("people.said")))
            found += [QuoteLine(quote) for quote in page.said]
        if page.related:
            found.append(self.headed(text("people.related")))
            found += [TopicLine(topic.name, *topic_parts(topic)) for topic in page.related]
        return found

    def action_panel(self) -> None:
        """All of it in the panel."""
        from companion.ui.screens.memories import MemoriesScreen  # which opens this one

        self.app.push_screen(MemoriesScreen(self.engine, f'about:"{self._who}"'))
