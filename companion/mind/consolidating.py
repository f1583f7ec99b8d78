"""Consolidation in sleep: what is made of many memories is brought into step with them, in two steps.

    plan = consolidator.plan(...)                  before the batch; reads only, and may ask a model
    consolidator.keep(batch, plan, events, ...)    in the batch, after the night's events were kept

Each thing made has a place (a day, a line of the portrait) and is a pure function of what stands in the store, so that
it does not matter how many nights were missed. Only what changed is looked at: the days since the last night, and the
days of memories that the journal says were changed since. What the person changed, pinned or had forgotten is theirs:
the place stays as they left it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from companion.errors import ThinkingStopped
from companion.mind.days import PREFIX as DAY_PREFIX
from companion.mind.days import key_of, tell_day
from companion.mind.drafts import local_day
from companion.mind.placing_drafts import Step, step_for
from companion.mind.portrait import tell_portrait
from companion.mind.portrait_rules import PREFIX
from companion.mind.rewording import Rewording
from companion.mind.story import KEY as STORY
from companion.mind.story import tell_story
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Thinker
from companion.model.protocol import StopSignal
from companion.records import Memory, Status
from companion.store.changes import Batch
from companion.store.consolidated import STANDING, Written
from companion.store.store import Store
from companion.strings import text
from companion.text import one_line, text_hash

PART_OF = 0.2
"""Weight of the link from what was said to what was made of it: that is no bridge between all its parts."""
_TELLS = (
    "kind", "text", "subject", "slot", "polarity", "modality", "importance", "pinned", "sensitivity", "recorded_at",
    "utc_offset", "event_start", "valid_from", "valid_to", "replaced_by", "evidence",
)  # fmt: skip
"""What of a memory goes into what is made of it; its state only as far as it holds or does not."""
_FIRST_DAY = -(10**6)
_NEW = -(10**6)
"""Ids below this stand for digests that are not written yet; above it, below 0, for events."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a night would write. `mark`: how much of the journal it knows."""

    mark: int
    steps: tuple[Step, ...] = ()
    events: int = 0
    until: int = 0
    since: int = 0
    words: Rewording = field(default_factory=Rewording)

    @property
    def changes(self) -> bool:
        return any(step.what for step in self.steps)

    @property
    def lines(self) -> tuple[str, ...]:
        """For the person: what is new (+), changed (~) and gone (-)."""
        return tuple(_said(step) for step in self.steps if step.what)


