"""Being asked to end by the system, whatever state the terminal is in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from companion.ui import signals
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import running, wait_until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")


async def test_leaving_from_a_signal_closes_the_engine() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        with signals.on_termination(app.leave_soon):
            os.kill(os.getpid(), signal.SIGTERM)
            await wait_until(pilot, lambda: engine.closed and app._exit)
        assert app.return_code == 143


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with signals.on_termination(lambda code: None):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_loop_that_hangs_does_not_keep_the_process() -> None:
    code = (
        "import os, signal, threading, companion.ui.signals as s\n"
        "s.GRACE = 0.2\n"
        "with s.on_termination(lambda code: None):\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "    threading.Event().wait()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], timeout=20, check=False)
    assert result.returncode == 129
