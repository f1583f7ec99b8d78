"""What of the cache is kept: properties of the plan, and the cases it is made for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.model.reuse import MINIMUM_RUN, Plan, Span, apply_plan, plan_reuse

tokens = st.lists(st.integers(0, 5), max_size=60)


def common_prefix(cached: list[int], wanted: list[int]) -> int:
    length = 0
    while length < min(len(cached), len(wanted)) and cached[length] == wanted[length]:
        length += 1
    return length


@st.composite
def with_gaps(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """A cache, and a prompt made of stretches of it with something new at the end."""
    cached = draw(st.lists(st.integers(0, 50), min_size=1, max_size=120))
    marks = sorted(draw(st.lists(st.integers(0, len(cached)), max_size=6)))
    wanted, keep, last = [], True, 0
    for mark in [*marks, len(cached)]:
        wanted += cached[last:mark] if keep else []
        keep, last = not keep, mark
    return cached, wanted + draw(st.lists(st.integers(0, 50), max_size=10))


@given(cached=tokens, wanted=tokens, can_shift=st.booleans(), minimum_run=st.integers(1, 8))
def test_what_is_kept_is_always_a_prefix_of_what_is_wanted(
    cached: list[int], wanted: list[int], can_shift: bool, minimum_run: int
) -> None:
    plan = plan_reuse(cached, wanted, can_shift=can_shift, minimum_run=minimum_run)
    kept = apply_plan(cached, plan)
    assert kept == wanted[: len(kept)]
    assert plan.kept == len(kept)


@given(pair=with_gaps(), minimum_run=st.integers(1, 16))
def test_kept_is_a_prefix_and_never_less_than_without_closing_gaps(
    pair: tuple[list[int], list[int]], minimum_run: int
) -> None:
    cached, wanted = pair
    plan = plan_reuse(cached, wanted, can_shift=True, minimum_run=minimum_run)
    plain = plan_reuse(cached, wanted, can_shift=False)
    assert apply_plan(cached, plan) == wanted[: plan.kept]
    assert plan.kept >= plain.kept == min(common_prefix(cached, wanted), max(0, len(wanted) - 1))


@given(cached=tokens, wanted=tokens)
def test_the_last_token_is_always_read_again(cached: list[int], wanted: list[int]) -> None:
    assert plan_reuse(cached, wanted, can_shift=True, minimum_run=1).kept <= max(0, len(wanted) - 1)


@given(pair=with_gaps(), minimum_run=st.integers(1, 16))
def test_closing_the_gaps_one_by_one_gives_the_kept_tokens(pair: tuple[list[int], list[int]], minimum_run: int) -> None:
    cached, wanted = pair
    plan = plan_reuse(cached, wanted, can_shift=True, minimum_run=minimum_run)
    left = list(cached)
    for gap in plan.gaps():
        assert 0 < gap.start < gap.end <= len(left)
        del left[gap.start : gap.end]
    assert left[: plan.kept] == apply_plan(cached, plan)


def test_a_dropped_memory_block_is_one_gap() -> None:
    before, memories, message, reply = list(range(100)), [200] * 30, list(range(300, 320)), list(range(400, 440))
    plan = plan_reuse(before + memories + message + reply, before + message + reply + [7, 8, 9], can_shift=True)
    assert plan.spans == (Span(0, 100), Span(130, 190))
    assert list(plan.gaps()) == [Span(100, 130)]


def test_trimmed_history_and_a_dropped_memory_block_are_two_gaps() -> None:
    persona, old, recent = list(range(40)), list(range(1000, 1100)), list(range(2000, 2100))
    memories, message = list(range(3000, 3030)), list(range(4000, 4020))
    plan = plan_reuse(persona + old + recent + memories + message, persona + recent + message + [7], can_shift=True)
    assert list(plan.gaps()) == [Span(40, 140), Span(140, 170)]
    assert plan.kept == 160


def test_a_short_run_after_a_gap_is_not_worth_it() -> None:
    shared = list(range(500, 500 + MINIMUM_RUN - 1))
    plan = plan_reuse([1, 2, 3, *shared], [1, 2, *shared, *range(900, 940)], can_shift=True)
    assert plan == Plan((Span(0, 2),))


def test_without_a_common_beginning_nothing_is_kept() -> None:
    assert plan_reuse([9, *range(100)], list(range(100)), can_shift=True).kept == 0
