"""What can be set, from the settings' own model: a new setting is on the screen without a line here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from companion.paths import with_home
from companion.settings import Settings
from companion.strings import texts

Kind = Literal["bool", "int", "float", "choice", "text", "path", "time", "secret", "theme", "persona", "keys"]
_KINDS: dict[object, Kind] = {
    bool: "bool", int: "int", float: "float", str: "text", Path: "path", time: "time", SecretStr: "secret",
    dict: "keys",
}  # fmt: skip
_OWN: dict[tuple[str, str], Kind] = {("ui", "theme"): "theme", ("", "persona"): "persona"}
"""What is chosen on a screen of its own."""


@dataclass(frozen=True, slots=True)
class Setting:
    """`section` "": at the top of the file. `optional`: it may be nothing at all."""

    section: str
    name: str
    kind: Kind
    optional: bool = False
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None

    @property
    def key(self) -> str:
        """Its name in assets/strings, section "settings"; `<key>_about` explains it."""
        return f"{self.section}_{self.name}" if self.section else self.name

    @property
    def title(self) -> str:
        return str(texts("settings").get(self.key, self.key))

    @property
    def about(self) -> str:
        return str(texts("settings").get(f"{self.key}_about", ""))


def all_settings() -> tuple[Setting, ...]:
    """In the order of the model, what is in no section first."""
    top, sections = [], []
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            sections += [_setting(name, inner, info) for inner, info in kind.model_fields.items()]
        else:
            top.append(_setting("", name, field))
    return (*top, *sections)


def section_title(section: str) -> str:
    return str(texts("settings").get(f"section_{section or 'you'}", section))


def _setting(section: str, name: str, field: FieldInfo) -> Setting:
    kind: Any = field.annotation
    optional = get_origin(kind) in (Union, UnionType) and type(None) in get_args(kind)
    if optional:
        kind = next(each for each in get_args(kind) if each is not type(None))
    origin = get_origin(kind)
    choices = tuple(map(str, get_args(kind))) if origin is Literal else ()
    found: Kind = "choice" if choices else _KINDS[origin or kind]
    least = next((getattr(each, of) for each in field.metadata for of in ("ge", "gt") if hasattr(each, of)), None)
    most = next((getattr(each, of) for each in field.metadata for of in ("le", "lt") if hasattr(each, of)), None)
    return Setting(section, name, _OWN.get((section, name), found), optional, choices, least, most)


def parsed(setting: Setting, typed: str) -> object:
    """What was typed, as the model is given it; None for nothing where that may be."""
    typed = typed.strip()
    if not typed and setting.optional:
        return None
    if setting.kind == "path":
        return with_home(Path(typed))
    return typed


def shown(setting: Setting, value: object) -> str:
    """The value in a few words; a secret only as whether there is one."""
    words = texts("settings")
    if isinstance(value, SecretStr):
        return str(words["value_secret"]) if value.get_secret_value() else str(words["value_none"])
    if isinstance(value, bool):
        return str(words["value_on" if value else "value_off"])
    if isinstance(value, dict):
        return str(len(value)) if value else str(words["value_none"])
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if value is None or value == "":
        return str(words["value_auto" if setting.optional else "value_none"])
    if setting.kind == "choice":
        return choice_name(setting, str(value))
    return str(value)


def choice_name(setting: Setting, choice: str) -> str:
    """What a choice is called: in words where it is one that has some, else as it stands in the file."""
    key = f"{setting.key}_is_{choice.replace(' ', '_')}"
    return str(texts("settings").get(key, choice))


def editable(setting: Setting, value: object) -> str:
    """The value as it is put in the field to be changed."""
    if isinstance(value, SecretStr) or value is None:
        return ""
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)
