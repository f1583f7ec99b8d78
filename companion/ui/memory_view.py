"""Which memories the panel lists: the choices a person can step through. No Textual."""

from __future__ import annotations

from dataclasses import dataclass, replace

from companion.records import KINDS, STATUSES, Kind, MemoryFilter, Status

_STATUSES: tuple[tuple[str, tuple[Status, ...]], ...] = (
    ("active", ("active", "candidate")),
    ("faded", ("dormant", "archived")),
    ("replaced", ("superseded", "merged", "quarantined")),
    ("forgotten", ("forgotten",)),
    ("all", STATUSES),
)
_KINDS: tuple[tuple[str, Kind | None], ...] = (
    ("what you told", None),  # without the companion's own words, which every exchange adds
    ("everything said", None),
    ("thoughts", "thought"),
    ("moments", "moment"),
    ("events", "event"),
    ("days", "day"),
    ("traits", "trait"),
)
assert {kind for _, kind in _KINDS if kind} == set(KINDS)  # noqa: S101 - a new kind must get its place here


@dataclass(frozen=True, slots=True)
class MemoryView:
    """Text typed into the filter, and the positions of the two toggles."""

    text: str = ""
    status: int = 0
    kind: int = 0

    def next_status(self) -> MemoryView:
        return replace(self, status=(self.status + 1) % len(_STATUSES))

    def next_kind(self) -> MemoryView:
        return replace(self, kind=(self.kind + 1) % len(_KINDS))

    @property
    def filter(self) -> MemoryFilter:
        kind = _KINDS[self.kind][1]
        return MemoryFilter(
            text=self.text.strip(),
            kinds=(kind,) if kind else (),
            statuses=_STATUSES[self.status][1],
            replies=self.kind != 0,
        )

    @property
    def status_name(self) -> str:
        return _STATUSES[self.status][0]

    @property
    def kind_name(self) -> str:
        return _KINDS[self.kind][0]
