"""`companion lock`: the passphrase of the profile.

With --json:
  set, --rekey, --new-recovery-code   {"recovery_code": "…"}
  --change, --remove                  {"encrypted": true or false}
  --status   {"encrypted", "changed_at": ISO time or null, "keyring", "cipher", "argon2id": {"memory_kib", "passes",
             "lanes"} or null, "database": "encrypted", "plain" or "missing"}
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from companion.cli.output import Json, print_json, say
from companion.cli.session import check_free, opened, prepare
from companion.cli.unlocking import ask_new, read_line, secret_and_key
from companion.errors import InvalidInput, ProfileSealed
from companion.paths import Paths
from companion.store.headers import has_plain_header, looks_encrypted
from companion.store.keys import CIPHER, read_keys
from companion.store.unlocking import is_sealed
from companion.strings import text

ChangeOption = Annotated[bool, typer.Option("--change", help="Another passphrase; the recovery code stays.")]
CodeOption = Annotated[
    bool, typer.Option("--new-recovery-code", help="Another recovery code; the old one opens no more.")
]
RekeyOption = Annotated[
    bool, typer.Option("--rekey", help="Encrypt everything anew with another key: when somebody may have the old one.")
]
RemoveOption = Annotated[bool, typer.Option("--remove", help="Decrypt the profile: it has no passphrase any more.")]
StatusOption = Annotated[bool, typer.Option("--status", help="Only tell whether and how it is locked.")]
KeyringOption = Annotated[
    bool,
    typer.Option("--keyring", help="Let the system's keyring open it too, without asking, while you are logged in."),
]
NewOption = Annotated[
    str,
    typer.Option(
        "--new-passphrase-file",
        metavar="FILE",
        show_default=False,
        help="For scripts: a file whose first line is the new passphrase; - reads it from standard input.",
    ),
]


def lock(
    change: ChangeOption = False,
    new_code: CodeOption = False,
    rekey: RekeyOption = False,
    remove: RemoveOption = False,
    status: StatusOption = False,
    keyring: KeyringOption = False,
    new_passphrase_file: NewOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """Give your profile a passphrase and encrypt all of it; or change, renew or remove that."""
    if sum((change, new_code, rekey, remove, status)) > 1:
        raise InvalidInput(text("lock_cli.one_only"))
    paths, _ = prepare()
    if status:
        _tell_status(paths, as_json)
        return
    check_free(paths)
    deed = change or new_code or rekey or remove
    if not deed and is_sealed(paths):
        raise InvalidInput(text("sealing.has_one"), hint=text("lock_cli.has_one_hint"))
    if deed and not is_sealed(paths):
        raise InvalidInput(text("sealing.has_none"), hint=text("sealing.has_none_hint"))
    secret, key = secret_and_key(paths) if deed else ("", None)
    new = _new(new_passphrase_file) if change or not deed else ""
    code = ""
    with opened(key=key) as companion:
        if change:
            companion.change_passphrase(secret, new)
        elif new_code:
            code = companion.renew_recovery_code(secret)
        elif rekey:
            code = companion.rekey(secret)
        elif remove:
            companion.unprotect(secret)
        else:
            code = companion.protect(new, keyring)
    if as_json:
        print_json({"recovery_code": code} if code else {"encrypted": not remove})
    elif code:
        say(text("lock_cli.code_renewed") if deed else text("lock_cli.done"))
        say()
        say(f"    {code}")
        say()
        say(text("lock_cli.code_about"))
    else:
        say(text("lock_cli.removed") if remove else text("lock_cli.changed"))


def _new(file: str) -> str:
    return read_line(file) if file else ask_new()


def _tell_status(paths: Paths, as_json: bool) -> None:
    found = status_json(paths)
    if as_json:
        print_json(found)
        return
    file = read_keys(paths.keys)
    if file is None:
        say(text("lock_cli.is_open"))
        return
    slot = file.slot("passphrase")
    say(text("lock_cli.is_locked", at=datetime.fromtimestamp(file.changed_at).astimezone().date().isoformat()))
    if slot is not None and slot.kdf is not None:
        kdf = slot.kdf
        say(text("lock_cli.figures", cipher=CIPHER, memory=kdf.memory // 1024, passes=kdf.passes, lanes=kdf.lanes))
    say(text("lock_cli.keyring") if file.slot("keyring") else text("lock_cli.no_keyring"))


def status_json(paths: Paths) -> Json:
    """Raises ProfileSealed where the key file of an encrypted database is gone: that is no profile without a
    passphrase."""
    file = read_keys(paths.keys)
    if file is None and paths.database.is_file() and looks_encrypted(paths.database):
        raise ProfileSealed(text("sealing.no_key_file", path=paths.keys), hint=text("sealing.no_key_file_hint"))
    slot = file.slot("passphrase") if file is not None else None
    kdf = slot.kdf if slot is not None else None
    changed = datetime.fromtimestamp(file.changed_at).astimezone() if file is not None else None
    header = "missing"
    if paths.database.is_file():
        header = "plain" if has_plain_header(paths.database) else "encrypted"
    return {
        "encrypted": file is not None,
        "changed_at": changed.isoformat(timespec="seconds") if changed is not None else None,
        "keyring": file is not None and file.slot("keyring") is not None,
        "cipher": CIPHER if file is not None else None,
        "argon2id": None if kdf is None else {"memory_kib": kdf.memory, "passes": kdf.passes, "lanes": kdf.lanes},
        "database": header,
    }
