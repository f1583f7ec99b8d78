"""A peer's process: found, started with the network closed, asked, and ended. Nothing of the peer is imported here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import companion.kernel_seal
from companion.network import QUIET
from companion.paths import asset

PACKAGES = {"chroma": "chromadb", "mem0": "mem0ai"}
"""The peers, each by the package that must be installed."""
ADAPTER = Path(__file__).with_name("adapter.py")
_VERSION = "import importlib.metadata as m, sys; sys.stdout.write(m.version(sys.argv[1]))"
_OWN = ("COMPANION_", "PYTHON", "MEM0_", "OPENAI_", "CHROMA_")


class PeerMissing(Exception):
    """A peer cannot take part; the reason, for a person."""


@dataclass(frozen=True, slots=True)
class Program:
    """What runs a peer."""

    peer: str
    python: Path


@dataclass(frozen=True, slots=True)
class Hello:
    """What a peer's process said of itself. `sealed`: "kernel" or "python", see `adapter`."""

    version: str
    settings: str
    sealed: str


def find_program(peer: str, environment: Path) -> Program:
    """The peers' environment, else this one, whichever has the peer. Raises PeerMissing, with what to do."""
    here = Path(sys.executable)
    for python in (python_of(environment), here):
        if python.is_file() and _has(python, PACKAGES[peer]):
            return Program(peer, python)
    wanted = asset("peers", "requirements.txt")
    raise PeerMissing(
        f"{PACKAGES[peer]} is not installed. Make an environment for it: {here} -m venv {environment}, "
        f"then {python_of(environment)} -m pip install -r {wanted}"
    )


def python_of(environment: Path) -> Path:
    """Where a virtual environment has its interpreter."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _has(python: Path, package: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - an interpreter that the person named
            [str(python), "-I", "-c", _VERSION, package], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


class PeerProcess:
    """One peer, from `hello` to `end`. Every call raises PeerMissing when the peer fails or has died."""

    def __init__(self, program: Program, embedder: Path, dimension: int, folder: Path) -> None:
        """`folder`: an empty one that takes everything the process writes, its home included."""
        self._errors: IO[bytes] = (folder / "stderr").open("w+b")
        command = [program.python, "-I", ADAPTER, program.peer, embedder, dimension, companion.kernel_seal.__file__]
        self._process = subprocess.Popen(  # noqa: S603 - our own adapter
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=folder,
            env=_surroundings(folder),
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise PeerMissing("its process has no pipes")
        self._requests, self._answers = self._process.stdin, self._process.stdout
        try:
            told = self._read()
        except PeerMissing:
            self.kill()
            raise
        self.hello = Hello(told["version"], told["settings"], told["sealed"])

    def ask(self, do: str, **what: Any) -> dict[str, Any]:
        """One request of `adapter`, answered."""
        try:
            self._requests.write(json.dumps({"do": do, **what}).encode() + b"\n")
            self._requests.flush()
        except OSError:
            raise PeerMissing(self._how_it_died()) from None
        return self._read()

    def end(self) -> list[str]:
        """End it; the hosts it wanted to reach and was refused."""
        try:
            return [str(host) for host in self.ask("end")["tried"]]
        finally:
            self.kill()

    def kill(self) -> None:
        """End it whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._answers, self._errors):
            _close(pipe)

    def _read(self) -> dict[str, Any]:
        line = self._answers.readline()
        if not line.endswith(b"\n"):
            raise PeerMissing(self._how_it_died())
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            raise PeerMissing(str(told["error"]))
        return told

    def _how_it_died(self) -> str:
        code = self._process.wait()
        self._errors.seek(0)
        said = [line.strip() for line in self._errors.read().decode("utf-8", "replace").splitlines() if line.strip()]
        return f"its process ended with {code}" + (f": {said[-1]}" if said else "")


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:  # words that the dead process did not take
        return


def _surroundings(folder: Path) -> dict[str, str]:
    """The environment of a peer: nothing of the person's to read or write, one thread as our embedder has, offline."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_OWN)}
    homes = dict.fromkeys(
        ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR", "MEM0_DIR"), str(folder)
    )
    return {
        **kept,
        **homes,
        **QUIET,
        "MEM0_TELEMETRY": "False",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
