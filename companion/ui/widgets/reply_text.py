"""The text of one reply as Markdown, growing while it is written."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import MountError

from companion.text import sanitise
from companion.ui.streaming import split_open_fence, whole_sentences
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.safe_markdown import SafeMarkdown

INTERVAL = 0.12
"""Seconds between two renderings: about 8 a second, as fast as one can read and cheap enough to keep up."""


class ReplyText(Vertical):
    """`write()` any number of pieces, then `finish()` once; what is shown then equals the finished text rendered
    in one go (appending alone leaves some documents different)."""

    DEFAULT_CSS = """
    ReplyText { height: auto; }
    ReplyText .open-code { color: $text-muted; padding: 0 2; display: none; }
    """

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._pieces: list[str] = [text] if text else []
        self._final: str | None = None
        self._shown = sanitise(text)
        self._news = asyncio.Event()
        self._ending = asyncio.Event()
        self._ready = self._following = False
        self.settled = False
        """Whether all of it is shown as it will stay."""
        self._markdown = SafeMarkdown(text)
        self._tail = Literal(classes="open-code")

    @property
    def text(self) -> str:
        """What was written so far."""
        return "".join(self._pieces)

    def compose(self) -> ComposeResult:
        yield self._markdown
        yield self._tail

    def on_mount(self) -> None:
        self._ready = True
        if self._news.is_set():
            self._start()

    def write(self, piece: str) -> None:
        """More of the reply."""
        self._pieces.append(piece)
        self._news.set()
        self._start()

    def finish(self, text: str | None = None) -> None:
        """The reply is complete: `text`, or what was written."""
        self._final = self.text if text is None else text
        self._pieces = [self._final]
        self._ending.set()
        self._news.set()
        self._start()

    def _start(self) -> None:
        # Pieces may come before the first mount, when there is nothing to show them on yet.
        if self._ready and not self._following:
            self._following = True
            self._follow()

    @work(group="reply")
    async def _follow(self) -> None:
        # One task does all rendering: two appends at once would both start from the same line and repeat it.
        with suppress(MountError):  # taken off the screen in the middle of it, as when the app quits
            await self._render_until_finished()

    async def _render_until_finished(self) -> None:
        while not self._ending.is_set():
            await self._news.wait()
            self._news.clear()
            if not self._ending.is_set():
                await self._show_partial()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), INTERVAL)
        self._tail.display = False
        self._shown = sanitise(self._final or "")
        await self._markdown.update(self._shown)
        self.settled = True

    async def _show_partial(self) -> None:
        written = sanitise(self.text)
        if self.app.animation_level == "none":
            written = whole_sentences(written)
        closed, code = split_open_fence(written)
        if closed.startswith(self._shown):
            if len(closed) > len(self._shown):
                await self._markdown.append(closed[len(self._shown) :])
        else:
            await self._markdown.update(closed)
        self._shown = closed
        self._tail.display = bool(code)
        if code:
            self._tail.show(code)
