"""Words on the screen: complete in every language, and each one that the code asks for is there."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

import companion
from companion.strings import LANGUAGES, Strings, text
from companion.ui.commands import ENTRIES

CODE = Path(companion.__file__).parent
ENGLISH = Strings("en")


def _fields(found: object) -> set[str]:
    parts = found.values() if isinstance(found, dict) else (found,)
    return {name for part in parts for _, name, _, _ in string.Formatter().parse(str(part)) if name}


def _asked() -> set[str]:
    """Keys that the code passes to `text` or `texts` as they are."""
    keys: set[str] = set()
    for file in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and "text" in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    keys.add(str(first.value))
    return keys


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_text_is_there_in_every_language_with_the_same_values(language: str) -> None:
    other = Strings(language)
    assert set(other.sections()) == set(ENGLISH.sections())
    for section in ENGLISH.sections():
        here, there = ENGLISH.section(section), other.section(section)
        assert here.keys() == there.keys(), section
        for key, found in here.items():
            # A language without plurals need not repeat the number in both forms.
            assert _fields(found) == _fields(there[key]), f"{section}.{key}"


def test_every_text_the_code_asks_for_is_there() -> None:
    missing = [key for key in sorted(_asked()) if key.rpartition(".")[2] not in ENGLISH.section(key.rpartition(".")[0])]
    assert missing == []


def test_every_command_has_its_texts() -> None:
    for entry in ENTRIES:
        assert entry.command.title
        assert entry.command.about


def test_a_text_with_a_count_has_a_form_for_one() -> None:
    with pytest.raises(KeyError):
        text("language.nothing")
