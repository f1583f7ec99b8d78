"""Changing one setting leaves the rest of settings.toml alone."""

from __future__ import annotations

import os
import stat
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import InvalidInput
from companion.settings import load_settings
from companion.settings_file import overriding, write_setting

WRITTEN = """\
# my settings
name = "Anna"   # what I am called

[model]
context = 8192  # more than usual
path = "/old.gguf"

[memory]
curve = "fsrs"
"""


def test_comments_and_everything_else_stay(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(WRITTEN)
    write_setting(file, "model", "path", "/new.gguf")
    assert file.read_text() == WRITTEN.replace("/old.gguf", "/new.gguf")
    write_setting(file, "model", "path", None)
    assert file.read_text() == WRITTEN.replace('path = "/old.gguf"\n', "")


@pytest.mark.parametrize(
    "before",
    ["", 'name = "Anna"\n', "model.context = 1024\n", "model = { context = 1024 }\n", "[model]\n", "[ui]\n# end"],
)
def test_however_the_section_was_written(tmp_path: Path, before: str) -> None:
    file = tmp_path / "config" / "settings.toml"
    if before:
        file.parent.mkdir()
        file.write_text(before)
    write_setting(file, "model", "path", "/some/model.gguf")
    settings = load_settings(file)
    assert settings.model.path == Path("/some/model.gguf")
    assert settings.model.context == (1024 if "1024" in before else 4096)
    write_setting(file, "model", "path", None)
    assert load_settings(file).model.path is None


@given(name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_whatever_a_path_is_called_it_is_read_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    file = tmp_path_factory.mktemp("any") / "settings.toml"
    write_setting(file, "model", "path", f"/models/{name}.gguf")
    assert str(load_settings(file).model.path) == str(Path(f"/models/{name}.gguf"))


def test_a_file_that_is_no_toml_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("this is = = no toml")
    with pytest.raises(InvalidInput, match=r"settings\.toml"):
        write_setting(file, "model", "path", "/x.gguf")
    assert file.read_text() == "this is = = no toml"
    file.write_text('model = "a word"')
    with pytest.raises(InvalidInput):
        write_setting(file, "model", "path", "/x.gguf")


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_link_to_the_settings_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "dotfiles/companion.toml").write_text(WRITTEN)
    (tmp_path / "settings.toml").symlink_to(tmp_path / "dotfiles/companion.toml")
    write_setting(tmp_path / "settings.toml", "model", "path", "/new.gguf")
    assert (tmp_path / "settings.toml").is_symlink()
    assert "/new.gguf" in (tmp_path / "dotfiles/companion.toml").read_text()
    assert [path.name for path in (tmp_path / "dotfiles").iterdir()] == ["companion.toml"]


def test_the_environment_that_decides_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert overriding("model", "path") == ""
    monkeypatch.setenv("COMPANION_MODEL__PATH", "/x.gguf")
    assert overriding("model", "path") == "COMPANION_MODEL__PATH"


def test_a_setting_at_the_top_and_one_in_a_section_of_a_section(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(WRITTEN)
    write_setting(file, "", "persona", "rose")
    write_setting(file, "", "name", "Lena")
    write_setting(file, "ui.keys", "chat.search", "ctrl+f")
    write_setting(file, "sleep", "at", time(4, 15))
    write_setting(file, "ui", "ascii", True)
    settings = load_settings(file)
    assert (settings.persona, settings.name, settings.ui.ascii) == ("rose", "Lena", True)
    assert settings.ui.keys == {"chat.search": "ctrl+f"}
    assert settings.sleep.at == time(4, 15)
    assert "# what I am called" in file.read_text()
    write_setting(file, "ui.keys", "chat.search", None)
    write_setting(file, "", "name", None)
    assert (load_settings(file).ui.keys, load_settings(file).name) == ({}, "")


def test_the_environment_decides_over_settings_at_the_top_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_PERSONA", "rose")
    assert overriding("", "persona") == "COMPANION_PERSONA"
    assert overriding("", "name") == ""


@pytest.mark.skipif(os.name != "posix", reason="a folder cannot be opened elsewhere")
def test_it_counts_as_written_when_the_folder_is_on_the_disk_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a power cut could bring the old file back."""
    file, synced = tmp_path / "settings.toml", []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        written = file.exists() and "Ada" in file.read_text(encoding="utf-8")
        synced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), written))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_setting(file, "", "name", "Ada")
    assert synced == [(False, False), (True, True)]
