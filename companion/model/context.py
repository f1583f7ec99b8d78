"""A llama context: reads prompts into its KV cache, writes replies and scores what could follow."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from companion.errors import ModelFailed
from companion.model import callbacks
from companion.model.native import C
from companion.model.protocol import StopSignal
from companion.model.reply import Finish, ReplyWriter
from companion.model.reuse import apply_plan, common_prefix, plan_reuse
from companion.model.sampler import Sampler
from companion.model.threads import Threads
from companion.model.tuning import Tuning
from companion.model.weights import Weights
from companion.strings import text

SCORED = 64
"""Tokens read at once where the logits of each are wanted: 64 rows of a vocabulary of 262,000 take 67 MB."""

LEAST_WATCHED = 4
"""Tokens from which their mean likelihood says anything."""
STEP_SECONDS = 1.0
LEAST_STEP = 32
"""Reading fewer tokens at once would be slower in itself: the weights are fetched anew for each batch."""
_ABORTED = 2


class Context:
    """A llama context and the tokens its KV cache holds, in step whatever happens. One thread at a time."""

    def __init__(self, weights: Weights, tokens: int, tuning: Tuning) -> None:
        self._weights = weights
        self._batch = _step(tuning)
        self._context = weights.context(tokens, tuning)
        self._memory = C.llama_get_memory(self._context)
        # A state cannot lose what it was made of; llama.cpp moves it even so, with all that left still in it.
        self._can_shift = weights.can_go_back and bool(C.llama_memory_can_shift(self._memory))
        self._cached: list[int] = []
        self._shifting = False
        """Whether tokens were moved and llama.cpp has not turned them to their new positions yet."""
        self._stop: StopSignal | None = None
        self._watched: dict[int, float] = {}
        """Index in the cache → −ln P of the token there, where it was watched."""

    @contextmanager
    def stoppable(self, stop: StopSignal) -> Iterator[None]:
        """Let `stop` end what llama.cpp is doing; afterwards bring the token list in step with the cache."""
        C.llama_set_abort_callback(self._context, callbacks.STOP, ctypes.addressof(stop.buffer))
        self._stop = stop
        try:
            with callbacks.unless(stop.is_set):
                yield
        finally:
            self._stop = None
            C.llama_set_abort_callback(self._context, callbacks.NEVER_STOP, None)
            self._synchronise()

    @property
    def tokens(self) -> list[int]:
        """What the cache holds. Not to be changed."""
        return self._cached

    @property
    def can_go_back(self) -> bool:
        """Whether the end of what was read can be dropped; a recurrent model would have to read all of it again."""
        return self._weights.can_go_back

    def read(
        self,
        wanted: list[int],
        on_progress: Callable[[int, int], None] | None,
        stop: StopSignal,
        watched: range = range(0),
        batch: int | None = None,
    ) -> tuple[int, bool]:
        """Bring the cache to `wanted`. Returns the tokens that had to be read, and False when it was stopped. −ln P of
        the tokens whose indices are `watched` is found on the way (see `mean_loss`). `batch`: fewer tokens to read at
        once, for less to be lost when it is stopped."""
        batch = min(batch or self._batch, self._batch)
        self._reuse(wanted)
        self._settle_shift()
        if len(self._cached) in watched and self.can_go_back and self._cached:
            self._drop(len(self._cached) - 1)  # its row tells how likely the first new token is
        first = start = len(self._cached)
        total = len(wanted) - first
        if on_progress is not None and total:
            on_progress(0, total)
        while start < len(wanted):
            end = min(start + batch, len(wanted))
            scored = _scored(watched, start, end)
            end = max(scored.stop, start + 1) if len(scored) == SCORED else end
            part = wanted[start:end]
            # Both arrays have to live until they are read: the batch holds only their addresses.
            tokens, flags = (C.llama_token * len(part))(*part), (ctypes.c_int8 * len(part))()
            fed = C.llama_batch_get_one(tokens, len(part))
            if scored:
                for row in (*scored, end - 1):
                    flags[row - start] = 1
                fed.logits = flags
            if stop.is_set() or not self._decode(fed, part):
                self._synchronise()
                return max(0, len(self._cached) - first), False
            for row in scored:
                logits = self._weights.logits(self._context, row - start)
                self._watched[row + 1] = -float(_log_softmax(logits)[wanted[row + 1]])
            start = end
            if on_progress is not None:
                on_progress(start - first, total)
        return total, True

    def mean_loss(self, span: range) -> float | None:
        """Mean −ln P (nats) of those of the tokens `span` that were watched while they were read; None where they are
        too few to say anything: "ok" is as short as it is unexpected."""
        found = [self._watched[index] for index in span if index in self._watched]
        return sum(found) / len(found) if len(found) >= LEAST_WATCHED else None

    def drop_after(self, wanted: list[int]) -> None:
        """Keep only what `wanted` begins with."""
        self._drop(common_prefix(self._cached, wanted))

    @property
    def size(self) -> int:
        """Bytes that `save` would write, about."""
        return int(C.llama_state_seq_get_size(self._context, 0))

    def save(self, file: Path) -> None:
        """Write the cache to `file`. Raises OSError."""
        tokens = (C.llama_token * len(self._cached))(*self._cached)
        written = C.llama_state_seq_save_file(self._context, os.fsencode(file), 0, tokens, len(self._cached))
        if not written:
            raise OSError(text("model.could_not_write", name=file.name))

    def load(self, file: Path) -> int:
        """Take over what `save` wrote for the same model in a context of the same kind. Returns the tokens it holds; 0,
        and an empty cache, when it does not fit."""
        C.llama_memory_clear(self._memory, False)
        self._cached, self._watched = [], {}
        room = C.llama_n_ctx(self._context)
        tokens, count = (C.llama_token * room)(), ctypes.c_size_t()
        with callbacks.errors():
            read = C.llama_state_seq_load_file(self._context, os.fsencode(file), 0, tokens, room, ctypes.byref(count))
        if not read or C.llama_memory_seq_pos_max(self._memory, 0) + 1 != count.value:
            C.llama_memory_clear(self._memory, False)
            return 0
        self._cached = list(tokens[: count.value])
        return len(self._cached)

    def write(self, reply: ReplyWriter, sampler: Sampler, limit: int, stop: StopSignal) -> Finish:
        """Continue what was read with at most `limit` tokens."""
        token = (C.llama_token * 1)()
        batch = C.llama_batch_get_one(token, 1)
        for step in range(limit):
            chosen = sampler.next(self._context)
            if not step:
                reply.begin()
            if self._weights.is_end(chosen):
                return "end"
            reply.add(chosen, self._weights.piece(chosen))
            token[0] = chosen
            if stop.is_set():
                return "stopped"
            if step + 1 < limit and not self._decode(batch, (chosen,)):
                return "stopped"
        return "length"

    def score(self, wanted: list[int], choices: Sequence[list[int]], stop: StopSignal) -> list[float] | None:
        """ln P of each of `choices` (tokens, at least one) right after `wanted`; None when it was stopped."""
        if not self.read(wanted, None, stop)[1]:
            return None
        begins = _log_softmax(self._weights.logits(self._context, -1))
        scores = []
        for choice in choices:
            if len(self._cached) > len(wanted) and not self._go_back(wanted, stop):
                return None
            rest = self._losses(choice, stop) if len(choice) > 1 else []
            if rest is None:
                return None
            scores.append(float(begins[choice[0]]) - sum(rest))
        return scores

    def losses(self, wanted: list[int], start: int, stop: StopSignal) -> list[float] | None:
        """−ln P of each of `wanted[start:]` after what stands before it; None when it was stopped. The first token of
        a prompt has nothing before it and is no surprise: 0."""
        found: list[float] = []
        if start == 0:
            start, found = 1, [0.0]
        if len(wanted) <= start:
            return found
        if not self.read(wanted[:start], None, stop)[1]:
            return None
        found.append(-float(_log_softmax(self._weights.logits(self._context, -1))[wanted[start]]))
        rest = self._losses(wanted[start:], stop)
        return None if rest is None else found + rest

    def _losses(self, tokens: list[int], stop: StopSignal) -> list[float] | None:
        """Read `tokens` but for the last; −ln P of each but the first after those before it."""
        found: list[float] = []
        for start in range(0, len(tokens) - 1, SCORED):
            part = tokens[start : min(start + SCORED, len(tokens) - 1)]
            # Both arrays have to live until they are read: the batch holds only their addresses.
            values, wanted = (C.llama_token * len(part))(*part), (ctypes.c_int8 * len(part))(*[1] * len(part))
            batch = C.llama_batch_get_one(values, len(part))
            batch.logits = wanted
            if stop.is_set() or not self._decode(batch, part):
                return None
            for row in range(len(part)):
                logits = self._weights.logits(self._context, row)
                found.append(-float(_log_softmax(logits)[tokens[start + row + 1]]))
        return found

    def _drop(self, start: int) -> None:
        """Forget the tokens from `start` on, and all of them where that is not possible."""
        if start < len(self._cached) and not C.llama_memory_seq_rm(self._memory, 0, start, -1):
            C.llama_memory_clear(self._memory, False)
            start = 0
        del self._cached[start:]

    def _go_back(self, wanted: list[int], stop: StopSignal) -> bool:
        """Drop what was read after `wanted`; False when it had to be read again and that was stopped."""
        if C.llama_memory_seq_rm(self._memory, 0, len(wanted), -1):
            del self._cached[len(wanted) :]
            return True
        return self.read(wanted, None, stop)[1]

    def _decode(self, batch: Any, tokens: Sequence[int]) -> bool:
        """Feed the batch; False when it was stopped. Raises ModelFailed."""
        self._cached.extend(tokens)
        result = C.llama_decode(self._context, batch)
        if result and not self.can_go_back:
            # It counts the batch as read, with a state from before it or from the middle of it.
            C.llama_memory_clear(self._memory, False)
            self._cached.clear()
        if result not in (0, _ABORTED):
            raise ModelFailed(text("model.could_not_go_on", result=result))
        return bool(result != _ABORTED)

    def _reuse(self, wanted: list[int]) -> None:
        """Drop from the cache what `wanted` does not hold, and close the gaps."""
        plan = plan_reuse(self._cached, wanted, can_shift=self._can_shift)
        kept = apply_plan(self._cached, plan)
        whole = plan.spans[0].end if len(plan.spans) else 0
        self._watched = {index: loss for index, loss in self._watched.items() if index < whole}
        fine = True
        for gap in plan.gaps():
            fine = fine and C.llama_memory_seq_rm(self._memory, 0, gap.start, gap.end)
            if fine:
                C.llama_memory_seq_add(self._memory, 0, gap.end, -1, gap.start - gap.end)
                self._shifting = True
        if fine and len(kept) < len(self._cached) - sum(len(gap) for gap in plan.gaps()):
            fine = C.llama_memory_seq_rm(self._memory, 0, len(kept), -1)
        if not fine:
            # Recurrent models keep a state, not a row per token: they cannot go back, and start anew.
            C.llama_memory_clear(self._memory, False)
            kept = []
        self._cached = kept

    def _settle_shift(self) -> None:
        """Have moved tokens turned to their new positions, by reading the last one again. llama.cpp does that with the
        next batch; stopped in the middle of it, it would turn some layers twice the next time."""
        if not self._shifting:
            return
        self._shifting = False
        if not self._cached:
            return
        last = (C.llama_token * 1)(self._cached[-1])
        self._drop(len(self._cached) - 1)
        C.llama_set_abort_callback(self._context, callbacks.NEVER_STOP, None)
        try:
            self._decode(C.llama_batch_get_one(last, 1), tuple(last))
        finally:
            if self._stop is not None:
                C.llama_set_abort_callback(self._context, callbacks.STOP, ctypes.addressof(self._stop.buffer))

    def _synchronise(self) -> None:
        """After a stop or an error the cache holds what was read until then: ask it how much."""
        held = C.llama_memory_seq_pos_max(self._memory, 0) + 1
        if held > len(self._cached):
            C.llama_memory_clear(self._memory, False)
            held = 0
        del self._cached[held:]

    def use_threads(self, threads: Threads) -> None:
        C.llama_set_n_threads(self._context, threads.write, threads.read)

    def close(self) -> None:
        C.llama_free(self._context)


def _step(tuning: Tuning) -> int:
    """Tokens to read at once: as tuned, or as many as a slow model reads in STEP_SECONDS, so that its progress is told
    about that often. The same each time: another number gives other roundings."""
    if not tuning.read_per_second:
        return tuning.batch
    return min(tuning.batch, max(LEAST_STEP, int(tuning.read_per_second * STEP_SECONDS)))


def _scored(watched: range, start: int, end: int) -> range:
    """Of a batch of tokens start … end, the first SCORED rows whose logits tell of a watched one: those of the token
    before it."""
    first = max(start, watched.start - 1, 0)
    return range(first, max(first, min(end, watched.stop - 1, first + SCORED)))


def _log_softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), dtype=np.float32)
