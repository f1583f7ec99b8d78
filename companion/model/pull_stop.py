"""Stopping a download from another thread, at once, even while it waits for a silent server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from companion.errors import PullStopped

if TYPE_CHECKING:
    import httpx


class PullStop:
    """Once set it stays set."""

    def __init__(self) -> None:
        self._set = threading.Event()
        self._changing = threading.Lock()
        self._open: httpx.Response | None = None

    def set(self) -> None:
        self._set.set()
        with self._changing:
            if self._open is not None:
                _hang_up(self._open)

    def is_set(self) -> bool:
        return self._set.is_set()

    def check(self) -> None:
        """Raises PullStopped once it is set."""
        if self._set.is_set():
            raise PullStopped

    def wait(self, seconds: float) -> None:
        """Raises PullStopped when it is set meanwhile."""
        if self._set.wait(seconds):
            raise PullStopped

    @contextmanager
    def over(self, response: httpx.Response) -> Iterator[None]:
        """While a response is read, setting this hangs up."""
        with self._changing:
            self._open = response
        try:
            yield
        finally:
            with self._changing:
                self._open = None


def _hang_up(response: httpx.Response) -> None:
    """End the connection under a thread that reads from it (https://www.python-httpx.org/advanced/extensions/)."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    if isinstance(connection, socket.socket):
        with suppress(OSError):  # it has ended by itself
            connection.shutdown(socket.SHUT_RDWR)
