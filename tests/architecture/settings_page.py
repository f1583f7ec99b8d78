"""The tables of docs/settings.md, made from the settings' own model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from companion.settings import Settings
from companion.ui.setting_fields import Setting, all_settings
from tests.architecture.tables import DOCS, between, row, table

PAGE = DOCS / "settings.md"


def fields() -> Iterator[tuple[str, str, FieldInfo]]:
    """(section, name, field) of each setting; section "" at the top of the file."""
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((name, inner, info) for inner, info in kind.model_fields.items())
        else:
            yield "", name, field


def _values(setting: Setting) -> str:
    """What may stand there, in words."""
    if setting.choices:
        return ", ".join(f"`{choice}`" for choice in setting.choices)
    if setting.kind in ("int", "float") and setting.least is not None:
        return f"{setting.least:g} to {setting.most:g}" if setting.most is not None else f"{setting.least:g} or more"
    kinds = {"bool": "`true`, `false`", "int": "a number", "path": "a path", "time": "`HH:MM`", "keys": "a table"}
    return kinds.get(setting.kind, "a text")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, time):
        return f"`{value:%H:%M}`"
    return "" if value is None or value in ("", {}) else f"`{value}`"


def tables() -> str:
    """By section: name, what may stand there, what it comes as, what it does."""
    known = {(each.section, each.name): each for each in all_settings()}
    lines: list[str] = []
    last: str | None = None
    for section, name, field in sorted(fields(), key=lambda each: each[0] != ""):
        if section != last:
            title = f"`[{section}]`" if section else "At the top of the file"
            lines += ["", f"### {title}", "", *table("name", "values", "comes as", "what it does")]
        last = section
        about = (field.description or "").replace("<", "&lt;")
        lines.append(row(f"`{name}`", _values(known[section, name]), _default(field), about))
    return "\n".join([*lines[1:], ""])


def written(page: str) -> str:
    """`page` with its tables as they are to be."""
    return between(page, "settings", tables())
