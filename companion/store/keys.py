"""The key file of a profile with a passphrase: one random key, wrapped once for each thing that opens the profile.

    master key (32 random bytes)  ->  HKDF: the database's key, the key of this file's seal
    slot "passphrase"   AES-256-GCM under Argon2id(passphrase)
    slot "recovery"     AES-256-GCM under Argon2id(recovery code)
    slot "keyring"      AES-256-GCM under 32 random bytes that the system's keyring keeps

A slot's own figures and the profile's id are authenticated with it (GCM's associated data), all of the file by a seal
(HMAC-SHA256) that whoever opens it checks, and a plain checksum tells a damaged file from a wrong passphrase. So a flip
of any bit is refused, and a new passphrase touches nothing but its slot. The parameters follow RFC 9106.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from companion.errors import DiskFull, InvalidInput, ProfileDamaged, ProfileUnavailable, WrongPassphrase
from companion.passphrases import (
    LONGEST,
    SHORTEST,
    looks_like_recovery_code,
    new_recovery_code,
    normalised,
    read_recovery_code,
    strength,
)
from companion.store import files
from companion.strings import text

SlotKind = Literal["passphrase", "recovery", "keyring"]
KINDS: tuple[SlotKind, ...] = ("passphrase", "recovery", "keyring")
CIPHER = "chacha20-poly1305"
_FORMAT, _VERSION = "companion keys", 1
_LARGEST = 64 * 1024
_DERIVING = threading.Lock()
"""Two at once share OpenSSL's threads for the lanes: they wait for one another for ever, or fail (cryptography 50)."""
_PATIENCE = 0.8
"""Seconds that one try of a passphrase may take here: unlocking has to open the database as well."""


@dataclass(frozen=True, slots=True)
class Kdf:
    """Argon2id: memory in KiB, passes over it, lanes. Bounds keep a file that was tampered with from asking for all of
    the computer's memory, or for ever."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        if not (8 * 1024 <= self.memory <= 1024 * 1024 and 1 <= self.passes <= 16 and 1 <= self.lanes <= 16):
            raise ValueError("out of bounds")

    def derive(self, secret: bytes, salt: bytes) -> bytes:
        """Raises ProfileUnavailable where there is not so much memory."""
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        made = Argon2id(salt=salt, length=32, iterations=self.passes, lanes=self.lanes, memory_cost=self.memory)
        try:
            with _DERIVING:
                return made.derive(secret)
        except MemoryError as error:
            told = text("derivation.no_memory", count=self.memory >> 10)
            raise ProfileUnavailable(told, hint=text("derivation.no_memory_hint")) from error


def calibrated() -> Kdf:
    """As much memory as a try within `_PATIENCE` allows on this computer, from 64 to 256 MiB."""
    smallest = Kdf()
    started = time.perf_counter()
    smallest.derive(b"calibration", secrets.token_bytes(16))
    took = time.perf_counter() - started
    fits = [factor for factor in (4, 2) if took * factor <= _PATIENCE]
    return replace(smallest, memory=smallest.memory * (fits[0] if fits else 1))


@dataclass(frozen=True, slots=True, repr=False)
class Slot:
    """The master key, wrapped. `kdf` is None for a secret that is as long as a key by itself."""

    kind: SlotKind
    kdf: Kdf | None
    salt: bytes
    nonce: bytes
    wrapped: bytes

    def __repr__(self) -> str:
        return f"Slot({self.kind})"

    def as_json(self) -> dict[str, object]:
        return {
            **self._head(),
            "nonce": self.nonce.hex(),
            "wrapped": self.wrapped.hex(),
        }

    def authenticated(self, profile: bytes) -> bytes:
        """What GCM vouches for beside the wrapped key."""
        return _canonical({"format": _FORMAT, "version": _VERSION, "profile": profile.hex(), **self._head()})

    def _head(self) -> dict[str, object]:
        kdf = self.kdf
        figures = None if kdf is None else {"memory": kdf.memory, "passes": kdf.passes, "lanes": kdf.lanes}
        return {"kind": self.kind, "argon2id": figures, "salt": self.salt.hex()}


@dataclass(frozen=True, slots=True, repr=False)
class KeyFile:
    """What the file says. Immutable: each change makes another, to be written in the place of the first."""

    profile: bytes
    changed_at: float
    """When the passphrase was set, in seconds since the epoch."""
    slots: tuple[Slot, ...]
    seal: bytes = b""

    def __repr__(self) -> str:
        return f"KeyFile({', '.join(slot.kind for slot in self.slots)})"

    def slot(self, kind: SlotKind) -> Slot | None:
        return next((slot for slot in self.slots if slot.kind == kind), None)

    def unlock(self, secret: str) -> Unlocked:
        """With the passphrase or the recovery code. Raises WrongPassphrase, ProfileDamaged, and ProfileUnavailable
        where there is too little memory to tell."""
        code = read_recovery_code(secret)
        found = self._opened("recovery", code) if code is not None else None
        found = found or self._opened("passphrase", normalised(secret))
        if found is None:
            if code is None and looks_like_recovery_code(secret):
                raise WrongPassphrase(text("sealing.mistyped_code"), hint=text("sealing.mistyped_code_hint"))
            raise WrongPassphrase
        return self._checked(found)

    def unlock_with(self, secret: bytes) -> Unlocked:
        """With what the system's keyring kept. Raises WrongPassphrase, ProfileDamaged."""
        found = self._opened("keyring", secret)
        if found is None:
            raise WrongPassphrase
        return self._checked(found)

    def _opened(self, kind: SlotKind, secret: bytes) -> bytes | None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        slot = self.slot(kind)
        if slot is None:
            return None
        try:
            wrapping = _wrapping(slot.kdf, secret, slot.salt)
            return AESGCM(wrapping).decrypt(slot.nonce, slot.wrapped, slot.authenticated(self.profile))
        except (InvalidTag, ValueError):
            return None

    def _checked(self, master: bytes) -> Unlocked:
        if not hmac.compare_digest(self.seal, _seal(master, self._sealed())):
            raise ProfileDamaged(text("sealing.keys_tampered"), hint=text("sealing.keys_damaged_hint"))
        return Unlocked(self, master)

    def _sealed(self) -> dict[str, object]:
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "cipher": CIPHER,
            "profile": self.profile.hex(),
            "changed_at": self.changed_at,
            "slots": [slot.as_json() for slot in self.slots],
        }

    def as_bytes(self) -> bytes:
        body = {**self._sealed(), "seal": self.seal.hex()}
        return _canonical({**body, "checksum": hashlib.sha256(_canonical(body)).hexdigest()})


