"""What the app itself said to a turn: which card, and that the companion is a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from companion.safekeeping import HelpAbout, HelpKind
from companion.store.database import Database

_REMINDED = "reminded of what it is"


class Shown(NamedTuple):
    """`kind` empty: no card. `is_program`: it said that nobody is there but a program."""

    kind: HelpKind | None = None
    about: HelpAbout = "self"
    is_program: bool = False


class Care:
    def __init__(self, db: Database) -> None:
        self._db = db

    def show(self, turn: int, kind: HelpKind, about: HelpAbout) -> None:
        """Inside the transaction that keeps the turn."""
        self._db.run(
            "INSERT INTO care(turn, kind, about) VALUES (?,?,?)"
            " ON CONFLICT(turn) DO UPDATE SET kind = excluded.kind, about = excluded.about",
            (turn, kind, about),
        )

    def tell_program(self, turn: int) -> None:
        self._db.run(
            "INSERT INTO care(turn, is_program) VALUES (?, 1) ON CONFLICT(turn) DO UPDATE SET is_program = 1", (turn,)
        )

    def of(self, turns: Sequence[int]) -> dict[int, Shown]:
        """By turn, those that anything was shown to."""
        if not turns:
            return {}
        marks = ",".join("?" * len(turns))
        rows = self._db.all(f"SELECT turn, kind, about, is_program FROM care WHERE turn IN ({marks})", tuple(turns))
        return {
            int(turn): Shown(cast("HelpKind | None", kind or None), cast("HelpAbout", about), bool(program))
            for turn, kind, about, program in rows
        }

    def reminded(self) -> tuple[float, int]:
        """When it was last said unasked that it is a program (seconds since the epoch), and the newest turn then."""
        stored = self._db.value("SELECT value FROM meta WHERE key = ?", (_REMINDED,))
        at, _, turn = str(stored or "0 0").partition(" ")
        return float(at), int(turn)

    def remind(self, at: float, turn: int) -> None:
        self._db.run(
            "INSERT INTO meta(key, value) VALUES (?,?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            (_REMINDED, f"{at} {turn}"),
        )
