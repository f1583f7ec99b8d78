"""What doctor found, as lines of text. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from companion.reports import Check
from companion.strings import text
from companion.text import one_line
from companion.ui.format import filled
from companion.wording import word


def check_lines(checks: Sequence[Check]) -> list[str]:
    """One line per check with its level in a word, the hint below it."""
    marks = {"ok": text("listing.ok"), "warning": text("listing.warning"), "error": text("listing.error")}
    lines = []
    for check in checks:
        told = text("format.named", name=word("check", one_line(check.name, 40)), what=one_line(check.detail, 2000))
        lines.append(f"{filled(marks[check.level], 8)} {told}")
        if check.hint and check.level != "ok":
            lines.append(f"{'':<8} → {one_line(check.hint, 2000)}")
    return lines
