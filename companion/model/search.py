"""Finds the fastest way to run a model here: one thing after the other, each value beside the one used until then.

Machines are noisy, so values take turns, what counts is the median, and another value has to win in every round and by
more than MARGIN. Whatever takes far longer than the value in use is cut off: with one thread too many on a busy machine
a token can take a thousand times as long. What is run is behind `Run`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Protocol

from companion.errors import ModelFailed
from companion.model.tuning import Trial, TuneProgress, TuneReport, Tuning
from companion.strings import text, texts

DEPTH, FILLING = 1500, 4.0
"""Tokens of history behind which everything is measured, or as many as are read in FILLING seconds."""
SMALL, LARGE, WRITTEN = 64, 256, 32
"""Tokens read after a short message, read after a long one, and written."""
QUICK = 250.0
LEAST = (16, 48, 8)
"""A model that reads fewer than QUICK tokens a second is measured with its share of these, but at least with LEAST."""
ROUNDS, LEAST_ROUNDS = 3, 2
MARGIN, FEWER, ALL = 1.05, 1.15, 1.25
"""How much faster another value has to be (the same work differs by 4 % on a quiet machine); fewer threads, which win
while something else runs, and lose much more while nothing does; and a thread on the last core for writing, which makes
it many times slower as soon as something else runs."""
TOO_SLOW, TOO_SLOW_FROM_THE_START = 2.5, 1.35
"""Times as long as the value in use, in one round or for the history: given up."""
PATIENCE = 60.0
"""Seconds for all of it."""
UNSTEADY = 1.6
"""The longest time of the same work ÷ the shortest, from which on something else keeps the machine busy."""
COMPACT = 0.75
"""Where memory is short, a compact cache may be this much slower: 0.75 of the speed."""

_STEPS = ("history", "threads to read", "threads to write", "tokens at once", "attention", "cache")

Measure = Callable[[float], float | None]
"""Seconds that the work took, or None where it did not end within the limit (seconds)."""


class Run(Protocol):
    """A context to measure in, with the attention and the cache of one tuning. All raise ThinkingStopped once the
    person wants the machine, or ModelFailed. `limit` in seconds; None: it was not done within it."""

    def fill(self, most: int, seconds: float, limit: float) -> tuple[int, float] | None:
        """Read a history of `most` tokens, or of as many as can be read in `seconds`. Returns how many, and how long
        that took."""

    def read(self, tokens: int, batch: int, threads: int, limit: float) -> float | None:
        """Seconds to read `tokens` after the history, `batch` at once."""

    def write(self, tokens: int, threads: int, limit: float) -> float | None:
        """Seconds to write `tokens` after the history."""

    def shifts(self) -> bool:
        """Whether a part of the history can be dropped without reading the rest again; it is dropped if so."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Candidates:
    """What to try beside the default. `memory_short`: a compact cache is wanted for its size."""

    threads: tuple[int, ...]
    cores: int
    batches: tuple[int, ...] = (128, 512)
    memory_short: bool = False


