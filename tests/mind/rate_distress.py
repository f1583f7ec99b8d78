"""How often a set of messages gets the care card: `python -m tests.mind.rate_distress distress_apart`.

By the rules alone, and with the second opinion of the installed embedder, as the program asks it. `distress_apart` was
written by somebody who had read none of the rules, and nothing is tuned to it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from companion.memory.embedder import Embedder, LocalEmbedder, find_embedder
from companion.mind.distress import distress
from companion.mind.second_opinion import second_opinion
from tests.mind.distress_sets import suite

Judge = Callable[[str], str | None]
"""A message → "crisis", "gentle" or no card."""


def by_rules(text: str) -> str | None:
    found = distress(text)
    return found.kind if found is not None else None


def by_both(embedder: Embedder) -> Judge:
    def judge(text: str) -> str | None:
        kind = by_rules(text)
        return kind if kind == "crisis" else second_opinion().of(text, embedder) or kind

    return judge


def rates(name: str, judge: Judge) -> list[str]:
    """A line for each part of a set: messages, share with the crisis card, share with either."""
    lines = []
    for part, languages in suite(name).items():
        for language, texts in languages.items():
            kinds = [judge(text) for text in texts]
            crisis, either = kinds.count("crisis") / len(kinds), 1 - kinds.count(None) / len(kinds)
            lines.append(f"{part:<9} {language}  {len(kinds):>4}  {crisis:>6.1%}  {either:>6.1%}")
    return lines


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("suites", nargs="+")
    for name in asked.parse_args().suites:
        for words, judge in (("rules", by_rules), ("both", by_both(LocalEmbedder(find_embedder(None))))):
            print(f"{name}, {words}: messages, crisis card, either card", *rates(name, judge), sep="\n  ")  # noqa: T201


if __name__ == "__main__":
    main()
