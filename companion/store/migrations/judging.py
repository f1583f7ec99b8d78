"""Steps of the schema for what the person says of the memories that a reply was given."""

from __future__ import annotations

from companion.store.database import Database


def keep_judgements(db: Database) -> None:
    """A verdict goes with its batch of the journal: when that is undone, what was learned from it is taken back as
    well, and whether the reply used the memory is what it was (`used`). `lesson` is what recall learned; none where
    there was nothing to compare. What was weighed for the latest replies is kept for it: `features` of what was learned
    from already begins with "+"."""
    db.run(
        """CREATE TABLE judgements (
             batch INTEGER PRIMARY KEY REFERENCES batches(id), reply INTEGER NOT NULL REFERENCES turns(id),
             memory INTEGER NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('not relevant','wrong')),
             used INTEGER, lesson INTEGER REFERENCES lessons(id), stands INTEGER NOT NULL DEFAULT 1) STRICT"""
    )
    db.run("CREATE INDEX judgements_by_reply ON judgements(reply, memory)")
