"""The letter about a week, as Markdown: put together by rules from what the person said, nothing of it made up.

Statements stand in it word for word, between quotation marks, and each has a footnote: the memory it is, the day it was
told, the words it rests on. No model writes in it. It holds what is everybody's and stands; nothing that waits to be
confirmed, was forgotten, was said in play or to a persona with a memory of its own; and nothing heavy unless the
settings allow it to be brought up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from companion.clock import LOCAL, local_date, stamp, stamp_day
from companion.days import day_of_year, full_day, weekday
from companion.mind.days import most_important
from companion.mind.heavy import is_heavy, weighs
from companion.mind.mood import mood
from companion.mind.weeks import Week
from companion.records import Memory
from companion.reports import DayMood, Letter
from companion.store.consolidated import STANDING
from companion.store.scopes import EVERYBODY
from companion.store.store import Store
from companion.strings import text
from companion.text import one_line

A_DAY, OF_A_KIND, FADED = 3, 5, 3
"""Statements told of one day, of what was learned or changed, of what faded."""
WEIGHTY = 4
"""Importance from which something is worth a word for itself."""
MATTERS = 3
"""Importance from which it is worth a word that something faded."""
LINE = 300
FELT = 3
"""Messages of a week from which it is told how it felt."""
APART = 0.3
"""Difference of mean valence (−1 … 1) from which one day is called lighter than another."""
_MARKS = re.compile(r"([\\`*_\[\]<>#|~%$&]|(?<==)=|=(?==))")
"""Markdown's own, and what Obsidian takes for a comment, a formula, a highlight or a template to be run."""
_ONE_WORD = ((-0.15, "low"), (0.15, "level"), (2.0, "good"))


@dataclass
class _Page:
    """Lines with their footnotes, each source once."""

    bears_heavy: bool
    lines: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    memories: dict[int, None] = field(default_factory=dict)

    def heading(self, title: str) -> None:
        self.lines += ["", f"## {title}", ""]


def write_letter(store: Store, week: Week, *, name: str = "", bring_up_heavy: bool = False) -> Letter:
    """What there is to tell; empty text when that is nothing. `name`: what the person is called."""

    def bearable(found: Iterable[Memory]) -> list[Memory]:
        return [memory for memory in found if bring_up_heavy or not is_heavy(memory)]

    by_day = {day: bearable(_thoughts(store, day)) for day in week.days}
    changed = [(older, newer) for older, newer in _changed(store, week) if len(bearable((older, newer))) == 2][
        :OF_A_KIND
    ]
    if not any(by_day.values()) and not changed:
        return Letter(week.name, week.first, week.last)
    page, felt = _Page(bring_up_heavy), _felt(store, week)
    _open(page, week, name, felt)
    told = _tell_days(store, page, by_day, {memory.id for pair in changed for memory in pair})
    learned = [m for found in by_day.values() for m in found if m.id not in told and _is_weighty(m)]
    learned = sorted(learned, key=lambda m: (-m.importance, m.recorded_at, m.id))[:OF_A_KIND]
    _tell(store, page, text("letter.learned"), learned)
    if changed:
        page.heading(text("letter.changed"))
        for older, newer in changed:
            said = text("letter.change", older=_said(older.text), newer=_said(newer.text))
            page.lines.append(f"- {said}{_note(store, page, older)}{_note(store, page, newer)}")
    known = store.memories.many(store.letters.faded(week.first, week.last, MATTERS))
    _tell(store, page, text("letter.faded"), bearable(known.values())[:FADED], text("letter.faded_about"))
    _tell_mood(page, felt)
    _ask(store, page, week, bring_up_heavy)
    page.lines += ["", text("letter.closing"), "", *(f"[^{label}]: {note}" for label, note in page.notes.items())]
    return Letter(week.name, week.first, week.last, "\n".join(page.lines) + "\n", tuple(page.memories))


def _open(page: _Page, week: Week, name: str, felt: Sequence[DayMood]) -> None:
    title = text("letter.title", first=day_of_year(week.first), last=full_day(week.last))
    head = ["---", f"week: {week.name}", f"first: {week.first}", f"last: {week.last}", "kind: companion letter", "---"]
    called = one_line(name, 60)
    greeting = text("letter.dear", name=_escaped(called)) if called else text("letter.hello")
    page.lines += [*head, "", f"# {title}", "", greeting, "", text("letter.opening")]
    if felt:
        page.lines[-1] += " " + text("letter.opening_count", count=len(felt)) + "[^days]"
        told = [text("letter.source_day", day=full_day(day.day), count=day.turns) for day in felt]
        page.notes["days"] = text("format.comma").join(told)


def _tell_days(store: Store, page: _Page, by_day: dict[date, list[Memory]], elsewhere: set[int]) -> set[int]:
    """The ids of what was told: a few statements of each day, in the order they were said."""
    told: set[int] = set()
    if not any(by_day.values()):
        return told
    page.heading(text("letter.days"))
    for day, found in by_day.items():
        chosen = most_important([memory for memory in found if memory.id not in elsewhere], A_DAY)
        if not chosen:
            continue
        page.lines += [f"**{text('letter.day', weekday=weekday(day), day=day_of_year(day))}**", ""]
        page.lines += [f"- {text('letter.said', text=_said(m.text))}{_note(store, page, m)}" for m in chosen]
        page.lines.append("")
        told |= {memory.id for memory in chosen}
    page.lines.pop()
    return told


