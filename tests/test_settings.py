"""Settings come from the file and the environment; what is wrong is named with where to put it right."""

from __future__ import annotations

import ast
import inspect
from datetime import time
from pathlib import Path

import pytest
from pydantic import BaseModel

from companion import settings as module
from companion.errors import InvalidInput
from companion.settings import Settings, load_settings


def fields() -> list[tuple[type[BaseModel], str]]:
    found = []
    for _, kind in inspect.getmembers(module, inspect.isclass):
        if issubclass(kind, BaseModel) and kind.__module__ == module.__name__:
            found += [(kind, name) for name in kind.model_fields]
    return found


@pytest.mark.parametrize(("section", "name"), fields(), ids=lambda v: v if isinstance(v, str) else v.__name__)
def test_every_setting_says_what_it_is_for(section: type[BaseModel], name: str) -> None:
    field = section.model_fields[name]
    is_section = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    assert is_section or (field.description or "").endswith(".")


def test_the_descriptions_are_the_docstrings_in_the_source() -> None:
    tree = ast.parse(inspect.getsource(module))
    written = {
        text.value.value.strip()
        for kind in ast.walk(tree)
        if isinstance(kind, ast.ClassDef)
        for text in kind.body
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }
    assert module.MemorySettings.model_fields["curve"].description in written


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "settings.toml")
    assert settings.model_dump() == Settings().model_dump() == load_settings(None).model_dump()
    assert settings.sleep.at == time(3, 30)


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('name = "Ada"\n[model]\ncontext = 2048\nthreads = 2\n[sleep]\nat = 04:15:00\n')
    monkeypatch.setenv("COMPANION_MODEL__CONTEXT", "8192")
    settings = load_settings(file)
    assert (settings.name, settings.model.context, settings.model.threads) == ("Ada", 8192, 2)
    assert settings.sleep.at == time(4, 15)


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("[model]\ncontext = 12\n", "model.context"),
        ("[model]\nkontext = 4096\n", "model.kontext"),
        ("colour = 'red'\n", "colour"),
        ("[memory]\ncurve = 'flat'\n", "memory.curve"),
        ("[model\n", "settings.toml"),
        ("name = 3\n", "name"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, toml: str, named: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(toml)
    with pytest.raises(InvalidInput, match=named) as wrong:
        load_settings(file)
    assert "Correct" in wrong.value.hint


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match=r"settings\.toml"):
        load_settings(file)


def test_what_is_wrong_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_MODEL__CONTEXT", "lots")
    with pytest.raises(InvalidInput, match=r"model\.context") as wrong:
        load_settings(None)
    assert "COMPANION_MODEL__CONTEXT" in wrong.value.hint


def test_settings_cross_to_the_engine_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(name="Ada", sleep=module.SleepSettings(at=time(1, 2)))
    assert Settings.model_validate_json(settings.model_dump_json()) == settings
