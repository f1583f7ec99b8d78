"""The key file: what opens it, what does not, and that no bit of it can be changed."""

from __future__ import annotations

import json
import os
import pickle
import random
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from companion.errors import CompanionError, DiskFull, InvalidInput, ProfileDamaged, WrongPassphrase
from companion.passphrases import (
    SHORTEST,
    looks_like_recovery_code,
    new_recovery_code,
    read_recovery_code,
    strength,
)
from companion.store import keychain
from companion.store.keys import Kdf, KeyFile, Unlocked, calibrated, new_keys, read_keys, write_keys

QUICK = Kdf(memory=8 * 1024, passes=1, lanes=1)
"""As weak as it may be: what is tested is not how long guessing takes."""
PASSPHRASE = "correct horse battery"  # noqa: S105 - of a made-up person


def made(passphrase: str = PASSPHRASE) -> tuple[Unlocked, str]:
    keys, code = new_keys().with_passphrase(passphrase, QUICK, 1_700_000_000.0).with_recovery_code(QUICK)
    return keys.with_keyring(bytes(range(32))), code


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Unlocked, str]:
    keys, code = made()
    return keys.file.as_bytes(), keys, code


def parsed(content: bytes, folder: Path) -> KeyFile | None:
    file = folder / "companion.keys"
    file.write_bytes(content)
    return read_keys(file)


def test_passphrase_code_and_keyring_open_the_same(written: tuple[bytes, Unlocked, str], tmp_path: Path) -> None:
    content, keys, code = written
    file = parsed(content, tmp_path)
    assert file is not None
    for secret in (PASSPHRASE, code, code.lower(), code.replace("-", " "), f"  {code}\n".strip()):
        assert file.unlock(secret).database_key == keys.database_key
    assert file.unlock_with(bytes(range(32))).database_key == keys.database_key
    assert len(keys.database_key) == 32


def test_nothing_else_opens_it(written: tuple[bytes, Unlocked, str]) -> None:
    _, keys, _ = written
    for secret in ("", "wrong", PASSPHRASE + " ", PASSPHRASE.upper(), new_recovery_code()):
        with pytest.raises(WrongPassphrase):
            keys.file.unlock(secret)
    with pytest.raises(WrongPassphrase):
        keys.file.unlock_with(bytes(32))


def test_the_same_words_from_another_keyboard_open_it() -> None:
    keys, _ = made("café straße ﬁne")
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert keys.file.unlock(unicodedata.normalize(form, "café straße ﬁne")).database_key == keys.database_key


def test_a_mistyped_code_is_told_from_a_wrong_one(written: tuple[bytes, Unlocked, str]) -> None:
    _, keys, code = written
    mistyped = ("B" if code[0] == "A" else "A") + code[1:]
    with pytest.raises(WrongPassphrase, match="typing mistake"):
        keys.file.unlock(mistyped)
    with pytest.raises(WrongPassphrase) as wrong:
        keys.file.unlock(new_recovery_code())
    assert "typing mistake" not in str(wrong.value)


