"""A person's computer as far as models go: none of other programs, and a small file that counts as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.gguf_files import BASE_MODEL, Value, write

CHAT: dict[str, Value] = {**BASE_MODEL, "tokenizer.chat_template": "{{ messages }}", "general.license": "\x1b[31mred"}


def hide_other_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever models the person who runs the tests has, none of them is seen."""
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "person"))
    for name in ("OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)


def chat_model(tmp_path: Path) -> bytes:
    """A file of two megabytes with the head of a chat model."""
    return write(tmp_path / "made.gguf", CHAT, floats=500_000).read_bytes()
