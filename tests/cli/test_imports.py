"""What the person does not wait for: heavy libraries stay away until they are needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from companion.bench.processes import HEAVY, imports_before_first_paint
from companion.bench.terminal import available

_LOADED = "import json, sys; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"


@pytest.mark.parametrize(
    "code",
    [
        "import companion.cli",
        "import companion.cli.plain, companion.cli.listing",
        "import companion.ui.app",
        "from companion.cli import app\ntry: app(['--help'])\nexcept SystemExit: pass",
        "from companion.cli import app\ntry: app(['memories', '--help'])\nexcept SystemExit: pass",
    ],
)
def test_no_heavy_import(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"{code}\n{_LOADED}"], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert [name for name in HEAVY if name in loaded] == []


def test_the_command_line_alone_does_not_load_the_interface() -> None:
    code = f"import companion.cli\n{_LOADED}"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert [name for name in ("textual", "rich", "pydantic") if name in loaded] == []


@pytest.mark.skipif(not available(), reason="needs a pseudo terminal")
def test_the_app_has_drawn_before_anything_heavy_is_loaded() -> None:
    assert imports_before_first_paint(Path("unused.gguf")) == []
