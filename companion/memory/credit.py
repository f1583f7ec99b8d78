"""Credit: a memory is strengthened when a reply used it, not because it was fetched.

Used means that the reply holds telling words of the memory that the person's own message did not hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from companion.clock import local_date, stamp
from companion.memory.forgetting import DAY, Curve
from companion.memory.words import coverage, idf, stems
from companion.pieces import pieces
from companion.records import Memory, RecalledMemory
from companion.store.changes import Batch
from companion.store.store import Store

USED = 0.3
"""Share of the new telling words (idf-weighted) of a memory, of a long one of any piece, that a reply must hold to have
used it: nobody repeats a third of a long story."""
WRONG_DAYS = 30.0
"""A use that lies farther ahead than this was counted by a clock that was wrong: it does not keep true ones from
counting."""


def used_in(store: Store, recalled: Sequence[RecalledMemory], message: str, reply: str) -> list[int]:
    """Ids of the memories the reply used."""
    asked, said = set(stems(message)), set(stems(reply))
    total = store.search.count()

    def holds(part: str) -> bool:
        new = [stem for stem in stems(part) if stem not in asked]
        frequency = store.search.document_frequency(new)
        return coverage({stem: idf(frequency[stem], total) for stem in new}, said) >= USED

    texts = {item.memory.id: item.memory.text for item in recalled}
    return [id for id, text in texts.items() if any(holds(text[start:end]) for start, end in pieces(text))]


def reinforce(
    store: Store, batch: Batch, memory: Memory, curve: Curve, now: datetime, rating: int, cause: str, turn: int | None
) -> bool:
    """Count one review, at most one a day and memory. False when today's was counted already."""
    at, offset = stamp(now)
    last = memory.last_used_at
    if last is not None and last < at + WRONG_DAYS * DAY and local_date(last, offset) >= local_date(at, offset):
        return False
    since = memory.recorded_at if last is None else last
    strength, difficulty = curve.review(memory.strength, memory.difficulty, max(0.0, at - since) / DAY, rating)
    batch.update(
        memory.id,
        strength=strength,
        difficulty=difficulty,
        last_used_at=at,
        used_count=memory.used_count + 1,
    )
    store.recalls.review(memory.id, now, rating, cause, turn)
    return True
