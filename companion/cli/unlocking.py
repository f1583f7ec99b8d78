"""Where a command gets the passphrase from: a file, the first line of standard input, the keyring, or the person."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from companion.cli.guard import complain
from companion.errors import InvalidInput, ProfileSealed, WrongPassphrase
from companion.passphrases import LONGEST
from companion.paths import Paths, with_home
from companion.store.unlocking import is_sealed, key_for, key_from_keyring
from companion.strings import text
from companion.text import valid_text

if TYPE_CHECKING:
    from companion.settings import Settings

TRIES = 3

FileOption = Annotated[
    str,
    typer.Option(
        "--passphrase-file",
        envvar="COMPANION_PASSPHRASE_FILE",
        metavar="FILE",
        show_default=False,
        help="A file whose first line is the passphrase of a locked profile; - reads it from standard input.",
    ),
]

_file = ""
Key = TypeVar("Key")


def use_file(name: str) -> None:
    """What this process is told to read a passphrase from; "" for nothing."""
    global _file
    _file = name


def key_wanted(paths: Paths, settings: Settings) -> bytes | None:
    """What opens the profile, None where nothing is needed. Raises ProfileSealed, WrongPassphrase."""
    if not is_sealed(paths):
        return None
    if not _file and settings.lock.keyring and (key := key_from_keyring(paths)) is not None:
        return key
    return secret_and_key(paths)[1]


def key_unasked(paths: Paths, settings: Settings) -> bytes | None:
    """The same, where nobody can be asked and standard input is for something else: by a file or the keyring alone.
    Raises ProfileSealed, WrongPassphrase, InvalidInput."""
    if not is_sealed(paths):
        return None
    if _file and _file != "-":
        return key_for(paths, read_line(_file))
    if settings.lock.keyring and (key := key_from_keyring(paths)) is not None:
        return key
    raise ProfileSealed(str(paths.data))


def secret_and_key(paths: Paths) -> tuple[str, bytes | None]:
    """The passphrase or recovery code as it was given, and what it opens. Asks at most three times. Raises
    ProfileSealed, WrongPassphrase."""
    return secret_that_opens(paths, lambda secret: key_for(paths, secret))


def secret_that_opens(paths: Paths, opens: Callable[[str], Key]) -> tuple[str, Key]:
    """The passphrase or recovery code as it was given, and what `opens` makes of it, which raises WrongPassphrase. Asks
    at most three times. Raises ProfileSealed, WrongPassphrase."""
    if _file:
        secret = read_line(_file)
        return secret, opens(secret)
    if not sys.stdin.isatty():
        raise ProfileSealed(str(paths.data), hint=text("lock_cli.how_to_give"))
    for left in reversed(range(TRIES)):
        secret = ask(text("lock_cli.ask"))
        try:
            return secret, opens(secret)
        except WrongPassphrase as error:
            if not left:
                raise
            complain(str(error))
    raise WrongPassphrase


def ask_new() -> str:
    """One that is typed twice. Raises InvalidInput when they differ."""
    if not sys.stdin.isatty():
        raise InvalidInput(text("lock_cli.no_terminal"), hint=text("lock_cli.no_terminal_hint"))
    first = ask(text("lock_cli.ask_new"))
    if ask(text("lock_cli.ask_again")) != first:
        raise InvalidInput(text("lock_cli.differ"), hint=text("lock_cli.differ_hint"))
    return first


def ask(prompt: str) -> str:
    try:
        return valid_text(getpass.getpass(prompt))
    except EOFError:
        raise ProfileSealed(hint=text("lock_cli.how_to_give")) from None


def read_line(name: str) -> str:
    """The first line of a file, of standard input where it is "-". Raises InvalidInput."""
    try:
        if name == "-":
            line = sys.stdin.readline(LONGEST + 3)  # with the end of the line
        else:
            with with_home(Path(name)).open(encoding="utf-8-sig") as file:  # some editors begin it so
                line = file.readline(LONGEST + 3)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise InvalidInput(text("lock_cli.unreadable", name=name, error=why)) from None
    line = valid_text(line.rstrip("\r\n"))
    if len(line) > LONGEST:
        raise InvalidInput(text("sealing.too_long", count=LONGEST))
    return line
