"""Memories, changes and checks as lines of text. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from companion.cli.output import memory_date
from companion.clock import iso, local_date
from companion.records import Change, JournalEntry, Memory, MemoryDetail, MemoryRow, RecalledMemory
from companion.reports import SleepReport
from companion.strings import text
from companion.text import one_line, sanitise
from companion.ui.format import counted, counted_days, filled, full_date, full_day, names_its_day, percent
from companion.wording import reason_told, word

LABEL = 11
"""Cells of what stands ahead of a fact."""
SHOWN = 300
"""Characters of a memory's text in a list."""


def memory_lines(rows: Sequence[MemoryRow]) -> list[str]:
    """A table: id, date, kind, layer, how present it is, text."""
    return aligned(
        (*_cells(row.memory), word("layer", row.memory.layer), present(row.memory, row.retention), _text(row.memory))
        for row in rows
    )


def found_lines(found: Sequence[RecalledMemory]) -> list[str]:
    """A table: id, date, kind, score, text."""
    return aligned((*_cells(one.memory), f"{one.score:.3f}", _text(one.memory)) for one in found)


def detail_lines(detail: MemoryDetail) -> list[str]:
    """Everything about one memory."""
    memory = detail.memory
    lines = [
        text("listing.memory", id=memory.id, kind=word("kind", memory.kind), status=word("state", memory.status)),
        *(f"  {line}" for line in sanitise(memory.text).splitlines()),
        "",
        _fact(text("listing.noted"), full_date(memory.recorded_at, memory.utc_offset)),
    ]
    if memory.event_start is not None:
        lines.append(_fact(text("listing.happened"), _span(memory)))
    lines += [
        _fact(text("listing.about"), word("subject", one_line(memory.subject))),
        *([_fact(text("listing.tags"), one_line(memory.tags))] if memory.tags else []),
        _fact(text("listing.presence"), f"{present(memory, detail.retention)}{_fades(detail)}"),
        _fact(
            text("listing.layer"),
            text("listing.strength", layer=word("layer", memory.layer), days=counted_days(memory.strength)),
        ),
        _fact(
            text("listing.importance"),
            text("listing.used", importance=memory.importance, times=counted(memory.used_count, "time")),
        ),
    ]
    if detail.quotes:
        lines += ["", text("listing.because_of")]
        lines += [
            "  "
            + text(
                "listing.quote",
                id=quote.turn.id,
                day=full_date(quote.turn.at, quote.turn.utc_offset),
                role=word("subject", quote.turn.role),
                text=one_line(quote.text, SHOWN),
            )
            for quote in detail.quotes
        ]
    if detail.links:
        lines += ["", text("listing.linked")]
        lines += [f"  {_named(word('link', link.type), f'{link.source} → {link.target}')}" for link in detail.links]
    if detail.recalls:
        lines += ["", text("listing.came_to_mind")]
        lines += [
            "  "
            + _named(
                full_date(time.at, time.utc_offset), one_line("; ".join(time.reasons)) or text("listing.no_reason")
            )
            for time in detail.recalls
        ]
    if detail.history:
        lines += ["", text("listing.history"), *(f"  {line}" for line in history_lines(detail.history))]
    return lines


def history_lines(entries: Sequence[JournalEntry]) -> list[str]:
    """A table: batch, time, who, why, which memory, what became of it, its words."""
    return aligned(
        (
            text("listing.batch", batch=entry.batch),
            iso(entry.at, entry.utc_offset)[:16].replace("T", " "),
            word("actor", entry.actor),
            text("listing.undo", batch=entry.undoes)
            if entry.undoes is not None
            else word("act", one_line(entry.action, 40)),
            text("listing.of_memory", id=entry.memory),
            _what(entry),
            one_line(str((entry.after or entry.before or {}).get("text", "")) or reason_told(entry.reason), 80),
        )
        for entry in entries
    )


def _what(entry: JournalEntry) -> str:
    """What became of a memory, in a few words."""
    before, after = entry.before, entry.after
    if before is None and after is None:
        return text("erasing.erased")
    if before is None or after is None:
        return text("listing.new") if before is None else text("listing.taken_back")
    if before["status"] != after["status"]:
        state, by = word("state", str(after["status"])), after["replaced_by"]
        return text("listing.by", state=state, id=by) if by and after["status"] in ("superseded", "merged") else state
    if before["text"] != after["text"]:
        return text("listing.reworded")
    if before["pinned"] != after["pinned"]:
        return text("format.pinned") if after["pinned"] else text("listing.unpinned")
    if before["used_count"] != after["used_count"]:
        return text("listing.was_used")
    if before["evidence"] != after["evidence"]:
        return text("listing.said_again")
    return text("listing.was_linked") if before["links"] != after["links"] else ""


def change_lines(change: Change) -> list[str]:
    """What was done, what was left, and how to take it back."""
    kept = [text("listing.left", what=one_line(line)) for line in change.kept]
    return [one_line(change.summary, SHOWN), *kept, text("listing.take_back", batch=change.batch)]


def sleep_lines(report: SleepReport) -> list[str]:
    """What the nights did."""
    if not report.nights:
        return [text("listing.no_night")]
    first, last = report.nights[0], report.nights[-1]
    when = text("listing.nights", count=len(report.nights), first=first, last=last)
    moved = [
        f"{counted(number, 'memory')}{what}"
        for number, what in (
            (report.dormant, text("listing.faded")),
            (report.archived, text("listing.laid_away")),
            (report.woken, text("listing.woken")),
        )
        if number
    ]
    told = text("format.comma").join(moved) or text("listing.nothing_faded")
    lines = [
        text("listing.would_sleep", nights=when, moved=told)
        if report.dry_run
        else text("listing.slept", nights=when, moved=told)
    ]
    lines += [f"  {one_line(change, SHOWN)}" for change in report.changes]
    if report.batch is not None:
        lines.append(text("listing.take_back", batch=report.batch))
    return lines


def present(memory: Memory, retention: float) -> str:
    """How present a memory is: its chance to come to mind, or why it has none."""
    if memory.pinned:
        return text("format.pinned")
    return percent(retention) if memory.status == "active" else f"{word('state', memory.status)} {percent(retention)}"


def _fades(detail: MemoryDetail) -> str:
    return "" if detail.fades_around is None else text("listing.fades", day=full_day(detail.fades_around))


def _cells(memory: Memory) -> tuple[str, str, str]:
    said = local_date(memory.recorded_at, memory.utc_offset).isoformat()
    return str(memory.id), said if names_its_day(memory) else memory_date(memory), word("kind", memory.kind)


def _text(memory: Memory) -> str:
    return one_line(memory.text, SHOWN)


def _span(memory: Memory) -> str:
    start = memory.event_start or 0.0
    first = local_date(start, memory.utc_offset)
    if memory.event_end is None:
        return first.isoformat()
    # The end is where the next day begins.
    last = max(first, local_date(memory.event_end - 1, memory.utc_offset))
    return (
        first.isoformat() if last - first < timedelta(days=1) else text("mood.span", isoformat=first, isoformat_2=last)
    )


def _named(name: str, what: str) -> str:
    return text("format.named", name=name, what=what)


def _fact(label: str, value: str) -> str:
    return f"{filled(label, LABEL)}{value}"


def aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Columns aligned by the widest cell; the last one is free."""
    from rich.cells import cell_len  # the command line starts without Rich

    rows = list(rows)
    if not rows:
        return []
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(filled(cell, width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]
