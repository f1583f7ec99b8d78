"""A crash leaves no copy of memory on the disk, in no process of ours."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from companion.engine import EngineClient
from companion.paths import Paths
from companion.settings import EmbedderSettings, ModelSettings, Settings
from tests.support import PATIENCE

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are read from /proc")
BARE = Settings(
    model=ModelSettings(path=Path("/nowhere/model.gguf")), embedder=EmbedderSettings(path=Path("/nowhere/embedder"))
)
LOOK = (
    "import ctypes, sys\n"
    "print(open('/proc/self/limits').read())\n"
    "print('dumpable', ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
)
"""PR_GET_DUMPABLE is 3."""


def core_limit(limits: str) -> list[str]:
    (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    return line.split()[4:6]


def look(*before: str) -> str:
    code = "\n".join([*before, LOOK])
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout


def test_the_command_line_writes_no_dump() -> None:
    told = look("from companion.traceless import leave_no_dump", "leave_no_dump()")
    assert core_limit(told) == ["0", "0"]
    assert "dumpable 0" in told


def test_a_process_that_does_not_ask_for_it_may_be_dumped() -> None:
    """The other way round."""
    assert "dumpable 1" in look()


def test_the_program_begins_with_it() -> None:
    code = (
        "import sys\n"
        "from companion.cli.app import main\n"
        "sys.argv = ['companion', '--version']\n"
        "try: main()\n"
        "except SystemExit: pass\n" + LOOK
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert core_limit(told) == ["0", "0"]
    assert "dumpable 0" in told


async def test_the_engine_writes_no_dump_and_is_the_first_to_go_when_memory_runs_out(paths: Paths) -> None:
    client = EngineClient(paths, BARE)
    client.start()
    await asyncio.wait_for(client.status(), PATIENCE)
    assert client.pid is not None
    look_at_engine(Path(f"/proc/{client.pid}"))
    await client.close()


def look_at_engine(process: Path) -> None:
    assert core_limit((process / "limits").read_text()) == ["0", "0"]
    assert process.stat().st_uid == 0, "what is not dumpable belongs to root"
    own = int(Path("/proc/self/oom_score_adj").read_text())
    assert int((process / "oom_score_adj").read_text()) > own
    if os.getuid() != 0:
        with pytest.raises(PermissionError):
            (process / "environ").read_bytes()
