"""Records as JSON objects. Text stays as it was said: JSON escapes every control character (and all but ASCII)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

from companion.clock import iso, local_date
from companion.events import CareShown, ProgramSaid
from companion.records import (
    Change,
    JournalEntry,
    Memory,
    MemoryDetail,
    RecalledMemory,
    ReplyReport,
)
from companion.reports import Check, SleepReport
from companion.text import sanitise

Json = dict[str, object]


def print_json(value: object) -> None:
    """The one thing a command writes to stdout with --json."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True, indent=2) + "\n")
    sys.stdout.flush()


def say(text: str = "") -> None:
    """A line (or several) for the person: no control character gets through, whoever wrote the text."""
    sys.stdout.write(sanitise(text) + "\n")
    sys.stdout.flush()


def memory_json(memory: Memory, retention: float | None = None) -> Json:
    """A memory. `retention` null: it is not known here."""
    offset = memory.utc_offset
    return {
        "id": memory.id,
        "kind": memory.kind,
        "text": memory.text,
        "status": memory.status,
        "subject": memory.subject,
        "tags": memory.tags.split(", ") if memory.tags else [],
        "pinned": memory.pinned,
        "recorded_at": iso(memory.recorded_at, offset),
        "event_start": None if memory.event_start is None else iso(memory.event_start, offset),
        "event_end": None if memory.event_end is None else iso(memory.event_end, offset),
        "importance": memory.importance,
        "retention": None if retention is None else round(retention, 4),
        "strength": round(memory.strength, 4),
        "layer": memory.layer,
        "used_count": memory.used_count,
        "version": memory.version,
        "evidence": evidence_turns(memory),
    }


def evidence_turns(memory: Memory) -> list[int]:
    """The turns a memory rests on, each once."""
    return list(dict.fromkeys(evidence.turn for evidence in memory.evidence))


def memory_date(memory: Memory) -> str:
    """ISO day on which the thing happened, if it is known; else on which it was said."""
    at = memory.event_start if memory.event_start is not None else memory.recorded_at
    return local_date(at, memory.utc_offset).isoformat()


def recalled_json(found: RecalledMemory) -> Json:
    """A memory as it came to mind."""
    return {
        "id": found.memory.id,
        "text": found.memory.text,
        "score": round(found.score, 6),
        "evidence": evidence_turns(found.memory),
        "kind": found.memory.kind,
        "date": memory_date(found.memory),
        "reasons": list(found.reasons),
    }


def found_json(found: RecalledMemory, retention: float | None) -> Json:
    """A memory that a search found: the memory, and why it was found."""
    return {
        **memory_json(found.memory, retention),
        "score": round(found.score, 6),
        "similarity": None if found.similarity is None else round(found.similarity, 6),
        "coverage": round(found.coverage, 4),
        "reasons": list(found.reasons),
    }


def detail_json(detail: MemoryDetail) -> Json:
    """A memory with the words it rests on, its links and its history."""
    return {
        **memory_json(detail.memory, detail.retention),
        "fades_around": None if detail.fades_around is None else detail.fades_around.isoformat(),
        "quotes": [
            {"turn": quote.turn.id, "role": quote.turn.role, "start": quote.start, "end": quote.end, "text": quote.text}
            for quote in detail.quotes
        ],
        "links": [
            {"source": link.source, "target": link.target, "type": link.type, "weight": link.weight}
            for link in detail.links
        ],
        "history": [entry_json(entry) for entry in detail.history],
        "recalls": [
            {
                "reply": time.reply,
                "at": iso(time.at, time.utc_offset),
                "used": time.used,
                "reasons": list(time.reasons),
            }
            for time in detail.recalls
        ],
    }


def change_json(change: Change, retentions: Mapping[int, float | None]) -> Json:
    return {
        "batch": change.batch,
        "summary": change.summary,
        "memories": [memory_json(memory, retentions.get(memory.id)) for memory in change.memories],
        "kept": list(change.kept),
    }


def entry_json(entry: JournalEntry) -> Json:
    return {
        "seq": entry.seq,
        "batch": entry.batch,
        "at": iso(entry.at, entry.utc_offset),
        "actor": entry.actor,
        "action": entry.action,
        "memory": entry.memory,
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
        "undoes": entry.undoes,
    }


def sleep_json(report: SleepReport) -> Json:
    return {
        "nights": list(report.nights),
        "dormant": report.dormant,
        "archived": report.archived,
        "woken": report.woken,
        "batch": report.batch,
        "dry_run": report.dry_run,
        "changes": list(report.changes),
    }


def doctor_json(version: str, checks: Sequence[Check]) -> Json:
    return {
        "version": version,
        "checks": [
            {"name": check.name, "level": check.level, "detail": check.detail, "hint": check.hint} for check in checks
        ],
        "ok": healthy(checks),
    }


def healthy(checks: Sequence[Check]) -> bool:
    return all(check.level != "error" for check in checks)


def care_json(heard: Sequence[CareShown | ProgramSaid]) -> Json:
    """What the program said itself to the message. `care` null: nothing; else `kind` is "crisis" or "gentle", `about`
    "self", "other" or "danger", `checked` the month as of which a number was known to be right. `program` true: that
    the companion is a program."""
    card = next((event.card for event in heard if isinstance(event, CareShown)), None)
    return {
        "care": None
        if card is None
        else {
            "kind": card.kind,
            "about": card.about,
            "region": card.region,
            "lines": [
                {"name": each.name, "contact": each.contact, "about": each.about, "checked": each.checked}
                for each in card.lines
            ],
        },
        "program": any(isinstance(event, ProgramSaid) for event in heard),
    }


def reply_json(report: ReplyReport, age: float) -> Json:
    """One turn. Timings in milliseconds; `process` is the age of the process, `age` in seconds."""
    return {
        "reply": report.turn.text,
        "recalled": [recalled_json(found) for found in report.recalled],
        "timings": {
            "recall": round(report.recall_ms, 1),
            "first_token": round(report.first_token_ms, 1),
            "total": round(report.total_ms, 1),
            "process": round(age * 1000, 1),
        },
        "tokens": {
            "prompt": report.prompt_tokens,
            "read": report.read_tokens,
            "reply": report.reply_tokens,
            "per_second": round(report.tokens_per_second, 2),
        },
        "turn": report.turn.answers,
        "reply_turn": report.turn.id,
        "conversation": report.turn.conversation,
        "model": report.turn.model,
        "state": report.turn.state,
        "unsupported": [{"start": span.start, "end": span.end, "text": span.text} for span in report.unsupported],
    }
