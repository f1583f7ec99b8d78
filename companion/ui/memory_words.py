"""What is in a memory's fields, in the person's words. Pure functions."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from companion.records import JournalEntry, Memory, Status
from companion.strings import text
from companion.text import CJK_RUN, one_line
from companion.ui.widgets.literal import Part
from companion.voices import COMPANION
from companion.wording import reason_told, word

_PIECES = re.compile(rf"{CJK_RUN.pattern[:-1]}|\s+|[^\W_]+|[\W_]")
"""A CJK character, white space, a word, or a mark: what a difference is made of."""


def became(status: Status) -> str:
    """What became of a memory that is not active, in a word of a column's width."""
    return "" if status in ("active", "candidate") else word("state", status)


def facts(memory: Memory) -> str:
    """Kind, status, whose, how it is meant, how it feels."""
    found = [word("kind", memory.kind), word("state", memory.status)]
    if memory.subject == COMPANION:
        found.append(text("memory.companions_words"))
    elif memory.subject != "person":
        found.append(text("memory.about", name=memory.subject))
    if memory.modality != "fact" and memory.subject != COMPANION:
        found.append(word("modality", memory.modality))
    if memory.emotion:
        found.append(word("emotion", memory.emotion))
    if memory.scope:
        found.append(text("memory.scope", name=memory.scope.rstrip(":")))
    return " · ".join(found)


def what_was_done(entry: JournalEntry) -> str:
    """ "edited by you", "remembered by reflection: from what was said"."""
    who = text("memory.by_you") if entry.actor == "person" else text("memory.by", who=word("actor", entry.actor))
    done, reason = (
        word("act", one_line(entry.action, 40)) + text("format.between") + who,
        one_line(reason_told(entry.reason)),
    )
    return text("journal.with_reason", done=done, reason=reason) if reason else done


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
