"""How the next token is chosen: a chain of llama.cpp's samplers, held to a grammar when there is one."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from companion.errors import InvalidInput, ModelFailed
from companion.model import callbacks
from companion.model.native import C
from companion.model.protocol import Sampling
from companion.model.weights import Weights
from companion.strings import text

PENALTY_WINDOW = 64
"""Latest tokens of the reply whose repetition is discouraged."""

_CANDIDATE = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])
"""llama_token_data."""


class Sampler:
    """Chooses the tokens of one reply. `close` it at the end; one thread at a time."""

    def __init__(self, weights: Weights, sampling: Sampling, grammar: str = "") -> None:
        """`grammar` in GBNF, its first rule called root; empty: anything may be said. Raises InvalidInput for a
        grammar that does not parse."""
        self._weights = weights
        self._greedy = sampling.temperature <= 0
        self._grammar = self._parse(grammar) if grammar else None
        self._chain = self._build(sampling)

    def next(self, context: Any, row: int = -1) -> int:
        """The next token after a row that `context` has the logits of, by default what it read last; counted as said.
        Raises ModelFailed when the grammar allows no token at all."""
        if self._grammar is None:
            return int(C.llama_sampler_sample(self._chain, context, row))
        logits = self._weights.logits(context, row)
        token = self._likeliest_if_allowed(logits) if self._greedy else None
        if token is None:
            token = self._among_allowed(logits)
        if not self._weights.is_end(token):
            C.llama_sampler_accept(self._grammar, token)
            C.llama_sampler_accept(self._chain, token)
        return token

    def said(self, tokens: Sequence[int]) -> None:
        """Count these as said: the reply begins with them."""
        for token in tokens:
            C.llama_sampler_accept(self._chain, token)

    def close(self) -> None:
        C.llama_sampler_free(self._chain)
        if self._grammar is not None:
            C.llama_sampler_free(self._grammar)

    def _likeliest_if_allowed(self, logits: Any) -> int | None:
        """The grammar looks at one token instead of the whole vocabulary, which takes 10 ms of SmolLM2's 26 a token;
        where the likeliest token is allowed, it is the likeliest of those allowed."""
        token, _ = self._apply(self._chain, _candidates(logits))
        one = np.zeros(1, dtype=_CANDIDATE)
        one["id"] = token
        self._apply(self._grammar, one)
        return token if np.isfinite(one["logit"][0]) else None

    def _among_allowed(self, logits: Any) -> int:
        candidates = _candidates(logits)
        self._apply(self._grammar, candidates)
        # To accept a token that the grammar forbids ends the process.
        if not np.isfinite(candidates["logit"]).any():
            raise ModelFailed(text("model.no_token"))
        token, logit = self._apply(self._chain, candidates)
        if not np.isfinite(logit):
            raise ModelFailed(text("model.nothing_left"))
        return token

    def _apply(self, sampler: Any, candidates: Any) -> tuple[int, float]:
        """Let `sampler` change `candidates` in place. Returns the token it selected (if it selects) and its logit."""
        data = ctypes.cast(candidates.ctypes.data, C.llama_token_data_p)
        array = C.llama_token_data_array(data, len(candidates), -1, False)
        C.llama_sampler_apply(sampler, ctypes.byref(array))
        chosen = array.data[max(0, array.selected)]
        return int(chosen.id), float(chosen.logit)

    def _parse(self, grammar: str) -> Any:
        if "\0" in grammar:
            raise InvalidInput(text("model.grammar_zero"))
        with callbacks.errors() as said:
            sampler = C.llama_sampler_init_grammar(self._weights.vocabulary, grammar.encode(), b"root")
        if not sampler:
            raise InvalidInput(text("model.grammar", value=said[0] if said else "llama.cpp refused it"))
        return sampler

    def _build(self, sampling: Sampling) -> Any:
        chain = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
        add = partial(C.llama_sampler_chain_add, chain)
        # It sees the reply only, not the prompt: the words of a memory are to be repeated.
        penalties = (sampling.repeat_penalty, sampling.frequency_penalty, sampling.presence_penalty)
        if penalties != (1.0, 0.0, 0.0):
            add(C.llama_sampler_init_penalties(self._weights.size, PENALTY_WINDOW, *penalties))
        if self._greedy:
            add(C.llama_sampler_init_greedy())
            return chain
        # top_k first: the others sort what it leaves, not the whole vocabulary.
        if sampling.top_k > 0:
            add(C.llama_sampler_init_top_k(sampling.top_k))
        add(C.llama_sampler_init_top_p(sampling.top_p, 1))
        add(C.llama_sampler_init_min_p(sampling.min_p, 1))
        add(C.llama_sampler_init_temp(sampling.temperature))
        seed = random.getrandbits(32) if sampling.seed is None else sampling.seed
        add(C.llama_sampler_init_dist(seed & 0xFFFFFFFF))
        return chain


def _candidates(logits: Any) -> Any:
    found = np.zeros(len(logits), dtype=_CANDIDATE)
    found["id"] = np.arange(len(logits), dtype=np.int32)
    found["logit"] = logits
    return found
