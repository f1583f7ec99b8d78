"""The placing suite: what becomes of a statement beside an older one. `python -m tests.mind.placing` shows
failures, with `fresh_placing` behind it those of pairs that no rule was written for."""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass

from companion.mind import facets, slots, subjects
from companion.mind.admit import admit
from companion.mind.placing import Claim, Relation, relate
from companion.mind.rules import rules
from companion.text import has_cjk
from tests.mind.firewall import SUITES


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


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(*sys.argv[1:])) + "\n")
