"""Sleep: open events end, memories fade, days and portrait are brought into step, once per calendar night, missed
nights caught up.

The state of a memory after a night is a pure function of its timestamps and the night's nominal time, and what is made
of memories one of those that stand, so one pass for the last night due leaves what the nights run one by one would
have left. Nothing is deleted: active → dormant → archived, and back again when the clock or a use says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from companion.clock import Clock, local_date
from companion.errors import ModelError
from companion.memory.forgetting import Curve, Fading, fading_at
from companion.mind.consolidating import Consolidator, Plan
from companion.mind.event_keeping import EventKeeper, Hearing
from companion.mind.events import PAUSE
from companion.mind.thinking import Thinker
from companion.model.protocol import StopSignal
from companion.records import Memory, SleepReport, Status
from companion.store.store import Store
from companion.text import one_line

log = logging.getLogger(__name__)
FADING: tuple[Status, ...] = ("active", "dormant", "archived")
_SHOWN = 20
Progress = Callable[[int, int, str], None]


@dataclass
class Sleep:
    store: Store
    clock: Clock
    curve: Curve
    at: time

    def __post_init__(self) -> None:
        self._events = EventKeeper(self.store)
        self._consolidator = Consolidator(self.store)

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
        tell the events that end, themes and the story; raises ThinkingStopped, before anything was written, when `stop`
        is set meanwhile."""
        as_of = as_of or self.clock.now()
        nights = self.due(as_of)
        if not nights:
            return SleepReport((), dry_run=dry_run)
        nominal = self._nominal(nights[-1], as_of)
        ended = self._end_events(nominal, thinker, stop)
        moves = self._fade(nominal, on_progress)
        on_progress(0, 1, "going over the days")
        plan = self._consolidate(nights, ended, thinker, stop)
        counts = {state: sum(1 for _, new in moves if new == state) for state in FADING}
        told = [f"+ {one_line(each.event.text.partition(chr(10))[0], 80)}" for each in ended.ended]
        faded = [f"{one_line(m.text, 80)}: {m.status} → {new}" for m, new in moves]
        report = SleepReport(
            nights=tuple(night.isoformat() for night in nights),
            dormant=counts["dormant"],
            archived=counts["archived"],
            woken=counts["active"],
            dry_run=dry_run,
            changes=tuple([*told, *plan.lines, *faded][:_SHOWN]),
        )
        if dry_run:
            return report
        batch_id = None
        with self.store.db.write():
            if moves or ended.ended or plan.changes:
                with self.store.changes.batch("sleep", "sleep", f"night of {nights[-1].isoformat()}") as batch:
                    for memory, new in moves:
                        batch.update(memory.id, status=new)
                    fading = fading_at(self.store, self.curve, nominal)
                    # A night caught up leaves events and days as the nights since would have.
                    kept = self._events.keep(batch, ended, lambda event: state_at(fading, event))
                    self._consolidator.keep(batch, plan, kept, lambda day: state_at(fading, day))
                batch_id = batch.id
            else:
                self._events.note(ended)
                self._consolidator.note(plan)
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

    def _consolidate(
        self, nights: list[date], ended: Hearing, thinker: Thinker | None, stop: StopSignal | None
    ) -> Plan:
        """What the days that are over, and the portrait, should say now."""
        since, until = ((night - date(1970, 1, 1)).days for night in (nights[0] - timedelta(days=1), nights[-1]))
        return self._consolidator.plan(since, until, [each.event for each in ended.ended], thinker, stop)

    def _fade(self, now: datetime, on_progress: Progress) -> list[tuple[Memory, Status]]:
        memories = self.store.memories.by_status(FADING)
        fading = fading_at(self.store, self.curve, now)
        moves: list[tuple[Memory, Status]] = []
        for done, memory in enumerate(memories):
            if done % 1000 == 0:
                on_progress(done, len(memories), "letting memories fade")
            new = state_at(fading, memory)
            if new != memory.status:
                moves.append((memory, new))
        return moves

    def _nominal(self, night: date, as_of: datetime) -> datetime:
        """The night's own time, whenever it is really run."""
        return datetime.combine(night, self.at, tzinfo=as_of.tzinfo)


def state_at(fading: Fading, memory: Memory) -> Status:
    """The state a memory fades (or wakes) to."""
    if memory.pinned or memory.kind == "trait" or fading.in_grace(memory):
        return "active"  # the portrait is not recalled: each night decides anew what is in it
    retention = fading.retention(memory)
    if retention < fading.curve.archived_below:
        return "archived"
    return "dormant" if retention < fading.curve.dormant_below else "active"
