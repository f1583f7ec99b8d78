"""docs/screens.md knows every command and every key that the program has."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture import screens_page


def test_every_key_has_a_place_there() -> None:
    ui = Path(screens_page.screens.__file__).parents[1]
    written = (file.read_text("utf-8") for file in ui.rglob("*.py"))
    ids = {id for source in written for id in re.findall(r'Binding\((?:[^()]|\([^()]*\))*?\bid="([\w.]+)"', source)}
    told = set(re.findall(r"\| `([\w.]+)` \|$", screens_page.PAGE.read_text("utf-8"), re.MULTILINE))
    silent = {
        id for id in ids if not any(id in of for of in screens_page.bindings().values())
    }  # not described: shown nowhere
    assert len(ids) > 50
    assert ids - told - silent == set()
