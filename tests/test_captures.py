"""The README's pictures can be made anew, and show what they say."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from companion.model.catalog import find_starter
from tests import captures


def shown(svg: Path) -> str:
    """The text of a picture, without what is measured while it is made."""
    text = unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg.read_text("utf-8")))).replace("\xa0", " ")
    return re.sub(r"\d+ tok/s", "", re.sub(r"\s+", " ", text))


def test_they_are_those_of_the_script() -> None:
    assert {picture.stem for picture in captures.FOLDER.glob("*.svg")} == set(captures.SCREENS)
    root = captures.FOLDER.parents[1]
    pages = "".join(page.read_text("utf-8") for page in (root / "README.md", *(root / "docs").glob("*.md")))
    assert [name for name in captures.SCREENS if f"captures/{name}.svg)" not in pages] == []


@pytest.mark.nightly
@pytest.mark.skipif(find_starter() is None, reason="the starter model is not installed")
def test_they_can_be_made_anew(tmp_path: Path) -> None:
    captures.make(tmp_path, set())
    assert "I live in Leeds → I moved to York" in shown(tmp_path / "chat.svg")
    for name in ("memories", "portrait"):  # no word of the model's is on these
        assert shown(tmp_path / f"{name}.svg") == shown(captures.FOLDER / f"{name}.svg")
