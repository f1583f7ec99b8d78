"""Changes one setting in settings.toml and leaves everything else in it as the person wrote it, comments too."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from companion import strings
from companion.errors import DiskFull, InvalidInput, ProfileUnavailable


def write_setting(file: Path, section: str, key: str, value: str | None) -> None:
    """Set `key` under [section], or with None take it out. The file is replaced in one step, or stays as it was.
    Raises InvalidInput (no TOML), ProfileUnavailable, DiskFull."""
    import tomlkit  # 20 ms that only a change is worth
    from tomlkit.exceptions import TOMLKitError

    try:
        target = file.resolve()  # a settings file may be a link into a folder of dotfiles
        before = target.read_text(encoding="utf-8") if target.exists() else ""
        document = tomlkit.parse(before)
        table = document.get(section)
        if value is not None:
            if table is None:
                document[section] = table = tomlkit.table()
            table[key] = value
        elif table is not None and key in table:
            del table[key]
        after = tomlkit.dumps(document)
        if after != before:
            replace_text(target, after)
    except (TOMLKitError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{file}: {error}", hint=strings.text("settings_file.correct_file")) from error
    except OSError as error:
        if error.errno == 28:  # ENOSPC
            raise DiskFull(str(file.parent)) from error
        raise ProfileUnavailable(f"{file} ({error.strerror or error})") from error


def replace_text(target: Path, text: str) -> None:
    """Put `text` in the place of a file, all of it or nothing. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def overriding(section: str, key: str) -> str:
    """The environment variable that decides instead of the file, empty when none does."""
    names = (f"COMPANION_{section}__{key}".upper(), f"COMPANION_{section}".upper())
    return next((name for name in os.environ if name.upper() in names), "")
