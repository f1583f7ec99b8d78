"""Over the prompt while a slash command is typed: what it could become. The prompt keeps the focus."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.geometry import Size

from companion.strings import text
from companion.ui.commands.entry import Entry
from companion.ui.commands.slash import Completion, completions
from companion.ui.theme import LOW
from companion.ui.widgets.literal import Literal, Part
from companion.ui.widgets.prompt import Prompt

ROWS = 6


class SlashList(Literal):
    """`follow()` what is typed; `takes()` the keys that choose from the list, while there is one."""

    DEFAULT_CSS = """
    SlashList {
        display: none; height: auto; margin: 0 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis;
        border-left: outer $primary; background: $surface;
    }
    """

    def __init__(self, prompt: Prompt, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._prompt = prompt
        self._entries = entries
        self._typed = ""
        self._found: tuple[Completion, ...] = ()
        self._at = 0

    @property
    def chosen(self) -> Completion | None:
        return self._found[self._at] if self._found else None

    def follow(self) -> None:
        """What is in the prompt now decides what is listed."""
        typed = self._prompt.text
        if typed == self._typed:
            return
        self._typed, self._at = typed, 0
        self._found = completions(typed, self._entries)
        if any(each.inserts.rstrip() == typed.rstrip() and each.complete for each in self._found):
            self._at = next(i for i, each in enumerate(self._found) if each.inserts.rstrip() == typed.rstrip())
        self._show()

    def takes(self, key: str) -> bool:
        """Whether `key` was for the list: then the prompt does nothing with it."""
        self.follow()  # the message that tells of a change may come after the key
        chosen = self.chosen
        if chosen is None:
            return False
        if key in ("up", "down"):
            self._at = (self._at + (1 if key == "down" else -1)) % len(self._found)
            self._show()
        elif key == "escape":
            self._found = ()
            self._show()
        elif key == "tab":
            self._complete(chosen)
        elif key == "enter" and self._typed.rstrip() not in {each.inserts.rstrip() for each in self._found}:
            self._complete(chosen)
            return not chosen.complete  # one that takes nothing more is run by the same Enter
        else:
            return False
        return True

    def _complete(self, chosen: Completion) -> None:
        self._prompt.load_text(chosen.inserts)
        self._prompt.move_cursor(self._prompt.document.end)
        self.follow()

    def _show(self) -> None:
        self.display = bool(self._found)
        first = max(0, min(self._at - self._rows + 1, len(self._found) - self._rows))
        shown = self._found[first : first + self._rows]
        width = max((cell_len(each.label) for each in self._found), default=0)
        parts: list[Part] = []
        for number, each in enumerate(shown, first):
            here = number == self._at
            gap = " " * (width - cell_len(each.label) + 2)
            parts.append((each.label + gap, "bold $primary" if here else ""))
            parts.append((each.about + "\n", "$text" if here else "$text-muted"))
        more = len(self._found) - len(shown)
        keys = text("slash.keys_more", count=more) if more else text("slash.keys")
        self.show(*parts, *([(keys, "$text-muted")] if self._rows > 1 else []))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row for each, whatever their width: rows are cut off, not wrapped."""
        return min(len(self._found), self._rows) + (self._rows > 1)

    @property
    def _rows(self) -> int:
        return ROWS if self.app.size.height >= LOW else 1
