"""The age of the process, as `say --json` tells it."""

from __future__ import annotations

import subprocess
import sys
import time

from companion.cli.process_age import process_age


def test_it_grows_and_is_no_more_than_the_parent_waited() -> None:
    first = process_age()
    assert process_age() >= first >= 0
    code = "from companion.cli.process_age import process_age; print(process_age())"
    started = time.monotonic()
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    slack = 0.1 if sys.platform == "linux" else 2.0  # the resolution of what the system tells
    assert 0 < float(told) <= time.monotonic() - started + slack
