"""The fake engine's lock, backups, erasing, quarantine."""

from __future__ import annotations

from companion.calls import EnginePort


class FakeSafekeeping(EnginePort):
    """`sealed`: a passphrase is wanted."""

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[misc]
        self.sealed = False

    @property
    def is_sealed(self) -> bool:
        return self.sealed
