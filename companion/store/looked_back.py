"""What is thought about the past that was brought in: queued when its source is confirmed, dropped when that is taken
back, with all that was made of it.

    sources.decide(…)                         in a batch; queues what there is to think about
    looked_back.note(batch, source, job)      in each batch that is a thought about it
    with looked_back.taking_back(source):     takes those batches back, the newest first, and then the decision
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from companion.errors import NothingToUndo
from companion.store.changes import Changes
from companion.store.database import Database
from companion.store.jobs import PAST
from companion.transfers import IMPORT_FORMS


class LookedBack:
    def __init__(self, db: Database, changes: Changes) -> None:
        self._db = db
        self._changes = changes
        self._going: set[int] = set()
        changes.keep_beside(self._follow)

    def queue(self, source: int) -> None:
        """All that the person said in what came from `source`, the oldest first; nothing of an export of Companion's
        own, which brings its thoughts along. Inside a transaction."""
        marks = ",".join("?" * len(IMPORT_FORMS))
        self._db.run(
            "INSERT OR IGNORE INTO jobs(kind, key, queued_at)"
            " SELECT ?, ? || '/' || t.id, t.at FROM origins o JOIN turns t ON t.id = o.local"
            " WHERE o.source = ? AND o.kind = 'turn' AND t.role = 'person'"
            f" AND o.origin IN ({marks}) ORDER BY t.at, t.id",
            (PAST, str(source), source, *IMPORT_FORMS),
        )

    def note(self, batch: int, source: int, job: str) -> None:
        """`batch` is a thought about what came from `source`, the work of the job with that key. Inside it."""
        self._db.run("INSERT INTO looked_back VALUES (?,?,?)", (batch, source, job))

    def confirms(self, batch: int) -> int | None:
        """The source whose confirmation `batch` is, or does again, if it stands now."""
        root, depth = self._changes.root_of(batch)
        if depth % 2:
            return None
        found = self._db.value("SELECT id FROM sources WHERE confirmed_in = ? AND decided = ? AND stands", (root, root))
        return None if found is None else int(found)

    @contextmanager
    def taking_back(self, source: int) -> Iterator[None]:
        """What was thought about `source` is taken back, and nothing more is kept of it meanwhile."""
        self._going.add(source)
        try:
            self._take_back(source)
            yield
        finally:
            self._going.discard(source)

    def is_going(self, source: int) -> bool:
        """Whether it is being taken back."""
        return source in self._going

    def _take_back(self, source: int) -> None:
        """Undo what was thought about `source`, each in its own transaction: a job is queued again before its thought
        goes, so that nothing is lost when this is broken off. What was changed later stays, as with every undo."""
        rows = self._db.all("SELECT batch, job FROM looked_back WHERE source = ? ORDER BY batch DESC", (source,))
        for batch, job in rows:
            with self._db.write():
                self._db.run("UPDATE jobs SET state = 'queued' WHERE kind = ? AND key = ?", (PAST, job))
                self._db.run("DELETE FROM looked_back WHERE batch = ?", (batch,))
            with suppress(NothingToUndo):
                self._changes.undo(int(batch), actor="reflection")
        self._set_aside(source)

    def _set_aside(self, source: int) -> None:
        """What nights made of it is told no more; the next night makes anew what rests on anything else as well."""
        rows = self._db.all(
            "SELECT DISTINCT m.id FROM origins o JOIN evidence e ON e.turn = o.local JOIN memories m ON m.id = e.memory"
            " WHERE o.source = ? AND o.kind = 'turn' AND m.kind IN ('event', 'day', 'trait')"
            " AND m.status IN ('active', 'dormant', 'archived')",
            (source,),
        )
        if rows:
            with self._changes.batch("reflection", "set aside", "what it was made of was taken back") as batch:
                for (id,) in rows:
                    batch.update(int(id), status="superseded")

    def _follow(self, batch: int, stands: bool) -> bool:
        """With a decision over a source go the jobs; where a removal is taken back it is confirmed as before."""
        for (source,) in self._db.all("SELECT id FROM sources WHERE confirmed_in = ?", (batch,)):
            if stands:
                self.queue(int(source))
            else:
                self.drop(int(source))
        for source, confirmed_in in self._db.all(
            "SELECT id, confirmed_in FROM sources WHERE removed_in = ? AND confirmed_in IS NOT NULL", (batch,)
        ):
            self._db.run(
                "UPDATE sources SET decided = ?, stands = 1, confirmed = ? WHERE id = ?",
                (batch if stands else confirmed_in, int(not stands), source),
            )
            if stands:
                self.drop(int(source))
            else:
                self.queue(int(source))
        return False

    def drop(self, source: int) -> None:
        """Nothing of it is thought about any more. Inside a transaction."""
        self._db.run("DELETE FROM jobs WHERE kind = ? AND key GLOB ?", (PAST, f"{source}/*"))
