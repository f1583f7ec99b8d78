"""What other programs proposed, taken in: it waits under a source of their name until the person confirms it.

Exactly once, whenever the process is killed: that a proposal was taken in is written with its memory, in one
transaction, and its file goes only then. A source never grows afterwards, so that nobody confirms what they have not
seen. What the person had forgotten is not taken in again, and what waits already not twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from companion.clock import Clock
from companion.memory.forgetting import first_strength
from companion.records import Memory
from companion.store.inbox import Inbox, Proposal
from companion.store.store import Store
from companion.strings import text as words

log = logging.getLogger(__name__)
ORIGIN = "mcp"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many proposals wait now that did not before, and how many files could not be read."""

    waiting: int = 0
    unreadable: int = 0


@dataclass
class Proposals:
    store: Store
    clock: Clock
    inbox: Inbox

    def take_in(self, before: bytes | None = None) -> TakenIn:
        """All that lies there. `before`: the key that the profile had until now. Raises ProfileError: what is not taken
        in stays there."""
        if self.store.read_only or not (files := self.inbox.waiting()):
            return TakenIn()
        found, unreadable = self._read(files, before)
        kept = 0
        for client in dict.fromkeys(proposal.client for proposal, _ in found):
            kept += self._keep(client, [proposal for proposal, _ in found if proposal.client == client])
        for _, path in found:
            self.inbox.remove(path)
        self.inbox.clear()
        return TakenIn(kept, unreadable)

    def _read(self, files: list[Path], before: bytes | None) -> tuple[list[tuple[Proposal, Path]], int]:
        """Those that can be read, oldest first; the others are set aside."""
        found, unreadable = [], 0
        for path in files:
            try:
                found.append((self._opened(path, before), path))
            except ValueError as error:
                log.warning("a proposal cannot be read: %s", type(error).__name__)
                self.inbox.set_aside(path)
                unreadable += 1
            except OSError as error:  # tried again the next time
                log.warning("a proposal cannot be opened: %s", error.strerror)
        return sorted(found, key=lambda each: (each[0].at, each[0].id)), unreadable

    def _opened(self, path: Path, before: bytes | None) -> Proposal:
        """Raises ValueError, OSError."""
        try:
            return self.inbox.read(path, self.store.db.key)
        except ValueError:
            if before is None:
                raise
            return self.inbox.read(path, before)

    def _keep(self, client: str, proposals: list[Proposal]) -> int:
        db = self.store.db
        kept = 0
        with db.write():
            source = 0
            for proposal in proposals:
                if self._is_known(proposal):
                    continue
                source = source or self.store.sources.add("proposal", called(client), self.clock.now())
                # A batch for each: its reason goes when its memory is erased.
                with self.store.quarantine_batch(source, "system", "propose", proposal.why) as batch:
                    added = batch.add(_memory(proposal))
                db.run(
                    "INSERT INTO origins(origin, kind, key, local, source) VALUES (?, 'memory', ?, ?, ?)",
                    (ORIGIN, proposal.id, added.id, source),
                )
                kept += 1
        return kept

    def _is_known(self, proposal: Proposal) -> bool:
        taken = self.store.db.value(
            "SELECT 1 FROM origins WHERE origin = ? AND kind = 'memory' AND key = ?", (ORIGIN, proposal.id)
        )
        if taken is not None or self.store.memories.is_buried(proposal.text):
            return True
        return any(known.status == "quarantined" for known in self.store.memories.same_statement(proposal.text))


def called(client: str) -> str:
    """What the source of a program's proposals is called."""
    return words("mcp.source", name=client or words("mcp.unnamed"))


def _memory(proposal: Proposal) -> Memory:
    return Memory(
        0,
        "thought",
        proposal.text,
        "quarantined",
        proposal.at,
        proposal.utc_offset,
        strength=first_strength("thought", "fact", 3, None),
    )
