"""What was pasted or imported and waits to be confirmed. A part of `Companion`."""

from __future__ import annotations

from companion.records import Change
from companion.safekeeping import QuarantinedSource


class Quarantining:
    """See `companion.api`."""

    def quarantined(self) -> tuple[QuarantinedSource, ...]:
        raise NotImplementedError

    def confirm_source(self, id: int) -> Change:
        raise NotImplementedError

    def remove_source(self, id: int) -> Change:
        raise NotImplementedError
