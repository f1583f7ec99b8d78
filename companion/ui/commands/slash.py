"""What is typed after "/" in the prompt: which command it is, what could still be meant, what follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from companion.strings import text
from companion.text import one_line
from companion.ui.commands.entry import Entry
from companion.ui.screens.base import tell

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp


@dataclass(frozen=True, slots=True)
class Completion:
    """`inserts` is put in the place of what is typed. `complete`: nothing has to follow it."""

    inserts: str
    label: str
    about: str
    complete: bool


def written(typed: str) -> tuple[str, str] | None:
    """The word after "/" and what follows it; None when `typed` is a message. "//" begins a message with a slash, and
    "/usr/bin" is one too."""
    if not typed.startswith("/") or typed.startswith("//"):
        return None
    word, _, rest = typed[1:].partition(" ")
    return None if "/" in word or "\n" in word else (word.casefold(), rest.strip())


def message_of(typed: str) -> str:
    """What is sent of a text that is no command: "//" stands for a slash."""
    return typed[1:] if typed.startswith("//") else typed


def entry_named(word: str, entries: Sequence[Entry]) -> Entry | None:
    return next((entry for entry in entries if entry.command.slash == word), None)


def completions(typed: str, entries: Sequence[Entry]) -> tuple[Completion, ...]:
    """What could be meant, the likeliest first; nothing for a message, and for a command that is all there."""
    found = written(typed)
    if found is None:
        return ()
    word, rest = found
    if " " in typed:
        entry = entry_named(word, entries)
        if entry is None or "\n" in typed:
            return ()
        command = entry.command
        return tuple(
            Completion(f"/{word} {choice}", choice, command.about, True)
            for choice in command.choices
            if choice.casefold().startswith(rest.casefold()) and choice != rest
        )
    named = [entry for entry in entries if entry.command.slash]
    first = sorted((e for e in named if e.command.slash.startswith(word)), key=lambda e: e.command.slash)
    inside = sorted((e for e in named if word and word in e.command.slash[1:]), key=lambda e: e.command.slash)
    return tuple(_completion(entry) for entry in dict.fromkeys((*first, *inside)))


def _completion(entry: Entry) -> Completion:
    command = entry.command
    after = takes_hint(entry)
    return Completion(
        f"/{command.slash}" + (" " if after else ""),
        f"/{command.slash}" + (f" {after}" if after else ""),
        command.about,
        not after,
    )


def takes_hint(entry: Entry) -> str:
    """What may follow a command, in a word; empty when nothing may."""
    takes = entry.command.takes
    if takes == "text":
        return text("slash.takes_text")
    if takes == "number":
        return text("slash.takes_number")
    return text("slash.takes_choice") if takes == "choice" else ""


def nearest(word: str, entries: Sequence[Entry]) -> str:
    """The command that a misspelt one may mean, empty when none is near."""
    names = [entry.command.slash for entry in entries if entry.command.slash]
    return next(iter(get_close_matches(word, names, 1, 0.5)), "")


def run_slash(app: CompanionApp, typed: str, entries: Sequence[Entry]) -> bool:
    """Do what a slash command asks for; False when `typed` is a message. One that is unknown, or followed by something
    it cannot take, is explained and put back, never sent."""
    found = written(typed)
    if found is None:
        return False
    word, rest = found
    entry = entry_named(word, entries)
    problem = _problem(word, rest, entry, entries)
    if entry is None or problem:
        app.chat.prompt.put_back(typed)
        tell(app, problem, text("slash.as_message"), seconds=4)
    else:
        entry.run(app, rest)
    return True


def _problem(word: str, rest: str, entry: Entry | None, entries: Sequence[Entry]) -> str:
    if entry is None:
        near = nearest(word, entries)
        shown = one_line(word, 40)
        return text("slash.unknown_near", word=shown, near=near) if near else text("slash.unknown", word=shown)
    command = entry.command
    if command.takes == "number" and rest and not rest.isdecimal():
        return text("slash.no_number", word=word)
    if command.takes == "choice" and command.choices and rest and rest not in command.choices:
        return text("slash.no_choice", word=word, choices=", ".join(command.choices))
    return ""
