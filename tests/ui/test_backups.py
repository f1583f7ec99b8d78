"""The screen of backups: what there is, whether it is sound, one more now, and how to bring one back."""

from __future__ import annotations

import pytest

from companion.errors import DiskFull
from companion.ui.commands import ENTRIES
from companion.ui.screens.backups import BackupsScreen
from tests.ui.fake_backups import backup
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, running, screen_text, wait_until


def run(app: object, slash: str) -> None:
    next(entry for entry in ENTRIES if entry.command.slash == slash).run(app, "")  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_shows_what_there_is_reads_it_through_and_tells_how_to_bring_one_back(size: tuple[int, int]) -> None:
    engine = FakeEngine()
    engine.kept = [backup(0), backup(1, encrypted=True), backup(9, reason="migration")]
    engine.damaged = {engine.kept[1].name}
    async with running(engine, size) as (app, pilot):
        run(app, "backups")
        await wait_until(pilot, lambda: isinstance(app.screen, BackupsScreen) and "encrypted" in screen_text(app))
        assert "before a new version" in screen_text(app)
        assert "5 MB" in screen_text(app)
        await wait_until(pilot, lambda: "companion backup restore" in screen_text(app))
        assert "damaged" not in screen_text(app)
        await pilot.press("v")
        await wait_until(pilot, lambda: "damaged" in screen_text(app))
        await pilot.press("down")
        await wait_until(pilot, lambda: "cannot be brought back" in screen_text(app))
        await pilot.press("escape")
        assert not isinstance(app.screen, BackupsScreen)


async def test_one_more_is_made_by_its_key_and_by_its_command() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        run(app, "backups")
        await wait_until(pilot, lambda: "No backup yet" in screen_text(app))
        await pilot.press("n")
        await wait_until(pilot, lambda: "by hand" in screen_text(app))
        assert any("Copied and read through" in notice for notice in notices(app))
        run(app, "backup")
        await wait_until(pilot, lambda: len(engine.kept) == 2)


async def test_what_goes_wrong_is_told_with_what_to_do() -> None:
    engine = FakeEngine()
    engine.backup_fails = DiskFull("/media/stick")
    async with running(engine) as (app, pilot):
        run(app, "backup")
        await wait_until(pilot, lambda: any("disk is full" in notice for notice in notices(app)))
        await wait_until(pilot, lambda: "No backup yet" in screen_text(app))
