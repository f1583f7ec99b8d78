"""The profile's lock: passphrase, recovery code, keyring. A part of `Companion`."""

from __future__ import annotations

from companion.safekeeping import Protection


class Sealing:
    """See `companion.api`."""

    def protection(self) -> Protection:
        raise NotImplementedError

    def protect(self, passphrase: str, keyring: bool = False) -> str:
        raise NotImplementedError

    def unprotect(self, passphrase: str) -> None:
        raise NotImplementedError

    def change_passphrase(self, passphrase: str, new: str) -> None:
        raise NotImplementedError

    def renew_recovery_code(self, passphrase: str) -> str:
        raise NotImplementedError
