"""Nothing the person said is in a log or on the terminal after something failed, whichever layer it was."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from textual.app import App
from textual.widget import Widget
from textual.worker import WorkerFailed

from companion.engine import EngineClient
from companion.errors import CompanionError
from companion.logs import describe, start_logging
from companion.paths import Paths
from companion.settings import Settings
from companion.ui.app import CompanionApp
from tests.lifecycle.staging import CANARY, stage, staged, written
from tests.support import PATIENCE
from tests.ui.fake_engine import FakeEngine

SAID = f"My secret word is {CANARY} and my sister Clara lives in Lyon"
FAULTS = [
    "model,chroma,noise",
    *(pytest.param(fault, marks=pytest.mark.nightly) for fault in ("model", "embedder", "chroma", "sqlite", "loading")),
]


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_engine_tells_its_logs_where_it_failed_and_not_on_what(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    stage(monkeypatch, "fake", fault)
    client = EngineClient(paths, Settings())
    client.start()
    async with asyncio.timeout(PATIENCE):
        await client.status()
        for call in (client.send(SAID), client.add_memory(SAID), client.search_memories(SAID)):
            with suppress(CompanionError):
                await call
        while True:
            status = await client.status()
            told = "".join(written(paths.data).values())
            if not status.activity and status.phase != "loading" and "sitecustomize.py" in told:
                break  # it did fail
            await asyncio.sleep(0.05)
    await client.close()
    logs = written(paths.data)
    for name, text in logs.items():
        assert CANARY not in text, (name, text)
        assert "Clara" not in text, (name, text)


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (("say", SAID), "model,noise"),
        *(
            pytest.param(("say", SAID), fault, marks=pytest.mark.nightly)
            for fault in ("model", "embedder", "sqlite", "loading")
        ),
        pytest.param(("--plain",), "noise", marks=pytest.mark.nightly),
    ],
)
def test_the_command_line_shows_no_traceback_and_logs_no_words(
    paths: Paths, command: tuple[str, ...], fault: str
) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "companion", *command], input=f"{SAID}\n", capture_output=True, text=True,
        timeout=PATIENCE, check=False, env=staged("fake", fault),
    )  # fmt: skip
    learned = [line for line in ran.stderr.splitlines() if not line.startswith("(remembered: ")]
    assert CANARY not in "\n".join(learned)
    assert "Traceback" not in ran.stderr
    for name, text in written(paths.data).items():
        assert CANARY not in text, (name, text)


def test_a_plain_handler_would_have_told(paths: Paths, tmp_path: Path) -> None:
    """The other way round: the canary is in what the log is given."""
    plain = logging.FileHandler(tmp_path / "plain.log", encoding="utf-8")
    log, library = logging.getLogger("companion.test"), logging.getLogger("library")
    before = (sys.excepthook, sys.unraisablehook, logging.raiseExceptions)
    start_logging(paths)
    for each in (log, library):
        each.addHandler(plain)
    try:
        try:
            raise RuntimeError(SAID)
        except RuntimeError as error:
            log.exception("it failed")
            library.error("sent %s", SAID)
            described = describe(error)
    finally:
        for each in (log, library):
            each.removeHandler(plain)
        plain.close()
        sys.excepthook, sys.unraisablehook, logging.raiseExceptions = before
        logging.captureWarnings(False)
    assert CANARY not in described
    assert (tmp_path / "plain.log").read_text().count(CANARY) == 2
    discreet = written(paths.data)["companion.log"]
    assert CANARY not in discreet
    assert "it failed" in discreet
    assert "test_no_words_in_logs.py" in discreet


# The interface


class Failing(Widget):
    """Fails while it is drawn, with what it shows in the message and in a variable."""

    def render(self) -> str:
        words = SAID
        raise RuntimeError(f"cannot draw {words}")


class DrawsItself(Exception):
    def __rich__(self) -> str:
        return SAID


async def ended(app: App[None], fail: object, capfd: pytest.CaptureFixture[str]) -> str:
    """What the app leaves on the terminal."""
    try:
        async with app.run_test() as pilot:
            await pilot.pause()
            fail(app)  # type: ignore[operator]
            await pilot.pause()
            await pilot.pause()
    except (RuntimeError, DrawsItself, WorkerFailed):
        pass  # for the test framework it is raised once more
    told = capfd.readouterr()
    return told.out + told.err


def draws(app: App[None]) -> None:
    app.screen.mount(Failing())


def works(app: App[None]) -> None:
    async def work() -> None:
        words = SAID
        raise RuntimeError(f"cannot work with {words}")

    app.run_worker(work(), exit_on_error=True)


def draws_itself(app: App[None]) -> None:
    app._handle_exception(DrawsItself())


@pytest.mark.parametrize("fail", [draws, works, draws_itself])
async def test_the_interface_leaves_no_words_on_the_terminal(
    paths: Paths, fail: object, capfd: pytest.CaptureFixture[str]
) -> None:
    paths.prepare()
    handler = logging.getLogger("companion")
    told: list[str] = []
    listening = logging.Handler()
    listening.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    handler.addHandler(listening)
    try:
        shown = await ended(CompanionApp(FakeEngine(), Settings(), paths=paths), fail, capfd)
    finally:
        handler.removeHandler(listening)
    assert CANARY not in shown
    assert "Companion met an error it did not expect" in shown
    assert any("RuntimeError" in line or "DrawsItself" in line for line in told), "the way it took is logged"
    assert not any(CANARY in line for line in told)


@pytest.mark.parametrize("fail", [draws, works, draws_itself])
async def test_textual_by_itself_would_print_them(fail: object, capfd: pytest.CaptureFixture[str]) -> None:
    assert CANARY in await ended(App(), fail, capfd)


@pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX systems")
def test_what_libraries_print_cannot_fill_the_disk(paths: Paths) -> None:
    code = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from companion import logs\n"
        "from companion.paths import Paths\n"
        "logs.MAX_BYTES = 10_000\n"
        "paths = Paths(Path(sys.argv[1]), Path(sys.argv[1])); paths.prepare()\n"
        "os.dup2(logs.open_output(paths), 2)\n"
        "logs.keep_short(2, every=0.01)\n"
        "file = paths.logs / 'engine.log'\n"
        "largest = 0\n"
        "for _ in range(300):\n"
        "    os.write(2, b'x' * 1000)\n"
        "while file.stat().st_size > 10_000: time.sleep(0.01)\n"
        "os.write(2, b'still heard')\n"
        "print(file.read_bytes()[-11:].decode(), b'\\0' in file.read_bytes())\n"
    )
    run = [sys.executable, "-c", code, str(paths.data)]
    assert subprocess.run(run, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout == (
        "still heard False\n"
    )
    (paths.logs / "engine.log").write_bytes(b"x" * 2_000_000)
    subprocess.run(run, capture_output=True, timeout=PATIENCE, check=True)
    assert (paths.logs / "engine.log").stat().st_size < 20_000
    assert (paths.logs / "engine.log.1").stat().st_size == 2_000_000
