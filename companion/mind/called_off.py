"""Whether what the person said later makes it wrong, or unkind, to bring a dated thing up: it is off, it is over and
they told how it was, or whom it was about is gone.

Rules over single sentences that share a telling word with it. In doubt nothing is brought up: a question that was not
asked hurts nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from companion.clock import local_date
from companion.memory.words import stems
from companion.mind.wording import wording
from companion.records import Kind, Memory, Status
from companion.sentences import sentences
from companion.store.scopes import EVERYBODY
from companion.store.store import Store
from companion.voices import COMPANION

MOST = 60
"""Later memories looked at for one thing, those with most of its words first."""
TIMES = frozenset(
    stems(
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
        " september october november december today tonight tomorrow week month morning afternoon evening"
        " moved postponed rescheduled cancelled canceled delayed"
    )
)
_COMMON = frozenset(stems("remind reminder call buy get take visit go meet book birthday anniversary married day"))
_KINDS: tuple[Kind, ...] = ("moment", "thought")
_KNOWN: tuple[Status, ...] = ("active", "dormant", "archived")
_NOT = r"(?:\bnot|n't|\bnever|\bno longer|\bcannot)"
_OFF = re.compile(
    r"\bcancel(?:l?ed|l?ing)?\b|\bcalled off\b|\bfell through\b|\b(?:is|are|was) off\b"
    r"|\b(?:backed|pulled|dropped) out\b"
    r"|\bwithdr[ae]w\w*|\bskip(?:ped|ping)?\b|\bchanged my mind\b|\bnever mind\b|\bno need to\b"
    r"|\b(?:decided|chose) (?:not to|against)\b|\binstead of\b"
    rf"|{_NOT}\s+(?:\w+\s+){{0,2}}?(?:go|going|attend|attending|happen|happening|take|taking|have|having|do|doing|need"
    r"|make|making|come|coming|see|seeing|meet|meeting|visit|visiting|fly|flying|travel|travelling|marry|marrying"
    r"|remind)\b"
    r"|\balready (?:had|did|done|went|been|called|saw|took|finished|over|bought|paid)\b"
    r"|\b(?:had|did|done|went|called|saw|took|finished|over|bought|paid|booked)\b[^.]*\balready\b"
    r"|取消|不去|去不了|没去|不用|不办|不参加|参加不了|算了|已经",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:went|was|were|got|passed|failed|aced|finished|survived|over|done|had|did|didn't)\b|[了过完]", re.IGNORECASE
)
_GONE = re.compile(
    r"\b(?:died|dead|death|passed away|passed on|killed|funeral|buried|miscarr\w*)\b|去世|过世|逝世|死了|走了|葬礼",
    re.IGNORECASE,
)
_APART = re.compile(
    r"\bdivorc\w*|\bseparated\b|\b(?:broke|broken|split) up\b|\bleft me\b|\bmy (?:late|ex)\b|\bmy ex-|离婚|分手|分居",
    re.IGNORECASE,
)
_PARTING = [*stems("divorced divorcing separated broke broken split left late ex"), "离婚", "分手", "分居"]
_TOGETHER = re.compile(r"\banniversary\b|\bmarried\b|\bwedding\b|纪念日|结婚", re.IGNORECASE)


def is_off(store: Store, memory: Memory, words: str, day: date) -> bool:
    """Whether something that was told after `memory`, which says `words` of what is on `day`, speaks against bringing
    it up."""
    telling = wording(words).telling - TIMES
    terms = sorted(telling - _COMMON) or sorted(telling)
    for later, sentence in _later(store, terms, memory):
        if not wording(sentence).telling & frozenset(terms):
            continue
        if _GONE.search(sentence) or _OFF.search(sentence):
            return True
        if local_date(later.recorded_at, later.utc_offset) >= day and _TOLD.search(sentence):
            return True
    together = _TOGETHER.search(words) is not None and memory.subject == "person"
    return together and any(
        _APART.search(sentence)
        for _, sentence in _later(
            store, [*stems("divorced separated broke split left late ex"), "离婚", "分手"], memory
        )
    )


def _later(store: Store, terms: list[str], memory: Memory) -> Iterator[tuple[Memory, str]]:
    """Sentences, none of them a question, that the person said after a memory and that may hold any of the terms."""
    ids = [id for kind in _KINDS for id, _ in store.search.holding(terms, MOST, _KNOWN, kind, EVERYBODY)]
    for later in store.memories.many(ids).values():
        if told_at(later) <= told_at(memory) or later.subject == COMPANION:
            continue
        for start, end in sentences(later.text):
            sentence = later.text[start:end].replace("’", "'")
            if not sentence.rstrip().endswith(("?", "？")):
                yield later, sentence


def told_at(memory: Memory) -> tuple[float, int]:
    """When a memory was told: a clock may stand still, or a person be quick."""
    return memory.recorded_at, min((proof.turn for proof in memory.evidence), default=0)
