"""What a line that begins with / does in the plain chat, and the list of it.

base      what every command is given, and reading what follows it
chats, versions   conversations and personas; other versions of what was said, and why
memories, pages   memories to read and change; what is known of somebody, of a day, of the days
program   models, settings, nights, checks
"""

from __future__ import annotations

from companion.cli.listing import aligned
from companion.cli.output import say
from companion.cli.plain_commands import chats, exchange, memories, pages, program, versions
from companion.cli.plain_commands.base import Run, Session
from companion.errors import InvalidInput
from companion.strings import text, texts
from companion.text import one_line

GROUPS: dict[str, dict[str, Run]] = {
    "chats": chats.COMMANDS,
    "versions": versions.COMMANDS,
    "memories": memories.COMMANDS,
    "pages": pages.COMMANDS,
    "program": {**program.COMMANDS, **exchange.COMMANDS},
}
COMMANDS: dict[str, Run] = {name: run for group in GROUPS.values() for name, run in group.items()}
"""By what is typed after the slash. /help and /quit are the chat's own."""
OTHER_NAMES = {
    "?": "help", "exit": "quit", "again": "regenerate", "irrelevant": "relevant", "chats": "conversations",
    "personas": "persona",
}  # fmt: skip


def run_command(session: Session, line: str) -> None:
    """Do what `line` (which begins with /) asks and say what was done. Raises CompanionError."""
    name, _, rest = line[1:].partition(" ")
    name = OTHER_NAMES.get(name.casefold(), name.casefold())
    if name == "help":
        show_help(rest.strip().lstrip("/"))
        return
    command = COMMANDS.get(name)
    if command is None:
        raise InvalidInput(text("plain.no_command", name=one_line(name, 30)), hint=text("plain.no_command_hint"))
    command(session, rest.strip())


def show_help(name: str = "") -> None:
    """The list of commands under headings, or the line of one."""
    uses, abouts = texts("plain_use"), texts("plain_about")
    lines = dict(zip(uses, aligned((f"  {use}", str(abouts[each])) for each, use in uses.items()), strict=True))
    if name in lines:
        say(lines[name])
        return
    headings = texts("plain_group")
    for group, commands in GROUPS.items():
        say(str(headings[group]))
        for each in commands:
            say(lines[each])
        say()
    for each in ("help", "quit"):
        say(lines[each])
    say(text("plain.keys"))
