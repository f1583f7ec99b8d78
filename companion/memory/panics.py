"""Panics of Chroma's Rust part as ordinary errors: pyo3 raises them past `except Exception`, through any thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from companion.store.vectors import Matrix


class IndexPanicked(Exception):
    """Chroma gave up in the middle of something."""


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Raises IndexPanicked in place of a panic, without its message: that may quote what was in the files."""
    try:
        yield
    except BaseException as error:
        if type(error).__module__.startswith("pyo3_runtime"):
            raise IndexPanicked from None
        raise


class Unpanicked:
    """A collection whose calls raise Exceptions only."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def count(self) -> int:
        with panics_as_errors():
            return int(self._collection.count())

    def upsert(self, *, ids: list[str], embeddings: Matrix) -> None:
        with panics_as_errors():
            self._collection.upsert(ids=ids, embeddings=embeddings)

    def delete(self, *, ids: list[str]) -> None:
        with panics_as_errors():
            self._collection.delete(ids=ids)

    def query(self, *, query_embeddings: Matrix, n_results: int, include: list[str]) -> Any:
        with panics_as_errors():
            return self._collection.query(query_embeddings=query_embeddings, n_results=n_results, include=include)
