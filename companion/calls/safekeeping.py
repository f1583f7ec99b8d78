"""Lock, backups, erasing for good, quarantine: see `companion.api` for what each call does."""

from __future__ import annotations

from typing import Any

from companion.records import Change
from companion.safekeeping import Backup, Erasure, Protection, QuarantinedSource


class SafekeepingCalls:
    """Whoever is one can call the engine."""

    async def _call(self, method: str, *arguments: object) -> Any:
        raise NotImplementedError

    async def protection(self) -> Protection:
        return await self._call("protection")

    async def protect(self, passphrase: str, keyring: bool = False) -> str:
        return await self._call("protect", passphrase, keyring)

    async def unprotect(self, passphrase: str) -> None:
        await self._call("unprotect", passphrase)

    async def change_passphrase(self, passphrase: str, new: str) -> None:
        await self._call("change_passphrase", passphrase, new)

    async def renew_recovery_code(self, passphrase: str) -> str:
        return await self._call("renew_recovery_code", passphrase)

    async def rekey(self, passphrase: str) -> str:
        return await self._call("rekey", passphrase)

    async def backups(self, verify: bool = False) -> tuple[Backup, ...]:
        return await self._call("backups", verify)

    async def back_up(self) -> Backup:
        return await self._call("back_up")

    async def plan_erasure(self, ids: tuple[int, ...]) -> Erasure:
        return await self._call("plan_erasure", ids)

    async def erase(self, ids: tuple[int, ...], backups: bool = False) -> Erasure:
        return await self._call("erase", ids, backups)

    async def quarantined(self) -> tuple[QuarantinedSource, ...]:
        return await self._call("quarantined")

    async def confirm_source(self, id: int) -> Change:
        return await self._call("confirm_source", id)

    async def remove_source(self, id: int) -> Change:
        return await self._call("remove_source", id)
