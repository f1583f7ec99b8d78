"""One memory with everything about it, as styled text. Pure functions."""

from __future__ import annotations

from textual.content import Content

from companion.records import CameToMind, JournalEntry, MemoryDetail, MemoryRow, Quote
from companion.strings import text
from companion.text import one_line
from companion.ui import format as show
from companion.ui.memory_words import became, difference, facts, what_was_done
from companion.ui.widgets.literal import Part, literal
from companion.ui.widgets.long_table import Row
from companion.wording import word

AROUND = 240
"""Characters of a turn shown on each side of the words a memory rests on."""
LONGEST_CELL = 400
"""Characters of a memory that may reach a line of the table."""
LONGEST_DIFFERENCE = 2_000
"""Characters of a version of which the difference is made: it takes the square of them."""


def detail_text(detail: MemoryDetail) -> Content:
    """Text, retention, evidence, history: the words in the person's order of interest."""
    parts: list[Part] = head_parts(detail)
    parts += [heading(text("memory.from"), "\n\n")]
    for index, quote in enumerate(detail.quotes):
        parts += ["\n\n" if index else "\n", *quote_parts(quote)]
    if not detail.quotes:
        parts.append((f"\n{text('memory.from_you')}", "$text-muted"))
    parts += recalls_parts(detail.recalls)
    parts += history_parts(detail.history)
    return literal(*parts)


def heading(words: str, before: str = "") -> Part:
    return (f"{before}{words}", "bold $text-accent")


def head_parts(detail: MemoryDetail) -> list[Part]:
    memory = detail.memory
    kept = show.retention(memory, detail.retention)
    if detail.fades_around is not None:
        kept = text("memory.kept_until", kept=kept, day=show.full_day(detail.fades_around))
    lines = [
        (text("memory.retention"), kept),
        (
            text("memory.strength"),
            text("memory.strength_is", days=show.counted_days(memory.strength), layer=word("layer", memory.layer)),
        ),
        (text("memory.remembered"), show.full_date(memory.recorded_at, memory.utc_offset)),
    ]
    if memory.event_start is not None:
        lines.append((text("memory.happened"), show.happened(memory)))
    lines.append((text("memory.used"), _use(memory.used_count, memory.last_used_at, memory.utc_offset)))
    if memory.tags:
        lines.append((text("memory.tags"), one_line(memory.tags)))
    if memory.replaced_by is not None:
        lines.append((text("memory.replaced"), text("memory.replaced_by", id=memory.replaced_by)))
    parts: list[Part] = [(f"{memory.text}\n", "bold"), (f"{facts(memory)}\n", "$text-muted")]
    for label, words in lines:
        parts += [(f"\n{_padded(label)} ", "$text-muted"), words]
    return parts


def _padded(label: str) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(label, 10)


def _use(count: int, last: float | None, utc_offset: int) -> str:
    if not count:
        return text("memory.not_used")
    if last is None:
        return text("memory.times", count=count)
    return text("memory.times_last", count=count, when=show.full_date(last, utc_offset))


def quote_parts(quote: Quote) -> list[Part]:
    """Who said it and when, then the words with those around them."""
    turn = quote.turn
    who = {"person": text("memory.you"), "companion": text("memory.companion")}.get(turn.role, turn.speaker)
    before, after = turn.text[: quote.start], turn.text[quote.end :]
    return [
        (f"{who}{text('format.then')}{show.full_date(turn.at, turn.utc_offset)}\n", "$text-muted"),
        ("…" if len(before) > AROUND else "") + before[-AROUND:],
        (turn.text[quote.start : quote.end], "bold underline"),
        after[:AROUND] + ("…" if len(after) > AROUND else ""),
    ]


def recalls_parts(times: tuple[CameToMind, ...]) -> list[Part]:
    if not times:
        return []
    parts: list[Part] = [heading(text("memory.came_to_mind"), "\n\n")]
    for time in times:
        used = "" if time.used is None else text("memory.was_used") if time.used else text("memory.was_not_used")
        parts += [
            (f"\n{show.full_date(time.at, time.utc_offset)}{used}  ", "$text-muted"),
            one_line("; ".join(time.reasons)) or text("memory.no_reason"),
        ]
    return parts


def history_parts(entries: tuple[JournalEntry, ...]) -> list[Part]:
    """What was changed, newest first, with the words that went and came."""
    if not entries:
        return []
    parts: list[Part] = [heading(text("memory.changed"), "\n\n")]
    for entry in entries:
        parts += [
            (f"\n{show.full_date(entry.at, entry.utc_offset)}  ", "$text-muted"),
            what_was_done(entry),
        ]
        if entry.before is None and entry.after is None:
            parts.append((f" {text('erasing.erased')}", "$text-muted"))
        before, after = _text_of(entry.before), _text_of(entry.after)
        if before and after and before != after:
            parts += ["\n  ", *difference(before, after)]
    return parts


def _text_of(state: dict[str, object] | None) -> str:
    return one_line(str(state.get("text", "")), LONGEST_DIFFERENCE) if state else ""


def table_cells(row: MemoryRow, bar_cells: int) -> Row:
    """Text, kind (or what became of it), when, retention."""
    memory = row.memory
    cells = (
        one_line(memory.text[: 2 * LONGEST_CELL], LONGEST_CELL),
        f" {became(memory.status) or word('kind', memory.kind)}",
        show.memory_day(memory),
        show.retention(memory, row.retention, bar_cells),
    )
    return Row(memory.id, cells, memory.status != "active", memory.pinned)
