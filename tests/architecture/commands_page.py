"""The reference in docs/commands.md and the short table of the README, made from the commands themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer

from companion.cli.app import app
from tests.architecture.tables import DOCS, ROOT, between, row, table

PAGE = DOCS / "commands.md"
README = ROOT / "README.md"
_VALUES = {
    "int": "N",
    "int range": "N",
    "float": "X",
    "float range": "X",
    "str": "TEXT",
    "path": "PATH",
    "list[str]": "TEXT",
}
"""What stands for a value whose option names none; arguments have their own names."""


@dataclass(frozen=True, slots=True)
class Told:
    """A command as its --help tells it. `path`: "companion memories list"; `takes`: (argument or option, meaning)."""

    path: str
    usage: str
    about: str
    takes: tuple[tuple[str, str], ...]
    options: tuple[str, ...]
    """Every name of an option, without --help."""
    is_group: bool


def told() -> Iterator[Told]:
    """The program and every command below it, in the order of its help."""
    yield from _told(typer.main.get_command(app), "companion", None)


def _told(command: Any, name: str, parent: Any) -> Iterator[Told]:
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    takes, options = [], []
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            continue
        names, about = parameter.get_help_record(context) or ("", "")
        is_option = parameter.param_type_name == "option"
        takes.append((_named(names, is_option), about))
        if is_option:
            options += [*parameter.opts, *parameter.secondary_opts]
    below = getattr(command, "commands", {})
    about = " ".join((command.help or "").split())
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield Told(context.command_path, usage, about, tuple(takes), tuple(options), bool(below))
    for key, each in below.items():
        if not getattr(each, "hidden", False):
            yield from _told(each, key, context)


def _named(names: str, is_option: bool) -> str:
    return re.sub(r"<([^>]+)>", lambda kind: _VALUES.get(kind[1], kind[1].upper()) if is_option else "", names).strip()


def reference() -> str:
    lines: list[str] = []
    for command in told():
        lines += [f"{'##' if command.is_group else '###'} {command.path}", "", command.about, ""]
        lines += ["```", command.usage, "```", ""]
        if command.takes:
            lines += table("takes", "meaning")
            lines += [row(f"`{names}`", about.replace("<", "&lt;")) for names, about in command.takes]
            lines.append("")
    return "\n".join(lines)


def written(page: str) -> str:
    """`page` with the reference as it is to be."""
    return between(page, "reference", reference())


def summary() -> str:
    """The program and what stands directly below it, a line each; groups with what they hold."""
    commands = list(told())
    lines = table("command", "what it does")
    for command in commands:
        if command.path.count(" ") > 1:
            continue
        below = [each.path.split()[-1] for each in commands if each.path.rpartition(" ")[0] == command.path]
        holds = f" ({', '.join(below)})" if command.is_group and " " in command.path else ""
        lines.append(row(f"`{command.path}`", command.about + holds))
    return "\n".join([*lines, ""])


def readme_written(page: str) -> str:
    """The README with its table as it is to be."""
    return between(page, "commands", summary())
