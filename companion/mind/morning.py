"""The morning report: what changed in memory since the person was last told, what is about to fade, what to ask.

Read from the store when it is asked for; only when it was last shown is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from companion.clock import Clock, local_date, stamp
from companion.memory.forgetting import DAY, Curve, fading_at
from companion.mind.heavy import is_heavy, weighs
from companion.records import Memory
from companion.reports import FadingSoon, MorningReport, Replaced
from companion.store.store import Store
from companion.strings import text
from companion.text import one_line

SHOWN = 6
"""Entries of a kind that are named; the others are counted."""
SOON = 7
"""Days within which a memory fades soon."""
MATTERS = 3
"""Importance from which it is worth a word that a memory fades."""
ASKED = 2
"""Plans that are asked after in one morning."""
LONGEST_AGO = 14
"""Days that a report looks back at most: after a year away nobody wants to read the year."""


@dataclass
class Morning:
    store: Store
    clock: Clock
    curve: Curve
    bring_up_heavy: bool = False

    def report(self) -> MorningReport:
        """What there is to tell now. `due` on the first look of a calendar day, once the person has a yesterday here,
        and when there is anything to tell."""
        now = self.clock.now()
        at, _ = stamp(now)
        seen = self.store.mornings.last()
        since = max(seen or 0.0, at - LONGEST_AGO * DAY)
        since = min(since, at)  # the clock was ahead when it was last shown
        ids = self.store.mornings.learned(since)
        known = self.store.memories.many(ids)
        learned = self._bearable(known[id] for id in ids if id in known)
        report = MorningReport(
            day=now.date().isoformat(),
            since=since,
            learned=tuple(learned[:SHOWN]),
            learned_total=len(learned),
            changed=self._changed(since),
            fading=self._fading(now),
            questions=self._questions(since, at),
            yesterday=self._yesterday(now),
            warnings=self._warnings(),
            letter=self._letter(since),
        )
        first = self.store.mornings.first_turn()
        lived = first is not None and local_date(*first) < now.date()
        last = None if seen is None else local_date(seen, stamp(now)[1])
        return replace(report, due=lived and (last is None or last < now.date()) and not report.empty)

    def seen(self) -> None:
        """The person was shown the report."""
        with self.store.db.write():
            self.store.mornings.shown(stamp(self.clock.now())[0])

    def _changed(self, since: float) -> tuple[Replaced, ...]:
        pairs = self.store.mornings.replaced(since)[:SHOWN]
        found = self.store.memories.many([id for pair in pairs for id in pair])
        kept = {memory.id for memory in self._bearable(found.values())}
        return tuple(Replaced(found[old], found[new]) for old, new in pairs if old in kept and new in kept)

    def _fading(self, now: datetime) -> tuple[FadingSoon, ...]:
        """What matters most of that which becomes dormant within SOON days."""
        fading = fading_at(self.store, self.curve, now)
        # Worth a word are few; SQLite finds them.
        might = self._bearable(self.store.mornings.might_fade(MATTERS))
        last = now.date() + timedelta(days=SOON)
        found = [(memory, day) for memory in might if (day := fading.fades_around(memory)) is not None and day <= last]
        found.sort(key=lambda pair: (-pair[0].importance, pair[1], -pair[0].recorded_at))
        return tuple(FadingSoon(memory, fading.retention(memory), day) for memory, day in found[:SHOWN])

    def _questions(self, since: float, at: float) -> tuple[str, ...]:
        """What was asked since the last report and is open still, and how plans went whose day has come since."""
        open_still = [each for each in self.store.questions.open() if self.store.turns.get(each.turn).at > since]
        plans = self._bearable(self.store.mornings.plans_due(max(since - DAY, at - LONGEST_AGO * DAY), at))
        asked = [one_line(each.text, 300) for each in open_still[-1:]]
        return (*asked, *(text("morning.how_did_it_go", plan=one_line(plan.text, 160)) for plan in plans[-ASKED:]))

    def _warnings(self) -> tuple[str, ...]:
        problem, letter = self.store.backup_notes.problem(), self.store.letters.problem()
        return (
            *(() if problem is None else (text("backup.failed", error=one_line(str(problem[1]), 300)),)),
            *((text("letter.failed", error=one_line(letter, 300)),) if letter else ()),
        )

    def _letter(self, since: float) -> str:
        found = self.store.letters.latest(since)
        if found is None:
            return ""
        return text("letter.morning", path=one_line(found[1], 300)) if found[1] else text("letter.morning_shown")

    def _yesterday(self, now: datetime) -> str:
        """The title of the digest of the day before, where there is one."""
        found = self.store.mornings.digest_of(now.date() - timedelta(days=1))
        title = "" if found is None else one_line(found.text.partition("\n")[0], 120)
        return title if self.bring_up_heavy or not weighs(title) else ""

    def _bearable(self, memories: Iterable[Memory]) -> list[Memory]:
        """Without what is heavy: nobody is met with that in the morning."""
        return [memory for memory in memories if self.bring_up_heavy or not is_heavy(memory)]