class Unlocked:
    """A key file whose master key is known, for as long as it takes to open or change something."""

    def __init__(self, file: KeyFile, master: bytes) -> None:
        self.file = file
        self._master = master

    def __repr__(self) -> str:
        return f"Unlocked({self.file!r})"

    @property
    def database_key(self) -> bytes:
        """32 bytes, the key of every page of the database and of its backups."""
        return _derived(self._master, b"companion database")

    def with_passphrase(self, passphrase: str, kdf: Kdf, at: float) -> Unlocked:
        """Raises InvalidInput when it is too short."""
        check_passphrase(passphrase)
        return self._with("passphrase", normalised(passphrase), kdf, at)

    def with_recovery_code(self, kdf: Kdf) -> tuple[Unlocked, str]:
        code = new_recovery_code()
        secret = read_recovery_code(code)
        assert secret is not None  # noqa: S101 - it was just made
        return self._with("recovery", secret, kdf), code

    def with_keyring(self, secret: bytes | None) -> Unlocked:
        """With a slot for what the keyring keeps; None: without."""
        if secret is not None:
            return self._with("keyring", secret, None)
        return self._sealed(replace(self.file, slots=tuple(s for s in self.file.slots if s.kind != "keyring")))

    def _with(self, kind: SlotKind, secret: bytes, kdf: Kdf | None, at: float | None = None) -> Unlocked:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        blank = Slot(kind, kdf, secrets.token_bytes(16), secrets.token_bytes(12), b"")
        wrapping = _wrapping(kdf, secret, blank.salt)
        wrapped = AESGCM(wrapping).encrypt(blank.nonce, self._master, blank.authenticated(self.file.profile))
        slots = {slot.kind: slot for slot in self.file.slots} | {kind: replace(blank, wrapped=wrapped)}
        ordered = tuple(slots[each] for each in KINDS if each in slots)
        return self._sealed(replace(self.file, slots=ordered, changed_at=self.file.changed_at if at is None else at))

    def _sealed(self, file: KeyFile) -> Unlocked:
        return Unlocked(replace(file, seal=_seal(self._master, file._sealed())), self._master)


