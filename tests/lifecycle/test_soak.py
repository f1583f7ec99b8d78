"""Long use costs no memory, descriptors, threads, processes or temporary files that do not come back."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from companion.paths import Paths
from tests.lifecycle.soak import Sample, Soak, table
from tests.lifecycle.staging import stage

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptors are counted as POSIX systems do")


async def soaked(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int, every: int) -> list[Sample]:
    stage(monkeypatch, "fake", "readable")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    soak = Soak(paths.data, temporary)
    await soak.run(turns, every)
    sys.stderr.write("\n" + table(soak.samples) + "\n")
    return soak.samples


async def test_ninety_turns_leave_nothing_behind(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _, last, _ = await soaked(paths, tmp_path, monkeypatch, 90, 30)
    grown = [after - before for before, after in zip(first.counts, last.counts, strict=True)]
    # Chroma opens more connections and threads over its first hundreds of turns, until there are enough.
    assert max(grown) <= 8, "something is left behind by every turn"
    assert last.engine_mb - first.engine_mb <= 20
    assert last.client_mb - first.client_mb <= 15


@pytest.mark.nightly
async def test_five_thousand_turns(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = await soaked(paths, tmp_path, monkeypatch, 5000, 250)
    warm, last, fresh = samples[3], samples[-2], samples[-1]
    grown = [after - before for before, after in zip(warm.counts, last.counts, strict=True)]
    assert max(grown) <= 2
    assert last.engine_mb - fresh.engine_mb <= 50, "what is remembered takes memory, and nothing else does"
    assert last.client_mb - warm.client_mb <= 50
