"""The development sets of the care card (tests/mind/suites/distress*.toml), and the half of the sixth that no rule was
mended on. Never the held-out set, nor one by another hand: those are only ever measured."""

from __future__ import annotations

import tomllib
import zlib
from pathlib import Path

SUITES = Path(__file__).parent / "suites"
DEVELOPMENT = (
    "distress",
    "distress_second",
    "distress_third",
    "distress_fourth",
    "distress_fifth",
    "distress_sixth",
    "distress_seventh",
    "distress_eighth",
)
KINDS = ("direct", "indirect", "hard", "ordinary")
Suite = dict[str, dict[str, list[str]]]


def suite(name: str) -> Suite:
    return tomllib.loads((SUITES / f"{name}.toml").read_text(encoding="utf-8"))


def both(suite: Suite, kind: str) -> list[str]:
    return [text for texts in suite[kind].values() for text in texts]


def is_only_run(text: str) -> bool:
    """Whether a message of the sixth set is in the half that no rule was mended on."""
    return zlib.crc32(text.encode("utf-8")) % 2 == 1


def half(suite: Suite, only_run: bool) -> Suite:
    return {
        kind: {language: [t for t in texts if is_only_run(t) == only_run] for language, texts in languages.items()}
        for kind, languages in suite.items()
    }
