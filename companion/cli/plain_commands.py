"""What a line that begins with / does in the plain chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from companion.cli.listing import change_lines, memory_lines, sleep_lines
from companion.cli.output import say
from companion.errors import InvalidInput
from companion.records import Change, MemoryFilter
from companion.text import one_line

if TYPE_CHECKING:
    from companion.companion import Companion

SHOWN = 50
HELP = """\
/memories [words]  list what is remembered (with these words)
/forget N          forget memory N
/edit N text       change memory N
/pin N             keep memory N from fading
/undo              take your latest change back
/sleep             catch up on missed nights
/help              this list
/quit              leave (Ctrl+D does too)
Ctrl+C stops a reply; pressed twice it leaves.
A message that begins with a slash is sent with two: //like this"""


def run_command(engine: Companion, line: str) -> None:
    """Do what `line` (which begins with /) asks and say what was done. Raises CompanionError."""
    name, _, rest = line[1:].partition(" ")
    command = _COMMANDS.get(name.lower())
    if command is None:
        raise InvalidInput(f"there is no command /{one_line(name, 30)}", hint="/help lists the commands.")
    command(engine, rest.strip())


def _memories(engine: Companion, words: str) -> None:
    rows = engine.list_memories(MemoryFilter(text=words, replies=bool(words), limit=SHOWN + 1))
    for line in memory_lines(rows[:SHOWN]):
        say(line)
    if not rows:
        say("No memory holds these words." if words else "Nothing is remembered yet.")
    elif len(rows) > SHOWN:
        say(f"These are the newest {SHOWN}; put words after /memories to find others.")


def _forget(engine: Companion, rest: str) -> None:
    _done(engine.forget_memory(_id(rest)))


def _edit(engine: Companion, rest: str) -> None:
    number, _, text = rest.partition(" ")
    _done(engine.edit_memory(_id(number), text.strip()))


def _pin(engine: Companion, rest: str) -> None:
    _done(engine.pin_memory(_id(rest)))


def _undo(engine: Companion, rest: str) -> None:
    _done(engine.undo(_id(rest) if rest else None))


def _sleep(engine: Companion, _: str) -> None:
    for line in sleep_lines(engine.sleep()):
        say(line)


def _help(_: Companion, __: str) -> None:
    say(HELP)


def _done(change: Change) -> None:
    for line in change_lines(change)[:-1]:
        say(line)
    say("/undo takes it back.")


def _id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < len(text) < 16 or int(text) < 1:
        raise InvalidInput(
            f"“{one_line(text, 30)}” is not the number of a memory" if text else "the number of a memory is missing",
            hint="/memories shows them.",
        )
    return int(text)


_COMMANDS: dict[str, Callable[[Companion, str], None]] = {
    "memories": _memories,
    "forget": _forget,
    "edit": _edit,
    "pin": _pin,
    "undo": _undo,
    "sleep": _sleep,
    "help": _help,
    "?": _help,
}
