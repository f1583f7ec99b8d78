"""How a profile is protected, in words. No Textual."""

from __future__ import annotations

from datetime import datetime

from companion.days import full_day
from companion.safekeeping import Protection
from companion.strings import text


def told(protection: Protection, minutes: int | None) -> list[str]:
    """How things stand, a sentence a line. `minutes` without a key after which it locks; None: not to be told."""
    if not protection.encrypted:
        return [text("protection.is_open")]
    lines = [text("protection.is_encrypted")]
    if protection.changed_at is not None:
        lines.append(text("protection.since", day=full_day(datetime.fromtimestamp(protection.changed_at).date())))
    if protection.keyring:
        lines.append(text("protection.has_keyring"))
    if minutes is not None:
        lines.append(text("protection.idle", count=minutes) if minutes else text("protection.idle_never"))
    return lines
