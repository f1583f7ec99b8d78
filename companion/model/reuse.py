"""What of a KV cache can serve a new prompt. Pure: lists of tokens in, a plan out; llama.py carries it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MINIMUM_RUN = 16
"""Tokens that must follow a gap unchanged before it is closed: less is likely to be a template's boilerplate found
at the wrong place, and each closed gap makes the cache a little less exact."""


@dataclass(frozen=True, slots=True)
class Span:
    """Positions [start, end) of the cache."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Plan:
    """The spans of the cache to keep, ascending; what lies between and after them is dropped and the kept
    spans are moved together. Joined, they are `wanted[:kept]`."""

    spans: tuple[Span, ...]

    @property
    def kept(self) -> int:
        return sum(len(span) for span in self.spans)

    def gaps(self) -> Iterator[Span]:
        """The gaps to close, in the order in which to close them; positions are those at that moment."""
        position = 0
        dropped = 0
        for span in self.spans:
            if span.start - dropped > position:
                yield Span(position, span.start - dropped)
                dropped = span.start - position
            position += len(span)


def plan_reuse(
    cached: Sequence[int], wanted: Sequence[int], *, can_shift: bool, minimum_run: int = MINIMUM_RUN
) -> Plan:
    """Keep the longest common prefix; where `wanted` goes on further along in the cache (recalled memories dropped
    from the previous message, old exchanges trimmed), drop what lies between, as often as it helps.

    The last token of `wanted` is never kept: it has to be decoded to have its logits. Without a common prefix
    nothing is kept, for a sequence that loses its first tokens derails (the "attention sink").
    """
    limit = len(wanted) - 1
    position = _run(cached, 0, wanted, 0, limit)
    spans = [Span(0, position)] if position else []
    at = position
    while can_shift and spans and position < limit:
        start, length = _longest_run(cached, at + 1, wanted, position, limit, minimum_run)
        if not length:
            break
        spans.append(Span(start, start + length))
        position += length
        at = start + length
    return Plan(tuple(spans))


def common_prefix(cached: Sequence[int], wanted: Sequence[int]) -> int:
    """How many tokens both begin with."""
    return _run(cached, 0, wanted, 0, len(wanted))


def apply_plan(cached: Sequence[int], plan: Plan) -> list[int]:
    """The cache's tokens once `plan` has been carried out."""
    return [token for span in plan.spans for token in cached[span.start : span.end]]


def _run(cached: Sequence[int], at: int, wanted: Sequence[int], position: int, limit: int) -> int:
    """How many tokens agree from `cached[at]` and `wanted[position]` on, up to `wanted[limit]`."""
    longest = max(0, min(len(cached) - at, limit - position))
    for length in range(longest):
        if cached[at + length] != wanted[position + length]:
            return length
    return longest


def _longest_run(
    cached: Sequence[int], at: int, wanted: Sequence[int], position: int, limit: int, minimum_run: int
) -> tuple[int, int]:
    """(start, length) of the longest run of `wanted[position:limit]` in `cached[at:]`, the first of equals;
    length 0 when none has `minimum_run` tokens (or all that is wanted, when that is less)."""
    best = (at, 0)
    needed = min(minimum_run, limit - position)
    while at + max(needed, best[1] + 1) <= len(cached):
        try:
            at = cached.index(wanted[position], at)
        except ValueError:
            break
        length = _run(cached, at, wanted, position, limit)
        if length >= needed and length > best[1]:
            best = (at, length)
        at += 1
    return best
