"""What keeps the engine from talking, or from keeping what is said, and what to do about it; hidden when all is
well."""

from __future__ import annotations

from companion.status import EngineStatus
from companion.strings import text
from companion.text import one_line
from companion.ui.widgets.literal import Literal


class Problem(Literal):
    """`show_status()` with the engine's status, `show_problem()` with what the app found."""

    DEFAULT_CSS = """
    Problem { display: none; margin: 1 2 0 2; padding-left: 1; border-left: outer $warning; }
    """

    def show_status(self, status: EngineStatus) -> None:
        if status.read_only and not status.problem_title:
            self.show_problem(text("read_only.title"), text("read_only.hint"))
        else:
            self.show_problem(status.problem_title, status.problem_hint)

    def show_problem(self, title: str, hint: str) -> None:
        self.display = bool(title)
        self.show((one_line(title), "bold $text-warning"), f"\n{one_line(hint, 400)}" if hint else "")
