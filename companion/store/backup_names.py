"""What the file of a backup is called: all that must be known of it without opening it, and what its bytes hash to.

    companion-5f3a9c01-20260302T033000+0100-night-v29-8a41c2d9e07b5f36.db
              profile  when, local time     why   schema  SHA-256, its first 16 digits

One name, one rename: there is nothing beside it that could be out of step, and it stays true on any other disk. What
opens an encrypted one lies beside it under the same name, ending in .keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import cast, get_args

from companion.safekeeping import BackupReason

_NAME = re.compile(
    r"companion-(?P<profile>[0-9a-f]{8})-(?P<when>\d{8}T\d{6})(?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)"
    rf"-(?P<reason>{'|'.join(get_args(BackupReason))})-v(?P<schema>\d{{1,6}})-(?P<hash>[0-9a-f]{{16}})\.db"
)


@dataclass(frozen=True, slots=True)
class BackupName:
    profile: str
    at: float
    utc_offset: int
    """Whole minutes, in seconds."""
    reason: BackupReason
    schema: int
    hash: str

    def __str__(self) -> str:
        zone = timezone(timedelta(minutes=self.utc_offset // 60))
        when = datetime.fromtimestamp(self.at, zone).strftime("%Y%m%dT%H%M%S%z")
        return f"companion-{self.profile}-{when}-{self.reason}-v{self.schema}-{self.hash}.db"


def parse_name(name: str) -> BackupName | None:
    """None for whatever else lies in the folder."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    offset = (int(found["hours"]) * 60 + int(found["minutes"])) * (-60 if found["sign"] == "-" else 60)
    try:
        when = datetime.strptime(found["when"], "%Y%m%dT%H%M%S").replace(tzinfo=timezone(timedelta(seconds=offset)))
        at = when.timestamp()
    except (ValueError, OverflowError):
        return None
    return BackupName(
        found["profile"], at, offset, cast(BackupReason, found["reason"]), int(found["schema"]), found["hash"]
    )
