"""The settings as they are now, and changing one: checked, written, and told of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from companion.errors import InvalidInput
from companion.settings import Settings
from companion.settings_file import Value, overriding, write_setting
from companion.strings import text

AT_ONCE = {
    ("ui", "theme"),
    ("ui", "reduced_motion"),
    ("ui", "ascii"),
    ("ui", "keys"),
    ("sleep", "morning_report"),
    ("lock", "idle_minutes"),
    ("voice", "speak"),
    ("voice", "speak_model"),
    ("voice", "listen_model"),
    ("voice", "language"),
}
"""What holds as soon as it is set. Everything else is read when the engine or the program starts."""


class Preferences:
    """`current` is what was read at the start and changed since. Without a file (tests) nothing is written."""

    def __init__(self, settings: Settings, file: Path | None = None) -> None:
        self.current = settings
        self.file = file

    def value(self, section: str, name: str) -> Any:
        return getattr(self._section(section), name)

    def overridden(self, section: str, name: str) -> str:
        """The environment variable that decides, whatever the file says; empty when none does."""
        return overriding(section, name)

    def check(self, section: str, name: str, value: object) -> object:
        """The value as the settings hold it. Raises InvalidInput that says what may be set."""
        part = self._section(section)
        plain = {key: getattr(part, key) for key in type(part).model_fields}
        try:
            # Sections alone: the whole would read the environment and the file again.
            kind = type(part) if section else _Top
            held = kind.model_validate({key: plain[key] for key in kind.model_fields} | {name: value})
        except ValidationError as error:
            raise InvalidInput(explained(dict(error.errors()[0])), hint=text("settings.unchanged")) from error
        return getattr(held, name)

    def write(self, section: str, name: str, value: object) -> None:
        """Set it, or with None take it out of the file so that it is what it comes as. Raises InvalidInput,
        ProfileError."""
        held = self.check(section, name, self.default(section, name) if value is None else value)
        if self.file is not None:
            write_setting(self.file, section, name, None if value is None else _written(held))
        self._hold(section, name, held)

    def write_key(self, id: str, keys: str | None) -> None:
        """The keys of what is called `id`; None: those it comes with. Raises InvalidInput, ProfileError."""
        own = {name: there for name, there in self.current.ui.keys.items() if name != id}
        if keys is not None:
            own[id] = keys
        if self.file is not None:
            write_setting(self.file, "ui.keys", id, keys)
        self._hold("ui", "keys", own)

    def was_written(self, section: str, name: str, value: object) -> None:
        """The engine wrote it to the file."""
        self._hold(section, name, value)

    def default(self, section: str, name: str) -> Any:
        part = type(self._section(section))
        return part.model_fields[name].get_default(call_default_factory=True)

    def _section(self, section: str) -> BaseModel:
        found: BaseModel = getattr(self.current, section) if section else self.current
        return found

    def _hold(self, section: str, name: str, value: object) -> None:
        if section:
            part = self._section(section).model_copy(update={name: value})
            self.current = self.current.model_copy(update={section: part})
        else:
            self.current = self.current.model_copy(update={name: value})


class _Top(BaseModel):
    """What is in no section. `Settings` itself would look into the environment."""

    persona: str
    name: str


def explained(error: Mapping[str, Any]) -> str:
    """What a person may do about a value that pydantic refused."""
    limits = error.get("ctx", {})
    match error["type"]:
        case "greater_than_equal":
            return text("settings.at_least", least=limits["ge"])
        case "greater_than":
            return text("settings.more_than", least=limits["gt"])
        case "less_than_equal":
            return text("settings.at_most", most=limits["le"])
        case "string_too_long":
            return text("settings.too_long", count=limits["max_length"])
        case "literal_error":
            return text("settings.one_of", choices=limits["expected"])
        case "int_parsing" | "int_type" | "int_from_float":
            return text("settings.no_whole_number")
        case "float_parsing" | "float_type":
            return text("settings.no_number")
        case "time_parsing" | "time_type" | "time_delta":
            return text("settings.no_time")
        case "bool_parsing" | "bool_type":
            return text("settings.no_bool")
        case _:
            return str(error["msg"]).removeprefix("Value error, ")


def _written(value: object) -> Value:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value if isinstance(value, Value) else str(value)
