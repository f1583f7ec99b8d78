"""Moments: something that was said, word for word, where it tells anything to come back to."""

from __future__ import annotations

from companion.memory.affect import emotion, valence
from companion.memory.forgetting import first_strength
from companion.memory.words import content_words
from companion.mind.resting import evidence, happened
from companion.pasted import Span
from companion.records import PLAY, Memory, Turn
from companion.sentences import sentences
from companion.text import has_cjk

TELLS = 2
"""Content words from which a sentence tells something to come back to; in CJK script, pairs of characters."""
ASKS = 4
"""Those from which a question does."""


def moment_of(turn: Turn, scope: str, span: Span | None = None) -> Memory:
    """The words themselves, or those of `span`, as a memory under no id yet."""
    begin, end = span or (0, len(turn.text))
    text = turn.text[begin:end].strip()
    begin = turn.text.index(text, begin)
    starts, ends = happened(text, turn)
    return Memory(
        0,
        "moment",
        text,
        "active",
        turn.at,
        turn.utc_offset,
        subject="person" if turn.role == "person" else "companion" if turn.role == "companion" else turn.speaker,
        modality="hypothetical" if scope == PLAY else "fact",
        importance=2,
        valence=valence(text),
        emotion=emotion(text),
        strength=first_strength("moment", "fact", 2, None),
        event_start=starts,
        event_end=ends,
        scope=scope,
        evidence=(evidence(turn, begin, begin + len(text)),),
    )


def tells(text: str) -> bool:
    """Whether the turn says anything to come back to: more than greetings and short questions."""
    for start, end in sentences(text):
        sentence = text[start:end]
        least = ASKS if sentence.rstrip().endswith(("?", "？")) else TELLS
        if len(content_words(sentence)) >= (least if not has_cjk(sentence) else least + least // 2):
            return True
    return False
