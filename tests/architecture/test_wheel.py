"""What is handed out: the wheel and the sdist are complete, and the wheel works where nothing of this folder is."""

from __future__ import annotations

import email
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def build(source: Path, folder: Path) -> dict[str, Path]:
    """The wheel and the sdist of a source tree, by ending, made without a network."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=source, check=True, capture_output=True
    )
    return {"whl": next(folder.glob("*.whl")), "gz": next(folder.glob("*.tar.gz"))}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


def contents(wheel: Path) -> dict[str, int]:
    """What a wheel holds, each with its checksum."""
    return {one.filename: one.CRC for one in zipfile.ZipFile(wheel).infolist()}


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as file:
        (name,) = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(file.read(name))


def unpacked(sdist: Path, folder: Path) -> Path:
    with tarfile.open(sdist) as file:
        file.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    return root


def test_the_wheel_holds_everything_that_is_read_at_run_time(built: dict[str, Path]) -> None:
    names = contents(built["whl"]).keys()
    for file in (ROOT / "companion").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert file.relative_to(ROOT).as_posix() in names
    for file in (ROOT / "assets").rglob("*"):
        if file.is_file():
            assert f"companion/assets/{file.relative_to(ROOT / 'assets').as_posix()}" in names
    assert {"companion/models.txt", "companion/py.typed"} <= names
    assert [name for name in names if name.endswith(".data/data/share/man/man1/companion.1")]
    assert not [name for name in names if name.startswith("tests")]


def test_the_sdist_holds_all_that_is_kept_here(built: dict[str, Path]) -> None:
    """Tests and what they read too: who packages it can try it."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a checkout: this is an sdist, or there is no git")
    done = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    kept = {name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()}
    with tarfile.open(built["gz"]) as file:
        packed = {name.partition("/")[2] for name in file.getnames()}
    assert kept - packed == set()
    assert "PKG-INFO" in packed


def test_the_wheel_made_from_the_sdist_is_the_same(built: dict[str, Path], tmp_path: Path) -> None:
    source = unpacked(built["gz"], tmp_path / "source")
    again = build(source, tmp_path / "dist")
    assert contents(again["whl"]) == contents(built["whl"])


def test_what_the_wheel_says_of_itself(built: dict[str, Path]) -> None:
    told = metadata(built["whl"])
    assert (told["Name"], told["Requires-Python"]) == ("companion", ">=3.11")
    assert told["License-Expression"] == "MIT"
    assert told.get_all("License-File") == ["LICENSE"]
    assert len(told.get_all("Requires-Dist") or []) >= len(PROJECT["dependencies"])
    assert told["Description-Content-Type"] == "text/markdown"
    assert told.get_payload(decode=True) == (ROOT / "README.md").read_bytes()
    versions = {line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or [] if ":: Python :: 3." in line}
    assert versions == {"3.11", "3.12", "3.13"}


class Installed:
    """A fresh environment with the wheel in it, used from an empty folder with an empty home."""

    def __init__(self, environment: Path, empty: Path, home: Path) -> None:
        self.bin = environment / ("Scripts" if os.name == "nt" else "bin")
        self.empty = empty
        empty.mkdir(exist_ok=True)
        self.surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self.surroundings |= {"COMPANION_HOME": str(home), "PYTHONSAFEPATH": "1"}

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.bin / "companion"), *arguments], cwd=self.empty, env=self.surroundings, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))

    def python(self, code: str) -> str:
        return subprocess.run(
            [str(self.bin / "python"), "-c", code], cwd=self.empty, env=self.surroundings,
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip


def installed(environment: Path, home: Path, install: Callable[[list[str]], None]) -> Installed:
    """`install` is given the beginning of a `pip install` that goes into a new environment without a pip of its own."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True, capture_output=True)
    found = Installed(environment, home.parent / "empty", home)
    install([sys.executable, "-m", "pip", "--python", str(found.bin / "python"), "install", "--quiet"])
    return found


def lives(companion: Installed) -> None:
    """It starts, finds nothing wrong, answers, and remembers, with what the wheel brought."""
    assert companion("--version") == f"companion {companion.python('import companion; print(companion.__version__)')}\n"
    code = "import companion.paths as p; print(p.asset('strings', 'zh.toml'))"
    assert Path(companion.python(code)).is_relative_to(companion.bin.parent)
    checks = companion.json("doctor")
    assert checks["ok"], checks
    said = companion.json("say", "My dog is called Biscuit.")
    assert said["reply"]
    assert said["state"] == "complete"
    memories = companion.json("memories", "list")
    assert "My dog is called Biscuit." in {memory["text"] for memory in memories}
    assert list(companion.empty.iterdir()) == [], "nothing is left where it was called"


def test_the_wheel_works_in_a_fresh_environment(built: dict[str, Path], tmp_path: Path, home: Path) -> None:
    """Its dependencies are those installed here, seen through a path file, which brings no editable install along."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        pytest.skip("there is no pip here to install it with")
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}

    def install(pip: list[str]) -> None:
        subprocess.run([*pip, "--no-deps", "--no-index", "--no-compile", str(built["whl"])], check=True)
        (site,) = {
            path.parent for path in (tmp_path / "fresh").rglob("companion") if path.parent.name == "site-packages"
        }
        (site / "theirs.pth").write_text("\n".join(sorted(libraries)))

    lives(installed(tmp_path / "fresh", home, install))


@pytest.mark.nightly
def test_the_wheel_works_with_its_dependencies_installed(built: dict[str, Path], tmp_path: Path, home: Path) -> None:
    """As somebody installs it, starter and all. Needs the package index, or pip's settings name another."""

    def install(pip: list[str]) -> None:
        subprocess.run([*pip, f"{built['whl']}[starter]"], check=True)

    lives(installed(tmp_path / "fresh", home, install))
