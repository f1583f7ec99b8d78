"""The database's key in the process of the interface, while the profile is unlocked: an engine that crashed is started
again without asking. In memory only; wiped when the profile is locked, as far as Python allows."""

from __future__ import annotations

from companion.paths import Paths
from companion.settings import Settings
from companion.store.unlocking import is_sealed, key_from_keyring


class KeyHolder:
    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._key: bytearray | None = None
        self._asks = False

    def __repr__(self) -> str:
        return "KeyHolder()"

    @property
    def needed(self) -> bool:
        """Whether the profile has a passphrase. Looks for the key file only."""
        return is_sealed(self._paths)

    def is_missing(self, settings: Settings) -> bool:
        """Whether the person has to be asked. Where the settings say so the keyring is, once, and not any more after
        the profile was locked by hand."""
        if not self.needed:
            self.keep(None)
            return False
        if self._key is None and settings.lock.keyring and not self._asks:
            self._asks = True
            self.keep(key_from_keyring(self._paths))
        return self._key is None

    @property
    def key(self) -> bytes | None:
        return bytes(self._key) if self._key is not None else None

    def keep(self, key: bytes | None) -> None:
        """In place of the one before; None: of none any more."""
        if self._key is not None:
            self._key[:] = bytes(len(self._key))
        self._key = bytearray(key) if key is not None else None

    def lock(self) -> None:
        self.keep(None)
        self._asks = True
