"""Every call of `companion.api.CompanionApi` as a coroutine, and the life of what answers them.

`companion.engine.EngineClient` carries them to the engine's process; the tests have a small engine in memory.
"""

from __future__ import annotations

from collections.abc import Callable

from companion.calls.care import CareCalls
from companion.calls.chats import ChatCalls
from companion.calls.exchange import ExchangeCalls
from companion.calls.memory import MemoryCalls
from companion.calls.models import ModelCalls
from companion.calls.safekeeping import SafekeepingCalls
from companion.events import Listener


class EnginePort(ChatCalls, MemoryCalls, ModelCalls, CareCalls, SafekeepingCalls, ExchangeCalls):
    """What the app needs of an engine. Whoever is one gives it `_call` and the life below. Every coroutine raises a
    `CompanionError`, `EngineStopped` when the process is gone."""

    @property
    def is_sealed(self) -> bool:
        """The profile has a passphrase and was not unlocked since: `start` would come to nothing. Asks no engine."""
        raise NotImplementedError

    def prepare(self) -> None:
        """The passphrase is about to be asked for: begin with what unlocking takes, as far as that needs none."""

    async def unlock(self, passphrase: str) -> None:
        """Start the engine with the passphrase, or the recovery code. Raises WrongPassphrase, ProfileError."""
        raise NotImplementedError

    async def seal(self) -> None:
        """Close the engine and forget the key: from now on `is_sealed`. Raises InvalidInput without a passphrase."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the process and return at once; calls made from now on are answered when it is up."""
        raise NotImplementedError

    def restart(self) -> None:
        """Start it again after it ended."""
        raise NotImplementedError

    async def renew(self) -> None:
        """Close it and start it again with the settings as they are written now. Raises InvalidInput."""
        raise NotImplementedError

    def subscribe(self, listener: Listener) -> None:
        """Events go to `listener` from a thread of the client, in order."""
        raise NotImplementedError

    def on_exit(self, callback: Callable[[], None]) -> None:
        """`callback` is called from a thread when the process ended without being asked to."""
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError
