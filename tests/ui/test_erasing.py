"""Forgetting for good from the panel: what goes is shown, it asks, and nothing happens without a yes."""

from __future__ import annotations

from companion.ui.screens.confirm import ConfirmScreen
from companion.ui.screens.memories import MemoriesScreen
from tests.ui.helpers import NARROW, WIDE, notices, running, screen_text, wait_until
from tests.ui.test_memories import engine_with, panel


async def test_it_shows_what_goes_and_asks() -> None:
    engine = engine_with("I like tea.", "My brother is called Hugo.")
    engine.holding = ("companion-1.db",)
    async with running(engine, size=WIDE) as (app, pilot):
        await panel(app, pilot, 2)
        newest = max(engine.memories)
        await pilot.press("F")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        shown = screen_text(app)
        assert "My brother is called Hugo." in shown
        assert "companion-1.db" in shown
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
        assert not [call for call in engine.calls if call[0] == "erase"]

        await pilot.press("F")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen) and "anew" in screen_text(app))
        await pilot.press("y")
        await wait_until(pilot, lambda: [call for call in engine.calls if call[0] == "erase"])
        assert next(call for call in engine.calls if call[0] == "erase")[1:] == ((newest,), True)
        await wait_until(pilot, lambda: any("erased for good" in notice for notice in map(str, notices(app))))
        assert newest not in engine.memories


async def test_on_a_small_screen_the_keys_are_in_sight() -> None:
    """However much goes: Enter cannot be undone."""
    engine = engine_with(*(f"My brother number {number} is called Hugo and lives in Oslo." for number in range(12)))
    engine.holding = tuple(f"companion-{number}.db" for number in range(20))
    async with running(engine, size=NARROW) as (app, pilot):
        await panel(app, pilot, 12)
        await pilot.press("F")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await wait_until(pilot, lambda: "forgets for good   Esc" in screen_text(app))
