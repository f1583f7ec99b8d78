"""From the figures of a probe to what a model is trusted with."""

from __future__ import annotations

from dataclasses import dataclass

from companion.strings import text

RANKED = 0.75
"""For tier 1: share of pairs (one sentence worth keeping, one not) in the right order. Chance gives 0.5, and reaches
this in 3 of 100 tries with ten of each."""
VALID, EVIDENCE, ABSTAINED = 0.95, 0.8, 0.8
"""For tier 2: share of answers that can be read; of sentences worth keeping that are put down with the number of their
line; of the others that are left."""
CONSISTENT, RIGHT = 0.8, 0.6
"""For tier 3: share of pairs of statements judged alike in both orders; judged rightly in both. Always saying the same
is consistent, and right in 0.25; guessing reaches 0.6 in 1 of 600 tries with sixteen pairs."""

HIGHEST = 3


def means(tier: int) -> str:
    """What the model is trusted with."""
    return text(f"tier.means_{tier}")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a report, for showing: `needed` is what `tier` asks for."""

    name: str
    words: str
    value: float
    needed: float
    tier: int


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """Figures 0–1 (see the thresholds above), speed and time."""

    ranked: float
    valid: float
    evidence: float
    abstained: float
    consistent: float
    right: float
    tokens_per_second: float
    seconds: float
    cut: float | None
    """The log-odds of "yes" that part the sentences worth keeping from the others; None when nothing parts them."""

    @property
    def tier(self) -> int:
        return tier_of(self)


def tier_of(report: ProbeReport) -> int:
    """The highest tier whose thresholds all hold. Tiers 2 and 3 are about writing and comparing, and do not ask for the
    figure of tier 1; without it `cut` is None and the model is not asked what is worth keeping."""
    writes = report.valid >= VALID and report.evidence >= EVIDENCE and report.abstained >= ABSTAINED
    if writes and report.consistent >= CONSISTENT and report.right >= RIGHT:
        return 3
    if writes:
        return 2
    return 1 if report.ranked >= RANKED else 0


def figures(report: ProbeReport) -> tuple[Figure, ...]:
    """What was measured and what each tier asks for."""
    return (
        Figure("ranked", text("tier.ranked"), report.ranked, RANKED, 1),
        Figure("valid", text("tier.valid"), report.valid, VALID, 2),
        Figure("evidence", text("tier.evidence"), report.evidence, EVIDENCE, 2),
        Figure("abstained", text("tier.abstained"), report.abstained, ABSTAINED, 2),
        Figure("consistent", text("tier.consistent"), report.consistent, CONSISTENT, 3),
        Figure("right", text("tier.right"), report.right, RIGHT, 3),
    )
