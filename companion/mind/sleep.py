"""Sleep, first cut: open events end and memories fade, once per calendar night, missed nights caught up.

The state of a memory after a night is a pure function of its timestamps and the night's nominal time, so one pass for
the last night due leaves what the nights run one by one would have left. Nothing is deleted: active → dormant →
archived, and back again when the clock or a use says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import permutations

from companion.clock import Clock, local_date
from companion.errors import ModelError
from companion.memory.forgetting import Curve, fading_at
from companion.mind.event_keeping import EventKeeper, Hearing
from companion.mind.events import PAUSE
from companion.mind.fading import FADING, Move, Progress, moves, state_at
from companion.mind.thinking import Thinker
from companion.model.protocol import StopSignal
from companion.records import SleepReport
from companion.store.store import Store
from companion.text import one_line

log = logging.getLogger(__name__)
_SHOWN = 20
Fade = Callable[[Store, Curve, datetime, Progress], list[Move]]


@dataclass
class Sleep:
    store: Store
    clock: Clock
    curve: Curve
    at: time
    fade: Fade = moves
    """What changes its state in a night; another one only where ways of forgetting are compared."""

    def __post_init__(self) -> None:
        self._events = EventKeeper(self.store)

    def due(self, as_of: datetime) -> list[date]:
        """Nights that have come (their hour has struck on the wall clock) and were not run, oldest first."""
        last = as_of.date() if as_of.time() >= self.at else as_of.date() - timedelta(days=1)
        run = self.store.nights.latest(last, as_of)
        if run is None:
            first = self.store.db.one("SELECT at, utc_offset FROM turns ORDER BY id LIMIT 1") or self.store.db.one(
                "SELECT recorded_at, utc_offset FROM memories ORDER BY id LIMIT 1"
            )
            if first is None:
                return []
            run = local_date(*first)
        return [run + timedelta(days=n) for n in range(1, (last - run).days + 1)]

    def run(
        self,
        as_of: datetime | None = None,
        *,
        dry_run: bool = False,
        on_progress: Progress = lambda *_: None,
        thinker: Thinker | None = None,
        stop: StopSignal | None = None,
    ) -> SleepReport:
        """Run what is due by `as_of` (default now) in one transaction; a second call finds nothing to do. `thinker` may
        tell the events that end; raises ThinkingStopped, before anything was written, when `stop` is set meanwhile."""
        as_of = as_of or self.clock.now()
        nights = self.due(as_of)
        if not nights:
            return SleepReport((), dry_run=dry_run)
        nominal = self._nominal(nights[-1], as_of)
        ended = self._end_events(nominal, thinker, stop)
        moved = self.fade(self.store, self.curve, nominal, on_progress)
        counts = {state: sum(1 for move in moved if move.after == state) for state in FADING}
        told = [f"+ {one_line(each.event.text.partition(chr(10))[0], 80)}" for each in ended.ended]
        texts = self.store.memories.many([move.id for move in moved[:_SHOWN]])
        faded = [f"{one_line(texts[m.id].text, 80)}: {m.before} → {m.after}" for m in moved[:_SHOWN] if m.id in texts]
        report = SleepReport(
            nights=tuple(night.isoformat() for night in nights),
            dormant=counts["dormant"],
            archived=counts["archived"],
            woken=counts["active"],
            dry_run=dry_run,
            changes=tuple([*told, *faded][:_SHOWN]),
        )
        if dry_run:
            return report
        batch_id = None
        with self.store.db.write():
            if moved or ended.ended:
                with self.store.changes.batch("sleep", "sleep", f"night of {nights[-1].isoformat()}") as batch:
                    for before, after in permutations(FADING, 2):
                        batch.move(before, after, [m.id for m in moved if (m.before, m.after) == (before, after)])
                    fading = fading_at(self.store, self.curve, nominal)
                    # A night caught up leaves an event as the nights since would have.
                    self._events.keep(batch, ended, lambda event: state_at(fading, event))
                batch_id = batch.id
            else:
                self._events.note(ended)
            summary: dict[str, object] = {"dormant": report.dormant, "archived": report.archived, "woken": report.woken}
            for night in nights:
                self.store.nights.record(night, as_of, batch_id, summary if night == nights[-1] else {})
        on_progress(1, 1, "done")
        return replace(report, batch=batch_id)

    def _end_events(self, now: datetime, thinker: Thinker | None, stop: StopSignal | None) -> Hearing:
        """What was spoken of until the night fell is over, unless it is spoken of still."""
        until = now.timestamp() - PAUSE
        try:
            return self._events.close(until, thinker=thinker, stop=stop)
        except ModelError as error:  # the night comes all the same
            log.warning("an event is told without the model: %s", error.title)
            return self._events.close(until)

    def _nominal(self, night: date, as_of: datetime) -> datetime:
        """The night's own time, whenever it is really run."""
        return datetime.combine(night, self.at, tzinfo=as_of.tzinfo)
