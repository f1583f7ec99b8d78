"""What the person takes back with their next message: "My boss is a vampire." – "Just kidding!"

Within one message the checks of admission strike what was a joke. Where it is said only afterwards, what was kept of
the message before was never true, and what had given way to it stands again.
"""

from __future__ import annotations

import re

from companion.mind import checks
from companion.mind.candidates import STATUSES
from companion.mind.keeping import since
from companion.mind.rules import language_of, rules
from companion.records import Memory, Turn
from companion.sentences import sentences
from companion.store.changes import Batch
from companion.store.store import Store
from companion.voices import COMPANION

SOON = 30 * 60.0
"""Seconds after which a message is not about the one before any more."""
_LOOKED_AT = 4
"""Turns back among which the person's last stands."""
_OPENS = 4
"""Characters before the words that take it back ("我" of "我开玩笑的")."""
_NO_MORE = re.compile(
    r"\s*(?:$|[.,!;:)…—–，。！；～~-]|(?:about|with) (?:that|it|you)\b|of course|obviously|haha|lol|[的啦哈呢了])",
    re.IGNORECASE,
)
"""What may follow: "I was joking with my sister" takes nothing back."""


def taken_back(store: Store, turn: Turn) -> list[Memory]:
    """Thoughts that rest on the person's message before `turn` alone, where `turn` begins by saying it was a joke."""
    if turn.role != "person" or not _takes_back(turn.text):
        return []
    before = next((each for each in reversed(store.turns.latest(_LOOKED_AT, turn.id)) if each.role == "person"), None)
    if before is None or before.conversation != turn.conversation or turn.at - before.at > SOON:
        return []
    return [
        memory
        for memory in store.memories.resting_on([before.id])
        if memory.kind == "thought"
        and memory.subject != COMPANION
        and memory.status in STATUSES
        and not memory.pinned
        and {evidence.turn for evidence in memory.evidence} == {before.id}
    ]


def take_back(store: Store, batch: Batch, memory: Memory) -> None:
    """`memory` was never true."""
    linked = [link.target for link in store.memories.links(memory.id) if link.source == memory.id]
    for older in store.memories.many(linked).values():
        if older.status == "superseded" and older.replaced_by == memory.id:
            batch.update(older.id, status="active", replaced_by=None, valid_to=None)
    batch.update(memory.id, status="superseded", valid_to=since(memory))


def _takes_back(text: str) -> bool:
    spans = sentences(text)
    if not spans:
        return False
    sentence = text[slice(*spans[0])]
    said = checks.said(rules(language_of(sentence)), sentence, 0)
    if not checks.was_a_joke(said):
        return False
    found = said.rules.find("joke", said.body)
    return found is not None and found.start() <= _OPENS and _NO_MORE.match(said.body, found.end()) is not None
