"""`data/manifest.json`: what an export is, of which profile, and what its files were when it was written."""

from __future__ import annotations

import json
import re
from typing import Literal

from pydantic import Field, ValidationError, field_validator

from companion import __version__
from companion.exchange.raft.content import FORMAT, PROGRAM, Hash, Id, Line
from companion.transfers import ExportForm

PATH = "data/manifest.json"
RENEWING = ".companion-renewing"
"""Folder inside an export in which a renewal is got ready."""
TODO = f"{RENEWING}/todo.json"
"""There while the files of a renewal are being put in their places."""


_INSIDE = re.compile(r"(?!\.{1,2}(?:/|$))[^/\\:]+(?:/(?!\.{1,2}$)[^/\\:]+)?")


def is_inside(path: str) -> bool:
    """Whether it is the path of a file of an export, which are at most one folder deep."""
    return _INSIDE.fullmatch(path) is not None


class PageNote(Line):
    """A page as it was written. `own` and `rest`: see `parsing.Parsed`; `memories`: those that stand on it."""

    kind: str
    name: str
    sha256: Hash
    rest: Hash
    own: str = ""
    memories: list[Id]


class Manifest(Line):
    """`sha256`: of all of `data`; `data` and `pages` by path in the export."""

    program: Literal["companion"] = "companion"
    format: Literal[1] = 1
    version: str = __version__
    form: ExportForm
    profile: str = Field(pattern=r"^[0-9a-fA-F-]{8,64}$")
    exported_at: str
    sha256: Hash
    counts: dict[str, int]
    data: dict[str, Hash]
    pages: dict[str, PageNote]

    @field_validator("data", "pages")
    @classmethod
    def _inside(cls, found: dict[str, object]) -> dict[str, object]:
        if not all(is_inside(path) for path in found):
            raise ValueError("a path that leads out of the folder")
        return found


def written(manifest: Manifest) -> bytes:
    return json.dumps(manifest.model_dump(), ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def read(data: bytes) -> Manifest | int | None:
    """The number of its format when that is another; None when it is no manifest."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("program") != PROGRAM:
        return None
    number = found.get("format")
    if isinstance(number, int) and number != FORMAT:
        return number
    try:
        return Manifest.model_validate(found)
    except ValidationError:
        return None
