"""Who may recall what is remembered: everybody, one persona alone, or whoever plays (`Memory.scope`).

What a conversation is about belongs to the persona it is held with where that one has a memory of its own, and to play
where it is played. Within a scope memories are compared, merged and linked; across scopes never.
"""

from __future__ import annotations

from collections.abc import Callable

from companion.chats import ChatMode
from companion.records import PLAY
from companion.store.database import Database

EVERYBODY = ""
"""The scope of what every persona may recall, and the portrait is made of."""


class Scopes:
    """`has_own` says of a persona's key whether it has a memory of its own, None when that cannot be told; whoever
    knows the personas sets it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.has_own: Callable[[str], bool | None] = lambda persona: None

    def of(self, conversation: int) -> str:
        """The scope of what is said in a conversation."""
        mode, persona = self._held(conversation)
        return PLAY if mode == "play" else self.of_persona(persona)

    def of_persona(self, persona: str) -> str:
        """The scope of what is said to a persona outside of play. One whose file is gone or broken keeps to itself what
        was told to it, unless that is known to be everybody's."""
        own = self.has_own(persona) if persona else False
        if own is None:
            own = self._remembers(persona) or not self._shared(persona)
        return persona if own else EVERYBODY

    def _remembers(self, persona: str) -> bool:
        return self._db.value("SELECT 1 FROM memories WHERE scope = ? LIMIT 1", (persona,)) is not None

    def _shared(self, persona: str) -> bool:
        """Whether anything that was told to it is everybody's."""
        found = self._db.value(
            "SELECT 1 FROM conversations c JOIN turns t ON t.conversation = c.id JOIN evidence e ON e.turn = t.id"
            " JOIN memories m ON m.id = e.memory WHERE c.persona = ? AND m.scope = '' LIMIT 1",
            (persona,),
        )
        return found is not None

    def names(self) -> frozenset[str]:
        """The scopes that anything was ever remembered in, and the personas that conversations were held with."""
        rows = self._db.all(
            "SELECT scope FROM memories WHERE scope <> '' UNION SELECT persona FROM conversations WHERE persona <> ''"
        )
        return frozenset(str(name) for (name,) in rows)

    def readable(self, conversation: int | None) -> frozenset[str]:
        """What may be recalled in a conversation; None: one that has not begun, as usual and with nobody special."""
        return self.readable_by(*(self._held(conversation) if conversation is not None else ("usual", "")))

    def readable_by(self, mode: ChatMode, persona: str) -> frozenset[str]:
        """What a persona may recall in a conversation of that kind."""
        own = self.of_persona(persona)
        return frozenset((own, PLAY)) if mode == "play" else frozenset((own,))

    def _held(self, conversation: int) -> tuple[ChatMode, str]:
        found = self._db.one("SELECT mode, persona FROM conversations WHERE id = ?", (conversation,))
        return ("usual", "") if found is None else (found[0], str(found[1]))
