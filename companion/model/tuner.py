"""A llama context only for measuring, beside those in use and on the same weights (see search.Run)."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import psutil

from companion.errors import ModelFailed, ThinkingStopped
from companion.model import callbacks
from companion.model.native import C
from companion.model.protocol import StopSignal
from companion.model.search import LARGE, Candidates, Search
from companion.model.tuning import BATCH, TuneProgress, TuneReport, Tuning, default_tuning
from companion.model.weights import Weights
from companion.strings import text

SIZE = 2048
"""Tokens of the context: the history and what is measured behind it."""
LARGEST_BUFFER = 128_000_000
"""Bytes that llama.cpp may set aside, in each context, for the logits of a batch: for a vocabulary of 262,000 they are
537 MB with 512 tokens at once, five times as much as for one of 49,000."""
_PART = 128
"""Tokens of the history between two looks at the clock."""
_LEAST = 128
_TEXT = "We walked along the river and talked about the garden, the dog and the weather. "
_ABORTED = 2
BUSY_ELSEWHERE = 0.15
"""Share of the processors that other programs may take while it is measured, for it to tell of the machine alone."""


def tune(weights: Weights, context: int, stop: StopSignal, progress: TuneProgress | None = None) -> TuneReport:
    """Find the fastest way to run `weights` with contexts of `context` tokens. Raises ThinkingStopped, ModelFailed."""
    default = default_tuning()
    default = Tuning(*default.threads, flash_attention=weights.flash_attention(context, default))
    wanted = candidates(weights.cache_bytes(context), weights.size, context)
    widest = max(default.batch, *wanted.batches)
    search = Search(lambda one: MeasuredContext(weights, min(context, SIZE), one, widest, stop), default, wanted)
    if progress is not None:
        search.progress = progress
    before = _busy()
    report = search.run()
    took, own = (after - since for after, since in zip(_busy(), before, strict=True))
    elsewhere = (took - own) / max(1e-9, report.seconds * (psutil.cpu_count() or 1))
    return replace(report, steady=report.steady and elsewhere < BUSY_ELSEWHERE)


def _busy() -> tuple[float, float]:
    """Seconds that all processors were at work until now, and those of this process."""
    times, own = psutil.cpu_times(), psutil.Process().cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0), own.user + own.system


def candidates(cache_bytes: int, vocabulary: int, context: int) -> Candidates:
    """For this machine and a model whose vocabulary and context have so many tokens. Memory is short where two caches
    of `cache_bytes` would take half of what is free."""
    logical = psutil.cpu_count() or 1
    physical = psutil.cpu_count(logical=False) or logical
    counts = {1, max(1, physical // 2), max(1, physical - 1), physical, logical}
    short = 4 * cache_bytes > psutil.virtual_memory().available
    wide = 2 * BATCH
    fits = 4 * vocabulary * wide <= LARGEST_BUFFER and 2 * wide <= context
    return Candidates(tuple(sorted(counts)), physical, (BATCH // 2, wide) if fits else (BATCH // 2,), short)


class MeasuredContext:
    """See `search.Run`."""

    def __init__(self, weights: Weights, tokens: int, tuning: Tuning, widest: int, stop: StopSignal) -> None:
        """`widest`: tokens at once that it can take; smaller batches need no context of their own."""
        self._stop = stop
        self._room = tokens - max(widest, LARGE) - 1
        self._weights = weights
        self._context = weights.context(tokens, tuning, batch=widest)
        self._memory = C.llama_get_memory(self._context)
        self._text = weights.encode(_TEXT * 8, special=False)
        self._threads = tuning.threads
        self._depth = 0

    def fill(self, most: int, seconds: float, limit: float) -> tuple[int, float] | None:
        most = min(most, self._room)
        began = time.perf_counter()
        with self._watched(limit) as halt:
            while self._depth < most and (self._depth < _LEAST or time.perf_counter() - began < seconds):
                if not self._feed(min(_PART, most - self._depth), self._depth, halt):
                    return None
                self._depth = C.llama_memory_seq_pos_max(self._memory, 0) + 1
        return self._depth, time.perf_counter() - began

    def read(self, tokens: int, batch: int, threads: int, limit: float) -> float | None:
        C.llama_set_n_threads(self._context, self._threads.write, threads)
        return self._measure(tokens, batch, limit)

    def write(self, tokens: int, threads: int, limit: float) -> float | None:
        C.llama_set_n_threads(self._context, threads, self._threads.read)
        return self._measure(tokens, 1, limit)

    def shifts(self) -> bool:
        if not C.llama_memory_can_shift(self._memory) or self._depth < _LEAST:
            return False
        if not C.llama_memory_seq_rm(self._memory, 0, 16, 48):
            return False
        C.llama_memory_seq_add(self._memory, 0, 48, -1, -32)
        self._depth -= 32
        with self._watched(10.0) as halt:
            went = self._feed(8, self._depth, halt)
        return went and bool(np.isfinite(self._weights.logits(self._context, -1)).all())

    def close(self) -> None:
        C.llama_free(self._context)

    def _measure(self, tokens: int, batch: int, limit: float) -> float | None:
        if not C.llama_memory_seq_rm(self._memory, 0, self._depth, -1):
            # A recurrent model cannot go back; what it has read costs it nothing.
            C.llama_memory_clear(self._memory, False)
            self._depth = 0
        began = time.perf_counter()
        with self._watched(limit) as halt:
            for done in range(0, tokens, batch):
                if not self._feed(min(batch, tokens - done), self._depth + done, halt):
                    return None
        return time.perf_counter() - began

    @contextmanager
    def _watched(self, limit: float) -> Iterator[StopSignal]:
        """A signal that is set when the person wants the machine, or when `limit` seconds are over."""
        halt = StopSignal()
        timer = threading.Timer(max(0.0, limit), halt.set)
        timer.daemon = True
        C.llama_set_abort_callback(self._context, callbacks.STOP, ctypes.addressof(halt.buffer))
        timer.start()
        try:
            with self._stop.calling(halt.set), callbacks.unless(halt.is_set):
                yield halt
        finally:
            timer.cancel()
            C.llama_set_abort_callback(self._context, callbacks.NEVER_STOP, None)

    def _feed(self, count: int, at: int, halt: StopSignal) -> bool:
        """Read `count` tokens of text; False when the time was over."""
        values = (C.llama_token * count)(*(self._text[(at + index) % len(self._text)] for index in range(count)))
        result = _ABORTED if halt.is_set() else C.llama_decode(self._context, C.llama_batch_get_one(values, count))
        if result == 0:
            self._weights.logits(self._context, -1)  # what a graphics card still computes is waited for
            return True
        if self._stop.is_set():
            raise ThinkingStopped
        if result != _ABORTED:
            raise ModelFailed(text("model.could_not_go_on", result=result))
        return False
