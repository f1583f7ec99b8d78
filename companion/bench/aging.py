"""Given histories, aged in each way to forget: lived through night by night, and asked afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path

from companion.bench.embeddings import CachedEmbedder
from companion.bench.forgetting_ways import IN_TURN, WAYS, Way, way_of
from companion.bench.histories import History, Question, read_histories
from companion.bench.recalling import Progress, chatter, stem
from companion.bench.replay import OurMind, Replay, replay
from companion.bench.scoring import Figures, score
from companion.clock import SetClock
from companion.memory.cue import Cue
from companion.memory.recall import Recalled
from companion.mind.fading import FADING
from companion.mind.sleep import Sleep
from companion.records import Turn
from companion.settings import Settings
from companion.store.store import Store

NIGHT = clock_time(3, 30)
KS = (5, 10)


def aged(
    file: Path, embedder: CachedEmbedder, settings: Settings, limit: int | None, progress: Progress
) -> dict[Way, Figures]:
    """Figures of the questions of a file by way, as `scoring.score` has them, with the share of memories that were
    active after the last of them. Raises CompanionError."""
    asked: list[tuple[History, Sequence[Question]]] = []
    left = limit
    for history in read_histories(file):
        questions = history.questions if left is None else history.questions[:left]
        left = None if left is None else left - len(questions)
        if questions and history.turns:
            asked.append((history, questions))
    found: dict[Way, Figures] = {}
    kept: dict[str, Mapping[date, int]] = {}
    for way in IN_TURN:
        label = f"{stem(file)}: {way}"
        lived = [
            _lived(history, questions, way, embedder, settings, kept.get(history.id, {}), label, progress)
            for history, questions in asked
        ]
        if way == "fsrs":
            kept = {each.replay.history.id: each.kept for each in lived}
        active, whole = (sum(counts) for counts in zip(*((each.active, each.memories) for each in lived), strict=True))
        share = round(active / whole, 4) if whole else 0.0
        found[way] = {**score([each.replay for each in lived], KS), "active_share": share}
    return {way: found[way] for way in WAYS}


@dataclass(frozen=True)
class _Lived:
    replay: Replay
    kept: Mapping[date, int]
    active: int
    memories: int


def _lived(
    history: History,
    questions: Sequence[Question],
    way: Way,
    embedder: CachedEmbedder,
    settings: Settings,
    keep: Mapping[date, int],
    label: str,
    progress: Progress,
) -> _Lived:
    minds: list[Aging] = []
    counts: list[int] = []

    def with_nights(store: Store, clock: SetClock) -> Aging:
        minds.append(Aging(store, clock, settings, embedder, way, keep))
        return minds[-1]

    replayed = replay(
        history,
        questions,
        embedder,
        settings,
        mind_of=with_nights,
        chatter=chatter(),
        progress=lambda done, total: progress(f"{label}, {history.id}", done, total),
        at_end=lambda store: counts.extend((store.memories.count(("active",)), store.memories.count(FADING))),
    )
    return _Lived(replayed, minds[-1].active, counts[0], counts[1])


class Aging(OurMind):
    """Production reflection and recall, with nights. `active`: by night, how many memories were active after it."""

    def __init__(
        self,
        store: Store,
        clock: SetClock,
        settings: Settings,
        embedder: CachedEmbedder,
        way: Way,
        keep: Mapping[date, int],
    ) -> None:
        curve, fade = way_of(way, keep)
        super().__init__(store, clock, settings, embedder, curve)
        self._sleep = Sleep(store, clock, curve, NIGHT, fade)
        self.active: dict[date, int] = {}

    def hear(self, turn: Turn) -> None:
        self._nights()
        super().hear(turn)

    def recall(self, cue: Cue, limit: int) -> Recalled:
        if cue.now is not None:
            self._nights(cue.now)
        return super().recall(cue, limit)

    def _nights(self, now: datetime | None = None) -> None:
        report = self._sleep.run(as_of=now or self._clock.now())
        if report.nights:
            self.active[date.fromisoformat(report.nights[-1])] = self._store.memories.count(("active",))
            self.embed_missing()
