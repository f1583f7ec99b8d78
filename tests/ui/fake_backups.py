"""The fake engine's backups."""

from __future__ import annotations

from dataclasses import replace

from companion.calls import EnginePort
from companion.errors import CompanionError
from companion.safekeeping import Backup

DAY = 86_400.0
AT = 1_772_420_400.0


def backup(days_ago: float = 0, **values: object) -> Backup:
    at = AT - days_ago * DAY
    name = f"companion-5f3a9c01-{int(at)}-night-v29-8a41c2d9e07b5f36.db"
    return replace(Backup(name, at, 3600, 4_800_000, "night", 29), **values)  # type: ignore[arg-type]


class FakeBackups(EnginePort):
    """`kept`: what there is, newest first; `damaged`: names of those that a look finds so."""

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[misc]
        self.kept: list[Backup] = []
        self.damaged: set[str] = set()
        self.backup_fails: CompanionError | None = None

    async def backups(self, verify: bool = False) -> tuple[Backup, ...]:
        if not verify:
            return tuple(self.kept)
        return tuple(replace(each, sound=each.name not in self.damaged) for each in self.kept)

    async def back_up(self) -> Backup:
        if self.backup_fails is not None:
            raise self.backup_fails
        made = backup(-0.25, name="companion-5f3a9c01-new.db", reason="hand", sound=True)
        self.kept.insert(0, replace(made, sound=None))
        return made
