"""Which key does what: what the screens declare, what the person set instead (settings, ui.keys), and what is wrong
with it. Every binding of a screen has an id; a command without a key of its own can be given one by its id."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, format_key, key_to_character

from companion.strings import text
from companion.text import one_line
from companion.ui.commands.entry import Entry

NO_KEY = "unbound"
"""The key of a command that has none: no terminal sends it."""
NOT_OURS = {"ctrl+s": "xoff", "ctrl+q": "xoff", "ctrl+m": "enter", "ctrl+i": "tab", "ctrl+j": "newline"}
"""Keys that many terminals keep for themselves or send for another one."""
_MODIFIERS = re.compile(r"(?:(?:ctrl|shift|alt|super|hyper|meta)\+)*")
_NAMED = {key.value for key in Keys} | {f"f{number}" for number in range(1, 25)}


@dataclass(frozen=True, slots=True)
class Declared:
    """A binding of a class of ours."""

    owner: type[DOMNode]
    binding: Binding


def command_bindings(entries: Sequence[Entry]) -> Iterator[Binding]:
    """For every command, so that each can be given a key."""
    for entry in entries:
        id = entry.command.id
        yield Binding(NO_KEY, f"run_command('{id}')", entry.command.title, show=False, id=id)


@cache
def declared() -> tuple[Declared, ...]:
    """All bindings of the program's screens and widgets; a class's own only, not what it inherits."""
    import pkgutil

    from companion.ui import screens, widgets

    importlib.import_module("companion.ui.app")
    for package in (screens, widgets):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    found = []
    for owner in dict.fromkeys(_subclasses(DOMNode)):
        if owner.__module__.startswith("companion.ui"):
            found += [Declared(owner, each) for each in Binding.make_bindings(owner.__dict__.get("BINDINGS", ()))]
    return tuple(found)


def _subclasses(of: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for each in of.__subclasses__():
        yield each
        yield from _subclasses(each)


def keys_of(id: str, own: Mapping[str, str]) -> str:
    """ "F2, Ctrl+R": the keys of what is called `id` as a person reads them; empty when it has none."""
    return shown(own[id] if id in own else ",".join(default_keys().get(id, ())))


@cache
def default_keys() -> dict[str, tuple[str, ...]]:
    """By id, as declared."""
    found: dict[str, list[str]] = {}
    for each in declared():
        if each.binding.id and each.binding.key != NO_KEY:
            keys = found.setdefault(each.binding.id, [])
            keys += [each.binding.key] if each.binding.key not in keys else []
    return {id: tuple(keys) for id, keys in found.items()}


@cache
def described() -> dict[str, str]:
    """What can be given other keys: id and what it does."""
    return {each.binding.id: each.binding.description for each in reversed(declared()) if each.binding.id}


def shown(keys: str) -> str:
    """ "f2,ctrl+r" as "F2, Ctrl+R"."""
    return ", ".join(_shown_one(key.strip()) for key in keys.split(",") if key.strip() not in ("", NO_KEY))


def _shown_one(key: str) -> str:
    *modifiers, last = key.split("+") if key != "+" else [key]
    names = {
        "escape": "Esc",
        "enter": "Enter",
        "tab": "Tab",
        "up": "Up",
        "down": "Down",
        "left": "Left",
        "right": "Right",
        "pageup": "PgUp",
        "pagedown": "PgDn",
        "delete": "Del",
        "slash": "/",
        "space": "Space",
    }
    character = key_to_character(last) if last not in names else None
    # A letter by itself is told as it is typed, one with Ctrl as it stands on the key.
    name = names.get(last) or (character if character and character.isprintable() else format_key(last).title())
    return "+".join([*(each.title() for each in modifiers), name.upper() if modifiers and len(name) == 1 else name])


def is_key(key: str) -> bool:
    """Whether a terminal could send it."""
    last = key[_match_end(key) :]
    return len(last) == 1 or last in _NAMED or key_to_character(last) is not None


def _match_end(key: str) -> int:
    found = _MODIFIERS.match(key)
    return found.end() if found else 0


def problems(own: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with the keys a person set, in words; nothing of it stops the others from holding."""
    known = described()
    found = []
    for id, keys in own.items():
        if id not in known:
            near = next(iter(get_close_matches(id, known, 1, 0.5)), "")
            name = one_line(id, 40)
            found.append(text("keys.unknown_near", id=name, near=near) if near else text("keys.unknown", id=name))
            continue
        for key in (each.strip() for each in keys.split(",")):
            if not is_key(key):
                found.append(text("keys.no_key", pressed=one_line(key, 30), id=id))
            elif key in NOT_OURS:
                found.append(text("keys.not_ours", pressed=shown(key), id=id))
    return (*found, *(_told(first, second, key) for first, second, key in sorted(clashes(own))))


def _told(first: str, second: str, key: str) -> str:
    return text("keys.clash", pressed=shown(key), first=first, second=second)


def clashes(own: Mapping[str, str]) -> set[tuple[str, str, str]]:
    """(id, id, key) of what would be on one key at the same time, and is not so as the program comes."""
    return _clashes({id: keys for id, keys in own.items() if id in described()}) - _clashes({})


def _clashes(own: Mapping[str, str]) -> set[tuple[str, str, str]]:
    from companion.ui.app import CompanionApp
    from companion.ui.screens.chat import ChatScreen
    from companion.ui.widgets.prompt import Prompt

    by_owner: dict[type[DOMNode], set[tuple[str, str]]] = {}
    for each in declared():
        id = each.binding.id or ""
        keys = own[id].split(",") if id in own else [each.binding.key]
        pairs = {(key.strip(), id) for key in keys if key.strip() != NO_KEY}
        by_owner.setdefault(each.owner, set()).update(pairs)
    found = set()
    for owner in by_owner:
        together = [cls for cls in by_owner if issubclass(owner, cls)] + [CompanionApp]
        together += [cls for cls in by_owner if owner is Prompt and issubclass(ChatScreen, cls)]
        for other in together:
            for key, id in by_owner[owner]:
                found |= {(*sorted((id, name)), key) for at, name in by_owner[other] if at == key and name != id}
    return {(first, second, key) for first, second, key in found}
