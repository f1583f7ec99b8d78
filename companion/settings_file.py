"""Changes one setting in settings.toml and leaves everything else in it as the person wrote it, comments too."""

from __future__ import annotations

import os
import tempfile
from datetime import time
from pathlib import Path
from typing import Any

from companion import strings
from companion.disk import sync_folder, to_disk
from companion.errors import DiskFull, InvalidInput, ProfileUnavailable

Value = str | bool | int | float | time


def write_setting(file: Path, section: str, key: str, value: Value | None) -> None:
    """Set `key` under [section] ("" for the top, "ui.keys" for a section in a section), or with None take it out. The
    file is replaced in one step, or stays as it was. Raises InvalidInput (no TOML), ProfileUnavailable, DiskFull."""
    import tomlkit  # 20 ms that only a change is worth
    from tomlkit.exceptions import TOMLKitError

    try:
        target = file.resolve()  # a settings file may be a link into a folder of dotfiles
        before = target.read_text(encoding="utf-8") if target.exists() else ""
        document = tomlkit.parse(before)
        table: Any = document
        for name in section.split(".") if section else ():
            inner = table.get(name)
            if inner is None and value is not None:
                # What is only there to hold another table gets no line of its own.
                table[name] = tomlkit.table(is_super_table=section != name and section.startswith(f"{name}."))
                inner = table[name]
            table = inner
            if table is None:
                break
        if value is not None:
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
            to_disk(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def overriding(section: str, key: str) -> str:
    """The environment variable that decides instead of the file, empty when none does. `section` "": the top."""
    whole = [f"COMPANION_{section}".upper()] if section else []
    names = ("_".join(("COMPANION", *([section, "", key] if section else [key]))).upper(), *whole)
    return next((name for name in os.environ if name.upper() in names), "")
