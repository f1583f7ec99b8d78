"""The models screen: what fits, fetching after being told the host, using, removing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from companion.errors import ModelTooLarge, PullRunning
from companion.events import ModelPullFinished, ModelPullProgress
from companion.offers import ModelOffer
from companion.status import EngineStatus
from companion.ui.app import CompanionApp
from companion.ui.model_text import PullMeter
from companion.ui.screens.confirm import ConfirmScreen
from companion.ui.screens.models import ModelsScreen
from companion.ui.widgets.model_table import ModelTable
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, on_screen, running, say, screen_text, wait_until

STARTER = ModelOffer(
    "starter", "SmolLM2-135M-Instruct", "here", "", "/env/smol.gguf", "", 98_400_000, 890_000_000, 8192, "Apache-2.0",
    "The starter: small talk.", "fits", in_use=True,
)  # fmt: skip
OFFERED = ModelOffer(
    "Gemma-3-4B", "Gemma-3-4B", "offered", "", "", "huggingface.co", 2_490_000_000, 4_300_000_000, 131072, "Gemma",
    "A good companion.", "tight",
)  # fmt: skip
THEIRS = ModelOffer(
    "/home/x/big.gguf", "big [/] \x1b[31mmodel", "elsewhere", "LM Studio", "/home/x/big.gguf", "", 40_000_000_000,
    43_000_000_000, 8192, "", "", "too large",
)  # fmt: skip


def engine() -> FakeEngine:
    return FakeEngine(offers=[STARTER, OFFERED, THEIRS])


async def opened(app: CompanionApp, pilot: Pilot[Any], row: int = 0) -> ModelTable:
    """The list, with the cursor on `row`."""
    await pilot.press("f6")
    await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
    table = app.screen.query_one(ModelTable)
    await wait_until(pilot, lambda: table.row_count)
    for _ in range(row):
        await pilot.press("down")
    return table


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_every_model_with_what_it_takes_and_whether_it_fits(size: tuple[int, int]) -> None:
    async with running(engine(), size) as (app, pilot):
        await opened(app, pilot)
        lines = screen_text(app).splitlines()
        row = next(line for line in lines if "* SmolLM2" in line)
        assert "98 MB" in row
        assert "fits" in row
        assert "in use" in row
        assert "tight" in next(line for line in lines if "Gemma-3-4B" in line)
        theirs = next(line for line in lines if "big [/]" in line)
        assert "too large" in theirs
        assert "LM Studio" in theirs
        await wait_until(pilot, lambda: "/env/smol.gguf" in on_screen(app))
        await pilot.press("down")
        await wait_until(pilot, lambda: "From huggingface.co" in on_screen(app))
        assert "Gemma" in on_screen(app)


async def test_nothing_is_fetched_before_the_host_was_told_and_agreed_to() -> None:
    async with running(fake := engine(), NARROW) as (app, pilot):
        await opened(app, pilot, 1)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "Fetch Gemma-3-4B from huggingface.co?" in on_screen(app)
        assert "nothing else is sent" in on_screen(app)
        assert "conditions of its own" in on_screen(app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        assert not [call for call in fake.calls if call[0] == "pull_model"]
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: ("pull_model", "Gemma-3-4B") in fake.calls)


async def test_what_is_fetched_is_seen_here_and_in_the_chat_until_it_is_there() -> None:
    async with running(fake := engine(), NARROW) as (app, pilot):
        await opened(app, pilot)
        fake.emit(ModelPullProgress("Gemma-3-4B", "Gemma-3-4B", 1_200_000_000, 2_400_000_000, "fetching from cdn.x"))
        await wait_until(pilot, lambda: "50% 1.2 GB of 2.4 GB" in on_screen(app))
        assert "fetching from cdn.x" in on_screen(app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "fetching 50%" in on_screen(app))
        await pilot.press("f6")
        await wait_until(pilot, lambda: "50% 1.2 GB" in on_screen(app))
        await pilot.press("s")
        await wait_until(pilot, lambda: ("stop_pull",) in fake.calls)
        fake.emit(ModelPullFinished("Gemma-3-4B", "Gemma-3-4B", stopped=True))
        await wait_until(pilot, lambda: any("stopped" in notice for notice in notices(app)))
        assert "50%" not in on_screen(app)
        fake.finish_pull("Gemma-3-4B")
        await wait_until(pilot, lambda: any("Gemma-3-4B is here" in notice for notice in notices(app)))
        await wait_until(pilot, lambda: "here" in screen_text(app).split("Gemma-3-4B")[1].splitlines()[0])


async def test_a_model_that_could_not_be_fetched_says_why() -> None:
    async with running(fake := engine()) as (app, pilot):
        fake.emit(ModelPullFinished("x", "X", title="The model could not be fetched: gone", hint="Try again later"))
        await wait_until(pilot, lambda: any("gone Try again later" in notice for notice in notices(app)))
        fake.raises["pull_model"] = PullRunning("Y")
        await opened(app, pilot, 1)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await wait_until(pilot, lambda: any("being fetched already" in notice for notice in notices(app)))


async def test_another_model_is_used_and_the_conversation_goes_on() -> None:
    fake = engine()
    fake.offers[1] = replace(OFFERED, place="here", path="/models/gemma.gguf", host="", fit="fits")
    async with running(fake) as (app, pilot):
        await say(app, pilot, "Hello there")
        await wait_until(pilot, lambda: fake.sent == ["Hello there"] and app.chat.progress.answering is None)
        await opened(app, pilot, 1)
        await pilot.press("enter")
        await wait_until(pilot, lambda: fake.started == 2)
        assert ("use_model", "/models/gemma.gguf") in fake.calls
        await wait_until(pilot, lambda: "* Gemma-3-4B" in on_screen(app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Hello there" in on_screen(app))
        await say(app, pilot, "Still there?")
        await wait_until(pilot, lambda: fake.sent == ["Hello there", "Still there?"])


async def test_what_decides_besides_can_be_read_at_sixty_columns() -> None:
    fake = engine()
    fake.notice = "COMPANION_MODEL__PATH in the environment decides which model is used."
    async with running(fake, NARROW) as (app, pilot):
        await opened(app, pilot)
        await wait_until(pilot, lambda: fake.notice in on_screen(app))


async def test_one_too_large_is_refused_and_everything_stays() -> None:
    async with running(fake := engine()) as (app, pilot):
        fake.raises["use_model"] = ModelTooLarge("big.gguf needs about 43.0 GB")
        await opened(app, pilot, 2)
        await pilot.press("enter")
        await wait_until(pilot, lambda: any("too large for this computer" in notice for notice in notices(app)))
        assert fake.started == 1


async def test_what_is_fetched_goes_on_after_the_engine_was_started_again() -> None:
    async with running(fake := engine()) as (app, pilot):
        fake.emit(ModelPullProgress("Gemma-3-4B", "Gemma-3-4B", 1, 2, "fetching from cdn.x"))
        await wait_until(pilot, lambda: app.chat.progress.pull is not None)
        fake.die()
        await wait_until(pilot, lambda: ("pull_model", "Gemma-3-4B") in fake.calls)
        assert fake.started == 2


async def test_removing_asks_and_leaves_other_programs_files_alone() -> None:
    fake = engine()
    fake.offers[1] = replace(OFFERED, place="here", path="/models/gemma.gguf", host="", removing="delete")
    async with running(fake, NARROW) as (app, pilot):
        table = await opened(app, pilot, 2)
        await pilot.press("x")
        await wait_until(pilot, lambda: any("neither fetched nor added" in notice for notice in notices(app)))
        await pilot.press("up", "x")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "Delete Gemma-3-4B?" in on_screen(app)
        await pilot.press("n")
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        assert len(fake.offers) == 3
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: table.row_count == 2)


async def test_without_a_model_the_problem_names_the_way_here() -> None:
    from companion.errors import ModelMissing

    fake = engine()
    error = ModelMissing("neither here nor there")
    fake.status_now = EngineStatus("no-model", problem_title=str(error), problem_hint=error.hint)
    async with running(fake, NARROW) as (app, pilot):
        await wait_until(pilot, lambda: "F6" in on_screen(app))
        await opened(app, pilot)


def test_rate_and_time_left_are_taken_over_the_last_seconds() -> None:
    times = iter([0.0, 1.0, 2.0, 10.0])
    meter = PullMeter(lambda: next(times))
    meter.note(0, 1_000_000_000, "x")
    assert meter.words == "0 B of 1.0 GB"
    meter.note(10_000_000, 1_000_000_000, "x")
    assert meter.words == "10 MB of 1.0 GB, 10 MB/s, 2 min left"
    meter.note(20_000_000, 1_000_000_000, "x")
    meter.note(420_000_000, 1_000_000_000, "x")
    assert meter.words == "420 MB of 1.0 GB, 50 MB/s, 12 s left"
    assert meter.short == "fetching 42%"
