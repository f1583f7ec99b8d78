"""The yardstick of the speed bench: what llama.cpp itself takes, in the shortest loop that can be written.

Not a part of the program: no template, no reuse, no stop, no sampling but the likeliest token. It is run the same way
(threads, batch, attention, cache) and shares nothing else with `llama.LlamaModel` except the imported library, so that
a fault there cannot hide in both sides of a ratio. It lies here because only this package may know llama_cpp; whoever
changes `llama.py` need not care about it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from companion.errors import ModelFailed, ModelUnreadable
from companion.model.native import C
from companion.model.tuning import Tuning


class BareModel:
    """One model, one context, tokens that are only counted: their values are those of a filler text."""

    def __init__(self, path: Path, *, context: int, tuning: Tuning) -> None:
        """`tuning` with everything decided. Raises ModelUnreadable or ModelFailed."""
        self._model = C.llama_model_load_from_file(os.fsencode(path), C.llama_model_default_params())
        if not self._model:
            raise ModelUnreadable(path.name)
        parameters = C.llama_context_default_params()
        parameters.n_ctx = context
        self._batch = parameters.n_batch = parameters.n_ubatch = min(tuning.batch, context)
        parameters.n_threads, parameters.n_threads_batch = tuning.write_threads, tuning.read_threads
        if tuning.flash_attention is False:
            parameters.flash_attn_type = C.LLAMA_FLASH_ATTN_TYPE_DISABLED
        if tuning.kv_type == "q8_0":
            parameters.type_k = parameters.type_v = C.GGML_TYPE_Q8_0
        self._context = C.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise ModelFailed(f"no context of {context:,} tokens")
        self._memory = C.llama_get_memory(self._context)
        self._sampler = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
        C.llama_sampler_chain_add(self._sampler, C.llama_sampler_init_greedy())
        self._filler = self._tokens(
            "We walked along the river and talked about the garden, the dog and the weather. " * 8
        )
        self._held = 0

    def hold(self, tokens: int) -> None:
        """Bring the cache to `tokens` tokens of history. Not measured."""
        if tokens < self._held:
            C.llama_memory_seq_rm(self._memory, 0, tokens, -1)
            self._held = tokens
        while self._held < tokens:
            self._decode(min(self._batch, tokens - self._held))

    def first_token_ms(self, new: int) -> float:
        """Milliseconds to read `new` tokens after what is held and to choose the first of the reply."""
        started = time.perf_counter()
        while new > 0:
            part = min(self._batch, new)
            self._decode(part)
            new -= part
        C.llama_sampler_sample(self._sampler, self._context, -1)
        return (time.perf_counter() - started) * 1000

    def tokens_per_second(self, count: int) -> float:
        """Speed of writing `count` tokens after what is held (whose last token was just read)."""
        token = (C.llama_token * 1)(C.llama_sampler_sample(self._sampler, self._context, -1))
        batch = C.llama_batch_get_one(token, 1)
        started = time.perf_counter()
        for _ in range(count):
            if C.llama_decode(self._context, batch):
                raise ModelFailed("llama.cpp could not go on")
            token[0] = C.llama_sampler_sample(self._sampler, self._context, -1)
        self._held += count
        return count / (time.perf_counter() - started)

    def close(self) -> None:
        C.llama_sampler_free(self._sampler)
        C.llama_free(self._context)
        C.llama_model_free(self._model)

    def _decode(self, count: int) -> None:
        values = [self._filler[(self._held + offset) % len(self._filler)] for offset in range(count)]
        tokens: Any = (C.llama_token * count)(*values)
        if C.llama_decode(self._context, C.llama_batch_get_one(tokens, count)):
            raise ModelFailed("llama.cpp could not go on")
        self._held += count

    def _tokens(self, text: str) -> list[int]:
        data = text.encode()
        room = (C.llama_token * (len(data) + 8))()
        vocabulary = C.llama_model_get_vocab(self._model)
        count = C.llama_tokenize(vocabulary, data, len(data), room, len(room), False, False)
        return list(room[:count])
