"""Every memory that may come to mind, as arrays: one row a memory, by id, with its pieces and their vectors.

Read whole once, then only what changed; SQLite stays the truth (what is chosen is read from it again).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from companion.memory.vector_table import VectorTable
from companion.records import KINDS
from companion.store.search import PIECE_BITS
from companion.store.store import Store
from companion.store.working_set import Member

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
NOBODY, PERSON, COMPANION, OTHER = range(4)
_ROLES = {"": NOBODY, "person": PERSON, "companion": COMPANION, "other": OTHER}
MOMENT, THOUGHT, EVENT, DAY, TRAIT = map(KINDS.index, ("moment", "thought", "event", "day", "trait"))
_MOST_CHANGES = 400
"""Past so many changed memories everything is read anew."""


@dataclass(frozen=True)
class Rows:
    """Columns, one entry a memory, in the order of ids. `-1` where there is no such row."""

    ids: Ints
    kind: Ints
    turn: Ints
    conversation: Ints
    role: Ints
    speaker: Ints
    """Index into `voices`, as is `subject`."""
    subject: Ints
    at: Floats
    starts: Floats
    """When the thing happened, else when it was said; `ends` likewise."""
    ends: Floats
    day: Ints
    """Local calendar day, counted."""
    importance: Floats
    valence: Floats
    pinned: Flags
    length: Floats
    asks: Flags
    scope: Ints
    """Index into `scopes`: who may recall it."""
    voices: tuple[str, ...]
    """Names of speakers and subjects, case folded."""
    scopes: tuple[str, ...]
    anchor: Ints
    """The moment of the same turn, where there is one; else the row itself."""
    before: Ints
    after: Ints
    """The moments before and after its turn in the conversation."""
    session: Ints
    """Conversations counted from 0; what was said in none has one of its own."""
    thoughts: Floats
    """How many thoughts rest on the turn; of the companion's turns none, whose advice tells nothing of the person."""
    recency: Floats
    """Its place among all that was said, 0 the first, 1 the last."""
    piece_ids: Ints
    piece_row: Ints
    piece_slot: Ints
    """Row of the vector table, -1 without a vector."""
    first_piece: Ints
    """Row → its first piece; the pieces of a memory are beside each other."""
    mention_row: Ints
    mention_name: Ints
    """Pairs of a row and a name it mentions, names counted from 0."""
    name_rows: Ints
    """Name → how many rows mention it."""
    total_pieces: int
    """Pieces of the whole pool, also where these rows are only some of it."""

    def __len__(self) -> int:
        return len(self.ids)

    def within(self, scopes: frozenset[str] | None) -> Rows:
        """Only the rows of these scopes (None: of all); itself where that is all there is."""
        others = [number for number, name in enumerate(self.scopes) if scopes is not None and name not in scopes]
        hidden = np.isin(self.scope, others)
        return self.some(np.flatnonzero(~hidden)) if hidden.any() else self

    def some(self, chosen: Ints) -> Rows:
        """Only the rows `chosen` (sorted), as a pool of their own; recency and names still count the whole one."""
        place = np.full(len(self) + 1, -1)
        place[chosen] = np.arange(len(chosen))
        pieces = place[self.piece_row] >= 0
        mentions = place[self.mention_row] >= 0
        anchor = place[self.anchor[chosen]]
        piece_row = place[self.piece_row[pieces]]
        return replace(
            self,
            **{name: getattr(self, name)[chosen] for name in (*_COLUMNS, "session", "thoughts", "recency")},
            anchor=np.where(anchor >= 0, anchor, np.arange(len(chosen))),
            before=place[self.before[chosen]],
            after=place[self.after[chosen]],
            piece_ids=self.piece_ids[pieces],
            piece_row=piece_row,
            piece_slot=self.piece_slot[pieces],
            first_piece=np.searchsorted(piece_row, np.arange(len(chosen))),
            mention_row=place[self.mention_row[mentions]],
            mention_name=self.mention_name[mentions],
        )


