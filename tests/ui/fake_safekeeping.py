"""The fake engine's lock, backups, erasing, quarantine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from companion.errors import InvalidInput, WrongPassphrase
from companion.safekeeping import Protection
from tests.ui.fake_backups import FakeBackups

CODES = ("MFRG-GZDF-MZTW-Q2LK", "NNWG-23TP-OBYX-E43U")


class FakeSafekeeping(FakeBackups):
    """`sealed`: a passphrase is wanted."""

    status_now: Any
    alive: bool
    _up: Any

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[misc]
        self.sealed = False
        self.passphrase = ""
        self.code = ""
        self._codes = iter(CODES)
        self.unlock_waits: Any = None
        """An asyncio.Event that unlocking waits for."""

    def have_passphrase(self, passphrase: str, sealed: bool = True) -> None:
        """The profile was protected before."""
        self.passphrase, self.sealed = passphrase, sealed
        self.code = next(self._codes)
        self.status_now = replace(self.status_now, encrypted=True)

    @property
    def is_sealed(self) -> bool:
        return self.sealed

    async def unlock(self, passphrase: str) -> None:
        if self.unlock_waits is not None:
            await self.unlock_waits.wait()
        self._check(passphrase)
        self.sealed = False
        self.start()

    async def seal(self) -> None:
        if not self.passphrase:
            raise InvalidInput("no passphrase")
        await self.close()
        self.alive, self.sealed = False, True
        self._up.clear()

    def _check(self, passphrase: str) -> None:
        if passphrase not in (self.passphrase, self.code):
            raise WrongPassphrase

    async def protection(self) -> Protection:
        await self._call("protection")
        return Protection(bool(self.passphrase), changed_at=1_780_000_000.0 if self.passphrase else None)

    async def protect(self, passphrase: str, keyring: bool = False) -> str:
        await self._call("protect", "…")
        self.have_passphrase(passphrase, sealed=False)
        return self.code

    async def unprotect(self, passphrase: str) -> None:
        await self._call("unprotect", "…")
        self._check(passphrase)
        self.passphrase = ""
        self.status_now = replace(self.status_now, encrypted=False)

    async def change_passphrase(self, passphrase: str, new: str) -> None:
        await self._call("change_passphrase", "…")
        self._check(passphrase)
        self.passphrase = new

    async def renew_recovery_code(self, passphrase: str) -> str:
        await self._call("renew_recovery_code", "…")
        self._check(passphrase)
        self.code = next(self._codes)
        return self.code

    async def rekey(self, passphrase: str) -> str:
        await self._call("rekey", "…")
        self._check(passphrase)
        self.code = next(self._codes)
        return self.code
