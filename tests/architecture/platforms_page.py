"""The table of docs/platforms.md: for which systems and Pythons every locked package has a wheel.

python -m tests.architecture.platforms_page     asks the package index, and writes it anew

uv (extra `release`) is asked to put together what requirements.lock names from wheels alone, as another system would;
what it has no wheel of is noted and left out, until the rest fits. Nothing is downloaded but lists and metadata.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "platforms.md"
BEGIN, END = "<!-- made by tests.architecture.platforms_page -->", "<!-- end -->"
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "Linux x86-64": "x86_64-manylinux_2_28",
    "Linux ARM": "aarch64-manylinux_2_28",
    "macOS 14, Apple": "aarch64-apple-darwin",
    "macOS 14, Intel": "x86_64-apple-darwin",
    "Windows x86-64": "x86_64-pc-windows-msvc",
}
COMPILED = {"llama-cpp-python"}
"""Handed out as source: a compiler makes it on every system."""
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)( ;[^\\\n]*)?", re.MULTILINE)
_CULPRIT = re.compile(r"Because ([A-Za-z0-9._-]+)==\S+ has no")


def direct() -> list[str]:
    """What pyproject.toml asks for, the starter too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["starter"]]
    return sorted({canonicalize_name(Requirement(line).name) for line in lines})


def locked() -> dict[str, list[str]]:
    """The lines of each locked package, with its markers and without hashes."""
    found: dict[str, list[str]] = {}
    for name, version, marker in _LOCKED.findall((ROOT / "requirements.lock").read_text("utf-8")):
        found.setdefault(canonicalize_name(name), []).append(f"{name}=={version}{marker.rstrip()}")
    return found


def without_wheel(platform: str, python: str) -> set[str]:
    """Packages of which there is no wheel for that. Raises RuntimeError when uv says something else."""
    packages, missing = locked(), set[str]()
    surroundings = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "MACOSX_DEPLOYMENT_TARGET": "14.0"}
    while True:
        with tempfile.TemporaryDirectory() as folder:
            wanted = Path(folder) / "wanted.in"
            wanted.write_text("\n".join(line for name in packages if name not in missing for line in packages[name]))
            done = subprocess.run(
                [sys.executable, "-m", "uv", "pip", "compile", str(wanted), "--no-deps", "--only-binary", ":all:",
                 "--python-platform", platform, "--python-version", python, "--output-file", f"{folder}/out"],
                env=surroundings, capture_output=True, text=True, check=False,
            )  # fmt: skip
        if not done.returncode:
            return missing
        culprit = _CULPRIT.search(" ".join(done.stderr.split()))
        if culprit is None or canonicalize_name(culprit[1]) in missing:
            raise RuntimeError(done.stderr)
        missing.add(canonicalize_name(culprit[1]))


def table(missing: dict[tuple[str, str], set[str]]) -> list[str]:
    """A row for each direct dependency, and for each other package that lacks a wheel somewhere."""
    lacking = set().union(*missing.values())
    others = sorted(lacking - set(direct()))
    lines = ["| package | " + " | ".join(PLATFORMS) + " |", "|---" * (len(PLATFORMS) + 1) + "|"]
    for name in [*direct(), *others]:
        cells = []
        for platform in PLATFORMS:
            there = [python for python in PYTHONS if name not in missing[platform, python]]
            cells.append(
                "yes" if len(there) == len(PYTHONS) else ", ".join(there) or ("compiled" if name in COMPILED else "no")
            )
        lines.append(f"| {name}{'' if name in direct() else ' (of another)'} | " + " | ".join(cells) + " |")
    rest = len(locked()) - len({*direct(), *others})
    return [*lines, f"| the other {rest} | " + " | ".join(["yes"] * len(PLATFORMS)) + " |"]


def main() -> None:
    missing: dict[tuple[str, str], set[str]] = {}
    for platform, name in PLATFORMS.items():
        for python in PYTHONS:
            missing[platform, python] = without_wheel(name, python)
            sys.stderr.write(f"{platform}, Python {python}: {', '.join(sorted(missing[platform, python])) or 'all'}\n")
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + "\n".join([BEGIN, *table(missing), END]) + after, "utf-8")


if __name__ == "__main__":
    main()
