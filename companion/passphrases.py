"""Passphrases and recovery codes as texts: what is accepted, how strong it looks. No key is made here."""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata
from typing import Literal

SHORTEST = 8
"""Characters a passphrase has at least."""
LONGEST = 4096
"""And at most: a file of one is read no further, so that what is no passphrase is not read whole."""
CODE_BYTES = 17
"""Of chance in a recovery code: 136 bits, so that it cannot be guessed however cheaply it is tried."""
_CHECK_BYTES = 3
_GROUP = 4
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})
"""Digits that base32 has no use for, and what they were copied from."""

Strength = Literal["too short", "weak", "fair", "good"]


def normalised(passphrase: str) -> bytes:
    """The same bytes however a keyboard composes the characters (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")


def strength(passphrase: str) -> Strength:
    """How it looks, from its length and variety alone; it says nothing of words that are easily guessed."""
    text = unicodedata.normalize("NFKC", passphrase)
    if len(text) < SHORTEST or not text.strip():
        return "too short"
    different = len(set(text.casefold()))
    kinds = sum(any(test(c) for c in text) for test in (str.islower, str.isupper, str.isdigit))
    kinds += any(not c.isalnum() for c in text)
    words = len(text.split())
    if different < 5:
        return "weak"
    if len(text) >= 20 or words >= 4 or (len(text) >= 14 and kinds >= 3):
        return "good"
    return "fair" if len(text) >= 12 or (len(text) >= 10 and kinds >= 3) else "weak"


def new_recovery_code() -> str:
    """Eight groups of four: 136 bits of chance and a checksum, in base32."""
    secret = secrets.token_bytes(CODE_BYTES)
    text = base64.b32encode(secret + _checksum(secret)).decode("ascii")
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def looks_like_recovery_code(text: str) -> bool:
    """By its length and letters; it may be mistyped."""
    return _decoded(text) is not None


def read_recovery_code(text: str) -> bytes | None:
    """What a recovery code stands for, whatever its case and spacing; None when it is none, or mistyped."""
    found = _decoded(text)
    if found is None:
        return None
    secret, check = found[:CODE_BYTES], found[CODE_BYTES:]
    return secret if secrets.compare_digest(check, _checksum(secret)) else None


def _decoded(text: str) -> bytes | None:
    letters = "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum()).translate(_MISREAD)
    if len(letters) != (CODE_BYTES + _CHECK_BYTES) * 8 // 5:
        return None
    try:
        return base64.b32decode(letters)
    except ValueError:
        return None


def _checksum(secret: bytes) -> bytes:
    return hashlib.sha256(b"companion recovery code" + secret).digest()[:_CHECK_BYTES]