class Consolidator:
    def __init__(self, store: Store) -> None:
        self._store = store

    def plan(
        self,
        since: int,
        until: int,
        events: Sequence[Memory] = (),
        thinker: Thinker | None = None,
        stop: StopSignal | None = None,
    ) -> Plan:
        """What the nights up to the local day `until` (that day not included; both counted from 1970-01-01) would
        write, when the last one was that of `since`. `events` are about to be kept. Raises ThinkingStopped."""
        numbered = [replace(event, id=-1 - at) for at, event in enumerate(events)]
        return self._plan(
            since, until, numbered, set(map(local_day, events)), Rewording(thinker or Tier0(), stop), stop
        )

    def keep(self, batch: Batch, plan: Plan, events: Sequence[Memory], status: Callable[[Memory], Status]) -> None:
        """Write a plan; `events` are those of the plan as they were kept, `status` gives the state in which a digest
        begins. What changed since it was made is looked at again, without a model."""
        if self._store.consolidated.mark() != plan.mark or len(events) != plan.events:
            words = Rewording(known=plan.words.known)
            plan = self._plan(plan.since, plan.until, (), set(map(local_day, events)), words, None)
        ids = {-1 - at: event.id for at, event in enumerate(events)}
        for step in plan.steps:
            self._write(batch, step, ids, status)
        self._store.consolidated.see(plan.mark)

    def note(self, plan: Plan) -> None:
        """Write only how far was looked, when there is nothing to change. Inside a transaction."""
        for step in plan.steps:
            if step.place is not None and step.draft is not None:
                self._store.consolidated.put(step.place._replace(rank=step.draft.rank))
        self._store.consolidated.see(plan.mark)

    def _plan(
        self,
        since: int,
        until: int,
        events: Sequence[Memory],
        more: set[int],
        words: Rewording,
        stop: StopSignal | None,
    ) -> Plan:
        store = self._store.consolidated
        mark = store.mark()
        days, kinds = self._changed(store.seen(), since, until)
        days |= {day for day in more if day < until}
        steps = self._days(sorted(days), events, words, stop)
        if kinds & {"thought", "trait"}:
            steps += self._portrait(words)
        if kinds & {"day"} or any(step.what for step in steps if step.key.startswith(DAY_PREFIX)):
            steps += self._story(steps, words)
        return Plan(mark, tuple(steps), len(events), until, since, words)

    def _changed(self, seen: int | None, since: int, until: int) -> tuple[set[int], set[str]]:
        """Days to be looked at, and kinds of memories that were changed."""
        if seen is None:
            every = self._store.consolidated.days(_FIRST_DAY)
            return {day for day in every if day < until}, {"thought", "day", "trait"}
        days, kinds = set(self._store.consolidated.days(since)), set[str]()
        for before, after in self._store.consolidated.changes_since(seen):
            if _tells(before) != _tells(after):
                for image in (before, after):
                    if image is not None:
                        kinds.add(image["kind"])
                        if image["kind"] != "trait":
                            days.add(int((image["recorded_at"] + image["utc_offset"]) // 86_400))
        return {day for day in days if day < until}, kinds

    def _days(
        self, days: Sequence[int], events: Sequence[Memory], words: Rewording, stop: StopSignal | None
    ) -> list[Step]:
        written = self._store.consolidated.written(DAY_PREFIX) if days else {}
        steps: list[Step] = []
        for day in days:
            if stop is not None and stop.is_set():
                raise ThinkingStopped
            key = key_of(day)
            step = step_for(self._store, key, tell_day(self._store, day, events), written.get(key), words)
            if step is not None:
                steps.append(replace(step, placeholder=_NEW - len(steps)))
        return steps

    def _portrait(self, words: Rewording) -> list[Step]:
        written = self._store.consolidated.written(PREFIX)
        drafts = [replace(each, rank=rank) for rank, each in enumerate(tell_portrait(self._store))]
        wanted = {each.key for each in drafts} | {STORY}
        found = [step_for(self._store, each.key, each, written.get(each.key), words) for each in drafts]
        found += [step_for(self._store, key, None, written[key], words) for key in written if key not in wanted]
        return [step for step in found if step is not None]

    def _story(self, steps: Sequence[Step], words: Rewording) -> list[Step]:
        """From the digests as they will be once `steps` are written."""
        digests = {m.id: m for m in self._store.consolidated.digests()}
        for step in steps:
            if step.memory is not None and step.what == "-":
                digests.pop(step.memory.id, None)
            elif step.what and step.draft is not None and step.key.startswith(DAY_PREFIX):
                id = step.memory.id if step.memory is not None else step.placeholder
                digests[id] = replace(step.draft.memory, id=id, text=step.text)
        ordered = sorted(digests.values(), key=lambda m: (m.recorded_at, m.slot or ""))
        told = tell_story(self._store, ordered)
        found = replace(told, rank=_LAST) if told is not None else None
        place = self._store.consolidated.written(STORY).get(STORY)
        story = step_for(self._store, STORY, found, place, words)
        return [] if story is None else [story]

    def _write(self, batch: Batch, step: Step, ids: dict[int, int], status: Callable[[Memory], Status]) -> None:
        if step.what == "-" and step.memory is not None:
            self._part(batch, step.memory.id, ())
            batch.update(step.memory.id, status="superseded")
            return
        if step.draft is None:
            return
        if not step.what:
            if step.place is not None:
                self._store.consolidated.put(step.place._replace(rank=step.draft.rank))
            return
        sources = tuple(ids.get(source, source) for source in step.draft.sources)
        made = replace(step.draft, sources=sources)
        memory = replace(made.memory, text=step.text)
        if step.memory is None:
            id = batch.add(replace(memory, status=_state(memory, status))).id
        else:
            id = step.memory.id
            result = replace(step.memory, recorded_at=memory.recorded_at, utc_offset=memory.utc_offset)
            values = {name: getattr(memory, name) for name in _MADE}
            batch.update(id, status=_state(result, status), replaced_by=None, **values)
        if step.placeholder:
            ids[step.placeholder] = id
        self._part(batch, id, sources)
        self._store.consolidated.put(Written(step.key, id, made.basis, text_hash(step.text), made.rank))

    def _part(self, batch: Batch, id: int, sources: Sequence[int]) -> None:
        """Exactly `sources` are part of it."""
        for old in self._store.consolidated.parts(id):
            if old not in sources:
                batch.unlink(old, id, "part-of")
        for source in sources:
            batch.link(source, id, "part-of", PART_OF)


_MADE = (
    "text", "recorded_at", "utc_offset", "slot", "importance", "valence", "sensitivity", "event_start", "event_end",
    "evidence",
)  # fmt: skip
_LAST = 10**6


def _state(memory: Memory, status: Callable[[Memory], Status]) -> Status:
    return status(memory) if memory.kind == "day" else "active"


def _tells(image: Mapping[str, Any] | None) -> tuple[object, ...] | None:
    if image is None or image.get("scope"):
        return None  # what is not everybody's goes into nothing that nights make
    state = "standing" if image["status"] in STANDING else image["status"]
    return (state, *(image[name] for name in _TELLS))


def _said(step: Step) -> str:
    what = text("night.portrait") if step.key.startswith(PREFIX) else ""
    new = one_line(step.text.partition("\n")[0], 80)
    old = one_line(step.memory.text.partition("\n")[0], 80) if step.memory is not None else ""
    if step.what == "-":
        return f"- {what}{old}"
    if step.what == "~" and old != new:
        return f"~ {what}{old} → {new}"
    return f"{step.what} {what}{new}"
