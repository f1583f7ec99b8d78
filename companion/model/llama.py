"""LlamaModel: a GGUF model behind the ChatModel protocol."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np

from companion import strings
from companion.errors import InvalidInput, ModelFailed, ModelWithoutTemplate, ThinkingStopped
from companion.model.adapter import check_adapter
from companion.model.context import Context
from companion.model.fit import check_room
from companion.model.gguf import read_header
from companion.model.kept import has_room, read_kept, text_hash, write_kept
from companion.model.protocol import Generation, Lane, Message, ModelInfo, Sampling, StopSignal
from companion.model.reply import Finish, ReplyWriter
from companion.model.sampler import Sampler
from companion.model.spans import token_spans
from companion.model.template import ChatTemplate
from companion.model.threads import Threads
from companion.model.tokens import Tokeniser
from companion.model.tuner import tune
from companion.model.tuning import TuneProgress, TuneReport, Tuning, default_tuning
from companion.model.weights import Weights
from companion.text import one_line

log = logging.getLogger(__name__)

AHEAD = 64
"""Tokens read at once ahead of time: whoever presses Enter meanwhile loses at most so many that were being read."""
OUTPUT_SHARE = 0.3
"""Share of a model's parameters in its output layer up to which likelihoods of the prompt are cheap to have."""


