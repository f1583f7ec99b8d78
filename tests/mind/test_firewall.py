"""Nothing is kept of a turn that the person did not say of their own life."""

from __future__ import annotations

from tests.mind.firewall import cases, judge, report


def test_the_suite_is_large_and_varied() -> None:
    kinds = {case.kind for case in cases()}
    assert len(cases()) >= 200
    assert {"hypothetical", "role-play", "third-person", "negation", "irony", "quotation", "injection"} <= kinds


def test_at_least_97_of_100_are_right_and_nothing_of_another_is_the_persons() -> None:
    verdicts = [judge(case) for case in cases()]
    assert not [v.case.text for v in verdicts if v.foreign]
    wrong = [v for v in verdicts if v.wrongs]
    assert len(wrong) <= 0.03 * len(verdicts), "\n".join(report())
