"""Check-ins: which of the dated memories is brought up now, if any, and in which words.

Each thing once. In the quiet hours nothing is, but a reminder at an hour the person named; others wait for the morning.
At most so many a day as the person set, beside reminders, which they asked for. What could not be told within days of
its time is left.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from companion.chats import CheckIn
from companion.clock import Clock, local_date, stamp
from companion.days import day_of_year, full_day
from companion.mind.dated import Dated, dated
from companion.records import CheckInKind
from companion.settings import CheckInSettings
from companion.store.checkins import Planned
from companion.store.store import Store
from companion.strings import text
from companion.text import one_line

QUOTED = 160
"""Characters of the person's words that are cited."""
_ORDER: tuple[CheckInKind, ...] = ("reminder", "anniversary", "after", "absence")
SELDOM = timedelta(days=28)
STOPPED = 3
"""Times that less of a kind was wanted, from which there is none."""


@dataclass
class CheckingIn:
    """Any thread. Looking through memory may take a moment: `refresh` before a lock is taken that others wait for."""

    store: Store
    clock: Clock
    settings: CheckInSettings
    bring_up_heavy: bool = False
    _known: dict[str, Dated] = field(default_factory=dict)
    _seen: tuple[int, date] | None = None
    _looking: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> tuple[Planned, Dated] | None:
        """What is to be brought up now. What is too late by now, or less wanted, is put away for good."""
        now = self.clock.now()
        self.refresh(now)
        waiting = [(each, self._known[each.key]) for each in self.store.checkins.waiting() if each.key in self._known]
        due = [(each, what) for each, what in waiting if what.due <= now]
        due.sort(key=lambda pair: (_ORDER.index(pair[0].kind), -pair[1].memory.importance, pair[1].due, pair[0].id))
        for each, what in due:
            if self._is_over(what, now):
                with self.store.db.write():
                    self.store.checkins.leave(each.id, "missed", now.timestamp())
            elif not self._may_come(what, now):
                continue
            elif self._is_less_wanted(each.kind, now):
                with self.store.db.write():
                    self.store.checkins.leave(each.id, "unwanted", now.timestamp())
            else:
                return each, what
        return None

    def upcoming(self, limit: int) -> tuple[CheckIn, ...]:
        """What would be brought up, the next first; also where nothing can be written."""
        now = self.clock.now()
        if not self.store.read_only:
            self.refresh(now)
            waiting = [
                (each.id, self._known[each.key]) for each in self.store.checkins.waiting() if each.key in self._known
            ]
        else:
            found = dated(self.store, now, self.settings.quiet_until, self.bring_up_heavy)
            done = self.store.checkins.done([each.key for each in found])
            waiting = [(at, each) for at, each in enumerate(found, 1) if each.key not in done]
        left = [(id, each) for id, each in waiting if not self._is_over(each, now)]
        left = [(id, each) for id, each in left if self.store.checkins.less(each.kind) < STOPPED]
        return tuple(self._shown(id, each) for id, each in left[: max(0, limit)])

    def refresh(self, now: datetime) -> None:
        """Bring what waits into step with memory, when it or the day changed."""
        with self._looking:
            seen = (self.store.consolidated.mark(), now.date())
            if seen == self._seen:
                return
            found = dated(self.store, now, self.settings.quiet_until, self.bring_up_heavy)
            with self.store.db.write():
                self.store.checkins.sync([each.planned for each in found])
            self._known = {each.key: each for each in found}
            self._seen = seen

    def less_like(self, kind: CheckInKind) -> None:
        """Bring up less of a kind: the first time every second is left out, the second time there is at most one in
        four weeks, the third time none any more. That holds for reminders as well."""
        self.store.checkins.want_less(kind)

    def _is_over(self, each: Dated, now: datetime) -> bool:
        """Whether it is too late for it: nobody wishes a happy birthday on the day after."""
        return each.kind == "anniversary" and each.day < now.date()

    def _may_come(self, each: Dated, now: datetime) -> bool:
        if each.kind == "reminder":
            return each.timed or not self._is_quiet(now.time())
        if each.kind == "absence" and any(other.due <= now for other in self._known.values() if other != each):
            return False  # that is enough of a beginning
        today = [p for p in self.store.checkins.told(now.timestamp() - 2 * 86_400) if p.kind != "reminder"]
        today = [p for p in today if p.told_at is not None and local_date(p.told_at, stamp(now)[1]) == now.date()]
        return not self._is_quiet(now.time()) and len(today) < self.settings.a_day

    def _is_quiet(self, at: time) -> bool:
        begins, ends = self.settings.quiet_from, self.settings.quiet_until
        return begins <= at < ends if begins <= ends else at >= begins or at < ends

    def _is_less_wanted(self, kind: CheckInKind, now: datetime) -> bool:
        less = self.store.checkins.less(kind)
        latest = self.store.checkins.latest(kind)
        if less == 0 or less >= STOPPED:
            return less > 0
        if less == 1:
            return latest is None or latest.state == "told"
        told = self.store.checkins.told((now - SELDOM).timestamp())
        return any(each.kind == kind for each in told)

    def _shown(self, id: int, each: Dated) -> CheckIn:
        at, offset = stamp(each.due)
        return CheckIn(id, each.kind, each.memory.id, words(each, each.due.date()), reason(each), at, offset)


def words(each: Dated, today: date) -> str:
    """What the companion says on `today`."""
    said, quote = _said(each, today), one_line(each.quote, QUOTED)
    if each.kind == "reminder":
        if each.day < today:
            return text("checkin.reminder_late", said=said, quote=quote, day=_day(each.day, today))
        return text("checkin.reminder", said=said, quote=quote)
    if each.kind == "anniversary":
        return text("checkin.birthday" if each.tone == "birthday" else "checkin.anniversary", said=said, quote=quote)
    if each.kind == "absence":
        return text("checkin.absence", said=said, quote=quote)
    if each.day == today:
        when = text("checkin.was_today")
    elif each.day == today - timedelta(days=1):
        when = text("checkin.was_yesterday")
    else:
        when = text("checkin.was_on", day=_day(each.day, today))
    how = text("checkin.how_gently") if each.tone == "sad" else text("checkin.how")
    return text("checkin.after", said=said, quote=quote, when=when, how=how)


def reason(each: Dated) -> str:
    """Why it is brought up."""
    said = local_date(each.memory.recorded_at, each.memory.utc_offset)
    return text("checkin.reason", said=full_day(said), quote=one_line(each.quote, QUOTED))


def _said(each: Dated, today: date) -> str:
    """The day on which the person told it."""
    return _day(local_date(each.memory.recorded_at, each.memory.utc_offset), today)


def _day(day: date, today: date) -> str:
    return day_of_year(day) if day.year == today.year else full_day(day)