@given(st.integers(0, 31), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_no_single_mistake_makes_another_code(place: int, letter: str) -> None:
    code = new_recovery_code().replace("-", "")
    typed = code[:place] + letter + code[place + 1 :]
    assert (read_recovery_code(typed) is not None) == (typed == code)
    assert looks_like_recovery_code(typed)


@given(st.text())
@example(new_recovery_code().replace("O", "0").replace("I", "1"))
def test_any_text_may_be_tried_as_a_code(text: str) -> None:
    found = read_recovery_code(text)
    assert found is None or len(found) == 17


def _flips(content: bytes, places: Sequence[int]) -> list[bytes]:
    return [
        bytes([*content[:at], content[at] ^ bit, *content[at + 1 :]]) for at in places for bit in (0x01, 0x20, 0x80)
    ]


def refused(content: bytes, folder: Path, secret: str) -> bool:
    try:
        file = parsed(content, folder)
        return file is None or not file.unlock(secret)
    except CompanionError:
        return True


def test_flipped_bits_are_refused(written: tuple[bytes, Unlocked, str], tmp_path: Path) -> None:
    content, _, code = written
    assert not refused(content, tmp_path, PASSPHRASE), "the control: as it is, it opens"
    assert not refused(content, tmp_path, code)
    places = sorted(random.Random(5).sample(range(len(content)), 60))
    assert all(refused(flipped, tmp_path, PASSPHRASE) for flipped in _flips(content, places))


@pytest.mark.nightly
def test_every_flipped_byte_is_refused(written: tuple[bytes, Unlocked, str], tmp_path: Path) -> None:
    content, _, code = written
    flipped = _flips(content, range(len(content)))
    assert sum(refused(each, tmp_path, PASSPHRASE) for each in flipped) == len(flipped) == 3 * len(content)
    assert all(refused(content[:end], tmp_path, code) for end in range(len(content)))


@pytest.mark.parametrize("what", ["changed_at", "profile", "memory", "slot gone", "slots swapped", "salt"])
def test_who_makes_the_checksum_anew_is_refused_all_the_same(
    what: str, written: tuple[bytes, Unlocked, str], tmp_path: Path
) -> None:
    """A checksum is for accidents; that nobody changed the file on purpose is what the seal vouches for."""
    content, keys, _ = written
    found = json.loads(content)
    if what == "changed_at":
        found["changed_at"] = 1.5
    elif what == "profile":
        found["profile"] = "00" * 16
    elif what == "memory":
        found["slots"][1]["argon2id"]["memory"] *= 2
    elif what == "slot gone":
        del found["slots"][1]
    elif what == "slots swapped":
        found["slots"].reverse()
    else:
        found["slots"][1]["salt"] = "11" * 16
    other = _with_checksum(found)
    assert other != content
    assert refused(other, tmp_path, PASSPHRASE)
    assert keys


def _with_checksum(found: dict[str, object]) -> bytes:
    import hashlib

    del found["checksum"]
    body = (json.dumps(found, ensure_ascii=True, sort_keys=True, indent=1) + "\n").encode()
    found["checksum"] = hashlib.sha256(body).hexdigest()
    return (json.dumps(found, ensure_ascii=True, sort_keys=True, indent=1) + "\n").encode()


@pytest.mark.parametrize(
    "figures", [{"memory": 1 << 40}, {"memory": 1}, {"passes": 10**9}, {"lanes": 0}, {"lanes": 5000}, {"passes": "3"}]
)
def test_no_file_makes_it_ask_for_all_the_memory(
    figures: dict[str, object], written: tuple[bytes, Unlocked, str], tmp_path: Path
) -> None:
    found = json.loads(written[0])
    found["slots"][0]["argon2id"].update(figures)
    with pytest.raises(ProfileDamaged):
        parsed(_with_checksum(found), tmp_path)


@given(st.binary(max_size=300))
def test_no_other_file_is_taken_for_one(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    with pytest.raises(ProfileDamaged):
        parsed(content, tmp_path_factory.mktemp("keys"))


def test_it_is_private_and_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "companion.keys"
    keys, _ = made()
    write_keys(file, keys.file)
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
    write_keys(file, keys.with_passphrase("another passphrase", QUICK, 2.0).file)
    found = read_keys(file)
    assert found is not None
    assert found.unlock("another passphrase").database_key == keys.database_key
    with pytest.raises(WrongPassphrase):
        found.unlock(PASSPHRASE)
    assert [each.name for each in tmp_path.iterdir()] == ["companion.keys"]


def test_what_cannot_be_written_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "companion.keys"
    keys, _ = made()
    write_keys(file, keys.file)
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        write_keys(file, keys.with_passphrase("another passphrase", QUICK, 2.0).file)
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["companion.keys"]


def test_no_secret_is_in_what_is_shown_or_written(written: tuple[bytes, Unlocked, str]) -> None:
    content, keys, code = written
    shown = f"{keys!r} {keys.file!r} {keys.file.slots!r} {content.decode()}"
    for secret in (PASSPHRASE, code, code.replace("-", ""), keys.database_key.hex()):
        assert secret not in shown
        assert secret.encode() not in pickle.dumps(keys.file)
    assert keys.database_key not in pickle.dumps(keys.file)


@pytest.mark.parametrize("passphrase", ["", "short", " " * 12, "1234567"])
def test_a_short_passphrase_is_refused(passphrase: str) -> None:
    with pytest.raises(InvalidInput, match=str(SHORTEST)) as error:
        new_keys().with_passphrase(passphrase, QUICK, 0.0)
    assert error.value.hint


def test_longer_and_more_various_is_never_weaker() -> None:
    ladder = ["aaaaaaaa", "passwort", "passwort12!K", "correct horse battery staple"]
    order = ["too short", "weak", "fair", "good"]
    found = [order.index(strength(each)) for each in ladder]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (1, 3)


def test_a_try_costs_memory_and_not_too_much_time() -> None:
    """RFC 9106: at least 64 MiB and three passes, four lanes."""
    kdf = calibrated()
    assert kdf.memory in (64 * 1024, 128 * 1024, 256 * 1024)
    assert (kdf.passes, kdf.lanes) == (3, 4)


class Ring:
    """A keyring in memory; `works`: whether there is one at all."""

    def __init__(self, works: bool = True) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.works = works

    def _check(self) -> None:
        if not self.works:
            raise RuntimeError("no backend")

    def set_password(self, service: str, user: str, secret: str) -> None:
        self._check()
        self.kept[service, user] = secret

    def get_password(self, service: str, user: str) -> str | None:
        self._check()
        return self.kept.get((service, user))

    def delete_password(self, service: str, user: str) -> None:
        self._check()
        del self.kept[service, user]


def test_the_keyring_keeps_no_key_and_no_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    monkeypatch.setattr(keychain, "_keyring", lambda: ring)
    keys, _ = made()
    secret = keychain.keep(keys.file.profile)
    with_it = keys.with_keyring(secret)
    assert keychain.kept(keys.file.profile) == secret
    assert with_it.file.unlock_with(secret).database_key == keys.database_key
    assert keys.database_key.hex() not in ring.kept.values()
    with pytest.raises(WrongPassphrase):
        with_it.with_keyring(None).file.unlock_with(secret)
    keychain.forget(keys.file.profile)
    assert keychain.kept(keys.file.profile) is None


def test_without_a_keyring_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keychain, "_keyring", lambda: Ring(works=False))
    with pytest.raises(InvalidInput, match="keyring"):
        keychain.keep(bytes(16))
    assert keychain.kept(bytes(16)) is None
    keychain.forget(bytes(16))


ROOT = Path(__file__).parents[2]
_AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from companion.store.keys import Kdf
derive = lambda _: Kdf(8 * 1024, 1, 4).derive(b"secret", b"salt" * 4)
with ThreadPoolExecutor(3) as threads:
    assert len(set(threads.map(derive, range(60)))) == 1
"""


def test_passphrases_may_be_tried_at_once() -> None:
    """In a process of its own: where it goes wrong it may wait for ever."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", _AT_ONCE], check=True, timeout=120, env=environment)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit of a process's memory is Linux's")
def test_too_little_memory_is_no_wrong_passphrase(tmp_path: Path) -> None:
    """Where the right one was given, and the computer has no room to try it."""
    file = tmp_path / "companion.keys"
    write_keys(file, new_keys().with_passphrase(PASSPHRASE, Kdf(), 1_700_000_000.0).file)
    code = (
        "import resource, sys; from pathlib import Path; from companion.errors import CompanionError;"
        "from companion.store.keys import Kdf, read_keys; Kdf(memory=8 * 1024).derive(b'x' * 8, b's' * 16);"
        "held = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize();"
        "resource.setrlimit(resource.RLIMIT_AS, (held + (20 << 20),) * 2)\n"
        "try: read_keys(Path(sys.argv[1])).unlock(sys.argv[2])\n"
        "except CompanionError as error: print(type(error).__name__, error.hint)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(file), PASSPHRASE], capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith("ProfileUnavailable Close other programs")
