"""What reflection formed from a turn, read back from the journal: the cards of earlier exchanges."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

from companion.records import Learned
from companion.store.store import Store


def learned_from(store: Store, turns: Sequence[int]) -> dict[int, tuple[Learned, ...]]:
    """By turn, the thoughts formed from it; forgotten and merged ones are left out. A thought that reflection did not
    make belongs to the turn in which it was first said."""
    found = store.memories.resting_on(turns) if turns else []
    thoughts = [memory for memory in found if memory.kind == "thought" and memory.status not in ("forgotten", "merged")]
    made = _made(store, [memory.id for memory in thoughts])
    older = _older(store, {batch for batch, _ in made.values()})
    learned: dict[int, list[Learned]] = defaultdict(list)
    for memory in thoughts:
        batch, turn = made.get(memory.id) or (None, min(evidence.turn for evidence in memory.evidence))
        if turn in turns:
            learned[turn].append(Learned(memory, batch, older.get((memory.id, batch), "")))
    return {turn: tuple(each) for turn, each in learned.items()}


def _made(store: Store, memories: Sequence[int]) -> dict[int, tuple[int, int]]:
    """By memory, the batch in which reflection made it and the turn that it thought about."""
    marks = ",".join("?" * len(memories))
    rows = store.db.all(
        "SELECT j.memory, j.batch, j.after FROM journal j JOIN batches b ON b.id = j.batch"
        f" WHERE j.memory IN ({marks}) AND j.before IS NULL AND j.after IS NOT NULL"
        " AND b.actor = 'reflection' ORDER BY j.seq",
        tuple(memories),
    )
    # What it took in from older thoughts has older evidence.
    return {memory: (batch, max(turn for turn, *_ in json.loads(after)["evidence"])) for memory, batch, after in rows}


def _older(store: Store, batches: set[int]) -> dict[tuple[int, int | None], str]:
    """By memory and batch, the words of a thought that the memory took the place of in that batch."""
    marks = ",".join("?" * len(batches))
    rows = store.db.all(
        "SELECT m.replaced_by, j.batch, m.text FROM journal j JOIN memories m ON m.id = j.memory"
        f" WHERE j.batch IN ({marks}) AND j.before IS NOT NULL AND m.replaced_by IS NOT NULL"
        " AND m.kind = 'thought' AND m.status IN ('superseded', 'merged') ORDER BY j.seq DESC",
        tuple(batches),
    )
    return {(replacing, batch): text for replacing, batch, text in rows}