class Pool:
    """`rows` is brought up to date by `refresh`; any thread."""

    def __init__(self, store: Store, vectors: VectorTable | None) -> None:
        self._store = store
        self._refreshing = threading.Lock()
        # Held for moments only: who tells of a change may hold the database, for which a refresh waits.
        self._noting = threading.Lock()
        self._changed: set[int] | None = None  # None: read everything
        self._columns: dict[str, npt.NDArray[Any]] = {}
        self._voices: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._scopes: dict[str, int] = {}
        self.vectors = vectors
        self.rows: Rows | None = None
        store.changes.observe(self._note)

    def use(self, vectors: VectorTable | None) -> None:
        """From now on these vectors."""
        with self._refreshing, self._noting:
            self.vectors, self._changed, self.rows = vectors, None, None

    def vectors_came(self, memories: Sequence[int]) -> None:
        """Vectors of these memories were added."""
        self._note(tuple(memories))

    def _note(self, ids: tuple[int, ...]) -> None:
        with self._noting:
            if self._changed is not None:
                self._changed.update(ids)
                if len(self._changed) > _MOST_CHANGES:
                    self._changed = None

    def refresh(self) -> Rows:
        """The rows as they are now."""
        with self._refreshing:
            with self._noting:
                changed, self._changed = self._changed, set()
            if self.rows is not None and changed is not None and not changed:
                return self.rows
            try:
                with self._store.db.snapshot():
                    self.rows = self._read(None if changed is None else sorted(changed))
            except BaseException:
                with self._noting:
                    self._changed = None
                raise
            return self.rows

    def _read(self, changed: list[int] | None) -> Rows:
        source = self._store.working_set
        new = _member_columns(source.members(changed), self._voices, self._scopes)
        piece_ids = np.array(source.pieces(changed), dtype=np.int64)
        new_pieces = {"piece_ids": piece_ids, "piece_slot": self._slots(changed, piece_ids)}
        mentions = source.mentions(changed)
        names = [self._names.setdefault(name, len(self._names)) for _, name in mentions]
        new_mentions = {
            "mention_id": np.array([id for id, _ in mentions], dtype=np.int64),
            "mention_name": np.array(names, dtype=np.int64),
        }
        for part, key, bits in (
            (new, "ids", 0),
            (new_pieces, "piece_ids", PIECE_BITS),
            (new_mentions, "mention_id", 0),
        ):
            self._columns |= part if changed is None else _merged(self._columns, part, key, bits, changed)
        return self._derived()

    def _slots(self, changed: list[int] | None, piece_ids: Ints) -> Ints:
        if self.vectors is None:
            return np.full(len(piece_ids), -1, dtype=np.int64)
        return self.vectors.load(changed, piece_ids)

    def _derived(self) -> Rows:
        c = self._columns
        ids, turn, conversation = c["ids"], c["turn"], c["conversation"]
        count = len(ids)
        own = np.arange(count)
        moments = np.flatnonzero((c["kind"] == MOMENT) & (turn > 0))
        moments = moments[np.lexsort((turn[moments], conversation[moments]))]
        before, after = np.full(count, -1), np.full(count, -1)
        same = conversation[moments[1:]] == conversation[moments[:-1]]
        before[moments[1:][same]] = moments[:-1][same]
        after[moments[:-1][same]] = moments[1:][same]
        by_turn = moments[np.argsort(turn[moments], kind="stable")]
        anchor = own.copy()
        if len(by_turn):
            at = np.minimum(np.searchsorted(turn[by_turn], turn), len(by_turn) - 1)
            found = by_turn[at]
            anchor = np.where((turn > 0) & (turn[found] == turn), found, own)
        before, after = before[anchor], after[anchor]
        taken = (c["kind"] == THOUGHT) & (c["role"] != COMPANION)
        thoughts = np.bincount(anchor[taken], minlength=count)[anchor].astype(np.float64)
        _, session = np.unique(np.where(conversation > 0, conversation, -ids), return_inverse=True)
        piece_row = np.searchsorted(ids, c["piece_ids"] >> PIECE_BITS)
        mention_row = np.searchsorted(ids, c["mention_id"])
        return Rows(
            **{name: c[name] for name in _COLUMNS},
            voices=tuple(self._voices),
            scopes=tuple(self._scopes),
            anchor=anchor,
            before=before,
            after=after,
            session=session.astype(np.int64).reshape(-1),
            thoughts=thoughts,
            recency=np.argsort(np.argsort(c["at"], kind="stable"), kind="stable") / max(1, count - 1),
            total_pieces=len(c["piece_ids"]),
            piece_ids=c["piece_ids"],
            piece_row=piece_row,
            piece_slot=c["piece_slot"],
            first_piece=np.searchsorted(piece_row, own),
            mention_row=mention_row,
            mention_name=c["mention_name"],
            name_rows=np.bincount(c["mention_name"], minlength=len(self._names)),
        )


_COLUMNS = (
    "ids", "kind", "turn", "conversation", "role", "speaker", "subject", "at", "starts", "ends", "day", "importance",
    "valence", "pinned", "length", "asks", "scope",
)  # fmt: skip


def _member_columns(
    members: Sequence[Member], voices: dict[str, int], scopes: dict[str, int]
) -> dict[str, npt.NDArray[Any]]:
    def voice(name: str) -> int:
        return voices.setdefault(name.casefold(), len(voices))

    def ints(values: Sequence[int]) -> Ints:
        return np.array(values, dtype=np.int64)

    def floats(values: Sequence[float]) -> Floats:
        return np.array(values, dtype=np.float64)

    starts = [m.recorded_at if m.event_start is None else m.event_start for m in members]
    return {
        "ids": ints([m.id for m in members]),
        "kind": ints([KINDS.index(m.kind) for m in members]),
        "turn": ints([m.turn for m in members]),
        "conversation": ints([m.conversation for m in members]),
        "role": ints([_ROLES[m.role] for m in members]),
        "speaker": ints([voice(m.speaker) for m in members]),
        "subject": ints([voice(m.subject) for m in members]),
        "at": floats([m.recorded_at for m in members]),
        "starts": floats(starts),
        "ends": floats([s if m.event_end is None else m.event_end for s, m in zip(starts, members, strict=True)]),
        "day": ints([int((m.recorded_at + m.utc_offset) // 86_400) for m in members]),
        "importance": floats([m.importance for m in members]),
        "valence": floats([m.valence for m in members]),
        "pinned": np.array([bool(m.pinned) for m in members], dtype=np.bool_),
        "length": floats([m.length for m in members]),
        "asks": np.array([bool(m.asks) for m in members], dtype=np.bool_),
        "scope": ints([scopes.setdefault(m.scope, len(scopes)) for m in members]),
    }


def _merged(
    old: dict[str, npt.NDArray[Any]], new: dict[str, npt.NDArray[Any]], key: str, bits: int, changed: list[int]
) -> dict[str, npt.NDArray[Any]]:
    """`new` in the place of what `old` said of the changed memories, sorted by `key`."""
    kept = ~np.isin(old[key] >> bits, changed)
    keys = np.concatenate([old[key][kept], new[key]])
    order = np.argsort(keys, kind="stable")
    return {name: np.concatenate([old[name][kept], values])[order] for name, values in new.items()}
