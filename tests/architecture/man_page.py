"""The man page docs/companion.1, made from the commands themselves."""

from __future__ import annotations

import companion
from tests.architecture.commands_page import Told, told
from tests.architecture.tables import DOCS

PAGE = DOCS / "companion.1"

DESCRIPTION = """\
A private companion that lives in the terminal of one laptop. It talks through a local language model, remembers what
you tell it, and lets you see, edit and undo every memory. Without a command it opens the chat; F1 there tells keys.
It runs offline: nothing leaves the computer unless you ask for a model or point it to a server of your own."""

FILES = (
    ("companion.db", "conversations, memories, evidence and the journal (SQLite); the truth"),
    ("settings.toml", "settings; beside the others, or in the folder that the system has for settings"),
    ("backups/", "copies of everything, one a night"),
    ("companion.keys", "of a profile with a passphrase: the wrapped keys"),
    ("models/", "language models that were fetched or put there"),
    ("index/, read.kv, read.json", "made anew when they are gone"),
    ("logs/", "faults of the program, never your words"),
)
ENVIRONMENT = (
    (
        "COMPANION_HOME",
        "one folder for everything; otherwise the places your system has for programs' data and settings",
    ),
    ("COMPANION_SECTION__NAME", "any setting, before the file: COMPANION_MODEL__CONTEXT=8192"),
    ("COMPANION_PASSPHRASE_FILE", "as --passphrase-file"),
    ("NO_COLOR", "no colours on the screen"),
)
EXIT_STATUS = (
    ("0", "what was asked for was done"),
    ("1", "it was not; standard error says what happened and what to do"),
    ("2", "the command, a value or a setting is wrong"),
    ("3", "another Companion has the profile open"),
    ("4", "the profile has a passphrase, which was not given or was another one"),
    ("128 + N", "ended by signal N (130: Ctrl+C)"),
)


def roff(text: str) -> str:
    """`text` so that troff prints it as it is. https://man7.org/linux/man-pages/man7/groff_char.7.html"""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...").replace("’", "\\(cq")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in text.split("\n"))


def _listed(pairs: tuple[tuple[str, str], ...]) -> list[str]:
    return [line for name, about in pairs for line in (".TP", f".B {roff(name)}", roff(" ".join(about.split())))]


def _command(command: Told) -> list[str]:
    return [
        f".SS {roff(command.path)}",
        roff(command.about),
        ".PP",
        f".B {roff(command.usage)}",
        *_listed(command.takes),
    ]


def page() -> str:
    """The whole page."""
    program, *commands = told()
    lines = [
        '.\\" Made by python -m tests.architecture.all_pages; a test holds it.',
        f'.TH COMPANION 1 "" "Companion {companion.__version__}" "User Commands"',
        ".SH NAME", f"companion \\- {roff('a private companion in the terminal that remembers you')}",
        ".SH SYNOPSIS", ".B companion", roff("[OPTIONS] [COMMAND [ARGS]...]"),
        ".SH DESCRIPTION", roff(DESCRIPTION),
        ".SH OPTIONS", *_listed(program.takes),
        ".SH COMMANDS",
    ]  # fmt: skip
    for command in commands:
        if not command.is_group:
            lines += _command(command)
    for title, pairs in (("FILES", FILES), ("ENVIRONMENT", ENVIRONMENT), ("EXIT STATUS", EXIT_STATUS)):
        lines += [f".SH {title}", *_listed(pairs)]
    return "\n".join([*lines, ""])
