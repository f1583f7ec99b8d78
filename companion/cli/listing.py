"""Memories, changes and checks as lines of text. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from companion.cli.output import memory_date
from companion.clock import iso, local_date
from companion.records import Change, JournalEntry, Memory, MemoryDetail, MemoryRow, RecalledMemory
from companion.reports import Check, SleepReport
from companion.text import one_line, sanitise
from companion.ui.format import counted, counted_days, full_date, full_day, percent

SHOWN = 300
"""Characters of a memory's text in a list."""


def memory_lines(rows: Sequence[MemoryRow]) -> list[str]:
    """A table: id, date, kind, layer, how present it is, text."""
    return _table(
        (*_cells(row.memory), row.memory.layer, present(row.memory, row.retention), _text(row.memory)) for row in rows
    )


def found_lines(found: Sequence[RecalledMemory]) -> list[str]:
    """A table: id, date, kind, score, text."""
    return _table((*_cells(one.memory), f"{one.score:.3f}", _text(one.memory)) for one in found)


def detail_lines(detail: MemoryDetail) -> list[str]:
    """Everything about one memory."""
    memory = detail.memory
    lines = [
        f"Memory {memory.id} ({memory.kind}, {memory.status})",
        *(f"  {line}" for line in sanitise(memory.text).splitlines()),
        "",
        f"Noted      {full_date(memory.recorded_at, memory.utc_offset)}",
    ]
    if memory.event_start is not None:
        lines.append(f"Happened   {_span(memory)}")
    lines += [
        f"About      {one_line(memory.subject)}",
        *([f"Tags       {one_line(memory.tags)}"] if memory.tags else []),
        f"Presence   {present(memory, detail.retention)}{_fades(detail)}",
        f"Layer      {memory.layer}, strength {counted_days(memory.strength)}",
        f"Importance {memory.importance} of 5, used {counted(memory.used_count, 'time')}",
    ]
    if detail.quotes:
        lines += ["", "Because of"]
        lines += [
            f"  turn {quote.turn.id}, {full_date(quote.turn.at, quote.turn.utc_offset)}, "
            f"{quote.turn.role}: “{one_line(quote.text, SHOWN)}”"
            for quote in detail.quotes
        ]
    if detail.links:
        lines += ["", "Linked"]
        lines += [f"  {link.type}: {link.source} → {link.target}" for link in detail.links]
    if detail.recalls:
        lines += ["", "Came to mind"]
        lines += [
            f"  {full_date(time.at, time.utc_offset)}: {one_line('; '.join(time.reasons)) or 'no reason was kept'}"
            for time in detail.recalls
        ]
    if detail.history:
        lines += ["", "History", *(f"  {line}" for line in history_lines(detail.history))]
    return lines


def history_lines(entries: Sequence[JournalEntry]) -> list[str]:
    """A table: batch, time, who, why, which memory, what became of it, its words."""
    return _table(
        (
            f"batch {entry.batch}",
            iso(entry.at, entry.utc_offset)[:16].replace("T", " "),
            entry.actor,
            f"undo {entry.undoes}" if entry.undoes is not None else one_line(entry.action, 40),
            f"memory {entry.memory}",
            _what(entry),
            one_line(str((entry.after or entry.before or {}).get("text", "")) or entry.reason, 80),
        )
        for entry in entries
    )


def _what(entry: JournalEntry) -> str:
    """What became of a memory, in a few words."""
    before, after = entry.before, entry.after
    if before is None or after is None:
        return "new" if before is None else "taken back"
    if before["status"] != after["status"]:
        by = (
            f" by {after['replaced_by']}"
            if after["replaced_by"] and after["status"] in ("superseded", "merged")
            else ""
        )
        return f"{after['status']}{by}"
    if before["text"] != after["text"]:
        return "reworded"
    if before["pinned"] != after["pinned"]:
        return "pinned" if after["pinned"] else "unpinned"
    if before["used_count"] != after["used_count"]:
        return "used"
    return next(
        (word for field, word in (("evidence", "said again"), ("links", "linked")) if before[field] != after[field]), ""
    )


def change_lines(change: Change) -> list[str]:
    """What was done, what was left, and how to take it back."""
    kept = [f"Left as it is: {one_line(line)}" for line in change.kept]
    return [one_line(change.summary, SHOWN), *kept, f"Take it back with: companion memories undo {change.batch}"]


def sleep_lines(report: SleepReport) -> list[str]:
    """What the nights did."""
    if not report.nights:
        return ["There is no night to catch up on."]
    first, last = report.nights[0], report.nights[-1]
    when = f"the night of {first}" if first == last else f"{len(report.nights)} nights, {first} to {last}"
    moved = [
        f"{counted(number, 'memory')} {what}"
        for number, what in (
            (report.dormant, "faded from mind"),
            (report.archived, "laid away"),
            (report.woken, "woken again"),
        )
        if number
    ]
    lines = [
        f"{'Would sleep through' if report.dry_run else 'Slept through'} {when}: {', '.join(moved) or 'nothing faded'}."
    ]
    lines += [f"  {one_line(change, SHOWN)}" for change in report.changes]
    if report.batch is not None:
        lines.append(f"Take it back with: companion memories undo {report.batch}")
    return lines


def check_lines(checks: Sequence[Check]) -> list[str]:
    """One line per check with its level in a word, the hint below it."""
    marks = {"ok": "ok", "warning": "warning", "error": "ERROR"}
    lines = []
    for check in checks:
        lines.append(f"{marks[check.level]:<8} {one_line(check.name, 40)}: {one_line(check.detail, 2000)}")
        if check.hint and check.level != "ok":
            lines.append(f"{'':<8} → {one_line(check.hint, 2000)}")
    return lines


def present(memory: Memory, retention: float) -> str:
    """How present a memory is: its chance to come to mind, or why it has none."""
    if memory.pinned:
        return "pinned"
    return percent(retention) if memory.status == "active" else f"{memory.status} {percent(retention)}"


def _fades(detail: MemoryDetail) -> str:
    return "" if detail.fades_around is None else f", fades around {full_day(detail.fades_around)}"


def _cells(memory: Memory) -> tuple[str, str, str]:
    return str(memory.id), memory_date(memory), memory.kind


def _text(memory: Memory) -> str:
    return one_line(memory.text, SHOWN)


def _span(memory: Memory) -> str:
    start = memory.event_start or 0.0
    first = local_date(start, memory.utc_offset)
    if memory.event_end is None:
        return first.isoformat()
    # The end is where the next day begins.
    last = max(first, local_date(memory.event_end - 1, memory.utc_offset))
    return first.isoformat() if last - first < timedelta(days=1) else f"{first.isoformat()} to {last.isoformat()}"


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Columns aligned by the widest cell; the last one is free. The columns before it hold no wide characters."""
    rows = list(rows)
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]
