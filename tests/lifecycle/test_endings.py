"""However a program of ours is ended in the middle of a reply: what was written is kept, nothing of it runs on, nothing
lies about, and the next start is clean."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from companion.companion import Companion
from companion.paths import Paths
from companion.records import MemoryFilter
from companion.settings import Settings
from tests.fakes import FakeModel
from tests.lifecycle.staging import staged
from tests.support import PATIENCE, FakeEmbedder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX systems")
SAID = "My sister Clara lives in Lyon. Tell me a very long story."
FRONTS = {"ui": (), "plain": ("--plain",), "say": ("say", SAID)}
MAY_BE_THERE = (
    "companion.db", "companion.id", "companion.db-wal", "companion.db-shm", "companion.lock", "read.kv",
    "settings.toml", "history", "drafts",
)  # fmt: skip
FOLDERS = ("logs", "index", "models", "personas", "backups")


class Program:
    """`companion` in a terminal of its own, with the tests' model talking slowly."""

    def __init__(self, home: Path, temporary: Path, front: str, stage: tuple[str, ...] = ("fake", "slow")) -> None:
        self.home = home
        self.temporary = temporary
        temporary.mkdir(exist_ok=True)
        self.folder = temporary.with_name("working")
        self.folder.mkdir(exist_ok=True)
        self.master, slave = pty.openpty()
        self.resize(30, 100)
        environment = {
            **staged(*stage), "COMPANION_HOME": str(home), "TERM": "xterm-256color", "TMPDIR": str(temporary),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "companion", *FRONTS[front]], stdin=slave, stdout=slave, stderr=slave,
            env=environment, cwd=self.folder, start_new_session=True, preexec_fn=_take_terminal,
        )  # fmt: skip
        os.close(slave)
        self.written = b""
        self.begun = 0.0
        """When it was asked to end."""
        self._open = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with suppress(OSError, ValueError):
            while self._open:
                if select.select([self.master], [], [], 0.05)[0]:
                    self.written += os.read(self.master, 65536)

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def hang_up(self) -> None:
        """The window is closed."""
        self._open = False
        self._reader.join(PATIENCE)
        os.close(self.master)

    def stop_reading(self) -> None:
        self._open = False
        self._reader.join(PATIENCE)
        self._open = True

    def room(self) -> bool:
        """Whether there is room for more of what it writes."""
        before = _waiting(self.master)
        threading.Event().wait(0.5)
        return _waiting(self.master) > before or before < 1000

    def family(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def until(self, true: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, (true, self.written[-2000:])
            time.sleep(0.02)

    def partial(self) -> str:
        """What is on disk of the reply."""
        file = self.home / "companion.db"
        if not file.exists():
            return ""
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as db:
            try:
                row = db.execute("SELECT text FROM turns WHERE role = 'companion' ORDER BY id DESC").fetchone()
            except sqlite3.OperationalError:
                return ""
        return str(row[0]) if row else ""

    def talk(self, front: str) -> None:
        """Until a part of the reply is on disk."""
        if front == "ui":
            self.until(lambda: b"Message" in self.written or b"?25" in self.written)
            self.until(lambda: self.home.joinpath("companion.db").exists())
            time_to_type = threading.Event()
            while not self.partial():
                assert self.process.poll() is None, self.written[-3000:]
                if b"Tell me a very" not in self.written:
                    self.type("\x15" + SAID)
                self.type("\r")
                for _ in range(20):
                    time_to_type.wait(0.1)
                    if self.partial():
                        break
        elif front == "plain":
            self.until(lambda: b"You: " in self.written)
            self.type(SAID + "\n")
        self.until(lambda: len(self.partial()) > 20)

    def end(self) -> None:
        """Whatever is left of it."""
        for each in self.family():
            with suppress(psutil.NoSuchProcess):
                each.kill()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        if self._open:
            self.hang_up()


def _waiting(descriptor: int) -> int:
    """Bytes that can be read."""
    answer = fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4)
    return int(struct.unpack("i", answer)[0])


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def program(paths: Paths, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    started: list[Program] = []

    def start(front: str, **more: object) -> Program:
        started.append(Program(paths.data, tmp_path / "temporary", front, **more))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for each in started:
        each.end()


def sigterm(program: Program) -> None:
    program.begun = time.monotonic()
    program.process.send_signal(signal.SIGTERM)


def sighup(program: Program) -> None:
    program.begun = time.monotonic()
    program.process.send_signal(signal.SIGHUP)


def closed(program: Program) -> None:
    program.begun = time.monotonic()
    program.hang_up()


def killed(program: Program) -> None:
    program.begun = time.monotonic()
    program.process.kill()


def all_but_the_engine_stopped(program: Program) -> None:
    """SIGTERM while it stands still (a suspended laptop that is shut down): heard when it goes on."""
    program.begun = time.monotonic()
    program.process.send_signal(signal.SIGSTOP)
    program.process.send_signal(signal.SIGTERM)
    program.process.send_signal(signal.SIGCONT)


def without_its_folder(program: Program) -> None:
    program.folder.rmdir()
    sigterm(program)


def engine_stopped(program: Program) -> None:
    """The engine stands still and answers nothing."""
    for each in program.family():
        if any("spawn_main" in word for word in each.cmdline()):
            each.suspend()
    sigterm(program)


def unread(program: Program) -> None:
    """Nobody reads what is written: the terminal's buffer is full, every write hangs."""
    program.stop_reading()
    program.until(lambda: not program.room())
    sigterm(program)


def resized(program: Program) -> None:
    """A window dragged about while the reply comes in."""
    for step in range(300):
        program.resize(5 + step * 7 % 60, 10 + step * 13 % 200)
    sigterm(program)


ENDINGS = {
    "SIGTERM": (sigterm, (143,)),
    "SIGHUP": (sighup, (129,)),
    "closed terminal": (closed, (129, 1)),
    "SIGKILL": (killed, (-9,)),
    "stopped": (all_but_the_engine_stopped, (143,)),
    "engine stopped": (engine_stopped, (143,)),
    "unread": (unread, (143,)),
    "resized": (resized, (143,)),
    "folder gone": (without_its_folder, (143,)),
}
EVERY_PUSH = {("ui", "closed terminal"), ("plain", "SIGHUP"), ("say", "SIGTERM")}
CASES = [
    pytest.param(front, how, marks=() if (front, how) in EVERY_PUSH else pytest.mark.nightly)
    for front in FRONTS
    for how in ENDINGS
]


@pytest.mark.parametrize(("front", "how"), CASES)
def test_a_reply_that_is_being_written_is_kept_and_nothing_runs_on(
    program: Callable[..., Program], paths: Paths, front: str, how: str
) -> None:
    running = program(front, stage=("fake", "slow", "wide") if how == "unread" else ("fake", "slow"))
    running.talk(front)
    family = running.family()
    assert front != "ui" or family, "the interface has an engine"
    seen = running.partial()
    end, code = ENDINGS[how]
    end(running)
    running.process.wait(PATIENCE)
    seconds = time.monotonic() - running.begun
    for each in family:
        wait_for_end(each)
    whole = time.monotonic() - running.begun
    sys.stderr.write(f"\n{front:6} {how:16} ended after {seconds:.2f} s, all of it {whole:.2f} s\n")
    assert running.process.returncode in code
    assert running.partial().startswith(seen), "nothing that was written is lost"
    assert b"Traceback" not in running.written
    is_clean(paths, running)


def wait_for_end(process: psutil.Process) -> None:
    """Who fetches an orphan's status, and when, is the system's affair: it has ended before."""
    deadline = time.monotonic() + PATIENCE
    with suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, process
            time.sleep(0.01)


def is_clean(paths: Paths, running: Program) -> None:
    """Nothing lies about, and the next start marks the reply and thinks about what was said."""
    strange = [
        entry.name
        for entry in paths.data.iterdir()
        if entry.name not in MAY_BE_THERE and not (entry.is_dir() and entry.name in FOLDERS)
    ]
    assert strange == []
    assert list(running.temporary.iterdir()) == [], "temporary files"
    companion = Companion(paths, Settings(), index=False, model=FakeModel(), embedder=FakeEmbedder())
    companion.start()
    try:
        companion.settle()
        (said, reply) = companion.transcript()[-2:]
        assert said.turn.text == SAID
        assert reply.turn.state in ("stopped", "interrupted")
        assert len(reply.turn.text) > 20
        assert companion.status().pending_jobs == 0
        assert any("Lyon" in row.memory.text for row in companion.list_memories(MemoryFilter()))
    finally:
        companion.close()
