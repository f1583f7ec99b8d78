"""What doctor says of the lock."""

from __future__ import annotations

import secrets
import time

from companion.paths import Paths
from companion.reports import Check
from companion.store.headers import has_plain_header
from companion.store.keys import CIPHER, read_keys
from companion.store.store import Store
from companion.strings import text


def protection_check(store: Store, paths: Paths) -> Check:
    """How the profile is encrypted, and how long a passphrase takes to try here; an encrypted one is looked at from
    outside as well."""
    file = read_keys(paths.keys)
    if file is None or store.db.key is None:
        return Check("protection", "ok", text("doctor_lock.none"))
    if has_plain_header(paths.database):
        return Check("protection", "error", text("doctor_lock.plain"), text("sealing.not_encrypted_hint"))
    slot = file.slot("passphrase")
    if slot is None or slot.kdf is None:
        return Check("protection", "error", text("sealing.keys_damaged", path=paths.keys))
    started = time.perf_counter()
    slot.kdf.derive(secrets.token_bytes(16), slot.salt)
    took = time.perf_counter() - started
    figures = text(
        "doctor_lock.encrypted",
        cipher=CIPHER,
        memory=slot.kdf.memory // 1024,
        passes=slot.kdf.passes,
        lanes=slot.kdf.lanes,
        seconds=took,
    )
    return Check("protection", "ok", figures)
