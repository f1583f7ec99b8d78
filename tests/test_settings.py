"""Settings come from the file and the environment; what is wrong is named with where to put it right."""

from __future__ import annotations

import ast
import inspect
from datetime import time
from pathlib import Path

import pytest
from pydantic import BaseModel

from companion import settings as module
from companion.addresses import host_of, is_this_computer
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
        ("[model]\nurl = 'localhost:8080'\n", "model.url"),
        ("[model]\nurl = 'ftp://there/v1'\n", "model.url"),
        ("[model]\nurl = 'http://'\n", "model.url"),
        ("[model]\nurl = 'http://there:port/v1'\n", "model.url"),
        ("[model]\nurl = 'http://there:99999'\n", "model.url"),
        ("[model]\nurl = 'http://the re/v1'\n", "model.url"),
        ("[model]\nurl = 'http://there/v1?key=3'\n", "model.url"),
        ("[model]\nurl = 'http://[::1/v1'\n", "model.url"),
        ("[index]\nurl = 'there'\n", "index.url"),
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


def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[model]\nurl = 'http://ada:sesame@there/v1'\n")
    with pytest.raises(InvalidInput, match=r"model\.url") as wrong:
        load_settings(file)
    assert "sesame" not in f"{wrong.value} {wrong.value.hint}"


@pytest.mark.parametrize(
    ("written", "kept", "host"),
    [
        ("", "", ""),
        (" http://localhost:8080/v1/ ", "http://localhost:8080/v1", "localhost:8080"),
        ("https://there.example", "https://there.example", "there.example"),
        ("http://[::1]:8000", "http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_an_address_is_kept_without_what_is_needless(written: str, kept: str, host: str) -> None:
    assert module.ModelSettings(url=written).url == module.IndexSettings(url=written).url == kept
    assert host_of(kept) == host


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8080/v1", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://192.168.1.2:8080", False),
        ("http://localhost.example.org", False),
    ],
)
def test_whether_an_address_leaves_this_computer(url: str, here: bool) -> None:
    assert is_this_computer(url) is here
