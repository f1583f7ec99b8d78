"""What is in a memory's fields, in the person's words. Pure functions."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from companion.records import JournalEntry, Memory, Status
from companion.strings import text, texts
from companion.text import CJK_RUN
from companion.ui.widgets.literal import Part
from companion.voices import COMPANION

_PIECES = re.compile(rf"{CJK_RUN.pattern[:-1]}|\s+|[^\W_]+|[\W_]")
"""A CJK character, white space, a word, or a mark: what a difference is made of."""


def word(name: str) -> str:
    """What the program calls `name` (a kind, a status, an action …), in the person's language; itself when it is not
    the program's word."""
    return str(texts("memory_words").get(name.replace("-", "_").replace(" ", "_"), name))


def became(status: Status) -> str:
    """What became of a memory that is not active, in a word of a column's width."""
    return "" if status in ("active", "candidate") else word(status)


def facts(memory: Memory) -> str:
    """Kind, status, whose, how it is meant, how it feels."""
    found = [word(memory.kind), word(memory.status)]
    if memory.subject == COMPANION:
        found.append(text("memory.companions_words"))
    elif memory.subject != "person":
        found.append(text("memory.about", name=memory.subject))
    if memory.modality != "fact" and memory.subject != COMPANION:
        found.append(word(memory.modality))
    if memory.emotion:
        found.append(word(memory.emotion))
    if memory.scope:
        found.append(text("memory.scope", name=memory.scope.rstrip(":")))
    return " · ".join(found)


def what_was_done(entry: JournalEntry) -> str:
    """ "edited by you", "faded by the night"."""
    who = text("memory.by_you") if entry.actor == "person" else text("memory.by", who=word(entry.actor))
    return f"{word(entry.action)} {who}"


def difference(before: str, after: str) -> list[Part]:
    """`after`, with what is gone as [−…] and what is new as [+…], in colours as well."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    parts: list[Part] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[i:j]), "".join(new[k:m])
        if tag == "equal":
            parts.append(gone)
            continue
        if gone:
            parts.append((f"[−{gone}]", "$text-error"))
        if come:
            parts.append((f"[+{come}]", "bold $text-success"))
    return parts
