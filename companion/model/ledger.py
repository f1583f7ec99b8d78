"""models.json in the models folder: which files Companion fetched, and which of elsewhere the person added.

A checksum that nobody promised is written down at the first download and holds from then on, also after the file was
removed: what comes under the same source later has to be the same.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from companion.errors import DiskFull, InvalidInput, ModelFailed
from companion.settings_file import replace_text
from companion.store.lock import held
from companion.strings import text

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds to wait for another Companion that is writing it: that takes a moment."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file of the models folder that Companion fetched. `at` in ISO 8601."""

    source: str
    sha256: str
    size: int
    license: str = ""
    at: str = ""


@dataclass(slots=True)
class Ledger:
    fetched: dict[str, Fetched] = field(default_factory=dict)
    """By file name."""
    added: list[str] = field(default_factory=list)
    """Absolute paths."""
    sums: dict[str, str] = field(default_factory=dict)
    """sha256 by source."""


def ledger_file(folder: Path) -> Path:
    return folder / "models.json"


def read_ledger(folder: Path) -> Ledger:
    """Raises InvalidInput when there is one that cannot be read."""
    file = ledger_file(folder)
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        ledger = Ledger(
            {str(name): Fetched(**entry) for name, entry in told.get("fetched", {}).items()},
            [str(path) for path in told.get("added", [])],
            {str(source): str(sha256) for source, sha256 in told.get("sums", {}).items()},
        )
    except FileNotFoundError:
        return Ledger()
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InvalidInput(
            text("ledger.not_read", file=file, name=type(error).__name__),
            hint=text("ledger.move"),
        ) from error
    return ledger


def fetched_names(folder: Path) -> frozenset[str]:
    """Files that Companion fetched; none when that cannot be told."""
    try:
        return frozenset(read_ledger(folder).fetched)
    except InvalidInput as error:
        log.warning("%s", error.detail)
        return frozenset()


@contextmanager
def changing(folder: Path) -> Iterator[Ledger]:
    """The ledger, written back at the end in one step. Raises InvalidInput, ModelFailed, DiskFull."""
    file = ledger_file(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with held(file.with_name(file.name + ".lock"), PATIENCE) as mine:
            if not mine:
                raise ModelFailed(text("ledger.in_use", file=file), hint=text("ledger.in_use_hint"))
            ledger = read_ledger(folder)
            yield ledger
            replace_text(file, json.dumps(asdict(ledger), indent=1))
    except OSError as error:
        if error.errno == 28:  # ENOSPC
            raise DiskFull(str(folder)) from error
        raise ModelFailed(f"{file} ({error.strerror or error})", hint=text("download.may_write")) from error
