"""Figures of recall, from what came to mind. Shares are percent, 0–100 with one decimal; None where none applies.

A question counts for recall when it is answerable and has evidence; each of its needed things is met when any one of
its turns is there. recall@k is the share of needed things met by the first k turns, averaged over questions; all@k the
share of questions with every needed thing met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from companion.bench.histories import Groups, History
from companion.bench.replay import Answer, Replay

Figures = dict[str, object]
SESSIONS = 5
"""Distinct sessions among which every needed one should be."""


def score(replays: Sequence[Replay], ks: Sequence[int]) -> Figures:
    """Every figure of one set, as it stands in the JSON."""
    answers = [answer for replay in replays for answer in replay.answers]
    counting = [answer for answer in answers if _counts(answer)]
    unanswerable = [answer for answer in answers if not answer.question.answerable]
    kinds = sorted({answer.question.kind for answer in counting})
    return {
        "questions": len(answers),
        **_at(counting, ks),
        "recall_tokens_512": percent(met(a.question.evidence, a.turns_512) for a in counting),
        "sessions_all5": percent(_sessions(replays)),
        "newer_above_older": percent(_newer_above_older(replays)),
        "by_kind": {kind: _of_kind([a for a in counting if a.question.kind == kind], ks) for kind in kinds},
        "abstain": percent(float(answer.memories == 0) for answer in unanswerable),
        "false_injection": _share(sum(r.injected for r in replays), sum(r.chatter for r in replays)),
        "latency_ms": _latency(answers),
    }


def met(needed: Groups, turns: Iterable[str]) -> float:
    """Share (0–1) of the needed things that `turns` hold a turn of. `needed` is not empty."""
    there = set(turns)
    return sum(not group.isdisjoint(there) for group in needed) / len(needed)


def first_sessions(turns: Sequence[str], session_of: Mapping[str, str], count: int) -> set[str]:
    """The first `count` distinct sessions of ranked turns."""
    return set(list(dict.fromkeys(session_of[turn] for turn in turns))[:count])


def percent(shares: Iterable[float]) -> float | None:
    """The mean of shares (0–1) in percent, None of none."""
    found = list(shares)
    return _share(sum(found), len(found))


def _share(part: float, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _counts(answer: Answer) -> bool:
    return answer.question.answerable and bool(answer.question.evidence)


def _at(answers: Sequence[Answer], ks: Sequence[int]) -> Figures:
    def shares(k: int, of: Callable[[float], float]) -> float | None:
        return percent(of(met(answer.question.evidence, answer.turns[:k])) for answer in answers)

    return {
        "recall": {str(k): shares(k, lambda part: part) for k in ks},
        "all": {str(k): shares(k, lambda part: float(part == 1.0)) for k in ks},
    }


def _of_kind(answers: Sequence[Answer], ks: Sequence[int]) -> Figures:
    return {"questions": len(answers), **_at(answers, ks)}


def _sessions(replays: Iterable[Replay]) -> Iterable[float]:
    for replay in replays:
        session_of = _session_of(replay.history)
        for answer in replay.answers:
            question = answer.question
            if question.answerable and question.evidence_sessions:
                there = first_sessions(answer.turns, session_of, SESSIONS)
                yield float(
                    all(any(session_of[turn] in there for turn in group) for group in question.evidence_sessions)
                )


def _newer_above_older(replays: Iterable[Replay]) -> Iterable[float]:
    """Of questions about something that changed (their kind says update), for each pair of needed things of different
    times whether the newer stands higher. A thing that was not recalled stands below all that were."""
    for replay in replays:
        said = {turn.id: turn.time for turn in replay.history.turns}
        for answer in replay.answers:
            question = answer.question
            if not question.answerable or "updat" not in question.kind.casefold():
                continue
            places = {turn: place for place, turn in enumerate(answer.turns)}
            things = [
                (max(said[turn] for turn in group), min(places.get(turn, len(places)) for turn in group))
                for group in question.evidence
            ]
            for at, (time, place) in enumerate(things):
                for other_time, other_place in things[at + 1 :]:
                    if time != other_time:
                        newer_is_first = place < other_place if time > other_time else other_place < place
                        yield float(newer_is_first)


def _session_of(history: History) -> dict[str, str]:
    return {turn.id: turn.session for turn in history.turns}


def _latency(answers: Sequence[Answer]) -> dict[str, float | None]:
    whole = [answer.ms for answer in answers]
    without = [max(0.0, answer.ms - answer.embedding_ms) for answer in answers]
    return {
        "p50": _quantile(whole, 0.5),
        "p95": _quantile(whole, 0.95),
        "p50_without_embedding": _quantile(without, 0.5),
        "p95_without_embedding": _quantile(without, 0.95),
    }


def _quantile(values: Sequence[float], q: float) -> float | None:
    return round(float(np.quantile(values, q)), 1) if values else None
