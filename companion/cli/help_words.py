"""What `--help` says, in the language that was chosen. In the code it stands in English, where Typer finds it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from companion.paths import default_paths
from companion.strings import Strings, language, texts, use_language


def speak() -> None:
    """Use the language that the environment or the settings name, before any command reads them. What is wrong with
    the settings is said when they are read."""
    told = os.environ.get("COMPANION_UI__LANGUAGE", "")
    if not told:
        with suppress(OSError, ValueError, AttributeError):
            told = str(tomllib.loads(default_paths().settings.read_text("utf-8")).get("ui", {}).get("language", ""))
    use_language(told or "auto")


def translate(command: Any) -> None:
    """Put the words of the language in the place of the English ones, in a command and all below it."""
    if language() == "en":
        return
    there = texts("cli_help")
    words = {str(said): str(there[key]) for key, said in Strings("en").section("cli_help").items()}
    for each in tree(command):
        each.help = words.get(each.help or "", each.help)
        for parameter in each.params:
            if getattr(parameter, "help", None):
                parameter.help = words.get(parameter.help, parameter.help)


def tree(command: Any) -> Iterator[Any]:
    """A command of Click and all commands below it."""
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from tree(below)
