"""RemoteModel: a model on an OpenAI-compatible server behind the ChatModel protocol.

What a local model can and this one cannot: counting exactly (only some servers tell), telling how surprising a message
was (no server does), reading ahead (its cache is the server's own business), and keeping control tokens out of what a
person types.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from companion.errors import (
    InvalidInput,
    ModelFailed,
    NotOffered,
    ServerError,
    ServerFailed,
    ThinkingStopped,
)
from companion.model.chat_messages import chat_messages
from companion.model.choosing import TOP, shares
from companion.model.counting import Counter
from companion.model.protocol import Generation, Lane, Message, ModelInfo, Sampling, StopSignal
from companion.model.server import Server, look
from companion.model.stream import Reply
from companion.model.wire import Json, Refusal, Wire
from companion.model.wire_errors import cut_short, learned_context, of_status, said

_PATH = "/chat/completions"
_NOT_STANDARD = ("top_k", "min_p", "repeat_penalty", "repetition_penalty", "stream_options", "chat_template_kwargs")
_GRAMMARS = ("grammar", "structured_outputs")


class RemoteModel:
    """Safe from several threads: calls on one lane wait for each other, the lanes run side by side (a server that can
    do one thing at a time lets the second wait, or ends the first; then it was thinking, and does it later)."""

    def __init__(self, wire: Wire, name: str, context: int, server: Server) -> None:
        self._wire = wire
        self._name = name
        self._context = context
        self._lanes: dict[Lane, threading.Lock] = {"talk": threading.Lock(), "think": threading.Lock()}
        self._closed = False
        self._left_out: set[str] = set()
        """Fields that this server does not accept."""
        self._fold_system = False
        self._gives_reasons = False
        """Whether it was ever seen to say why a reply ended."""
        self._lost = False
        """Whether it failed: then it is looked at anew first, it may have come back as another."""
        self._know(server)

    @classmethod
    def open(cls, url: str, *, name: str = "", key: str = "", timeout: float = 120.0, context: int) -> RemoteModel:
        """Look at the server at `url` (with or without /v1). `context`: the most tokens to use of the model's;
        `timeout`: seconds of silence after which a reply is given up. Raises ServerError."""
        if url.count("/") == 2:  # only a computer: the path is the same for all of them
            url += "/v1"
        wire = Wire(url.removesuffix(_PATH), key, timeout)
        return cls(wire, name, context, look(wire, name, context))

    @property
    def info(self) -> ModelInfo:
        return self._server.info

    @property
    def exact(self) -> bool:
        """Whether the server counts tokens; else they are estimated."""
        return self._counter.exact

    @property
    def kind(self) -> str:
        """What the server is."""
        return self._server.kind

    def count(self, text: str) -> int:
        return self._counter.count(text)

    def count_messages(self, messages: Sequence[Message]) -> int:
        return self._counter.count_messages(messages)

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
    ) -> Generation:
        called = time.perf_counter()
        signal = stop or StopSignal()
        with self._using(lane):
            if signal.is_set():
                return Reply(on_text, called, 0).generation("stopped")
            tokens = self.count_messages(messages)
            most = min(self._room(tokens), sampling.max_tokens)
            if on_progress is not None:
                on_progress(0, tokens)
            body = self._body(messages, sampling, most, grammar)

            def read() -> None:
                if on_progress is not None:
                    on_progress(tokens, tokens)

            reply = Reply(on_text, called, tokens, on_first=read)
            self._stream(messages, body, reply, most, signal, lane)
            return reply.generation(reply.finish or ("stopped" if signal.is_set() else "end"))

    def read_ahead(self, messages: Sequence[Message], *, stop: StopSignal | None = None, lane: Lane = "talk") -> int:
        return 0  # what a server keeps of a prompt is its own business, and reading twice may cost somebody money

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        stop: StopSignal | None = None,
        lane: Lane = "think",
    ) -> tuple[float, ...]:
        """See the protocol; from the likeliest first tokens of the reply alone. Raises NotOffered as well, where the
        server does not tell how likely they are."""
        if not options or not all(options):
            raise InvalidInput("there is nothing to choose from")
        signal = stop or StopSignal()
        with self._using(lane):
            self._room(self.count_messages(messages))
            body = self._body(messages, Sampling(temperature=0.0, repeat_penalty=1.0), 1, "")
            del body["stream_options"]
            body |= {"stream": False, "logprobs": True, "top_logprobs": TOP}
            reply = Reply(lambda _: None, time.perf_counter(), 0)
            try:
                self._stream(messages, body, reply, 1, signal, lane)
            except ServerFailed as error:
                # llama_cpp.server fails on the question unless it keeps all logits; one that is down fails otherwise.
                if "logprob" in error.detail or "logits" in error.detail:
                    raise NotOffered(f"{self._wire.host} does not tell how likely an answer is") from error
                raise
        if signal.is_set():
            raise ThinkingStopped
        if not reply.likely:
            raise NotOffered(f"{self._wire.host} does not tell how likely an answer is")
        return shares(options, reply.likely)

    def surprise(
        self, messages: Sequence[Message], *, stop: StopSignal | None = None, lane: Lane = "think"
    ) -> tuple[tuple[int, int, float], ...]:
        if not messages or not messages[-1].text.strip():
            return ()
        raise NotOffered("a server does not tell how likely a message was")

    def close(self) -> None:
        with self._lanes["talk"], self._lanes["think"]:
            self._closed = True

    def _know(self, server: Server) -> None:
        self._server = server
        self._counter = Counter(self._wire, server)

    @contextmanager
    def _using(self, lane: Lane) -> Iterator[None]:
        with self._lanes[lane]:
            if self._closed:
                raise ModelFailed("it was closed")
            if self._lost:
                self._know(look(self._wire, self._name, self._context))
                self._lost = False
            yield

    def _room(self, tokens: int) -> int:
        room = self.info.context_tokens - tokens
        if room < 1:
            raise InvalidInput(
                f"the prompt has about {tokens:,} tokens, the context {self.info.context_tokens:,}",
                hint="Send a shorter message, or give the server a larger context.",
            )
        return room

    def _body(self, messages: Sequence[Message], sampling: Sampling, most: int, grammar: str) -> Json:
        body: Json = {
            "model": self._server.model,
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": most,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
            "min_p": sampling.min_p,
            # Each server reads the one it knows; small thinking models would think the reply away (see template.py).
            "repeat_penalty": sampling.repeat_penalty,
            "repetition_penalty": sampling.repeat_penalty,
            "chat_template_kwargs": {"enable_thinking": False},
        }
        if sampling.seed is not None:
            body["seed"] = sampling.seed
        if grammar:
            body |= {"structured_outputs": {"grammar": grammar}} if self.kind == "vLLM" else {"grammar": grammar}
        return body

    def _stream(
        self, messages: Sequence[Message], body: Json, reply: Reply, most: int, stop: StopSignal, lane: Lane
    ) -> None:
        """Ask, and again without what the server does not accept. What came when it breaks off is with `reply`."""
        while True:
            asked = {name: value for name, value in body.items() if name not in self._left_out}
            asked["messages"] = chat_messages(messages, fold_system=self._fold_system)
            try:
                self._follow(asked, reply, most, stop, lane)
                return
            except Refusal as refusal:
                if not self._can_ask_otherwise(refusal, asked):
                    raise self._refused(refusal) from refusal
            except ServerError as error:
                self._lost = True
                if self.kind == "llama_cpp.server" and not reply.pieces and isinstance(error, ServerFailed):
                    self._hear_why(asked)
                raise

    def _follow(self, asked: Json, reply: Reply, most: int, stop: StopSignal, lane: Lane) -> None:
        ended = False
        for event in self._wire.stream(_PATH, asked, stop):
            if "error" in event:
                raise ServerFailed(f"{self._wire.host}: {said(json.dumps(event))}")
            ended = ended or bool(event.get("done"))
            reply.take(event)
            self._gives_reasons = self._gives_reasons or reply.finish is not None
            if reply.pieces > most:  # it was told to stop by then
                reply.finish = "length"
                return
        if stop.is_set() or reply.finish is not None:
            return
        if not ended:
            raise cut_short(self._wire.host, reply.pieces > 0)
        if self._gives_reasons:
            # llama_cpp.server ends a reply like this when somebody else asks it for something.
            if lane == "think":
                raise ThinkingStopped
            raise cut_short(self._wire.host, reply.pieces > 0)

    def _hear_why(self, asked: Json) -> None:
        """Of a prompt that it cannot take, llama_cpp.server says so only where it does not stream. Raises ServerError
        when it does."""
        plain = {name: value for name, value in asked.items() if name != "stream_options"}
        try:
            self._wire.ask("POST", _PATH, {**plain, "stream": False, "max_tokens": 1})
        except Refusal as refusal:
            raise self._refused(refusal) from refusal

    def _can_ask_otherwise(self, refusal: Refusal, asked: dict[str, Any]) -> bool:
        """Whether to try again with less: some servers refuse fields they do not know, some templates a system role."""
        if refusal.status not in (400, 422, 500) or learned_context(refusal.body):
            return False
        words = refusal.body.lower()
        if not self._fold_system and "system" in words and "role" in words:
            self._fold_system = True
            return True
        named = {name for name in asked if name in (*_NOT_STANDARD, *_GRAMMARS) and name in words}
        fields = named or {name for name in asked if name in _NOT_STANDARD}
        if refusal.status == 500 or not fields:
            return False
        self._left_out |= fields
        return True

    def _refused(self, refusal: Refusal) -> ServerError:
        if limit := learned_context(refusal.body):
            info = self.info
            if limit < info.context_tokens:
                self._context = limit
                self._know(replace(self._server, info=replace(info, context_tokens=limit)))
                return ServerFailed(
                    f"{self._wire.host} holds {limit:,} tokens, {info.context_tokens:,} were meant to be used",
                    hint="Send your message again: the prompt is cut to fit. To keep it so, set model.context.",
                )
        return of_status(self._wire.host, refusal.status, refusal.body)
