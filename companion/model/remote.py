"""RemoteModel: a model on an OpenAI-compatible server behind the ChatModel protocol.

What a local model can and this one cannot: counting exactly (only some servers tell), telling how surprising a message
was (no server does), reading ahead (its cache is the server's own business), and keeping control tokens out of what a
person types.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from companion import strings
from companion.addresses import server_url
from companion.errors import (
    ContextExceeded,
    InvalidInput,
    ModelFailed,
    NotOffered,
    ServerError,
    ServerFailed,
    ThinkingStopped,
)
from companion.model.choosing import TOP, shares
from companion.model.completions import PATH, Completions, request
from companion.model.counting import Counter
from companion.model.protocol import Generation, Lane, Message, ModelInfo, Sampling, StopSignal
from companion.model.server import Server, look
from companion.model.stream import Reply
from companion.model.wire import Json, Wire, stoppable


class RemoteModel:
    """Safe from several threads: calls on one lane wait for each other, the lanes run side by side (a server that can
    do one thing at a time lets the second wait, or ends the first; then it was thinking, and does it later)."""

    def __init__(self, wire: Wire, name: str, context: int, server: Server) -> None:
        self._wire = wire
        self._name = name
        self._context = context
        self._lanes: dict[Lane, threading.Lock] = {"talk": threading.Lock(), "think": threading.Lock()}
        self._closed = False
        self._know(server)

    @classmethod
    def open(cls, url: str, *, name: str = "", key: str = "", timeout: float = 120.0, context: int) -> RemoteModel:
        """Look at the server at `url` (with or without /v1). `context`: the most tokens to use of the model's;
        `timeout`: seconds of silence after which a reply is given up. Raises ServerError."""
        url = server_url(url).removesuffix(PATH)
        if url.count("/") == 2:  # only a computer: the path is the same for all of them
            url += "/v1"
        wire = Wire(url, key, timeout)
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
        begun: str = "",
    ) -> Generation:
        if begun:
            raise NotOffered(strings.text("conversing.finished_only", host=self._wire.host))
        called = time.perf_counter()
        signal = stop or StopSignal()
        with self._using(lane, signal):
            if signal.is_set():
                return Reply(on_text, called, 0).generation("stopped")
            tokens = self.count_messages(messages)
            most = min(self._room(tokens), sampling.max_tokens)
            if on_progress is not None:
                on_progress(0, tokens)

            def read() -> None:
                if on_progress is not None:
                    on_progress(tokens, tokens)

            reply = Reply(on_text, called, tokens, on_first=read)
            body = request(self._server, sampling, most, grammar)
            self._run(messages, body, reply, signal, lane)
            return reply.generation(reply.finish or ("stopped" if signal.is_set() else "end"))

    def read_ahead(
        self,
        messages: Sequence[Message],
        *,
        stop: StopSignal | None = None,
        lane: Lane = "talk",
        unfinished: bool = False,
    ) -> int:
        return 0  # what a server keeps of a prompt is its own business, and reading twice may cost somebody money

    def keep(self, file: Path, messages: Sequence[Message], most_bytes: int | None = None) -> int:
        return 0

    def restore(self, file: Path) -> int:
        return 0

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
            raise InvalidInput(strings.text("model.no_choice"))
        signal = stop or StopSignal()
        with self._using(lane, signal):
            if signal.is_set():
                raise ThinkingStopped
            self._room(self.count_messages(messages))
            body = request(self._server, Sampling(temperature=0.0, repeat_penalty=1.0), 1, "")
            del body["stream_options"]
            body |= {"stream": False, "logprobs": True, "top_logprobs": TOP}
            reply = Reply(lambda _: None, time.perf_counter(), 0)
            try:
                self._run(messages, body, reply, signal, lane)
            except ServerFailed as error:
                # llama_cpp.server fails on the question unless it keeps all logits; one that is down fails otherwise.
                if "logprob" in error.detail or "logits" in error.detail:
                    raise NotOffered(strings.text("model.no_likelihood", host=self._wire.host)) from error
                raise
        if signal.is_set():
            raise ThinkingStopped
        if not reply.likely:
            raise NotOffered(strings.text("model.no_likelihood", host=self._wire.host))
        return shares(options, reply.likely)

    def surprise(
        self, messages: Sequence[Message], *, stop: StopSignal | None = None, lane: Lane = "think"
    ) -> tuple[tuple[int, int, float], ...]:
        if not messages or not messages[-1].text.strip():
            return ()
        raise NotOffered(strings.text("model.no_message_likelihood"))

    def close(self) -> None:
        with self._lanes["talk"], self._lanes["think"]:
            self._closed = True

    def _know(self, server: Server) -> None:
        self._server = server
        self._counter = Counter(self._wire, server)
        self._completions = Completions(self._wire, server.kind)
        self._lost = False
        """Whether it failed: then it is looked at anew first, it may have come back as another."""

    @contextmanager
    def _using(self, lane: Lane, stop: StopSignal) -> Iterator[None]:
        with self._lanes[lane]:
            if self._closed:
                raise ModelFailed(strings.text("model.closed"))
            if self._lost:
                found = stoppable(lambda: look(self._wire, self._name, self._context), stop)
                if found is not None:
                    self._know(found)
            yield

    def _run(self, messages: Sequence[Message], body: Json, reply: Reply, stop: StopSignal, lane: Lane) -> None:
        try:
            self._completions.run(messages, body, reply, stop, interruptible=lane == "think")
        except ContextExceeded as error:
            self._context = min(self._context, error.limit)
            self._know(replace(self._server, info=replace(self.info, context_tokens=self._context)))
            raise
        except ServerError:
            self._lost = True
            raise

    def _room(self, tokens: int) -> int:
        room = self.info.context_tokens - tokens
        if room < 1:
            raise InvalidInput(
                strings.text("model.prompt_about", tokens=tokens, context_tokens=self.info.context_tokens),
                hint=strings.text("model.shorter_server"),
            )
        return room
