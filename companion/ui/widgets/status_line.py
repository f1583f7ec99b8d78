"""The last row of the chat: what is being done on the left, model and numbers on the right."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from companion.strings import text
from companion.text import one_line
from companion.ui.keys import fitted
from companion.ui.progress import Progress
from companion.ui.widgets.literal import literal

IDLE = text("status.idle")
IDLE_SHORT = text("status.idle_short")


class StatusLine(Widget):
    """One row that always fits: facts are dropped from the end until they do, but not where words and vectors go."""

    DEFAULT_CSS = """
    StatusLine { height: 1; padding: 0 2; color: $text-muted; }
    """

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self.keys: Sequence[str] = ()
        """Keys of what has the focus, told instead of anything else on the left."""
        self.idle = (IDLE, IDLE_SHORT)
        """Told when nothing is being done; the second where the first leaves no room."""

    def render(self) -> RenderResult:
        width = self.content_size.width
        doing = "" if self.keys else one_line(self._progress.doing, 60)
        facts = [one_line(fact, 28) for fact in self._progress.facts()]
        status = self._progress.status
        if self._progress.private and status.phase == "starting" and not status.problem_title and not self.keys:
            doing = text("app.private")  # the first thing that is read
        always = self._progress.always
        if self.keys:
            # Where the words go is never left out, nor is the key that leads back.
            left = fitted(self.keys, width - (3 + cell_len(" · ".join(facts[:always])) if always else 0))
        else:
            left = doing or self.idle[0]
        if left is self.idle[0] and facts and not _fits(left, facts[:1], width):
            left = self.idle[1]
        while len(facts) > always and not _fits(left, facts, width):
            facts.pop()
        right = " · ".join(facts)
        if right and not _fits(left, facts, width):
            left = _cut(left, max(1, width - 3 - cell_len(right)))
        gap = max(1, width - cell_len(left) - cell_len(right)) if right else 0
        line: Content = literal((left, "$text" if doing else "$text-muted"), " " * gap, right)
        return line.truncate(width, ellipsis=True)


def _cut(text: str, cells: int) -> str:
    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1).rstrip() + "…"


def _fits(left: str, facts: list[str], width: int) -> bool:
    return cell_len(left) + 3 + cell_len(" · ".join(facts)) <= width
