"""Backups as words: the screen, the plain chat and the command line tell the same."""

from __future__ import annotations

from companion.clock import local
from companion.safekeeping import Backup
from companion.strings import text, texts
from companion.ui.format import amount


def when(backup: Backup) -> str:
    """In the person's time then."""
    return local(backup.at, backup.utc_offset).strftime("%Y-%m-%d %H:%M")


def why(backup: Backup) -> str:
    return str(texts("backup_reason")[backup.reason])


def state(backup: Backup) -> str:
    """Whether it is sound, if it was looked at, and whether it is encrypted."""
    found = text("backups.sound") if backup.sound else text("backups.damaged")
    looked = found if backup.sound is not None else ""
    return text("format.comma").join(
        each for each in (looked, text("backups.locked") if backup.encrypted else "") if each
    )


def backup_line(backup: Backup) -> str:
    """When, why, how large, in what state."""
    parts = (when(backup), why(backup), amount(backup.bytes), state(backup))
    return "  ".join(part for part in parts if part)