def check_passphrase(passphrase: str) -> None:
    """Raises InvalidInput when it is too short, or too long."""
    if len(passphrase) > LONGEST:
        raise InvalidInput(text("sealing.too_long", count=LONGEST))
    if strength(passphrase) == "too short":
        raise InvalidInput(text("sealing.too_short", count=SHORTEST), hint=text("sealing.too_short_hint"))


def sealed_note(key: bytes, what: bytes, content: bytes) -> bytes:
    """`content` under a database's `key` (32 bytes): nonce (12 bytes) and AES-256-GCM, which vouches for `what` too."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_derived(key, b"companion inbox")).encrypt(nonce, content, what)


def opened_note(key: bytes, what: bytes, sealed: bytes) -> bytes:
    """What `sealed_note` sealed. Raises ValueError when it is not that."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(_derived(key, b"companion inbox")).decrypt(sealed[:12], sealed[12:], what)
    except InvalidTag:
        raise ValueError("sealed with another key") from None


def new_keys(profile: bytes | None = None) -> Unlocked:
    """A new master key that nothing opens yet; `profile`: the id of the one that gets another key."""
    return Unlocked(KeyFile(profile or secrets.token_bytes(16), 0.0, ()), secrets.token_bytes(32))


def read_keys(path: Path) -> KeyFile | None:
    """None where there is none: the profile has no passphrase. Raises ProfileDamaged, ProfileUnavailable."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProfileUnavailable(f"{path} ({error.strerror or error})") from error
    try:
        return _parsed(content)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ProfileDamaged(text("sealing.keys_damaged", path=path), hint=text("sealing.keys_damaged_hint")) from error


def write_keys(path: Path, file: KeyFile) -> None:
    """In one step, on disk when it returns. Raises ProfileUnavailable, DiskFull; then nothing was changed."""
    try:
        files.write(path, file.as_bytes())
    except OSError as error:
        if error.errno == 28:  # ENOSPC
            raise DiskFull(str(path.parent)) from error
        raise ProfileUnavailable(f"{path} ({error.strerror or error})") from error


def _parsed(content: bytes) -> KeyFile:
    if len(content) > _LARGEST:
        raise ValueError("too large")
    found = json.loads(content.decode("ascii"))
    if found["format"] != _FORMAT or found["version"] != _VERSION or found["cipher"] != CIPHER:
        raise ValueError("another format")
    slots = tuple(_slot(each) for each in found["slots"])
    changed_at = found["changed_at"]
    if not isinstance(changed_at, float):
        raise TypeError("no time")
    file = KeyFile(bytes.fromhex(found["profile"]), changed_at, slots, bytes.fromhex(found["seal"]))
    # What was read must be what would be written: then no bit has a meaning that nobody vouches for.
    if file.as_bytes() != content or "passphrase" not in [slot.kind for slot in slots]:
        raise ValueError("not as it was written")
    return file


def _slot(found: Any) -> Slot:
    figures = found["argon2id"]
    kdf = None if figures is None else Kdf(int(figures["memory"]), int(figures["passes"]), int(figures["lanes"]))
    if found["kind"] not in KINDS or (kdf is None) != (found["kind"] == "keyring"):
        raise ValueError("no such slot")
    unhex: Callable[[str], bytes] = bytes.fromhex
    return Slot(found["kind"], kdf, unhex(found["salt"]), unhex(found["nonce"]), unhex(found["wrapped"]))


def _canonical(value: dict[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=True, sort_keys=True, indent=1) + "\n").encode("ascii")


def _wrapping(kdf: Kdf | None, secret: bytes, salt: bytes) -> bytes:
    return kdf.derive(secret, salt) if kdf is not None else _derived(secret, b"companion keyring" + salt)


def _derived(key: bytes, what: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=what).derive(key)


def _seal(master: bytes, content: dict[str, object]) -> bytes:
    return hmac.digest(_derived(master, b"companion key file"), _canonical(content), "sha256")
