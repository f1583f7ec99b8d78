"""The companion's own words as memories: what `own_words` finds in a reply, where it may be kept at all.

They are thoughts whose subject is the companion: nobody takes them for facts about the person. They weigh little and
fade as soon as the reply itself does, unless they are used; a promise that names a day knows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from companion.clock import moment
from companion.memory.forgetting import first_strength
from companion.memory.words import stop_words
from companion.mind import checks
from companion.mind.admit import explain
from companion.mind.facets import polarity_of
from companion.mind.garbled import is_garbled
from companion.mind.own_words import Own, Told, own_words
from companion.mind.resting import evidence, happened
from companion.mind.rules import language_of, rules
from companion.records import Memory, Turn
from companion.sentences import sentences
from companion.store.store import Store
from companion.voices import COMPANION, told

IMPORTANCE = 2
BEFORE = 12
"""Turns before an exchange that are looked at: whether it is part of a play, and what the person said already."""
_FOREIGN = frozenset({"role-play", "material", "injection", "letter", "pasted", "private"})


def own_thoughts(store: Store, turn: Turn, reply: Turn | None) -> list[Memory]:
    """Advice and promises of the reply to the person's `turn`, under no id yet."""
    if reply is None or reply.role != "companion" or turn.role != "person" or is_garbled(reply.text):
        return []
    latest = store.turns.latest(BEFORE, turn.id)
    before = [each.text for each in latest if each.conversation == turn.conversation and each.role == "person"]
    recalled = [item.memory.text for item in store.recalls.of([reply.id])[reply.id]]
    given = Told(turn.text, moment(reply.at, reply.utc_offset), before, recalled)
    found = own_words(reply.text, given, store.marks.of([reply.id]).get(reply.id, ()))
    if not found or _is_foreign(turn.text) or _in_play(before):
        return []
    return [_thought(reply, own) for own in found]


def _is_foreign(text: str) -> bool:
    """Whether the person did not speak for themselves: what is answered is about a text or a part."""
    return any(each.reason in _FOREIGN for each in explain(text))


def _in_play(before: Sequence[str]) -> bool:
    """Whether a play that began in one of the turns before has not been ended."""
    playing = False
    for text in before:
        played = [each.reason == "role-play" for each in explain(text)]
        if any(played):
            playing = played[-1]
        elif playing:
            playing = not _ends_play(text)
    return playing


def _ends_play(text: str) -> bool:
    parts = [text[start:end] for start, end in sentences(text)]
    return any(checks.speaks_for_themselves_again(checks.said(rules(language_of(part)), part, 0)) for part in parts)


def _thought(reply: Turn, own: Own) -> Memory:
    words = reply.text[own.start : own.end]
    starts, ends = happened(words, reply) if own.act == "promise" else (None, None)
    return Memory(
        0,
        "thought",
        told(own.act, own.language, _begun_small(" ".join(words.split()))),
        "active",
        reply.at,
        reply.utc_offset,
        subject=COMPANION,
        polarity=polarity_of(rules(own.language), words),
        modality="plan" if own.act == "promise" else "hypothetical",
        importance=IMPORTANCE,
        strength=first_strength("moment", "fact", IMPORTANCE, None),
        event_start=starts,
        event_end=ends,
        evidence=(evidence(reply, own.start, own.end),),
    )


def _begun_small(words: str) -> str:
    """As it stands behind a colon: a large letter there would make a name of its first word."""
    first, comma, _ = words.split(" ", 1)[0].partition(",")
    said = bool(comma) or first.lower() in stop_words() or len(sentences(words)) == 1
    small = said and first[1:] == first[1:].lower() and first != "I" and not first.startswith(("I'", "I’"))
    return words[:1].lower() + words[1:] if small else words
