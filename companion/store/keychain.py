"""The system's keyring, for those who want their profile opened without being asked. The only importer of keyring.

It keeps 32 random bytes that open the slot "keyring" of a key file, never a passphrase and never the key itself: taking
the slot out of the file is enough to close that way.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from companion.errors import InvalidInput
from companion.strings import text

log = logging.getLogger(__name__)
_SERVICE = "companion"


def keep(profile: bytes) -> bytes:
    """Let the keyring keep a new secret for a profile. Raises InvalidInput where there is no keyring that can."""
    secret = secrets.token_bytes(32)
    try:
        ring = _keyring()
        ring.set_password(_SERVICE, profile.hex(), secret.hex())
        kept = ring.get_password(_SERVICE, profile.hex())
    except Exception as error:  # each system's keyring fails in its own way
        raise _none(error) from error
    if kept != secret.hex():
        raise _none(None)
    return secret


def kept(profile: bytes) -> bytes | None:
    """The secret, None where there is none, no keyring, or one that stays locked."""
    try:
        found = _keyring().get_password(_SERVICE, profile.hex())
        return bytes.fromhex(found) if found else None
    except Exception as error:
        log.info("the keyring says nothing: %s", type(error).__name__)
        return None


def forget(profile: bytes) -> None:
    """Nothing where there is nothing."""
    try:
        _keyring().delete_password(_SERVICE, profile.hex())
    except Exception as error:
        log.info("the keyring has nothing to forget: %s", type(error).__name__)


def _keyring() -> Any:
    import keyring  # looks through the system's services: not before somebody asked for it

    return keyring


def _none(error: BaseException | None) -> InvalidInput:
    detail = type(error).__name__ if error is not None else ""
    return InvalidInput(text("sealing.no_keyring", detail=detail), hint=text("sealing.no_keyring_hint"))
