"""Which messages call for the care card. The held-out set was written before the rules and is never tuned to: the
floors here are what the goals of the project ask for, docs/care.md holds what was measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.mind.distress import distress, tables
from tests.mind.distress_sets import DEVELOPMENT, both, suite


def rate(texts: list[str], *kinds: str) -> float:
    """Share of `texts` that get a card of one of `kinds`."""
    found = [distress(text) for text in texts]
    return sum(each is not None and each.kind in kinds for each in found) / len(texts)


@pytest.mark.parametrize("name", [*DEVELOPMENT, "distress_held_out"])
def test_the_rates(name: str) -> None:
    cases = suite(name)
    direct = rate(both(cases, "direct"), "crisis")
    hard = rate(both(cases, "hard") + both(cases, "ordinary"), "crisis")
    either = rate(both(cases, "indirect"), "crisis", "gentle")
    false = rate(both(cases, "hard") + both(cases, "ordinary"), "crisis", "gentle")
    found, bounds = (direct, either, -hard, -false), FLOORS[name]
    assert all(rate >= bound for rate, bound in zip(found, bounds, strict=True)), (found, bounds)


FLOORS = {
    "distress": (1.0, 1.0, 0.0, 0.0),
    "distress_second": (0.97, 1.0, -0.01, -0.01),
    "distress_third": (0.96, 1.0, 0.0, 0.0),
    "distress_fourth": (0.96, 1.0, 0.0, 0.0),
    "distress_fifth": (0.96, 1.0, 0.0, 0.0),
    "distress_sixth": (0.93, 0.95, -0.03, -0.03),
    "distress_seventh": (0.98, 1.0, -0.01, -0.01),
    "distress_eighth": (0.92, 1.0, -0.01, -0.01),
    "distress_held_out": (0.97, 0.8, -0.02, -0.05),
}
"""Least recall of direct and of indirect words; most false alarms, of the crisis card and of either, below zero."""


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("I want to kill myself.", "self"),
        ("My friend says she will kill herself tonight.", "other"),
        ("My best friend took an overdose last night.", "other"),
        ("My friend says I should kill myself.", "self"),
        ("My husband hit me again and I'm scared of him.", "danger"),
        ("我朋友说她今晚要自杀。", "other"),
        ("我老公又打我了。", "danger"),
        ("我想自杀。", "self"),
    ],
)
def test_whom_it_is_about(text: str, about: str) -> None:
    found = distress(text)
    assert found is not None
    assert (found.kind, found.about) == ("crisis", about)


def test_what_is_said_in_the_midst_of_much_else_is_found() -> None:
    chatter = "We went to the market and bought pears. The tram was late again, as always. "
    assert distress(chatter * 60) is None
    found = distress(chatter * 60 + "I want to kill myself. " + chatter)
    assert found is not None
    assert found.kind == "crisis"


@pytest.mark.parametrize(
    "written",
    [
        "I WANT TO KILL MYSELF",
        "i dont want to live",
        "I don’t want to live anymore",
        "I  want\nto   kill\tmyself",
        "I want to k\u200bill myself".replace("\u200b", ""),
        "so… I want to kill myself!!!",
        "i wana kil my self rn",
        "been sucidal for weeks",
        "想自殺",
    ],
)
def test_however_it_is_typed(written: str) -> None:
    found = distress(written)
    assert found is not None
    assert found.kind == "crisis"


@given(st.text(max_size=400))
def test_any_text_can_be_looked_at(text: str) -> None:
    found = distress(text)
    assert found is None or found.kind in ("crisis", "gentle")


@given(st.sampled_from(both(suite("distress"), "direct")), st.sampled_from(both(suite("distress"), "ordinary")))
def test_an_ordinary_line_beside_it_never_hides_a_crisis(direct: str, ordinary: str) -> None:
    found = distress(f"{ordinary}\n{direct}\n{ordinary}")
    assert found is not None
    assert found.kind == "crisis"


def test_both_languages_have_the_same_tables() -> None:
    assert set(tables("en").tables) == set(tables("zh").tables)
