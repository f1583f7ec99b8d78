"""Messages typed before they could be sent, oldest first. None leaves except by being sent or given back."""

from __future__ import annotations

from collections import deque


class Outbox:
    """A queue whose head may be on its way to the engine; only what is not can be taken back."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._sending: str | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is not yet acknowledged, in the order in which it was typed."""
        head = () if self._sending is None else (self._sending,)
        return (*head, *self._waiting)

    @property
    def sending(self) -> str | None:
        return self._sending

    def put(self, text: str) -> None:
        self._waiting.append(text)

    def begin(self) -> str | None:
        """The next text to hand to the engine, None when there is none or one is on its way."""
        if self._sending is not None or not self._waiting:
            return None
        self._sending = self._waiting.popleft()
        return self._sending

    def sent(self) -> str | None:
        """The one on its way is on disk. None when that was already known."""
        text, self._sending = self._sending, None
        return text

    def hold(self) -> None:
        """It could not be taken yet: it stays first in the queue."""
        if self._sending is not None:
            self._waiting.appendleft(self._sending)
            self._sending = None

    def take_back(self) -> str | None:
        """Remove and return the newest text that is not on its way."""
        return self._waiting.pop() if self._waiting else None
