"""Writing with drafts looked up in the prompt, for the bench: not a part of the program (docs/speed.md says why).

What follows the latest words somewhere earlier in the prompt is read in one batch with them; as far as the sampler
chooses the same tokens, they were written for the price of one step (prompt lookup decoding, A. Saxena 2023; the
verification is that of speculative decoding, Leviathan et al. 2023, arXiv:2211.17192, with the draft's probability 1).
The sampler chooses every token itself, in the same order and with the same random numbers, so the text is the same.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from companion.errors import ModelFailed
from companion.model.context import Context
from companion.model.llama import LlamaModel
from companion.model.native import C
from companion.model.protocol import Message, Sampling, StopSignal
from companion.model.sampler import Sampler
from companion.strings import text

GRAMS = (3, 2)
"""Lengths of the latest words that are looked up, the longest first."""


@dataclass(frozen=True, slots=True)
class Written:
    """`steps`: how often the model was run; `seconds`: from the first token of the reply to its end."""

    tokens: tuple[int, ...]
    steps: int
    seconds: float
    proposed: int
    accepted: int


class Lookup:
    """Where in a growing list of tokens the latest few stood before."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}
        for token in tokens:
            self.add(token)

    def add(self, token: int) -> None:
        # What ended before this token is followed by it; the latest tokens themselves are followed by nothing yet.
        for length in GRAMS:
            if len(self._tokens) >= length:
                self._after[tuple(self._tokens[-length:])] = len(self._tokens)
        self._tokens.append(token)

    def propose(self, most: int) -> list[int]:
        """Up to `most` tokens that followed the latest ones the last time."""
        for length in GRAMS:
            start = self._after.get(tuple(self._tokens[-length:]))
            if start is not None and most:
                return self._tokens[start : start + most]
        return []


class LookupModel(LlamaModel):
    """A model whose replies can be written with drafts of up to `draft` tokens; 0: token by token, in the same loop."""

    def write_with_lookup(self, messages: Sequence[Message], sampling: Sampling, draft: int) -> Written:
        """Read the prompt and write a reply of at most `sampling.max_tokens` tokens."""
        wanted = self._encode(messages)
        limit = min(sampling.max_tokens, self._room(wanted))
        with self._using("talk", None) as (context, signal), closing(Sampler(self._weights, sampling)) as sampler:
            if not context.read(wanted, None, signal)[1]:
                raise ModelFailed(text("model.stopped"))
            lookup, written = Lookup(wanted), [sampler.next(context._context)]
            steps = proposed = accepted = 0
            began = time.perf_counter()
            while len(written) < limit and not self._weights.is_end(written[-1]):
                lookup.add(written[-1])
                drafted = lookup.propose(min(draft, limit - len(written) - 1))
                self._run(context, [written[-1], *drafted])
                steps, proposed = steps + 1, proposed + len(drafted)
                right = 0
                while True:
                    written.append(sampler.next(context._context, right))
                    if right == len(drafted) or written[-1] != drafted[right] or self._weights.is_end(written[-1]):
                        break
                    lookup.add(written[-1])
                    right += 1
                accepted += right
                if right < len(drafted):
                    context._go_back(context._cached[: len(context._cached) - len(drafted) + right], signal)
            seconds = time.perf_counter() - began
        return Written(tuple(written), steps, seconds, proposed, accepted)

    def step_seconds(self, messages: Sequence[Message], tokens: int) -> float:
        """To run `tokens` tokens at once after a prompt, all with their logits."""
        wanted = self._encode(messages)
        with self._using("talk", None) as (context, signal):
            context.read(wanted, None, signal)
            began = time.perf_counter()
            self._run(context, wanted[-tokens:])
            seconds = time.perf_counter() - began
            context._go_back(wanted, StopSignal())
        return seconds

    def _run(self, context: Context, tokens: Sequence[int]) -> None:
        """Feed `tokens` and keep the logits of each."""
        # Both arrays have to live until they are read: the batch holds only their addresses.
        values, rows = (C.llama_token * len(tokens))(*tokens), (ctypes.c_int8 * len(tokens))(*[1] * len(tokens))
        batch = C.llama_batch_get_one(values, len(tokens))
        batch.logits = rows
        if not context._decode(batch, tokens):
            raise ModelFailed(text("model.stopped"))
        self._weights.logits(context._context, -1)
