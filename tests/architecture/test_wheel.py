"""What is installed is complete."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.nightly
def test_the_wheel_holds_everything_that_is_read_at_run_time(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True,
    )
    (wheel,) = tmp_path.glob("companion-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for file in (ROOT / "companion").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert file.relative_to(ROOT).as_posix() in names
    for file in (ROOT / "assets").rglob("*"):
        if file.is_file():
            assert f"companion/assets/{file.relative_to(ROOT / 'assets').as_posix()}" in names
    assert {"companion/models.txt", "companion/py.typed"} <= names
    assert [name for name in names if name.endswith(".data/data/share/man/man1/companion.1")]
    assert not [name for name in names if name.startswith("tests")]
