"""What the reranker weighs: a few cheap figures for each memory, in scales that do not depend on the embedder or on
how much is remembered.

z-scores of meaning (nearness), shares of the cue's words (wording), who speaks and is spoken of, when, how it felt,
what is associated. Each has a reason to be there; `docs/recall.md` has the ablation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from companion.memory.cue import Reading
from companion.memory.nearness import Nearness
from companion.memory.pool import COMPANION, DAY, EVENT, MOMENT, PERSON, Floats, Rows
from companion.memory.wording import Wording
from companion.text import has_cjk

FEATURES = (
    "near",            # meaning of its nearest piece
    "near_whole",      # of all its pieces
    "near_window",     # of it and the moments around it
    "near_neighbour",  # of the nearer moment beside it
    "near_session",    # of the best of its conversation
    "near_day",        # of the best of its day
    "near_routed",     # all of these, weighed by how much each singles out
    "near_context",    # meaning of the cue together with what was said before it
    "near_lines",      # of the nearest line before it
    "words",           # the cue's words in its best piece
    "words_whole",     # in all of it
    "words_window",    # in it and the moments around it
    "words_session",   # in its conversation
    "words_context",   # words of what was said before the cue
    "words_dense",     # the cue's words for its length
    "both",            # near and worded alike
    "named",           # names of the cue in it
    "speaker",         # said by, or about, somebody the cue names
    "other_speaker",   # said by somebody else than the one the cue names
    "you_companion",   # the cue asks the companion, and the companion said it
    "me_person",       # the cue asks of the person, and the person said it
    "companion",       # the companion said it
    "question",        # it only asks
    "short",           # a few words
    "long",            # many
    "thought",         # something lasting was taken from it
    "kind_thought",    # it is what was taken
    "dated",           # it names a day, and the cue asks when
    "in_window",       # it happened, or was said, in the time the cue names
    "out_of_window",   # the cue names a time, and it was another
    "recent",          # said lately, as its place among all that was said (0–1)
    "recent_latest",   # the same where the cue asks for the latest
    "early_first",     # said early where the cue asks for the first
    "mood",            # it feels as the moment does
    "associated",      # reached from what else fits: names, links, neighbours
    "pinned",
    "important",
)  # fmt: skip
OF_EVENTS = 0.4
"""What of its fit by meaning and words an event, or the digest of a day, keeps: it says several things at once, each
of which a moment says as well, and must not crowd those out. With 1.0 recall@5 fell by 2.5 points on one public set;
from 0.6 down none falls."""
_FIT = np.array(
    [at for at, name in enumerate(FEATURES) if name.startswith(("near", "words")) or name in ("both", "named")]
)
Matrix64 = npt.NDArray[np.float64]
_WINDOW_SLACK = 1.5 * 86_400
"""Seconds around a named span that still count half: what is told the day after happened the day before."""


@dataclass(frozen=True)
class Evidence:
    """All that is known of the pool for one cue."""

    rows: Rows
    reading: Reading
    near: Nearness | None
    context: Floats | None
    """z-scores by row of the cue together with its context; None without one."""
    lines: Floats | None
    """Those of the nearest line of the context."""
    words: Wording
    context_words: Wording
    name_words: Wording


def features(found: Evidence) -> Matrix64:
    """(rows, FEATURES); `associated` is 0, it follows from the others."""
    rows, reading = found.rows, found.reading
    count = len(rows)
    zero = np.zeros(count)
    near, asks = found.near, reading.asks
    words = found.words.best_piece(rows)
    cover = found.words.coverage
    whole = cover(found.words.memories)
    length = np.log1p(rows.length / 40.0)
    role_person, role_companion = rows.role == PERSON, rows.role == COMPANION
    by_named, by_others = _voices(found)
    inside, outside = _in_time(rows, reading)
    order = rows.recency
    # What the person wrote down as an event is as good as a thought.
    told = np.isin(rows.kind, (EVENT, DAY)) & (rows.turn > 0)
    piece = near.piece if near is not None else zero
    columns = {
        "near": piece,
        "near_whole": near.whole if near is not None else zero,
        "near_window": near.window if near is not None else zero,
        "near_neighbour": near.neighbour if near is not None else zero,
        "near_session": near.session if near is not None else zero,
        "near_day": near.day if near is not None else zero,
        "near_routed": near.routed if near is not None else zero,
        "near_context": found.context if found.context is not None else zero,
        "near_lines": found.lines if found.lines is not None else zero,
        "words": words,
        "words_whole": whole,
        "words_window": cover(found.words.around(rows, 2)),
        "words_session": cover(found.words.of_sessions(rows)),
        "words_context": found.context_words.best_piece(rows),
        "words_dense": whole / (0.5 + length),
        "both": np.maximum(piece, 0.0) * words,
        "named": found.name_words.coverage(found.name_words.memories),
        "speaker": by_named,
        "other_speaker": by_others,
        "you_companion": role_companion * float("you" in asks),
        "me_person": role_person * float("me" in asks),
        "companion": role_companion * 1.0,
        "question": rows.asks * 1.0,
        "short": np.maximum(0.0, 1.0 - rows.length / 40.0),
        "long": np.maximum(0.0, np.log(np.maximum(rows.length, 1.0) / 400.0)),
        "thought": np.minimum(rows.thoughts, 1.0) * (rows.kind == MOMENT),
        "kind_thought": ((rows.kind != MOMENT) & ~told) * 1.0,
        "dated": (rows.starts != rows.at) * float("when" in asks),
        "in_window": inside,
        "out_of_window": outside,
        "recent": order,
        "recent_latest": order * float("latest" in asks),
        "early_first": (1.0 - order) * float("first" in asks),
        "mood": _mood(rows, reading),
        "associated": zero,
        "pinned": rows.pinned * 1.0,
        "important": (rows.importance - 2.0) / 3.0,
    }
    x = np.stack([columns[name] for name in FEATURES], axis=1)
    fit = np.ix_(np.flatnonzero(told), _FIT)
    x[fit] *= np.where(x[fit] > 0, OF_EVENTS, 1.0)
    return x


def _voices(found: Evidence) -> tuple[Floats, Floats]:
    """Whether somebody the cue names said a memory or is its subject; whether somebody else did."""
    rows = found.rows
    asked = {word for name in found.reading.names for word in (name, *name.split())}
    asked |= set(found.reading.text.casefold().replace("’s", "").replace("'s", "").replace("?", " ").split())
    unspaced = found.reading.text.casefold() if has_cjk(found.reading.text) else ""
    asked |= {voice for voice in rows.voices if voice and has_cjk(voice) and voice in unspaced}
    named = np.array([bool(voice) and voice in asked and voice not in ("you", "person") for voice in rows.voices])
    if not named.any():
        return np.zeros(len(rows)), np.zeros(len(rows))
    by = named[rows.speaker] | named[rows.subject]
    return by * 1.0, (~by & (rows.turn > 0)) * 1.0


def _in_time(rows: Rows, reading: Reading) -> tuple[Floats, Floats]:
    """How far a memory lies in the spans the cue names, by when it happened or was said: 1 inside, ½ next to one."""
    if not reading.windows:
        return np.zeros(len(rows)), np.zeros(len(rows))
    inside = np.zeros(len(rows))
    for begins, ends in reading.windows:
        for start, end in ((rows.starts, rows.ends), (rows.at, rows.at)):
            inside = np.maximum(inside, ((start < ends) & (end >= begins)) * 1.0)
            close = (start < ends + _WINDOW_SLACK) & (end >= begins - _WINDOW_SLACK)
            inside = np.maximum(inside, close * 0.5)
    return inside, (inside == 0) * 1.0


def _mood(rows: Rows, reading: Reading) -> Floats:
    """How alike moment and memory feel, −1 to 1; 0 where either is neutral."""
    alike: Floats = rows.valence * reading.valence
    return alike
