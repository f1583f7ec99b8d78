"""Which part knows which: the contracts in pyproject.toml, one importer for each heavy library, a light first paint."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "companion"
MODULES = sorted(PACKAGE.rglob("*.py"))

ONLY_IMPORTER = {
    "llama_cpp": {"companion/model/native.py"},
    "chromadb": {"companion/memory/index.py"},
    "sentence_transformers": {"companion/memory/embedder.py"},
    "torch": {"companion/memory/embedder.py"},
    "apscheduler": {"companion/schedule.py"},
    "apsw": {"companion/store/database.py", "companion/store/connecting.py"},
    "fsrs": {"companion/memory/forgetting.py"},
    "desktop_notifier": {"companion/notifying.py"},
    "cryptography": {"companion/store/keys.py"},
    "mcp": {"companion/cli/mcp_server.py"},
    "keyring": {"companion/store/keychain.py"},
    "filelock": {"companion/store/lock.py"},
    "dateparser": {"companion/dates/other.py"},
    "httpx": {"companion/model/wire.py", "companion/model/download.py", "companion/model/pull_stop.py"},
    "tomlkit": {"companion/settings_file.py", "companion/model/personas.py"},
    "plotext": {"companion/plot.py"},
    "vaderSentiment": {"companion/memory/affect.py"},
    "piper": {"companion/speech/piper_voice.py"},
    "faster_whisper": {"companion/speech/whisper_ears.py"},
    "sounddevice": {"companion/speech/sound.py"},
}
HEAVY = (
    "llama_cpp",
    "torch",
    "sentence_transformers",
    "transformers",
    "chromadb",
    "onnxruntime",
    "httpx",
    "apsw",
    "apscheduler",
    "piper",
    "faster_whisper",
    "sounddevice",
)


def imports(file: Path) -> set[str]:
    """The top-level packages a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@cache
def importers() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for file in MODULES:
        for package in imports(file):
            found[package].add(file.relative_to(ROOT).as_posix())
    return found


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(program), "--no-cache", "--config", "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("library", ONLY_IMPORTER)
def test_one_module_imports_each_heavy_library(library: str) -> None:
    assert importers()[library] <= ONLY_IMPORTER[library]
    assert importers()[library], "a library nobody imports is no dependency"


def test_textual_is_imported_by_the_interface_only() -> None:
    outside = {file for file in importers()["textual"] if not file.startswith("companion/ui/")}
    assert outside <= {"companion/bench/terminal.py"}


@pytest.mark.parametrize("module", ["companion.ui.app", "companion.cli", "companion.engine", "companion.api"])
def test_what_paints_first_imports_nothing_heavy(module: str) -> None:
    loaded = json.loads(python(f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"))
    assert [name for name in loaded if name.split(".")[0] in HEAVY] == []


def test_the_engine_imports_no_library_before_it_is_wanted() -> None:
    """The store is wanted at once; model, embedder and index when they are opened."""
    loaded = json.loads(python("import sys, json, companion.companion; print(json.dumps(sorted(sys.modules)))"))
    late = ("llama_cpp", "torch", "sentence_transformers", "chromadb", "onnxruntime", "httpx", "textual")
    assert [name for name in loaded if name.split(".")[0] in late] == []


def test_every_dependency_is_used_and_has_its_reason() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    names = [entry.split(">")[0].split("=")[0].strip() for entry in tomllib.loads(project)["project"]["dependencies"]]
    called = {
        "apsw-sqlite3mc": "apsw",
        "llama-cpp-python": "llama_cpp",
        "pyyaml": "yaml",
        "vadersentiment": "vaderSentiment",
    }
    used = importers()
    for name in names:
        assert used[called.get(name, name.replace("-", "_"))], name
        line = next(line for line in project.splitlines() if line.strip().startswith(f'"{name}'))
        assert "# " in line, f"{name} has no reason beside it"


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_no_module_is_long_and_each_says_what_it_is(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "a module begins with its contract"


def test_the_median_module_is_short() -> None:
    lengths = sorted(len(file.read_text(encoding="utf-8").splitlines()) for file in MODULES)
    assert lengths[len(lengths) // 2] < 150


def test_nothing_of_the_package_prints() -> None:
    """The screen belongs to the interface; a front end writes through its own output module."""
    for file in MODULES:
        if "ui" in file.parts or "cli" in file.parts or "bench" in file.parts:
            continue
        calls = [
            node.lineno
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        ]
        assert calls == [], file
