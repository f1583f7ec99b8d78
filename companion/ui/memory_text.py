"""One memory with everything about it, as styled text. Pure functions."""

from __future__ import annotations

from textual.content import Content

from companion.clock import local
from companion.records import CameToMind, JournalEntry, MemoryDetail, MemoryRow, Quote, Status
from companion.text import one_line
from companion.ui import format as show
from companion.ui.widgets.literal import Part, cell, literal
from companion.voices import COMPANION

AROUND = 240
"""Characters of a turn shown on each side of the words a memory rests on."""

_BECAME: dict[Status, str] = {
    "dormant": "dormant",
    "archived": "archived",
    "superseded": "replaced",
    "merged": "merged",
    "quarantined": "set aside",
    "forgotten": "forgotten",
}

Cells = tuple[object, ...]


def detail_text(detail: MemoryDetail) -> Content:
    """Text, retention, evidence, history: the words in the person's order of interest."""
    parts: list[Part] = []
    parts += _head(detail)
    parts += _evidence(detail.quotes)
    parts += _came_to_mind(detail.recalls)
    parts += _history(detail.history)
    return literal(*parts)


def _head(detail: MemoryDetail) -> list[Part]:
    memory = detail.memory
    facts: list[str] = [memory.kind, memory.status]
    if memory.subject == COMPANION:
        facts.append("the companion's words")
    elif memory.subject != "person":
        facts.append(f"about {memory.subject}")
    if memory.modality != "fact" and memory.subject != COMPANION:
        facts.append(memory.modality)
    if memory.emotion:
        facts.append(memory.emotion)
    parts: list[Part] = [
        (f"{memory.text}\n", "bold"),
        (f"{' · '.join(facts)}\n\n", "$text-muted"),
        ("Retention  ", "$text-muted"),
        f"{show.retention(memory, detail.retention)}",
        "" if detail.fades_around is None else f", fades around {show.full_day(detail.fades_around)}",
        ("\nStrength   ", "$text-muted"),
        f"{show.counted_days(memory.strength)}, {memory.layer} memory",
        ("\nRemembered ", "$text-muted"),
        show.full_date(memory.recorded_at, memory.utc_offset),
    ]
    if memory.event_start is not None:
        happened = local(memory.event_start, memory.utc_offset)
        parts += [("\nHappened   ", "$text-muted"), f"{happened.day} {happened:%B %Y}"]
    parts += [("\nUsed       ", "$text-muted"), _use(memory.used_count, memory.last_used_at, memory.utc_offset)]
    if memory.tags:
        parts += [("\nTags       ", "$text-muted"), one_line(memory.tags)]
    if memory.replaced_by is not None:
        parts += [("\nReplaced   ", "$text-muted"), f"by memory {memory.replaced_by}"]
    return parts


def _use(count: int, last: float | None, utc_offset: int) -> str:
    if not count:
        return "not yet"
    times = show.counted(count, "time")
    return times if last is None else f"{times}, last {show.full_date(last, utc_offset)}"


def _evidence(quotes: tuple[Quote, ...]) -> list[Part]:
    parts: list[Part] = [("\n\nWhere it comes from\n", "bold $accent")]
    if not quotes:
        return [*parts, ("Nothing was said about it: you wrote it yourself.", "$text-muted")]
    for index, quote in enumerate(quotes):
        turn = quote.turn
        who = {"person": "You", "companion": "Companion"}.get(turn.role, turn.speaker)
        before, after = turn.text[: quote.start], turn.text[quote.end :]
        parts += [
            "\n" if index else "",
            (f"{who}, {show.full_date(turn.at, turn.utc_offset)}\n", "$text-muted"),
            ("…" if len(before) > AROUND else "") + before[-AROUND:],
            (turn.text[quote.start : quote.end], "bold underline"),
            after[:AROUND] + ("…" if len(after) > AROUND else ""),
            "\n" if index < len(quotes) - 1 else "",
        ]
    return parts


def _came_to_mind(times: tuple[CameToMind, ...]) -> list[Part]:
    if not times:
        return []
    parts: list[Part] = [("\n\nWhen it came to mind\n", "bold $accent")]
    for time in times:
        used = "" if time.used is None else ", used" if time.used else ", not used"
        parts += [
            (f"{show.full_date(time.at, time.utc_offset)}{used}  ", "$text-muted"),
            f"{one_line('; '.join(time.reasons)) or 'no reason was kept'}\n",
        ]
    return parts


def _history(entries: tuple[JournalEntry, ...]) -> list[Part]:
    if not entries:
        return []
    parts: list[Part] = [("\n\nWhat was changed\n", "bold $accent")]
    for entry in entries:
        who = "you" if entry.actor == "person" else entry.actor
        reason = f": {one_line(entry.reason)}" if entry.reason else ""
        parts += [
            (f"{show.full_date(entry.at, entry.utc_offset)}  ", "$text-muted"),
            f"{entry.action} by {who}{reason}\n",
        ]
        before, after = _text_of(entry.before), _text_of(entry.after)
        if before and after and before != after:
            parts += [("  was  ", "$text-muted"), f"{before}\n", ("  now  ", "$text-muted"), f"{after}\n"]
    return parts


def _text_of(state: dict[str, object] | None) -> str:
    return one_line(str(state.get("text", ""))) if state else ""


def table_cells(row: MemoryRow, bar_cells: int) -> Cells:
    """Text with the pin mark, kind (or what became of it), when, retention."""
    memory = row.memory
    faded = "" if memory.status == "active" else "dim"
    kind = _BECAME.get(memory.status, memory.kind)
    return (
        cell(("* " if memory.pinned else "  ") + memory.text, faded),
        cell(f" {kind}", faded),
        cell(show.short_date(show.memory_moment(memory), memory.utc_offset, show.now()), faded),
        cell(show.retention(memory, row.retention, bar_cells), faded),
    )
