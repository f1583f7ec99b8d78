"""What the program calls its own terms on a screen: kinds, states, layers, what was done to a memory and why.

The journal keeps actions and reasons in English whatever the language of the screens, so that a profile reads the same
everywhere; they are told in the person's language here. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date

from companion.days import full_day
from companion.strings import text, texts

_MEANT = re.compile(r"lines [\d, ]+")
"""For the program alone: which of those that went were meant."""


def word(group: str, name: str) -> str:
    """What a term of `group` ("kind", "state", "layer", "link", "emotion", "modality", "actor", "act", "subject") is
    called; the name itself where it has no other."""
    return str(texts(group).get(name.replace(" ", "_").replace("-", "_"), name))


def reason_told(reason: str) -> str:
    """A reason of the journal; what stands in none of the patterns is told as it was written."""
    if _MEANT.fullmatch(reason):
        return ""
    return "; ".join(_part(part) for part in reason.split("; "))


def _part(written: str) -> str:
    for pattern, told in _REASONS:
        found = pattern.fullmatch(written)
        if found is not None:
            return told(found)
    return written


def _night(found: re.Match[str]) -> str:
    with suppress(ValueError):
        return text("journal.night", day=full_day(date.fromisoformat(found[1])))
    return found[0]


_REASONS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"from what was said in turn \d+"), lambda _: text("journal.said")),
    (re.compile(r"from another reply to turn \d+"), lambda _: text("journal.another_reply")),
    (re.compile(r"night of (\S+)"), _night),
    (re.compile(r"what it was made of was taken back"), lambda _: text("journal.taken_back")),
    (re.compile(r"brought in from elsewhere"), lambda _: text("journal.brought_in")),
    (re.compile(r"another version of a message was chosen"), lambda _: text("journal.another_version")),
    (re.compile(r"the model's words are not used: (.*)"), lambda found: text("journal.not_used", why=found[1])),
    (
        re.compile(r"takes back (.+) \(change (\d+)\)"),
        lambda found: text("journal.takes_back", action=word("act", found[1]), change=found[2]),
    ),
)