class LlamaModel:
    """A loaded model with a context for talking and, from its first use on, one for thinking.

    Safe from several threads: calls on one lane wait for each other, the lanes run side by side.
    """

    def __init__(self, weights: Weights, info: ModelInfo, template: ChatTemplate, tuning: Tuning) -> None:
        self._weights = weights
        self._info = info
        self._template = template
        self._tuning = tuning
        self._tokeniser = Tokeniser(weights)
        self._contexts: dict[Lane, Context] = {}
        self._lanes: dict[Lane, threading.Lock] = {"talk": threading.Lock(), "think": threading.Lock()}
        self._tokenising = threading.Lock()
        self._measuring = threading.Lock()
        self._measured: StopSignal | None = None
        """Ends the tuning that is under way."""
        self._closed = False
        self._identity = weights.identity(info, template.source, tuning)
        self._kept = ""
        """The text hash of what was last written by `keep`, or read by `restore`."""

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        context: int,
        threads: int | None = None,
        oversize: bool = False,
        tuning: Callable[[ModelInfo], Tuning | None] = lambda _: None,
        adapter: tuple[Path, float] | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> Self:
        """Load the model at `path`. `context` in tokens, at most what it was trained for; `tuning` gives what was found
        for this model, if anything; `threads`, as a person set them, take the place of those; `adapter` is
        a LoRA file and its scale; `on_progress` gets the share loaded (0–1). Raises ModelMissing, ModelUnreadable,
        ModelWithoutTemplate, ModelTooLarge (unless `oversize`), AdapterUnusable, or ModelFailed (no memory for the
        context)."""
        header = read_header(path)
        if not header.chat_template:
            raise ModelWithoutTemplate(path.name)
        if not oversize:
            check_room(path, header, context)
        checked = check_adapter(*adapter, header.architecture) if adapter is not None else None
        weights = Weights(path, on_progress)
        try:
            template = ChatTemplate(header.chat_template, bos=weights.text(weights.bos), eos=weights.text(weights.eos))
            info = replace(weights.info(path, context), adapter=checked)
            if path.suffix.lower() != ".gguf" and header.name.strip():
                info = replace(info, name=one_line(header.name, 60))  # Ollama's files are called by their checksum
            if checked is not None:
                weights.add(checked)
            found = tuning(info) or default_tuning()
            model = cls(weights, info, template, found.with_threads(threads))
            try:
                model._context("talk")
            except ModelFailed:
                if not found.measured:
                    raise
                log.warning("a context as it was measured cannot be had any more")
                model = cls(weights, info, template, default_tuning(threads))
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
        grammar: str = "",
        surprise: bool = False,
        begun: str = "",
    ) -> Generation:
        called = time.perf_counter()
        with self._tokenising:
            said = self._tokeniser.plain(begun) if begun else []
        wanted = [*self._encode(messages), *said]
        watched = self._watched(messages) if surprise else range(0)
        room = self._room(wanted)
        reply = ReplyWriter(on_text, called)
        with self._using(lane, stop) as (context, signal):
            with closing(Sampler(self._weights, sampling, grammar)) as sampler:
                sampler.said(said)
                read, finished = context.read(wanted, on_progress, signal, watched)
                finish: Finish = "stopped"
                if finished:
                    finish = context.write(reply, sampler, min(room, sampling.max_tokens), signal)
            surprised = context.mean_loss(watched) if finished else None
            with self._tokenising:
                if not any(map(self._weights.is_special, set(reply.tokens))):
                    self._tokeniser.remember_reply(begun + reply.text, [*said, *reply.tokens])
        return replace(reply.generation(finish, len(wanted), read), surprise=surprised)

    def read_ahead(
        self,
        messages: Sequence[Message],
        *,
        stop: StopSignal | None = None,
        lane: Lane = "talk",
        unfinished: bool = False,
    ) -> int:
        wanted = self._encode_last(messages)[0] if unfinished else self._encode(messages)
        watched = self._watched(messages) if unfinished else range(0)
        with self._using(lane, stop) as (context, signal):
            if unfinished and not context.can_go_back and (messages[-1].text or context.tokens == wanted):
                return 0  # what is typed on may change the last token: all would have to be read again
            return context.read(wanted[: self._info.context_tokens], None, signal, watched, AHEAD)[0]

    def keep(self, file: Path, messages: Sequence[Message], most_bytes: int | None = None) -> int:
        wanted = self._encode_last(messages)[0]
        with self._using("talk", None) as (context, _):
            context.drop_after(wanted)
            tokens = context.tokens
            if not tokens or text_hash(tokens) == self._kept or (most_bytes is not None and context.size > most_bytes):
                return 0
            if not has_room(file, context.size):
                return 0
            with self._tokenising:
                replies = self._tokeniser.replies_in(tokens)
            written = write_kept(file, self._identity, tokens, replies, context.save)
            self._kept = text_hash(tokens)
            return written

    def restore(self, file: Path) -> int:
        found = read_kept(file, self._identity)
        if found is None or found.tokens > self._info.context_tokens:
            return 0
        with self._using("talk", None) as (context, _):
            count = context.load(file)
            if count != found.tokens:
                return 0
            held = set(context.tokens)
            with self._tokenising:
                for reply in found.replies:
                    if not held.issuperset(reply) or any(map(self._weights.is_special, reply)):
                        continue  # damaged: llama.cpp ends the process over a token that there is not
                    text = b"".join(map(self._weights.piece, reply)).decode("utf-8", "replace")
                    self._tokeniser.remember_reply(text, list(reply))
            self._kept = text_hash(context.tokens)
        return count

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        stop: StopSignal | None = None,
        lane: Lane = "think",
    ) -> tuple[float, ...]:
        wanted = self._encode(messages)
        with self._tokenising:
            choices = [self._tokeniser.plain(option) for option in options]
        if not choices or not all(choices):
            raise InvalidInput(strings.text("model.no_choice"))
        self._room(wanted, max(map(len, choices)))
        with self._using(lane, stop) as (context, signal):
            scores = context.score(wanted, choices, signal)
        if scores is None:
            raise ThinkingStopped
        likelihoods = np.exp(np.array(scores) - max(scores))
        return tuple(float(share) for share in likelihoods / likelihoods.sum())

    def surprise(
        self, messages: Sequence[Message], *, stop: StopSignal | None = None, lane: Lane = "think"
    ) -> tuple[tuple[int, int, float], ...]:
        said = messages[-1].text if messages else ""
        if not said.strip():
            return ()
        wanted, text, start = self._encode_last(messages)
        self._room(wanted)
        with self._using(lane, stop) as (context, signal):
            losses = context.losses(wanted, start, signal)
        if losses is None:
            raise ThinkingStopped
        spans = token_spans(text, [self._weights.piece(token) for token in wanted[start:]])
        ahead = said.index(text)
        return tuple((first + ahead, end + ahead, loss) for (first, end), loss in zip(spans, losses, strict=True))

    @property
    def tuning(self) -> Tuning:
        return self._tuning

    @property
    def running(self) -> Tuning:
        """The same with everything decided."""
        flash = self._weights.flash_attention(self._info.context_tokens, self._tuning)
        return replace(self._tuning, flash_attention=flash)

    @property
    def cache_bytes(self) -> int:
        """What the caches of both lanes take, about."""
        return 2 * self._weights.cache_bytes(self._info.context_tokens)

    def tune(self, stop: StopSignal, progress: TuneProgress | None = None) -> TuneReport:
        with self._measuring:
            self._check_open()
            self._measured = own = StopSignal()
            try:
                with stop.calling(own.set):
                    return tune(self._weights, self._info.context_tokens, own, progress)
            finally:
                self._measured = None

    def use_threads(self, threads: Threads) -> None:
        self._tuning = replace(self._tuning, read_threads=threads.read, write_threads=threads.write)
        for lane, lock in self._lanes.items():
            with lock:
                if lane in self._contexts and not self._closed:
                    self._contexts[lane].use_threads(threads)

    def close(self) -> None:
        if (measured := self._measured) is not None:
            measured.set()
        with self._measuring, self._lanes["talk"], self._lanes["think"], self._tokenising:
            if self._closed:
                return
            self._closed = True
            for context in self._contexts.values():
                context.close()
            self._weights.close()

    def _watched(self, messages: Sequence[Message]) -> range:
        """The indices of the tokens of the last message's text, where their likelihoods cost little: an output layer
        that is large beside the rest of the model would have to be computed for each of them (+94 % for a vocabulary of
        262,000 and 270 million parameters, +6 % for 49,000 and 135 million)."""
        if self._weights.output_share > OUTPUT_SHARE or not messages or not messages[-1].text.strip():
            return range(0)
        tokens, _, start = self._encode_last(messages)
        return range(start, len(tokens))

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

    def _encode_last(self, messages: Sequence[Message]) -> tuple[list[int], str, int]:
        """The prompt's tokens up to the end of the last message's text, that text as the template left it, and the
        index of its first token."""
        pieces = self._template.pieces(messages)
        last = max(index for index, piece in enumerate(pieces) if piece.kind != "markup")
        with self._tokenising:
            self._check_open()
            parts = [self._tokeniser.tokens(piece.kind, piece.text) for piece in pieces[: last + 1]]
        tokens = [token for part in parts for token in part]
        start = len(tokens) - len(parts[-1])
        if self._weights.adds_bos and tokens[:1] != [self._weights.bos]:
            tokens.insert(0, self._weights.bos)
            start += 1
        return tokens, pieces[last].text, start

    def _room(self, wanted: list[int], needed: int = 1) -> int:
        """Tokens left for a reply. Raises InvalidInput when they are fewer than `needed`."""
        room = self._info.context_tokens - len(wanted)
        if room < needed:
            raise InvalidInput(
                strings.text("model.prompt_too_long", wanted=len(wanted), context_tokens=self._info.context_tokens),
                hint=strings.text("model.shorter"),
            )
        return room

    @contextmanager
    def _using(self, lane: Lane, stop: StopSignal | None) -> Iterator[tuple[Context, StopSignal]]:
        """The context of a lane, for one caller at a time, and the signal that stops it."""
        with self._lanes[lane]:
            self._check_open()
            context, signal = self._context(lane), stop or StopSignal()
            with context.stoppable(signal):
                yield context, signal

    def _context(self, lane: Lane) -> Context:
        context = self._contexts.get(lane)
        if context is None:
            context = self._contexts[lane] = Context(self._weights, self._info.context_tokens, self._tuning)
        return context

    def _check_open(self) -> None:
        if self._closed:
            raise ModelFailed(strings.text("model.closed"))