@dataclass
class Search:
    """`default` says whether flash attention is used; `open` makes a Run for a tuning, or raises ModelFailed."""

    open: Callable[[Tuning], Run]
    default: Tuning
    candidates: Candidates
    progress: TuneProgress = lambda what, done, total: None
    now: Callable[[], float] = time.perf_counter
    _begun: float = 0.0
    _sizes: tuple[int, int, int] = (SMALL, LARGE, WRITTEN)
    _filling: float = 0.0
    _depth: int = 0
    _steady: bool = True
    _trials: list[Trial] = field(default_factory=list)

    def run(self) -> TuneReport:
        """Raises ThinkingStopped, or ModelFailed (far too slow for this, or llama.cpp failed)."""
        self._begun = self.now()
        with ExitStack() as runs:
            self._step(0)
            run = runs.enter_context(closing(self.open(self.default)))
            filled = run.fill(DEPTH, FILLING, PATIENCE)
            if filled is None or not filled[0]:
                raise ModelFailed(text("tune.hopeless"), hint=text("tune.try_later"))
            self._depth, self._filling = filled
            self._sizes = _sizes(self._depth / max(1e-9, self._filling))
            tuning = self._threads(run, self.default)
            tuning = self._batch(run, tuning)
            tuning, run = self._attention_and_cache(run, tuning, runs)
            tuning = self._speeds(run, tuning)
        return TuneReport(tuning, tuple(self._trials), self._depth, round(self._spent(), 1), self._steady)

    def _threads(self, run: Run, tuning: Tuning) -> Tuning:
        small, _, written = self._sizes

        def read(threads: int) -> Measure:
            return lambda limit: run.read(small, tuning.batch, threads, limit)

        def write(threads: int) -> Measure:
            return lambda limit: run.write(written, threads, limit)

        for step, tokens, measure in ((1, small, read), (2, written, write)):
            self._step(step)
            used = tuning.read_threads if step == 1 else tuning.write_threads
            values = [used, *(number for number in self.candidates.threads if number != used)]
            margins = {str(number): FEWER for number in values if number < used}
            if step == 2:
                margins |= {str(number): ALL for number in values if number > used and number >= self.candidates.cores}
            chosen = int(self._compare(step, tokens, {str(number): measure(number) for number in values}, margins))
            tuning = replace(tuning, read_threads=chosen) if step == 1 else replace(tuning, write_threads=chosen)
        return tuning

    def _batch(self, run: Run, tuning: Tuning) -> Tuning:
        values = [tuning.batch, *self.candidates.batches]
        tokens = max(values)
        if self._sizes[1] < LARGE:
            return tuning  # a slow model would be measured for minutes, and loses most at a stop
        self._step(3)

        def read(batch: int) -> Measure:
            return lambda limit: run.read(tokens, batch, tuning.read_threads, limit)

        return replace(tuning, batch=int(self._compare(3, tokens, {str(batch): read(batch) for batch in values}, {})))

    def _attention_and_cache(self, run: Run, tuning: Tuning, runs: ExitStack) -> tuple[Tuning, Run]:
        other = replace(tuning, flash_attention=not tuning.flash_attention)
        tuning, run = self._context(4, run, tuning, other, runs)
        # llama.cpp computes with a compact cache in flash attention only.
        compact = replace(tuning, flash_attention=True, kv_type="q8_0")
        return self._context(5, run, tuning, compact, runs)

    def _context(self, step: int, run: Run, tuning: Tuning, other: Tuning, runs: ExitStack) -> tuple[Tuning, Run]:
        """The better of `tuning` and `other`, which needs a context of its own, and its run."""
        self._step(step)
        names = {one: _name(step, one) for one in (tuning, other)}
        spare = COMPACT if step == 5 and self.candidates.memory_short else None
        with ExitStack() as these:
            if self._left() < self._filling:
                return self._refused(step, names, tuning, run, "no time left")
            try:
                rival = these.enter_context(closing(self.open(other)))
            except ModelFailed:
                return self._refused(step, names, tuning, run, "this model cannot be run so")
            limit = min(self._left(), self._filling * (TOO_SLOW if spare else TOO_SLOW_FROM_THE_START))
            if rival.fill(self._depth, limit, limit) is None:
                return self._refused(step, names, tuning, run, "reads the history far slower")
            turns = {names[one]: self._turn(ran, one) for one, ran in ((tuning, run), (other, rival))}
            chosen = self._compare(step, sum(_turn_tokens(self._sizes)), turns, {}, spare)
            if chosen != names[other]:
                return tuning, run
            if run.shifts() and not rival.shifts():
                self._trials[-1] = replace(self._trials[-1], chosen=False, note="cannot drop old history")
                self._trials[-2] = replace(self._trials[-2], chosen=True)
                return tuning, run
            runs.push(these.pop_all())
            return other, rival

    def _refused(
        self, step: int, names: Mapping[Tuning, str], tuning: Tuning, run: Run, why: str
    ) -> tuple[Tuning, Run]:
        for one, name in names.items():
            self._trials.append(
                Trial(_STEPS[step], name, 0.0, float(one == tuning), one == tuning, why * (one != tuning))
            )
        return tuning, run

    def _turn(self, run: Run, tuning: Tuning) -> Measure:
        """A turn: a short message read, every fourth time a long one too, and twice as much written as is measured."""
        small, large, written = self._sizes

        def measure(limit: float) -> float | None:
            parts = (
                run.read(small, tuning.batch, tuning.read_threads, limit),
                run.read(large, tuning.batch, tuning.read_threads, limit),
                run.write(written, tuning.write_threads, limit),
            )
            if None in parts:
                return None
            return sum(weight * (part or 0.0) for weight, part in zip((1, 0.25, 2), parts, strict=True))

        return measure

    def _speeds(self, run: Run, tuning: Tuning) -> Tuning:
        small, _, written = self._sizes
        read = run.read(small, tuning.batch, tuning.read_threads, self._left())
        write = run.write(written, tuning.write_threads, self._left())
        # What was found on the way counts too: by now there may be no time left, or something else may be running.
        speeds = {trial.what: trial.per_second for trial in self._trials if trial.chosen}
        read_speed = max(small / read if read else 0.0, speeds[_STEPS[1]])
        write_speed = max(written / write if write else 0.0, speeds[_STEPS[2]])
        if not read_speed or not write_speed:
            raise ModelFailed(text("tune.hopeless"), hint=text("tune.try_later"))
        return replace(tuning, read_per_second=round(read_speed, 1), write_per_second=round(write_speed, 1))

    def _compare(
        self,
        step: int,
        tokens: float,
        values: Mapping[str, Measure],
        margins: Mapping[str, float],
        spare: float | None = None,
    ) -> str:
        """Measure each of `values` in turns, the first being the one in use, and note what was found. What loses a
        round is out. Returns the one to use: the first, unless another wins by MARGIN, or its own of `margins`; with
        `spare` the last, if it has at least that share of the first one's speed."""
        used, *others = values
        times: dict[str, list[float]] = {name: [] for name in values}
        notes: dict[str, str] = {}
        rivals = list(others)
        for turn in range(ROUNDS):
            if not rivals and turn >= LEAST_ROUNDS:
                break
            base = values[used](self._left())
            if base is None:
                break
            times[used].append(base)
            for name in rivals[:: 1 if turn % 2 else -1]:
                took = values[name](min(self._left(), TOO_SLOW * min(times[used])))
                if took is None:
                    notes[name] = "far slower" if self._left() > 0 else "no time left"
                else:
                    times[name].append(took)
                if took is None or (took >= base and spare is None):
                    rivals.remove(name)
        if times[used] and max(times[used]) > UNSTEADY * min(times[used]):
            self._steady = False
        ratios = {
            name: [base / took for base, took in zip(times[used], times[name], strict=False)]
            for name in others
            if name not in notes and times[name]
        }
        better = {
            name: median(ratios[name])
            for name in rivals
            if name in ratios
            and len(ratios[name]) >= LEAST_ROUNDS
            and median(ratios[name]) >= margins.get(name, MARGIN)
        }
        chosen = max(better, key=lambda name: better[name], default=used)
        if spare is not None and others[-1] in ratios and median(ratios[others[-1]]) >= spare:
            chosen = others[-1]
        for name in values:
            known = name == used or name in ratios
            note = notes.get(name, "") if known or name in notes else "no time left"
            speed = tokens / median(times[name]) if known and times[name] else 0.0
            ratio = 1.0 if name == used else median(ratios[name]) if name in ratios else 0.0
            self._trials.append(Trial(_STEPS[step], name, round(speed, 1), round(ratio, 3), name == chosen, note))
        return chosen

    def _step(self, step: int) -> None:
        name = str(texts("tune_step")[_STEPS[step].replace(" ", "_")])
        what = text("tune.trying", what=name) if step else text("tune.reading_history")
        self.progress(what, step, len(_STEPS))

    def _spent(self) -> float:
        return self.now() - self._begun

    def _left(self) -> float:
        return PATIENCE - self._spent()


def _sizes(per_second: float) -> tuple[int, int, int]:
    """Tokens of each piece of work for a model that reads so fast."""
    share = min(1.0, per_second / QUICK)
    small, large, written = (
        max(least, round(share * full)) for least, full in zip(LEAST, (SMALL, LARGE, WRITTEN), strict=True)
    )
    return small, large, written


def _turn_tokens(sizes: tuple[int, int, int]) -> tuple[float, float, float]:
    small, large, written = sizes
    return small, large / 4, 2 * written


def _name(step: int, tuning: Tuning) -> str:
    return ("flash" if tuning.flash_attention else "plain") if step == 4 else tuning.kv_type
