"""The background work at rest, while something is done that nothing may be in the way of. A part of `Minding`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from companion.memory.feed import FedIndex
from companion.memory.recall import Recall


class Resting:
    """Whoever is one gives it the parts below."""

    recall: Recall
    index: FedIndex | None
    _wake: threading.Condition
    _poked: bool
    _working: bool
    _idle: bool
    _closing: bool
    _resting: bool

    def _stop_all(self) -> None:
        raise NotImplementedError

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """What is being done is ended, and nothing is begun, meanwhile."""
        with self._wake:
            self._resting = True
            self._stop_all()
            self._wake.wait_for(lambda: self._closing or not (self._working or self._idle))
        try:
            yield
        finally:
            with self._wake:
                self._resting, self._poked = False, True
                self._wake.notify_all()

    def drop_index(self) -> None:
        """While at rest: it is opened anew, from what there is then."""
        if self.index is not None:
            self.index.close()
            self.index = None
        if self.recall.meaning is not None:
            self.recall.meaning.index = None

    @contextmanager
    def without_index(self) -> Iterator[None]:
        """The index is closed meanwhile, exact search serves; then it is opened anew, of the kind that suits."""
        with self._wake:
            self._index_aside = self._poked = True
            self._stop_all()
            self._wake.notify_all()
            self._wake.wait_for(lambda: self._closing or self.index is None)
        try:
            yield
        finally:
            with self._wake:
                self._index_aside, self._poked = False, True
                self._wake.notify_all()
