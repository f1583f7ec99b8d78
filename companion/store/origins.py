"""Where conversations, turns and memories came from that were brought in, so that the same is brought in once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

from companion.errors import InvalidInput
from companion.store.database import Database
from companion.strings import text

Kind = Literal["conversation", "turn", "memory"]
HERE = "NOT EXISTS (SELECT 1 FROM origins o WHERE o.kind = 'turn' AND o.local = {turn} AND o.source IS NOT NULL)"
"""Condition for a turn: it was said here, and not brought in from another program."""
_PART = 500


class Origins:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._profile: str | None = None

    def key(self, *parts: str) -> str:
        """What something is called elsewhere, as a hash (SHA-256, hexadecimal) that tells nothing without this
        profile: where a thing has no name its words stand for one."""
        if self._profile is None:
            self._profile = str(self._db.value("SELECT value FROM meta WHERE key = 'profile'"))
        whole = "\0".join((self._profile, *parts))
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()

    def known(self, origin: str, kind: Kind, keys: Sequence[str]) -> dict[str, int]:
        """By key, the row it is here, for those of `keys` that were brought in."""
        found: dict[str, int] = {}
        for start in range(0, len(keys), _PART):
            part = keys[start : start + _PART]
            marks = ",".join("?" * len(part))
            rows = self._db.all(
                f"SELECT key, local FROM origins WHERE origin = ? AND kind = ? AND key IN ({marks})",
                (origin, kind, *part),
            )
            found |= {str(key): int(local) for key, local in rows}
        return found

    def note(self, origin: str, kind: Kind, rows: Iterable[tuple[str, int]], source: int | None) -> None:
        """(key, row here) of what was brought in. Inside a transaction."""
        self._db.run_many(
            "INSERT OR REPLACE INTO origins VALUES (?,?,?,?,?)",
            ((origin, kind, key, local, source) for key, local in rows),
        )

    def waits(self, conversation: int) -> bool:
        """Whether a conversation was brought in and anything of its source still waits, or was removed again. Where
        nothing of it was worth remembering there is nothing to confirm."""
        row = self._db.one(
            "SELECT max(s.stands AND s.confirmed OR NOT s.stands AND NOT EXISTS (SELECT 1 FROM source_memories w JOIN"
            " memories m ON m.id = w.memory WHERE w.source = s.id AND m.status = 'quarantined'))"
            " FROM origins o JOIN sources s ON s.id = o.source WHERE o.kind = 'conversation' AND o.local = ?",
            (conversation,),
        )
        return row is not None and row[0] is not None and not row[0]

    def check_confirmed(self, conversation: int) -> None:
        """Raises InvalidInput for one that waits: its words would be in every prompt if it were gone on with."""
        if not self.waits(conversation):
            return
        removed = self._db.value(
            "SELECT min(s.stands) FROM origins o JOIN sources s ON s.id = o.source"
            " WHERE o.kind = 'conversation' AND o.local = ?",
            (conversation,),
        )
        if removed:
            raise InvalidInput(text("importing.removed"), hint=text("importing.removed_hint"))
        raise InvalidInput(text("importing.waits"), hint=text("importing.waits_hint"))

    def open_source(self, conversations: Sequence[int]) -> int | None:
        """The source under which any of these conversations waits still: an import that was broken off goes on
        under it."""
        marks = ",".join("?" * len(conversations))
        found = self._db.value(
            "SELECT max(s.id) FROM origins o JOIN sources s ON s.id = o.source WHERE o.kind = 'conversation'"
            f" AND s.stands = 0 AND s.kind = 'import' AND o.local IN ({marks})",
            conversations,
        )
        return None if found is None else int(found)
