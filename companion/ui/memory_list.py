"""The rows of a long list, page by page, as far as they were needed. No Textual."""

from __future__ import annotations

from collections.abc import Sequence

from companion.records import MemoryRow

PAGE = 100
"""Rows fetched at once: a screen and a few keys of reserve."""


class MemoryList:
    """By place in the list. `total` is how many there are, here or not."""

    def __init__(self) -> None:
        self.total = 0
        self.rows: dict[int, MemoryRow] = {}

    def put(self, offset: int, rows: Sequence[MemoryRow]) -> None:
        self.rows.update(enumerate(rows, offset))

    def missing(self, first: int, last: int) -> int | None:
        """Where a page has to begin for the first of the rows [first, last) that are not here."""
        for index in range(max(0, first), min(last, self.total)):
            if index not in self.rows:
                return index - index % PAGE
        return None

    def place_of(self, id: int | None) -> int | None:
        """Where this memory is, among those that are here."""
        return next((index for index, row in self.rows.items() if row.memory.id == id), None)

    def row(self, index: int) -> MemoryRow | None:
        return self.rows.get(index)
