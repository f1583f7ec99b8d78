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


def looked(backup: Backup) -> str:
    """Whether it is sound; nothing while nobody has looked."""
    if backup.sound is None:
        return ""
    return text("backups.sound") if backup.sound else text("backups.damaged")


def sealed(backup: Backup) -> str:
    return text("backups.locked") if backup.encrypted else ""


def backup_line(backup: Backup) -> str:
    """When, why, how large, whether it is sound, whether it is encrypted."""
    parts = (when(backup), why(backup), amount(backup.bytes), looked(backup), sealed(backup))
    return "  ".join(part for part in parts if part)
