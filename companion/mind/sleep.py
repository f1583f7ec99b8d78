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
from itertools import permutations

from companion.clock import Clock, local_date
from companion.errors import ModelError, ThinkingStopped
from companion.memory.course import fades_at
from companion.memory.forgetting import Curve, Fading, fading_at
from companion.mind.consolidating import Consolidator, Plan
from companion.mind.event_keeping import EventKeeper, Hearing
from companion.mind.events import PAUSE
from companion.mind.fading import FADING, PART, Move, Progress, moves, state_at
from companion.mind.thinking import Thinker
from companion.model.protocol import StopSignal
from companion.records import Memory
from companion.reports import SleepReport
from companion.store.store import Store
from companion.strings import text
from companion.text import one_line

log = logging.getLogger(__name__)
_SHOWN = 20
Fade = Callable[[Store, Curve, datetime, Progress], list[Move]]
_ASTRAY = timedelta(days=2)
"""A clock that was off by more than this was wrong; by less it may have been another zone."""


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
            first = self.store.nights.first()
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
            moved = self._fade(nominal, on_progress, stop)
            on_progress(0, 1, text("night.going_over"))
            plan = self._consolidate(nights, ended, thinker, stop)
            if dry_run:
                return self._report(nights, moved, fading, ended, plan, dry_run=True)
            reason = f"night of {nights[-1].isoformat()}"
            with self.store.changes.batch("sleep", "sleep", reason, look=lambda: _give_way(stop)) as batch:
                on_progress(0, len(moved), text("night.keeping"))
                # Looked at anew: what was pinned or forgotten meanwhile is left alone.
                moved = self._fade(nominal, lambda *_: None, stop)
                for start in range(0, len(moved), PART):
                    if start:
                        on_progress(start, len(moved), text("night.keeping"))
                    part = moved[start : start + PART]
                    for before, after in permutations(FADING, 2):
                        batch.move(before, after, [m.id for m in part if (m.before, m.after) == (before, after)])
                # A night caught up leaves events and days as the nights since would have.
                kept = self._events.keep(batch, ended, lambda event: state_at(fading, event))
                self._consolidator.keep(batch, plan, kept, lambda day: state_at(fading, day))
                report = self._report(nights, moved, fading, ended, plan, batch=batch.id if batch.touched else None)
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

    def _fade(self, nominal: datetime, on_progress: Progress, stop: StopSignal) -> list[Move]:
        """What changes its state; read in parts, so that whoever wants the database need not wait for all of it."""

        def told(done: int, total: int, what: str) -> None:
            _give_way(stop)
            on_progress(done, total, what)

        return self.fade(self.store, self.curve, nominal, told)

    def _report(
        self,
        nights: Sequence[date],
        moved: Sequence[Move],
        fading: Fading,
        ended: Hearing,
        plan: Plan,
        *,
        batch: int | None = None,
        dry_run: bool = False,
    ) -> SleepReport:
        """A rehearsal tells everything, a night the first of it."""
        counts = {state: sum(1 for move in moved if move.after == state) for state in FADING}
        told = [f"+ {one_line(each.event.text.partition(chr(10))[0], 80)}" for each in ended.ended]
        told += plan.lines if dry_run else plan.lines[:_SHOWN]
        shown = moved if dry_run else moved[: max(0, _SHOWN - len(told))]
        memories = self.store.memories.many([move.id for move in shown])
        faded = [_line(fading, memories[move.id], move) for move in shown if move.id in memories]
        more = [text("night.and_more", moved=len(moved) - len(shown))] if len(moved) > len(shown) else []
        return SleepReport(
            nights=tuple(night.isoformat() for night in nights),
            dormant=counts["dormant"],
            archived=counts["archived"],
            woken=counts["active"],
            batch=batch,
            dry_run=dry_run,
            changes=(*told, *faded, *more),
        )


def moment_of(night: date, at: time, as_of: datetime) -> datetime:
    """The night's own time in the zone of `as_of`, whenever it is really run. Where the clocks change and its hour
    comes twice, or not at all, the earlier of the two readings, so that it never lies ahead."""
    moment = datetime.combine(night, at, tzinfo=as_of.tzinfo)
    return min(moment, moment.replace(fold=1), key=datetime.timestamp)


def _give_way(stop: StopSignal) -> None:
    if stop.is_set():
        raise ThinkingStopped


def _line(fading: Fading, memory: Memory, move: Move) -> str:
    """What becomes of a memory, and since when it has been as faint as that."""
    line = f"{one_line(memory.text, 80)}: {text(f'state.{move.before}')} → {text(f'state.{move.after}')}"
    since = fades_at(fading, memory) if move.after != "active" else None
    return line if since is None else text("night.faint_since", line=line, since=local_date(since, memory.utc_offset))
