"""Sleep: open events end, memories fade, days and portrait are brought into step, once per calendar night, missed
nights caught up.

The state of a memory after a night is a pure function of its timestamps and the night's nominal time, and what is made
of memories one of those that stand, so one pass for the last night due leaves what the nights run one by one would
have left. Nothing is deleted: active → dormant → archived, and back again when the clock or a use says so.

The person goes first: a pass looks at its stop signal between any two parts, also while it writes, and leaves nothing
behind when it is stopped or dies. A clock that was wrong by days does no lasting harm: as soon as it is right, the last
night is run again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from companion.clock import Clock, local_date
from companion.errors import ModelError, ThinkingStopped
from companion.memory.course import fades_at
from companion.memory.forgetting import Curve, Fading, fading_at
from companion.mind.consolidating import Consolidator, Plan
from companion.mind.event_keeping import EventKeeper, Hearing
from companion.mind.events import PAUSE
from companion.mind.thinking import Thinker
from companion.model.protocol import StopSignal
from companion.records import Memory, SleepReport, Status
from companion.store.changes import Batch
from companion.store.store import Store
from companion.text import one_line

log = logging.getLogger(__name__)
FADING: tuple[Status, ...] = ("active", "dormant", "archived")
_SHOWN = 20
_PART = 500
"""Memories read, or written, between two words on how far it is."""
_ASTRAY = timedelta(days=2)
"""A clock that was off by more than this was wrong; by less it may have been another zone."""
Move = tuple[Memory, Status]
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
        self._running = threading.Lock()

    def due(self, as_of: datetime) -> list[date]:
        """Nights that have come (their hour has struck on the wall clock) and were not run, oldest first; the last of
        them again when memory is in the state of another time."""
        last = as_of.date() if as_of.time() >= self.at else as_of.date() - timedelta(days=1)
        run = self.store.nights.latest(last, as_of)
        if run is not None:
            state = self.store.nights.run_last()
            if run == last and state is not None and abs(state - run) > _ASTRAY:
                return [run]
        else:
            first = self.store.db.one("SELECT at, utc_offset FROM turns ORDER BY at LIMIT 1") or self.store.db.one(
                "SELECT recorded_at, utc_offset FROM memories ORDER BY recorded_at LIMIT 1"
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
        tell the events that end, themes and the story; raises ThinkingStopped, leaving everything as it was, when
        `stop` is set meanwhile."""
        as_of, stop = as_of or self.clock.now(), stop or StopSignal()
        with self._running:
            nights = self.due(as_of)
            if not nights:
                return SleepReport((), dry_run=dry_run)
            nominal = moment_of(nights[-1], self.at, as_of)
            fading = fading_at(self.store, self.curve, nominal)
            ended = self._end_events(nominal, thinker, stop)
            moves = self._fade(fading, on_progress, stop)
            on_progress(0, 1, "going over the days")
            plan = self._consolidate(nights, ended, thinker, stop)
            if dry_run:
                return _report(nights, moves, fading, ended, plan, dry_run=True)
            reason = f"night of {nights[-1].isoformat()}"
            with self.store.changes.batch("sleep", "sleep", reason, look=lambda: _give_way(stop)) as batch:
                moves = self._move(batch, moves, fading, on_progress)
                # A night caught up leaves events and days as the nights since would have.
                kept = self._events.keep(batch, ended, lambda event: state_at(fading, event))
                self._consolidator.keep(batch, plan, kept, lambda day: state_at(fading, day))
                report = _report(nights, moves, fading, ended, plan, batch=batch.id if batch.touched else None)
                summary: dict[str, object] = {name: getattr(report, name) for name in ("dormant", "archived", "woken")}
                for night in nights:
                    self.store.nights.record(night, as_of, batch.id, summary if night == nights[-1] else {})
        on_progress(1, 1, "done")
        return report

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

    def _fade(self, fading: Fading, on_progress: Progress, stop: StopSignal) -> list[Move]:
        """What changes its state; read in parts, so that whoever wants the database need not wait for all of it."""
        total = self.store.memories.count(FADING)
        moves: list[Move] = []
        done = last = 0
        while part := self.store.memories.by_status(FADING, last, _PART):
            _give_way(stop)
            on_progress(done, total, "letting memories fade")
            moves += [(memory, new) for memory in part if (new := state_at(fading, memory)) != memory.status]
            done, last = done + len(part), part[-1].id
        return moves

    def _move(self, batch: Batch, moves: Sequence[Move], fading: Fading, on_progress: Progress) -> list[Move]:
        """Write them, each as it is by now: what was pinned or forgotten since it was looked at is left alone."""
        moved: list[Move] = []
        for start in range(0, len(moves), _PART):
            on_progress(start, len(moves), "keeping what changed")
            current = self.store.memories.many([memory.id for memory, _ in moves[start : start + _PART]])
            for memory in current.values():
                if memory.status in FADING and (new := state_at(fading, memory)) != memory.status:
                    batch.update(memory.id, status=new)
                    moved.append((memory, new))
        return moved


def moment_of(night: date, at: time, as_of: datetime) -> datetime:
    """The night's own time in the zone of `as_of`, whenever it is really run. Where the clocks change and its hour
    comes twice, or not at all, the earlier of the two readings, so that it never lies ahead."""
    moment = datetime.combine(night, at, tzinfo=as_of.tzinfo)
    return min(moment, moment.replace(fold=1), key=datetime.timestamp)


def state_at(fading: Fading, memory: Memory) -> Status:
    """The state a memory fades (or wakes) to."""
    if memory.pinned or memory.kind == "trait" or fading.in_grace(memory):
        return "active"  # the portrait is not recalled: each night decides anew what is in it
    retention = fading.retention(memory)
    if retention < fading.curve.archived_below:
        return "archived"
    return "dormant" if retention < fading.curve.dormant_below else "active"


def _give_way(stop: StopSignal) -> None:
    if stop.is_set():
        raise ThinkingStopped


def _report(
    nights: Sequence[date],
    moves: Sequence[Move],
    fading: Fading,
    ended: Hearing,
    plan: Plan,
    *,
    batch: int | None = None,
    dry_run: bool = False,
) -> SleepReport:
    """A rehearsal tells everything, a night the first of it."""
    counts = {state: sum(1 for _, new in moves if new == state) for state in FADING}
    told = [f"+ {one_line(each.event.text.partition(chr(10))[0], 80)}" for each in ended.ended]
    told += plan.lines if dry_run else plan.lines[:_SHOWN]
    shown = moves if dry_run else moves[: max(0, _SHOWN - len(told))]
    more = [f"… and {len(moves) - len(shown):,} more"] if len(moves) > len(shown) else []
    return SleepReport(
        nights=tuple(night.isoformat() for night in nights),
        dormant=counts["dormant"],
        archived=counts["archived"],
        woken=counts["active"],
        batch=batch,
        dry_run=dry_run,
        changes=(*told, *(_line(fading, *move) for move in shown), *more),
    )


def _line(fading: Fading, memory: Memory, new: Status) -> str:
    """What becomes of a memory, and since when it has been as faint as that."""
    line = f"{one_line(memory.text, 80)}: {memory.status} → {new}"
    since = fades_at(fading, memory) if new != "active" else None
    return line if since is None else f"{line}, faint since {local_date(since, memory.utc_offset)}"
