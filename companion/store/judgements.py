"""What the person said of memories that replies were given."""

from __future__ import annotations

from typing import NamedTuple

from companion.chats import Verdict
from companion.store.database import Database

_COLUMNS = "batch, reply, memory, verdict, used, lesson, stands"


class Judgement(NamedTuple):
    """`used`: whether the reply was held to have used the memory before; None where that was not found out yet.
    `lesson`: what recall learned from it."""

    batch: int
    reply: int
    memory: int
    verdict: Verdict
    used: int | None
    lesson: int | None
    stands: int = 1


class Judgements:
    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, judgement: Judgement) -> None:
        """Inside the transaction of its batch; the reply has not used the memory from now on."""
        self._db.run(f"INSERT INTO judgements({_COLUMNS}) VALUES (?,?,?,?,?,?,?)", judgement)
        self._mark(judgement, 0)

    def of_batch(self, batch: int) -> Judgement | None:
        row = self._db.one(f"SELECT {_COLUMNS} FROM judgements WHERE batch = ?", (batch,))
        return None if row is None else Judgement(*row)

    def standing(self, reply: int) -> dict[int, Verdict]:
        """By memory, the latest verdict on what a reply was given that was not taken back."""
        rows = self._db.all(
            "SELECT memory, verdict FROM judgements WHERE reply = ? AND stands = 1 ORDER BY batch", (reply,)
        )
        return {int(memory): verdict for memory, verdict in rows}

    def set_standing(self, judgement: Judgement, stands: bool) -> bool:
        """False when it is so already. Inside the transaction that takes it back, or does it again."""
        if bool(judgement.stands) == stands:
            return False
        self._db.run("UPDATE judgements SET stands = ? WHERE batch = ?", (int(stands), judgement.batch))
        others = judgement.memory in self.standing(judgement.reply)
        self._mark(judgement, 0 if stands or others else judgement.used)
        return True

    def _mark(self, judgement: Judgement, used: int | None) -> None:
        self._db.run(
            "UPDATE recalls SET used = ? WHERE reply = ? AND memory = ?", (used, judgement.reply, judgement.memory)
        )
