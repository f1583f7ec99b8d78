"""The firewall suite: what may be kept of one turn. `python -m tests.mind.firewall` shows every failure, with
`fresh_firewall` behind it those of the cases that no rule was written for."""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from companion.mind.admit import Statement, admit, explain
from companion.sentences import sentences

SUITES = Path(__file__).parent / "suites"


@dataclass(frozen=True)
class Case:
    """See the head of suites/firewall.toml."""

    kind: str
    text: str
    keep: tuple[str, ...]
    forbid: tuple[str, ...] = ()
    about: dict[str, str] = field(default_factory=dict)
    polarity: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    case: Case
    wrongs: tuple[str, ...]
    foreign: bool
    """Whether something of another's life was kept as the person's own."""


def cases(suite: str = "firewall") -> list[Case]:
    raw = tomllib.loads((SUITES / f"{suite}.toml").read_text(encoding="utf-8"))["case"]
    return [Case(**{key: tuple(v) if isinstance(v, list) else v for key, v in case.items()}) for case in raw]


def judge(case: Case) -> Verdict:
    kept = admit(case.text)
    wrongs, foreign = [], False
    for words in case.forbid:
        for statement in kept:
            # A denial that is kept as a denial says the right thing.
            if words in statement.text and statement.subject == "person" and statement.polarity != "negated":
                wrongs.append(f"kept: {statement.text!r}")
                foreign |= case.kind in ("third-person", "leaning", "quotation")
    for words in case.keep:
        found = [statement for statement in kept if words in statement.text]
        if not found:
            wrongs.append(f"not kept: {words!r} ({'; '.join(e.reason for e in explain(case.text))})")
            continue
        about = case.about.get(words)
        passage = any(_is_passage(statement) for statement in found)
        if about and not any(statement.subject.casefold() == about.casefold() for statement in found):
            wrongs.append(f"{words!r} is about {found[0].subject}, not {about}")
        if not about and not passage and not any(statement.subject == "person" for statement in found):
            wrongs.append(f"{words!r} is about {found[0].subject}, not the person")
        polarity = case.polarity.get(words)
        if polarity and not passage and not any(statement.polarity == polarity for statement in found):
            wrongs.append(f"{words!r} is not {polarity}")
    return Verdict(case, tuple(dict.fromkeys(wrongs)), foreign)


def _is_passage(statement: Statement) -> bool:
    """Whether it is kept with the sentences around it: then it is about whom the whole is about."""
    return len(sentences(statement.text)) > 1


def report(suite: str = "firewall") -> list[str]:
    verdicts = [judge(case) for case in cases(suite)]
    lines = []
    for verdict in verdicts:
        if verdict.wrongs:
            lines += [f"{verdict.case.kind}: {verdict.case.text!r}", *(f"    {wrong}" for wrong in verdict.wrongs)]
    right, of = Counter(v.case.kind for v in verdicts if not v.wrongs), Counter(v.case.kind for v in verdicts)
    lines += [f"{kind:<14}{right[kind]:>4} of {of[kind]}" for kind in of]
    lines.append(f"{'all':<14}{sum(right.values()):>4} of {len(verdicts)}")
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(*sys.argv[1:])) + "\n")
