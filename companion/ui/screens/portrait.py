"""Who the person is, as the nights put it together and they themselves wrote it: each line with what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work
from textual.widget import Widget

from companion.records import Change
from companion.strings import text
from companion.ui.screens.base import attempt
from companion.ui.screens.edit import write_memory
from companion.ui.screens.page import PageScreen
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.quote_line import QuoteLine

MOST_QUOTES = 3
"""Of a line; its own page has all."""


class PortraitScreen(PageScreen):
    """A line that is written or changed here is the person's own, and no night changes it."""

    async def lines(self) -> Sequence[Widget] | None:
        portrait = await attempt(self, self.engine.portrait())
        if portrait is None:
            return None
        found: list[Widget] = [Literal((text("portrait.title"), "bold")), Literal(text("portrait.about"))]
        if not portrait:
            found.append(Literal((text("portrait.empty"), "$text-muted")))
        for line in portrait:
            found.append(self.memory_line(line.memory))
            found[-1].styles.margin = (1, 0, 0, 0)
            if not line.quotes:
                found.append(Literal((f"  {text('portrait.yours')}", "$text-muted")))
            found += [QuoteLine(quote) for quote in line.quotes[:MOST_QUOTES]]
            if len(line.quotes) > MOST_QUOTES:
                more = text("portrait.more", count=len(line.quotes) - MOST_QUOTES)
                found.append(Literal((f"  {more}", "$text-muted")))
        return found

    @work(group="change")
    async def action_add(self) -> None:
        async def add(written: str) -> Change:
            return await self.engine.add_memory(written, "trait")

        self._done(await write_memory(self.app, text("portrait.add"), "", add))
