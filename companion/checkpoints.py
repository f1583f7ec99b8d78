"""Saves a reply while it is written, beside the writing: a disk takes as long for a commit as a token takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

CHECKPOINT_SECONDS = 0.5
"""A crash in the middle of a reply loses about as much of it as is written meanwhile."""


class Checkpoints:
    """`save` is called with the whole text so far, on a thread of its own, one call at a time. What it raises is raised
    by the next `offer`, or at the end."""

    def __init__(self, save: Callable[[str], None]) -> None:
        self._save = save
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._saving: Future[None] | None = None
        self._saved = time.monotonic()

    def __enter__(self) -> Checkpoints:
        return self

    def offer(self, text: Callable[[], str]) -> None:
        """There is more text; it is saved when it is time to."""
        if time.monotonic() - self._saved < CHECKPOINT_SECONDS:
            return
        if self._saving is not None:
            if not self._saving.done():
                return
            self._saving.result()
        self._saved = time.monotonic()
        self._saving = self._thread.submit(self._save, text())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()
        if error is None and self._saving is not None:
            self._saving.result()
