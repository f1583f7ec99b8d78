"""Nothing is kept of a turn that the person did not say of their own life."""

from __future__ import annotations

import pytest

from tests.mind.firewall import cases, judge, report


def test_the_suite_is_large_and_varied() -> None:
    kinds = {case.kind for case in cases()}
    assert len(cases()) >= 200
    assert {"hypothetical", "role-play", "third-person", "negation", "irony", "quotation", "injection"} <= kinds


@pytest.mark.parametrize(
    ("suite", "right"),
    [
        ("firewall", 0.97),
        ("fresh_firewall", 0.95),
        ("second_firewall", 0.95),
        ("third_firewall", 0.95),
        ("fourth_firewall", 0.92),
        ("fifth_firewall", 0.92),
    ],
)
def test_nearly_all_are_right_and_nothing_of_another_is_the_persons(suite: str, right: float) -> None:
    verdicts = [judge(case) for case in cases(suite)]
    assert not [v.case.text for v in verdicts if v.foreign]
    wrong = [v for v in verdicts if v.wrongs]
    assert len(wrong) <= (1 - right) * len(verdicts), "\n".join(report(suite))


def test_of_cases_that_no_rule_was_written_for_most_are_right() -> None:
    """Written by somebody who had not read the rules, and run when these were finished: 97 of 120, three of another's
    life as the person's. Whoever writes rules for them has to write other cases for this."""
    verdicts = [judge(case) for case in cases("held_firewall")]
    assert sum(not v.wrongs for v in verdicts) >= 0.78 * len(verdicts), "\n".join(report("held_firewall"))
    assert sum(v.foreign for v in verdicts) <= 3