def _tell(store: Store, page: _Page, title: str, found: Sequence[Memory], about: str = "") -> None:
    if not found:
        return
    page.heading(title)
    page.lines += [about, ""] if about else []
    page.lines += [f"- {text('letter.said', text=_said(m.text))}{_note(store, page, m)}" for m in found]


def _tell_mood(page: _Page, felt: Sequence[DayMood]) -> None:
    if sum(day.turns for day in felt) < FELT:
        return
    best, worst = (max(felt, key=lambda day: day.valence), min(felt, key=lambda day: day.valence))
    if len(felt) == 1:
        how = next(word for below, word in _ONE_WORD if best.valence < below)
        told, days = text("letter.mood_one", day=weekday(best.day), how=text(f"mood_word.{how}")), [best]
    elif best.valence - worst.valence >= APART:
        told, days = text("letter.mood_mixed", best=weekday(best.day), worst=weekday(worst.day)), [best, worst]
    else:
        told, days = text("letter.mood_level"), list(felt)
    page.heading(text("letter.mood"))
    labels = [f"mood-{day.day.isoformat()}" for day in days]
    page.notes |= {label: text("letter.source_mood", count=day.turns) for label, day in zip(labels, days, strict=True)}
    page.lines.append(told + "".join(f"[^{label}]" for label in labels))


def _ask(store: Store, page: _Page, week: Week, bring_up_heavy: bool) -> None:
    """How the plan went whose day came last, else what was asked and is open."""
    since, until = _span(week)
    plans = [m for m in store.mornings.plans_due(since, until) if bring_up_heavy or not is_heavy(m)]
    if plans:
        asked = text("morning.how_did_it_go", plan=_said(plans[-1].text))
        page.heading(text("letter.question"))
        page.lines.append(asked + _note(store, page, plans[-1]))
        return
    for question in reversed(store.questions.open()):
        about = store.memories.many((question.older, question.newer))
        if since <= store.turns.get(question.turn).at < until and (bring_up_heavy or not weighs(question.text)):
            page.heading(text("letter.question"))
            notes = "".join(_note(store, page, memory) for memory in about.values())
            page.lines.append(_said(question.text) + notes)
            return


def _thoughts(store: Store, day: date) -> list[Memory]:
    found = store.consolidated.of_day((day - date(1970, 1, 1)).days, ("thought",), STANDING)
    return [memory for memory in found if memory.subject != "companion"]


def _is_weighty(memory: Memory) -> bool:
    return memory.slot is not None or memory.importance >= WEIGHTY


def _changed(store: Store, week: Week) -> list[tuple[Memory, Memory]]:
    """What took the place of something in this week, oldest first."""
    pairs = store.mornings.replaced(_span(week)[0] - 86_400)
    found = store.memories.many([id for pair in pairs for id in pair])
    told = [(found[old], found[new]) for old, new in reversed(pairs) if old in found and new in found]
    days = (week.first, week.last)
    return [pair for pair in told if days[0] <= local_date(pair[1].recorded_at, pair[1].utc_offset) <= days[1]]


def _felt(store: Store, week: Week) -> tuple[DayMood, ...]:
    said = store.turns.said_since(week.first)
    said = [turn for turn in said if local_date(turn.at, turn.utc_offset) <= week.last]
    shared = {id for id in {turn.conversation for turn in said} if store.scopes.of(id) == EVERYBODY}
    return mood(turn for turn in said if turn.conversation in shared)


def _span(week: Week) -> tuple[float, float]:
    """In seconds, by the zone this computer is in now."""
    offset = stamp(datetime.combine(week.last, time(12), LOCAL))[1]
    first, last = ((day - date(1970, 1, 1)).days for day in (week.first, week.last))
    return stamp_day(first, offset)[0], stamp_day(last, offset)[1]


def _note(store: Store, page: _Page, memory: Memory) -> str:
    """The mark of a memory's footnote."""
    label = f"m{memory.id}"
    page.memories[memory.id] = None
    day = full_day(local_date(memory.recorded_at, memory.utc_offset))
    quotes = [one_line(quote.text, LINE) for quote in store.memories.quotes(memory) if quote.turn.role == "person"]
    if not page.bears_heavy:
        quotes = [quote for quote in quotes if not weighs(quote)]
    if quotes and quotes[0] != one_line(memory.text, LINE):
        page.notes[label] = text("letter.source_quote", id=memory.id, day=day, quote=_escaped(quotes[0]))
    else:
        page.notes[label] = text("letter.source", id=memory.id, day=day)
    return f"[^{label}]"


def _said(words: str) -> str:
    return _escaped(one_line(words, LINE))


def _escaped(words: str) -> str:
    """So that Markdown shows it as it is."""
    return _MARKS.sub(r"\\\1", words)
