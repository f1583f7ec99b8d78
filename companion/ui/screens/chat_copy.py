"""Copying a message, or the code in it."""

from __future__ import annotations

from textual import work

from companion.strings import text
from companion.text import one_line
from companion.ui import clipboard
from companion.ui.code_blocks import code_blocks
from companion.ui.screens.base import tell
from companion.ui.screens.chat_parts import ChatParts
from companion.ui.screens.choose import ChooseScreen


class CopyActions(ChatParts):
    def action_copy_turn(self) -> None:
        """The message the person is on, else the last reply."""
        view = self.walked or self.transcript.last_reply()
        if view is None or not view.words:
            tell(self, text("chat.nothing_to_copy"), seconds=2)
        else:
            self.copy(view.words)

    @work(group="copy", exclusive=True)
    async def action_copy_code(self) -> None:
        """A block of code of it; of several the person chooses one."""
        view = self.walked or self.transcript.last_reply()
        blocks = code_blocks(view.words) if view is not None else []
        if not blocks:
            tell(self, text("chat.no_code"), seconds=2)
            return
        chosen: int | None = 0
        if len(blocks) > 1:
            lines = [f"{block.language or text('chat.code')}: {one_line(block.code, 120)}" for block in blocks]
            chosen = await self.app.push_screen_wait(ChooseScreen(text("chat.which_code"), lines))
        if chosen is not None:
            await self._copied(blocks[chosen].code)

    @work(group="copy", exclusive=True)
    async def copy(self, words: str) -> None:
        await self._copied(words)

    async def _copied(self, words: str) -> None:
        try:
            done = await clipboard.copy(words, self._to_terminal)
        except OSError as error:
            tell(self, text("chat.not_copied"), one_line(error.strerror or str(error)), "error")
            return
        self.app._clipboard = words  # what is pasted in the app itself
        if done.how == "file":
            tell(self, text("chat.copied_to_file"), str(done.path), seconds=10)
        elif done.how == "terminal":
            tell(self, text("chat.copied_by_terminal"), text("chat.copied_by_terminal_hint"), seconds=3)
        else:
            tell(self, text("chat.copied"), seconds=1.5)

    def action_copy_to_file(self) -> None:
        """Where no clipboard can be reached."""
        view = self.walked or self.transcript.last_reply()
        if view is None or not view.words:
            tell(self, text("chat.nothing_to_copy"), seconds=2)
            return
        try:
            tell(self, text("chat.copied_to_file"), str(clipboard.write_file(view.words)), seconds=10)
        except OSError as error:
            tell(self, text("chat.not_copied"), one_line(error.strerror or str(error)), "error")

    def _to_terminal(self, sequence: str) -> None:
        if self.app._driver is not None:
            self.app._driver.write(sequence)
