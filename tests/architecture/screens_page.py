"""The tables of docs/screens.md, made from what the program declares."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from textual.binding import Binding
from textual.dom import DOMNode

from companion.cli.plain_commands import GROUPS
from companion.strings import texts
from companion.ui import screens, widgets
from companion.ui.app import CompanionApp
from companion.ui.commands import ENTRIES
from companion.ui.keymap import NO_KEY, shown
from tests.architecture.tables import DOCS, between

PAGE = DOCS / "screens.md"
EVERYWHERE = "CompanionApp"
PLACES: tuple[tuple[str, str, str], ...] = (
    ("Everywhere", "F1 tells the same for the screen that is open, with the keys as you have set them.", EVERYWHERE),
    (
        "The chat",
        "Older turns come as you scroll. Under a reply stand the memories it was given and what was learned from it.",
        "CareActions ContextActions DictationActions FootnoteActions Scrolling VersionActions LearnedActions "
        "MorningActions Prompt",
    ),
    (
        "A message in the chat",
        "Alt+Up walks into the messages. Every version of a message stays: ‹ 2/3 › says which is shown.",
        "TurnView WholeText",
    ),
    ("The care card", "It stays with its message, folded or not.", "CareCardView"),
    ("Memories under a reply", "", "Footnote"),
    ("What was learned", "", "Heading LearnedCard"),
    ("The morning card", "", "MorningCard"),
    (
        "Why it said that",
        "The parts of the prompt in their order, each with its share. What is left out is left out of another reply "
        "beside the first.",
        "SegmentTable WhyScreen",
    ),
    ("Conversations and search (F3)", "Titles, and what was said, in one list.", "PlaceTable ConversationsScreen"),
    (
        "Memories (F2)",
        "The filter takes words and `kind:thought after:may about:Lena is:faded sort:kept -tea`, in English and in "
        "Chinese.",
        "MemoriesScreen LongTable MemoryActions MemoryScreen QuoteLine",
    ),
    (
        "What waits (/waiting)",
        "What was learned from a pasted page or an import is not used until you confirm it; `is:waiting` finds it too.",
        "WaitingScreen",
    ),
    ("Bringing in a past (/import)", "docs/import.md says what is taken of what.", "ImportScreen"),
    ("The forgetting curve", "", "CurveScreen"),
    (
        "People, portrait, months, links (F7)",
        "",
        "PeopleScreen AboutScreen PortraitScreen TimelineScreen PageScreen LinkTree LinksScreen",
    ),
    ("Mood, growth, forgetting (F8)", "", "PlotsScreen"),
    ("Lists of conversations, models, settings, keys, personas", "", "RowTable"),
    ("Models (F6)", "", "ModelTable ModelsScreen"),
    ("Settings (F9)", "Everything that settings.toml holds.", "SettingTable SettingsScreen KeyTable KeysScreen"),
    ("Personas", "", "PersonaTable PersonasScreen PartTable PersonaScreen"),
    ("Nights", "", "SleepScreen"),
    ("Backups (/backups)", "docs/backups.md says how one is put back.", "BackupTable BackupsScreen"),
    (
        "First minute, tour, and the small screens that ask something",
        "",
        "Welcome TourScreen ConfirmScreen LinkScreen EditScreen ReaderScreen JumpScreen HelpScreen AskScreen "
        "ChooseScreen DateScreen PickScreen ValueScreen MemoryLine OpeningLine",
    ),
    (
        "The lock (Ctrl+L)",
        "Nothing else has its key while the profile is locked.",
        "UnlockScreen ProtectionScreen PassphraseScreen RecoveryCodeScreen",
    ),
)


def bindings() -> dict[str, dict[str, tuple[list[str], str]]]:
    """By the name of a class, by id: keys, and what they do."""
    found: dict[str, dict[str, tuple[list[str], str]]] = {}
    for owner, cls in _classes():
        for binding in Binding.make_bindings(cls.__dict__.get("BINDINGS", ())):
            if binding.id and binding.description and binding.key != NO_KEY:
                of = found.setdefault(owner, {})
                of.setdefault(binding.id, ([], binding.description))[0].append(f"`{shown(binding.key)}`")
    return found


def _classes() -> Iterator[tuple[str, type]]:
    for package in (screens, widgets):
        for module in pkgutil.iter_modules(package.__path__):
            held = importlib.import_module(f"{package.__name__}.{module.name}")
            for cls in vars(held).values():
                if isinstance(cls, type) and issubclass(cls, DOMNode) and cls.__module__ == held.__name__:
                    yield cls.__name__, cls
    for cls in CompanionApp.__mro__:
        if cls.__module__.startswith("companion."):
            yield EVERYWHERE, cls


def key_tables() -> str:
    known, lines = bindings(), []
    for title, about, owners in PLACES:
        lines += [f"### {title}", "", *([about, ""] if about else []), "| key | what it does | id |", "|---|---|---|"]
        rows = {id: row for owner in owners.split() for id, row in known.get(owner, {}).items()}
        lines += [f"| {', '.join(dict.fromkeys(keys))} | {about} | `{id}` |" for id, (keys, about) in rows.items()]
        lines.append("")
    return "\n".join(lines)


def command_table() -> str:
    lines = ["| typed | in the palette | what it does |", "|---|---|---|"]
    for entry in sorted(ENTRIES, key=lambda each: (not each.command.slash, each.command.slash, each.command.id)):
        command = entry.command
        lines.append(f"| {f'`/{command.slash}`' if command.slash else ''} | {command.title} | {command.about} |")
    return "\n".join([*lines, ""])


def plain_tables() -> str:
    uses, abouts, lines = texts("plain_use"), texts("plain_about"), []
    for group, commands in GROUPS.items():
        lines += [f"**{texts('plain_group')[group]}**", "", "| line | what it does |", "|---|---|"]
        lines += [f"| `{str(uses[name]).replace('|', chr(92) + '|')}` | {abouts[name]} |" for name in commands]
        lines.append("")
    return "\n".join(lines)


def written(page: str) -> str:
    """`page` with its tables as they are to be."""
    for name, made in (("keys", key_tables()), ("commands", command_table()), ("lines", plain_tables())):
        page = between(page, name, made)
    return page
