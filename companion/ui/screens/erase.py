"""Forgetting for good, asked for on a screen: what goes is shown first, then whether backups are written anew."""

from __future__ import annotations

from textual.widget import Widget

from companion.calls import EnginePort
from companion.strings import text
from companion.ui.erasure_text import backup_lines, erasure_lines
from companion.ui.screens.base import attempt, tell
from companion.ui.screens.confirm import ConfirmScreen


async def erase_after_asking(source: Widget, engine: EnginePort, ids: tuple[int, ...]) -> bool:
    """Whether it was done. Call in a worker."""
    plan = await attempt(source, engine.plan_erasure(ids))
    if plan is None:
        return False
    ask = ConfirmScreen(text("erasing.title"), erasure_lines(plan), text("erasing.yes"))
    if not await source.app.push_screen_wait(ask):
        return False
    backups = bool(plan.backups) and await source.app.push_screen_wait(
        ConfirmScreen(text("erasing.backups_question"), backup_lines(plan), text("erasing.backups_yes"))
    )
    done = await attempt(source, engine.erase(ids, bool(backups)))
    if done is None:
        return False
    still = text("erasing.still", count=len(done.backups), names=", ".join(done.backups)) if done.backups else ""
    tell(source, text("erasing.done", count=len(done.memories)), still or text("erasing.clean"), seconds=8)
    return True
