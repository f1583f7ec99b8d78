"""Marks a reply that was just written: gathers what it was given, and keeps what that does not support."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from companion.clock import moment
from companion.mind.answer_check import supported_text, unsupported
from companion.mind.supports import Support
from companion.records import Memory, Span, Turn
from companion.store.store import Store
from companion.voices import COMPANION

log = logging.getLogger(__name__)


def mark(
    store: Store, reply: int, text: str, history: Sequence[Turn], always: Sequence[str], now: datetime
) -> tuple[Span, ...]:
    """Check `text`, the reply with that id, against the turns in `history` (the one it answers is the last), the
    memories that were recalled for it, and `always`: persona, portrait, names. Joins the caller's transaction.

    What an earlier reply made up supports nothing.
    """
    earlier = store.marks.of([turn.id for turn in history if turn.role == "companion"])
    given: list[str | Support] = [each for each in always if each]
    for turn in history:
        kept = supported_text(turn.text, earlier.get(turn.id, ()))
        if kept is not None:
            given.append(Support(kept, moment(turn.at, turn.utc_offset)))
        given.append(turn.speaker)
    given += [_recalled(item.memory) for item in store.recalls.of([reply])[reply]]
    try:
        found = unsupported(text, given, now)
    except Exception:  # the reply matters more than its marks
        log.exception("a reply could not be checked")
        return ()
    store.marks.put(reply, found)
    return found


def fit_to_remember(store: Store, reply: Turn) -> str | None:
    """What of a reply may become memory: its sentences without a mark, None when there are none."""
    return supported_text(reply.text, store.marks.of([reply.id]).get(reply.id, ()))


def _recalled(memory: Memory) -> Support:
    offset = memory.utc_offset
    happened = None
    if memory.event_start is not None and memory.event_end is not None:
        happened = (moment(memory.event_start, offset), moment(memory.event_end, offset))
    own = memory.kind == "thought" and memory.subject == COMPANION
    return Support(memory.text, moment(memory.recorded_at, offset), happened, own)
