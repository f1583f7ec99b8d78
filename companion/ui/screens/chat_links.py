"""The links of a reply: chosen by key or clicked, shown for what they are, opened only then."""

from __future__ import annotations

from textual import on, work
from textual.widgets import Markdown

from companion.strings import text
from companion.text import one_line
from companion.ui.addresses import Refused, links_in, read_address
from companion.ui.opener import open_address
from companion.ui.screens.base import tell
from companion.ui.screens.chat_parts import ChatParts
from companion.ui.screens.choose import ChooseScreen
from companion.ui.screens.link import LinkScreen


class LinkActions(ChatParts):
    @work(group="link", exclusive=True)
    async def action_open_link(self) -> None:
        """A link of the message the person is on, else of the last reply; of several they choose one."""
        view = self.walked or self.transcript.last_reply()
        links = links_in(view.words) if view is not None else []
        if not links:
            tell(self, text("web_link.none"), seconds=2)
            return
        chosen: int | None = 0
        if len(links) > 1:
            lines = [one_line(each, 200) for each in links]
            chosen = await self.app.push_screen_wait(ChooseScreen(text("web_link.which"), lines))
        if chosen is not None:
            await self._ask(links[chosen])

    @on(Markdown.LinkClicked)
    def _clicked(self, message: Markdown.LinkClicked) -> None:
        message.stop()
        self._open_clicked(message.href)

    @work(group="link", exclusive=True)
    async def _open_clicked(self, link: str) -> None:
        await self._ask(link)

    async def _ask(self, link: str) -> None:
        try:
            address = read_address(link)
        except Refused as error:
            tell(self, text("web_link.refused"), f"{error} {text('web_link.refused_hint')}", "warning", 8)
            return
        if not await self.app.push_screen_wait(LinkScreen(address)):
            return
        try:
            open_address(address.url)
        except OSError:
            tell(self, text("web_link.no_opener"), text("web_link.no_opener_hint"), "error", 8)
