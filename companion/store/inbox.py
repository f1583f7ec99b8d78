"""What other programs propose to remember, as files: written by whoever has no lock on the profile, taken in by the
engine, which has it.

One file a proposal, complete and on the disk when `put` returns. In a profile with a passphrase each is sealed with the
key of its database, and no plain word touches the disk.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from companion import disk
from companion.store import files
from companion.store.encrypting import wipe
from companion.store.keys import opened_note, sealed_note
from companion.text import one_line, sanitise, valid_text

LONGEST, LONGEST_WHY, LONGEST_NAME = 600, 300, 60
"""Characters of what is proposed, of why, of the client's name."""
_ENDING, _UNREADABLE = ".proposal", ".unreadable"
_SEALED = b"companion sealed proposal 1\n"
_LARGEST = 32 * 1024
_OLD = 3600.0
"""Seconds after which a file that was not finished is one whose writer was killed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """`client`: the program that proposes it; `at` and `utc_offset` in seconds. `id`: 32 hexadecimal digits."""

    id: str
    client: str
    text: str
    why: str
    at: float
    utc_offset: int


def new_id() -> str:
    return secrets.token_hex(16)


def checked(found: Proposal) -> Proposal:
    """As it may be kept. Raises ValueError: nobody vouches for what lies in a folder."""
    text = sanitise(valid_text(found.text)).strip()
    if not text or len(text) > LONGEST or len(found.why) > LONGEST_WHY or not re.fullmatch(r"[0-9a-f]{32}", found.id):
        raise ValueError("no proposal")
    return Proposal(
        found.id,
        one_line(valid_text(found.client), LONGEST_NAME),
        text,
        one_line(valid_text(found.why), LONGEST_WHY),
        found.at,
        found.utc_offset,
    )


class Inbox:
    """A folder of the profile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, proposal: Proposal, key: bytes | None) -> Path:
        """Keep it; `key`: of an encrypted profile. Raises ProfileUnavailable, DiskFull."""
        content = json.dumps(asdict(checked(proposal)), ensure_ascii=False).encode()
        if key is not None:
            content = _SEALED + sealed_note(key, proposal.id.encode(), content)
        with files.told(self.folder):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            path = self.folder / f"{proposal.id}{_ENDING}"
            files.write(path, content)
        return path

    def waiting(self) -> list[Path]:
        """The files there are, complete ones only. What is no file of its own (a pipe would be waited for) is none."""
        with suppress(OSError):
            return sorted(path for path in self.folder.iterdir() if path.name.endswith(_ENDING) and _is_file(path))
        return []

    def read(self, path: Path, key: bytes | None) -> Proposal:
        """Raises ValueError when it is none, or sealed with another key; OSError."""
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ValueError("too large")
        name = path.name.removesuffix(_ENDING)
        if content.startswith(_SEALED):
            if key is None:
                raise ValueError("sealed")
            content = opened_note(key, name.encode(), content[len(_SEALED) :])
        try:
            found = json.loads(content)
            proposal = Proposal(
                str(found["id"]),
                str(found["client"]),
                str(found["text"]),
                str(found["why"]),
                float(found["at"]),
                int(found["utc_offset"]),
            )
        except (KeyError, TypeError, RecursionError, OverflowError, UnicodeDecodeError) as error:
            raise ValueError("no proposal") from error
        if proposal.id != name or not 0 <= proposal.at < 1e11 or abs(proposal.utc_offset) > 86_400:
            raise ValueError("not as it was written")
        return checked(proposal)

    def remove(self, path: Path) -> None:
        """For good, its words too. Raises ProfileUnavailable."""
        with files.told(path):
            wipe(path)
            disk.sync_folder(self.folder)

    def set_aside(self, path: Path) -> None:
        """It cannot be read: it is left there, and not looked at again."""
        with files.told(path):
            path.replace(path.with_name(path.name.removesuffix(_ENDING) + _UNREADABLE))

    def remove_plain(self) -> None:
        """In a profile that has a passphrase now: what could not be taken in, and is not sealed. Raises OSError."""
        if self.folder.is_symlink() or not self.folder.is_dir():
            return
        for path in sorted(self.folder.iterdir()):
            if path.name.endswith((_UNREADABLE, ".part")) and _is_file(path):
                with path.open("rb") as file:
                    begins = file.read(len(_SEALED))
                if begins and begins != _SEALED:
                    wipe(path)

    def clear(self) -> None:
        """Remove what was begun and never finished."""
        with suppress(OSError):
            for part in self.folder.glob("*.part"):
                if time.time() - part.stat().st_mtime > _OLD:
                    wipe(part)


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
