"""Systems that the tests are not run on: nothing is called there that they do not have, and their page is whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import platforms_page


@pytest.mark.nightly
@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_what_a_system_lacks_is_called_behind_a_branch_only(platform: str, tmp_path: Path) -> None:
    """The standard library's types say which system has what; mypy leaves out what stands behind `sys.platform`."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--platform", platform, "--cache-dir", str(tmp_path)],
        cwd=platforms_page.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_page_knows_every_dependency() -> None:
    table = platforms_page.PAGE.read_text("utf-8").partition(platforms_page.BEGIN)[2].partition(platforms_page.END)[0]
    told = {line.split("|")[1].strip() for line in table.strip().splitlines()[2:]}
    missing = set(platforms_page.direct()) - told
    assert missing == set(), "write it anew: python -m tests.architecture.platforms_page"
    for name in platforms_page.PLATFORMS:
        assert f"| {name} " in table
