"""Which memories the panel lists: what a person types and the choices they step through. No Textual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Literal, TypeVar, get_args

from companion.clock import SystemClock
from companion.filter_syntax import ParsedFilter, parse
from companion.records import KINDS, STATUSES, Kind, MemoryFilter, Order, Status
from companion.strings import text

StatusView = Literal["active", "faded", "replaced", "forgotten", "all"]
KindView = Literal["told", "said", "thoughts", "moments", "events", "days", "traits"]

_STATUSES: dict[StatusView, tuple[Status, ...]] = {
    "active": ("active", "candidate"),
    "faded": ("dormant", "archived"),
    "replaced": ("superseded", "merged", "quarantined"),
    "forgotten": ("forgotten",),
    "all": STATUSES,
}
_KINDS: dict[KindView, Kind | None] = {
    "told": None,  # without the companion's own words, which every exchange adds
    "said": None,
    "thoughts": "thought",
    "moments": "moment",
    "events": "event",
    "days": "day",
    "traits": "trait",
}
assert {kind for kind in _KINDS.values() if kind} == set(KINDS)  # noqa: S101 - a new kind must get its place here
Choice = TypeVar("Choice")
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class MemoryView:
    """Text typed into the filter, the two toggles, the order, and the moment looked at."""

    text: str = ""
    status: StatusView = "active"
    kind: KindView = "told"
    order: Order = "newest"
    as_of: float | None = None
    """Seconds since the epoch; None: now."""

    @property
    def narrowed(self) -> bool:
        """Whether it is less than what is listed at first."""
        return replace(self, order="newest") != MemoryView()

    def next_status(self) -> MemoryView:
        return replace(self, status=_next(tuple(_STATUSES), self.status))

    def next_kind(self) -> MemoryView:
        return replace(self, kind=_next(tuple(_KINDS), self.kind))

    def next_order(self) -> MemoryView:
        return replace(self, order=_next(ORDERS, self.order))

    def sorted_by(self, column: str) -> MemoryView:
        """By a column of the table; once more turns it round."""
        there, back = _COLUMNS.get(column, (self.order, self.order))
        return replace(self, order=back if self.order == there else there)

    @property
    def parsed(self) -> ParsedFilter:
        """What was typed goes before the toggles and the order."""
        now = SystemClock().now().replace(second=0, microsecond=0)
        return _parsed(self, now)

    @property
    def filter(self) -> MemoryFilter:
        return self.parsed.filter

    @property
    def status_name(self) -> str:
        return _status_names()[self.status]

    @property
    def kind_name(self) -> str:
        return _kind_names()[self.kind]

    @property
    def order_name(self) -> str:
        return _order_names()[self.order]


@lru_cache(maxsize=16)
def _parsed(view: MemoryView, now: datetime) -> ParsedFilter:
    # Asked for several times for each key that is pressed, and a date takes some milliseconds to be read.
    kind = _KINDS[view.kind]
    chosen = MemoryFilter(
        kinds=(kind,) if kind else (),
        statuses=_STATUSES[view.status],
        replies=view.kind != "told",
        order=view.order,
        as_of=view.as_of,
    )
    found = parse(view.text, now, chosen)
    return replace(found, filter=replace(found.filter, replies=True)) if "kinds" in found.given else found


_COLUMNS: dict[str, tuple[Order, Order]] = {
    "text": ("text", "text"),
    "kind": ("important", "used"),
    "when": ("newest", "oldest"),
    "kept": ("faded", "kept"),
}
"""Column → the order a click on its head makes, and the one that the next click makes."""


def _next(choices: tuple[Choice, ...], now: Choice) -> Choice:
    return choices[(choices.index(now) + 1) % len(choices)]


def _status_names() -> dict[StatusView, str]:
    return {
        "active": text("panel.active"),
        "faded": text("panel.faded"),
        "replaced": text("panel.replaced"),
        "forgotten": text("panel.forgotten"),
        "all": text("panel.all"),
    }


def _kind_names() -> dict[KindView, str]:
    return {
        "told": text("panel.told"),
        "said": text("panel.said"),
        "thoughts": text("panel.thoughts"),
        "moments": text("panel.moments"),
        "events": text("panel.events"),
        "days": text("panel.days"),
        "traits": text("panel.traits"),
    }


def _order_names() -> dict[Order, str]:
    return {
        "newest": text("panel.newest"),
        "oldest": text("panel.oldest"),
        "text": text("panel.alphabet"),
        "kept": text("panel.kept_first"),
        "faded": text("panel.faded_first"),
        "strength": text("panel.strongest"),
        "used": text("panel.used_first"),
        "important": text("panel.important"),
    }
