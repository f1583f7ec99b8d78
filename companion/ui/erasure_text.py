"""What erasing for good would take away, as lines. Pure functions."""

from __future__ import annotations

from companion.safekeeping import Erasure
from companion.strings import text
from companion.text import one_line

SHOWN = 8
"""Memories whose first words are shown."""


def erasure_lines(plan: Erasure, *, rewrite: bool = False) -> list[str]:
    """`rewrite`: backups are written anew as well."""
    lines = [text("erasing.memories", count=len(plan.memories))]
    lines += [f"  {one_line(excerpt)}" for excerpt in plan.excerpts[:SHOWN]]
    if len(plan.excerpts) > SHOWN:
        lines.append(f"  {text('erasing.more', count=len(plan.excerpts) - SHOWN)}")
    if plan.turns:
        lines.append(text("erasing.turns", count=len(plan.turns)))
    if plan.made_of:
        lines.append(text("erasing.made_of", count=len(plan.made_of)))
    if plan.backups:
        lines += backup_lines(plan)
        lines.append(text("erasing.backups_rewritten") if rewrite else text("erasing.backups_stay"))
    lines.append(text("erasing.outside"))
    lines.append(text("erasing.for_ever"))
    return lines


def backup_lines(plan: Erasure) -> list[str]:
    named = [f"  {one_line(name, 80)}" for name in plan.backups[:SHOWN]]
    return [text("erasing.backups", count=len(plan.backups)), *named]
