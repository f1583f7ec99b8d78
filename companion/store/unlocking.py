"""From what a person knows, or their keyring, to the key of their database."""

from __future__ import annotations

from companion.errors import ProfileError, WrongPassphrase
from companion.paths import Paths
from companion.store import keychain
from companion.store.keys import read_keys


def is_sealed(paths: Paths) -> bool:
    """Whether the profile has a passphrase. Looks for the file only."""
    return paths.keys.exists()


def key_for(paths: Paths, secret: str) -> bytes | None:
    """32 bytes, by the passphrase or the recovery code; None for a profile that needs none. Takes up to a second.
    Raises WrongPassphrase, ProfileDamaged."""
    file = read_keys(paths.keys)
    return file.unlock(secret).database_key if file is not None else None


def key_from_keyring(paths: Paths) -> bytes | None:
    """None where the keyring does not open this profile."""
    try:
        file = read_keys(paths.keys)
        if file is None or file.slot("keyring") is None:
            return None
        secret = keychain.kept(file.profile)
        return file.unlock_with(secret).database_key if secret is not None else None
    except (WrongPassphrase, ProfileError):
        return None  # then the person is asked, and told what is wrong
