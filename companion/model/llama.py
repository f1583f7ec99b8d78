"""LlamaModel: a GGUF model behind the ChatModel protocol. The only importer of llama_cpp.

It works on llama.cpp's C functions: the high-level class of llama-cpp-python reads control tokens out of people's
text, redirects file descriptors while it loads, and keeps no second context.
"""

from __future__ import annotations

import ctypes
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import llama_cpp as C  # noqa: N812

from companion.errors import InvalidInput, ModelFailed, ModelUnreadable, ModelWithoutTemplate
from companion.model import callbacks
from companion.model.gguf import read_header
from companion.model.protocol import Generation, Lane, Message, ModelInfo, Sampling, StopSignal
from companion.model.reply import Finish, ReplyWriter
from companion.model.reuse import apply_plan, plan_reuse
from companion.model.template import ChatTemplate
from companion.model.threads import Threads, default_threads
from companion.model.tokens import Tokeniser

BATCH = 256
"""Prompt tokens read at once: the most that a stop loses, and the steps of the progress."""

PENALTY_WINDOW = 64
"""Latest tokens of the reply whose repetition is discouraged."""

PLAIN_ATTENTION = 8192
"""Contexts up to this many tokens do without flash attention on a processor: it takes twice as long for messages of
less than 64 tokens (19 ms a token against 9, after 2,000 tokens of SmolLM2). It would save 130 MB for a 7B model."""

_ABORTED = 2

C.llama_log_set(callbacks.LOG, None)
C.llama_backend_init()


class LlamaModel:
    """A loaded model with a context for talking and, from its first use on, one for thinking.

    Safe from several threads: calls on one lane wait for each other, the lanes run side by side.
    """

    def __init__(self, weights: _Weights, info: ModelInfo, template: ChatTemplate, threads: Threads) -> None:
        self._weights = weights
        self._info = info
        self._template = template
        self._threads = threads
        self._tokeniser = Tokeniser(weights)
        self._contexts: dict[Lane, _Context] = {}
        self._lanes: dict[Lane, threading.Lock] = {"talk": threading.Lock(), "think": threading.Lock()}
        self._tokenising = threading.Lock()
        self._closed = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        context: int,
        threads: int | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> LlamaModel:
        """Load the model at `path`. `context` in tokens, at most what it was trained for; `threads` None: as
        `default_threads` says; `on_progress` gets the share loaded (0–1). Raises ModelMissing, ModelUnreadable,
        ModelWithoutTemplate, or ModelFailed (no memory for the context)."""
        header = read_header(path)
        if not header.chat_template:
            raise ModelWithoutTemplate(path.name)
        weights = _Weights(path, on_progress)
        try:
            template = ChatTemplate(header.chat_template, bos=weights.text(weights.bos), eos=weights.text(weights.eos))
            info = weights.info(path, context)
            model = cls(weights, info, template, Threads(threads, threads) if threads else default_threads())
            model._context("talk")
        except BaseException:
            weights.close()
            raise
        return model

    @property
    def info(self) -> ModelInfo:
        return self._info

    def count(self, text: str) -> int:
        with self._tokenising:
            self._check_open()
            return len(self._tokeniser.plain(text))

    def count_messages(self, messages: Sequence[Message]) -> int:
        return len(self._encode(messages))

    def generate(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        on_text: Callable[[str], None],
        on_progress: Callable[[int, int], None] | None = None,
        stop: StopSignal | None = None,
        lane: Lane = "talk",
    ) -> Generation:
        called = time.perf_counter()
        wanted = self._encode(messages)
        room = self._info.context_tokens - len(wanted)
        if room < 1:
            raise InvalidInput(
                f"the prompt has {len(wanted):,} tokens, the context {self._info.context_tokens:,}",
                hint="Send a shorter message, or set a larger context.",
            )
        with self._lanes[lane]:
            self._check_open()
            context = self._context(lane)
            reply = ReplyWriter(on_text, called)
            stop = stop or StopSignal()
            with context.stoppable(stop):
                read, finished = context.read(wanted, on_progress, stop)
                finish: Finish = "stopped"
                if finished:
                    finish = context.write(reply, sampling, min(room, sampling.max_tokens), stop)
            with self._tokenising:
                if not any(map(self._weights.is_special, set(reply.tokens))):
                    self._tokeniser.remember_reply(reply.text, reply.tokens)
        return reply.generation(finish, len(wanted), read)

    def read_ahead(self, messages: Sequence[Message], *, stop: StopSignal | None = None, lane: Lane = "talk") -> int:
        wanted = self._encode(messages)[: self._info.context_tokens]
        with self._lanes[lane]:
            self._check_open()
            context = self._context(lane)
            stop = stop or StopSignal()
            with context.stoppable(stop):
                return context.read(wanted, None, stop)[0]

    def close(self) -> None:
        with self._lanes["talk"], self._lanes["think"], self._tokenising:
            if self._closed:
                return
            self._closed = True
            for context in self._contexts.values():
                context.close()
            self._weights.close()

    def _encode(self, messages: Sequence[Message]) -> list[int]:
        """The prompt's tokens. Each piece is tokenised for itself, so that a memory block that goes away later does
        not change the tokens beside it."""
        tokens: list[int] = []
        with self._tokenising:
            self._check_open()
            for piece in self._template.pieces(messages):
                tokens.extend(self._tokeniser.tokens(piece.kind, piece.text))
        if self._weights.adds_bos and tokens[:1] != [self._weights.bos]:
            tokens.insert(0, self._weights.bos)
        return tokens

    def _context(self, lane: Lane) -> _Context:
        context = self._contexts.get(lane)
        if context is None:
            context = self._contexts[lane] = _Context(self._weights, self._info.context_tokens, self._threads)
        return context

    def _check_open(self) -> None:
        if self._closed:
            raise ModelFailed("it was closed")


