"""The placing suite: what becomes of a statement beside an older one. `python -m tests.mind.placing` shows
failures, with another suite's name behind it those of that. `… fresh_placing told` tells the pairs to a mind, as a chat
does: what admission leaves of them, and whether the older is found at all, counts too."""

from __future__ import annotations

import sys
import tempfile
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from companion.clock import SetClock
from companion.mind import facets, slots, subjects
from companion.mind.admit import admit
from companion.mind.placing import Claim, Relation, relate
from companion.mind.rules import rules
from companion.paths import Paths
from companion.records import Memory
from companion.store.store import Store
from companion.text import has_cjk
from tests.mind.firewall import SUITES
from tests.mind.test_reflect import Thinking
from tests.support import START


@dataclass(frozen=True)
class Pair:
    """See the head of suites/placing.toml."""

    first: str
    second: str
    days: int
    then: Relation
    why: str


def pairs(suite: str = "placing") -> list[Pair]:
    raw = tomllib.loads((SUITES / f"{suite}.toml").read_text(encoding="utf-8"))["pair"]
    return [Pair(**pair) for pair in raw]


def claim(text: str) -> Claim:
    """As admission reads it; what it would not keep is read all the same."""
    kept = admit(text)
    language = "zh" if has_cjk(text) else "en"
    filled = slots.slot_of(text, language) or (None, None)
    subject = kept[0].subject if kept else subjects.subject_of(text, language)
    slot, value = (kept[0].slot, kept[0].value) if kept and kept[0].slot else filled
    return Claim(text, subject, slot, value, facets.polarity_of(rules(language), text))


def placed(pair: Pair) -> Relation:
    return relate(claim(pair.first), claim(pair.second), pair.days)


def right(pair: Pair, found: Relation) -> bool:
    """Two that could be one may stay two."""
    return found == pair.then or (pair.then == "merge" and found in ("both", "duplicate"))


def report(suite: str = "placing") -> list[str]:
    lines, good, of = [], Counter[str](), Counter[str]()
    confusion: Counter[tuple[str, str]] = Counter()
    for pair in pairs(suite):
        found = placed(pair)
        of[pair.then] += 1
        good[pair.then] += right(pair, found)
        confusion[pair.then, found] += 1
        if not right(pair, found):
            lines.append(f"{pair.then} → {found}: {pair.first!r} | {pair.second!r}")
    lines += [f"{then:<10}{good[then]:>4} of {of[then]}" for then in of]
    lines.append("merged, of those to merge: " + str(confusion["merge", "merge"]))
    return lines


def told(pair: Pair) -> str:
    """What becomes of a pair that is told in a chat: a relation, or "not kept" where admission leaves one out."""
    with tempfile.TemporaryDirectory() as folder:
        clock = SetClock(START)
        store = Store.open(Paths(data=Path(folder), config=Path(folder)), clock)
        try:
            mind = Thinking(store)
            mind.hear(pair.first)
            mind.think()
            first = mind.thoughts()
            clock.advance(days=max(pair.days, 0.01))
            turn = mind.hear(pair.second)
            formed = mind.think()
            return _outcome(store, first, turn.id, formed[0].question if formed else "")
        finally:
            store.close()


def _outcome(store: Store, first: list[Memory], turn: int, question: str) -> str:
    known = store.memories.many([memory.id for memory in first])
    found = {memory.status for memory in known.values()}
    if not first or not any(memory.kind == "thought" for memory in store.memories.resting_on([turn])):
        return "not kept"
    if any(e.turn == turn for memory in known.values() for e in memory.evidence):
        return "merge" if found == {"merged"} else "duplicate"
    if "superseded" in found:
        return "supersede"
    return "merge" if "merged" in found else "ask" if question else "both"


def report_told(suite: str = "placing") -> list[str]:
    """As `report`. A correction and a change both take the older's place."""
    lines, of = [], Counter[tuple[str, str]]()
    for pair in pairs(suite):
        found = told(pair)
        meant = "supersede" if pair.then == "correct" else pair.then
        of[pair.then, "right" if found == meant else found] += 1
        if found not in (meant, "not kept"):
            lines.append(f"{pair.then} → {found}: {pair.first!r} | {pair.second!r}")
    return lines + [f"{then:<10}{found:<10}{count:>4}" for (then, found), count in sorted(of.items())]


if __name__ == "__main__":
    suite, *how = sys.argv[1:] or ["placing"]
    sys.stdout.write("\n".join((report_told if how else report)(suite)) + "\n")