class _Weights:
    """The weights and the vocabulary (see tokens.Vocabulary), shared by the contexts."""

    def __init__(self, path: Path, on_progress: Callable[[float], None] | None) -> None:
        parameters = C.llama_model_default_params()
        progress = callbacks.LoadProgress(on_progress) if on_progress else None
        if progress:
            parameters.progress_callback = progress.callback
        with callbacks.errors() as said:
            self._model = C.llama_model_load_from_file(os.fsencode(path), parameters)
        if progress and progress.error:
            if self._model:
                C.llama_model_free(self._model)
            raise progress.error
        if not self._model:
            raise ModelUnreadable(f"{path.name}: {said[0] if said else 'llama.cpp refused it'}")
        self._vocabulary = C.llama_model_get_vocab(self._model)
        self.bos = C.llama_vocab_bos(self._vocabulary)
        self.eos = C.llama_vocab_eos(self._vocabulary)
        self.adds_bos = bool(C.llama_vocab_get_add_bos(self._vocabulary))
        self.size = C.llama_vocab_n_tokens(self._vocabulary)
        self._pieces: dict[int, bytes] = {}
        self._anchor: list[int] = []
        self._anchor = self._find_anchor()

    def info(self, path: Path, context: int) -> ModelInfo:
        trained = C.llama_model_n_ctx_train(self._model)
        return ModelInfo(
            name=path.stem,
            path=path,
            context_tokens=min(context, trained) if trained > 0 else context,
            trained_context=trained,
            size_bytes=C.llama_model_size(self._model),
            parameters=C.llama_model_n_params(self._model),
        )

    def context(self, tokens: int, threads: Threads) -> Any:
        parameters = C.llama_context_default_params()
        parameters.n_ctx = tokens
        parameters.n_batch = parameters.n_ubatch = min(BATCH, tokens)
        parameters.n_threads, parameters.n_threads_batch = threads.write, threads.read
        parameters.no_perf = True
        # With a window-sized cache, models with sliding-window attention could not go back to a common prefix.
        parameters.swa_full = True
        if tokens <= PLAIN_ATTENTION and not C.llama_supports_gpu_offload():
            parameters.flash_attn_type = C.LLAMA_FLASH_ATTN_TYPE_DISABLED
        with callbacks.errors() as said:
            context = C.llama_init_from_model(self._model, parameters)
        if not context:
            raise ModelFailed(
                f"no context of {tokens:,} tokens: {said[0] if said else 'llama.cpp refused it'}",
                hint="Set a smaller context (COMPANION_MODEL__CONTEXT) or choose a smaller model.",
            )
        return context

    def sampler(self, sampling: Sampling) -> Any:
        """A chain of samplers, to be freed by the caller."""
        chain = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
        add = partial(C.llama_sampler_chain_add, chain)
        # It sees the reply only, not the prompt: the words of a memory are to be repeated.
        if sampling.repeat_penalty != 1.0:
            add(C.llama_sampler_init_penalties(self.size, PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0))
        if sampling.temperature <= 0:
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

    def is_end(self, token: int) -> bool:
        return bool(C.llama_vocab_is_eog(self._vocabulary, token))

    def is_special(self, token: int) -> bool:
        attributes = C.llama_vocab_get_attr(self._vocabulary, token)
        if attributes & (C.LLAMA_TOKEN_ATTR_CONTROL | C.LLAMA_TOKEN_ATTR_UNKNOWN) or self.is_end(token):
            return True
        if not attributes & C.LLAMA_TOKEN_ATTR_USER_DEFINED:
            return False
        text = self.text(token)
        return (text[:1], text[-1:]) in {("<", ">"), ("[", "]")}

    def text(self, token: int) -> str:
        if token < 0:
            return ""
        return str((C.llama_vocab_get_text(self._vocabulary, token) or b"").decode("utf-8", "replace"))

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for in a reply: none for control tokens; maybe part of a character."""
        piece = self._pieces.get(token)
        if piece is None:
            # A buffer of its own for each call: both lanes may be here at once.
            buffer = ctypes.create_string_buffer(256)
            length = C.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, False)
            if length < 0:
                buffer = ctypes.create_string_buffer(-length)
                length = C.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, False)
            piece = self._pieces[token] = buffer.raw[:length]
        return piece

    def encode(self, text: str, *, special: bool) -> list[int]:
        known = len(self._anchor)
        tokens = self._tokenise("\n" + text if known else text, special)
        return tokens[known:] if tokens[:known] == self._anchor else self._tokenise(text, special)

    def _find_anchor(self) -> list[int]:
        """SentencePiece vocabularies put a space ahead of any text. It belongs to the start of a prompt, not to
        each of its pieces: there a line break is put ahead and its tokens are taken off again."""
        line_break, both, alone = (self._tokenise(text, False) for text in ("\n", "\na", "a"))
        prefixed = both[: len(line_break)] == line_break and both[len(line_break) :] != alone
        return line_break if prefixed else []

    def _tokenise(self, text: str, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (C.llama_token * room)()
        count = C.llama_tokenize(self._vocabulary, data, len(data), tokens, room, False, special)
        if count < 0:
            tokens = (C.llama_token * -count)()
            count = C.llama_tokenize(self._vocabulary, data, len(data), tokens, -count, False, special)
        return list(tokens[: max(0, count)])

    def close(self) -> None:
        C.llama_model_free(self._model)


class _Context:
    """A llama context and the tokens its KV cache holds, in step whatever happens. One thread at a time."""

    def __init__(self, weights: _Weights, tokens: int, threads: Threads) -> None:
        self._weights = weights
        self._context = weights.context(tokens, threads)
        self._memory = C.llama_get_memory(self._context)
        self._can_shift = bool(C.llama_memory_can_shift(self._memory))
        self._cached: list[int] = []

    @contextmanager
    def stoppable(self, stop: StopSignal) -> Iterator[None]:
        """Let `stop` end what llama.cpp is doing; afterwards bring the token list in step with the cache."""
        C.llama_set_abort_callback(self._context, callbacks.STOP, ctypes.addressof(stop.buffer))
        try:
            yield
        finally:
            C.llama_set_abort_callback(self._context, callbacks.NEVER_STOP, None)
            self._synchronise()

    def read(
        self, wanted: list[int], on_progress: Callable[[int, int], None] | None, stop: StopSignal
    ) -> tuple[int, bool]:
        """Bring the cache to `wanted`. Returns the tokens that had to be read, and False when it was stopped."""
        self._reuse(wanted)
        first = len(self._cached)
        for start in range(first, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            tokens = (C.llama_token * len(part))(*part)
            if stop.is_set() or not self._decode(C.llama_batch_get_one(tokens, len(part)), part):
                self._synchronise()
                return len(self._cached) - first, False
            if on_progress is not None:
                on_progress(start + len(part) - first, len(wanted) - first)
        return len(wanted) - first, True

    def write(self, reply: ReplyWriter, sampling: Sampling, limit: int, stop: StopSignal) -> Finish:
        sampler = self._weights.sampler(sampling)
        token = (C.llama_token * 1)()
        batch = C.llama_batch_get_one(token, 1)
        try:
            for step in range(limit):
                chosen = C.llama_sampler_sample(sampler, self._context, -1)
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
        finally:
            C.llama_sampler_free(sampler)

    def _decode(self, batch: Any, tokens: Sequence[int]) -> bool:
        """Feed the batch; False when it was stopped. Raises ModelFailed."""
        self._cached.extend(tokens)
        result = C.llama_decode(self._context, batch)
        if result not in (0, _ABORTED):
            raise ModelFailed(f"llama.cpp could not go on (llama_decode: {result})")
        return bool(result != _ABORTED)

    def _reuse(self, wanted: list[int]) -> None:
        """Drop from the cache what `wanted` does not hold, and close the gaps."""
        plan = plan_reuse(self._cached, wanted, can_shift=self._can_shift)
        kept = apply_plan(self._cached, plan)
        fine = True
        for gap in plan.gaps():
            fine = fine and C.llama_memory_seq_rm(self._memory, 0, gap.start, gap.end)
            if fine:
                C.llama_memory_seq_add(self._memory, 0, gap.end, -1, gap.start - gap.end)
        if fine and len(kept) < len(self._cached) - sum(len(gap) for gap in plan.gaps()):
            fine = C.llama_memory_seq_rm(self._memory, 0, len(kept), -1)
        if not fine:
            # Recurrent models keep a state, not a row per token: they cannot go back, and start anew.
            C.llama_memory_clear(self._memory, False)
            kept = []
        self._cached = kept

    def _synchronise(self) -> None:
        """After a stop or an error the cache holds what was read until then: ask it how much."""
        held = C.llama_memory_seq_pos_max(self._memory, 0) + 1
        if held > len(self._cached):
            C.llama_memory_clear(self._memory, False)
            held = 0
        del self._cached[held:]

    def close(self) -> None:
        C.llama_free(self._context)
