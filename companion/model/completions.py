"""One completion from a server: asked for with all that it may know, and again without what it does not accept."""

from __future__ import annotations

import json
from collections.abc import Sequence

from companion.errors import ContextExceeded, ServerError, ServerFailed, ThinkingStopped
from companion.model.chat_messages import chat_messages
from companion.model.protocol import Message, Sampling, StopSignal
from companion.model.server import Kind, Server
from companion.model.stream import Reply
from companion.model.wire import Json, Refusal, Wire
from companion.model.wire_errors import cut_short, learned_context, of_status, only_thought, said
from companion.strings import text

PATH = "/chat/completions"
_OPTIONAL = (
    "top_k", "min_p", "repeat_penalty", "repetition_penalty", "stream_options", "chat_template_kwargs",
    "reasoning_effort", "grammar", "structured_outputs",
)  # fmt: skip
"""What is outside the standard, or newer than some servers."""


def request(server: Server, sampling: Sampling, most: int, grammar: str) -> Json:
    """What is asked for, all but the messages, of at most `most` tokens and held to `grammar` where that is known."""
    body: Json = {
        "model": server.model,
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
    if server.kind == "Ollama":
        body["reasoning_effort"] = "none"
    if grammar:
        body |= {"structured_outputs": {"grammar": grammar}} if server.kind == "vLLM" else {"grammar": grammar}
    return body


class Completions:
    """Remembers what a server does not accept."""

    def __init__(self, wire: Wire, kind: Kind) -> None:
        self._wire = wire
        self._kind = kind
        self._left_out: set[str] = set()
        self._fold_system = False
        self._gives_reasons = kind != "other"
        """Whether it says why a reply ended; of an unknown one, whether it was ever seen to."""

    def run(
        self, messages: Sequence[Message], body: Json, reply: Reply, stop: StopSignal, *, interruptible: bool
    ) -> None:
        """Fill `reply`, until it ends or `stop` is set; what came before an error is with it. Raises ServerError;
        ThinkingStopped when the server ended one that is `interruptible` in favour of another."""
        while True:
            asked = {name: value for name, value in body.items() if name not in self._left_out}
            asked["messages"] = chat_messages(messages, fold_system=self._fold_system)
            try:
                self._follow(asked, reply, stop, interruptible)
                return
            except Refusal as refusal:
                if not self._can_ask_otherwise(refusal, asked):
                    raise self._refused(refusal) from refusal
            except ServerFailed:
                if self._kind == "llama_cpp.server" and not reply.pieces:
                    self._hear_why(asked)
                raise

    def _follow(self, asked: Json, reply: Reply, stop: StopSignal, interruptible: bool) -> None:
        ended = False
        for event in self._wire.stream(PATH, asked, stop):
            if "error" in event:
                raise ServerFailed(f"{self._wire.host}: {said(json.dumps(event))}")
            ended = ended or bool(event.get("done"))
            reply.take(event)
            self._gives_reasons = self._gives_reasons or reply.finish is not None
            if reply.pieces > asked["max_tokens"]:  # it should have ended by itself
                reply.finish = "length"
                return
        if reply.finish is not None and reply.thought and not reply.pieces and not stop.is_set():
            raise only_thought(self._wire.host)
        if stop.is_set() or reply.finish is not None:
            return
        if ended and not self._gives_reasons:
            return
        if ended and interruptible:
            # llama_cpp.server ends a reply like this when it is asked for something else meanwhile.
            raise ThinkingStopped
        raise cut_short(self._wire.host, reply.pieces > 0)

    def _hear_why(self, asked: Json) -> None:
        """Of a prompt that it cannot take, llama_cpp.server says so only where it does not stream. Raises ServerError
        when it does."""
        plain = {name: value for name, value in asked.items() if name != "stream_options"}
        try:
            self._wire.ask("POST", PATH, {**plain, "stream": False, "max_tokens": 1})
        except Refusal as refusal:
            raise self._refused(refusal) from refusal

    def _can_ask_otherwise(self, refusal: Refusal, asked: Json) -> bool:
        """Whether to try again with less: some servers refuse fields they do not know, some templates a system role."""
        words = refusal.body.lower()
        if refusal.status not in (400, 422, 500) or learned_context(refusal.body) or "logprob" in words:
            return False
        if not self._fold_system and "system" in words and "role" in words:
            self._fold_system = True
            return True
        there = {name for name in _OPTIONAL if name in asked}
        fields = {name for name in there if name in words} or there
        if refusal.status == 500 or not fields:
            return False
        self._left_out |= fields
        return True

    def _refused(self, refusal: Refusal) -> ServerError:
        if limit := learned_context(refusal.body):
            return ContextExceeded(
                text("server.holds", host=self._wire.host, limit=limit),
                hint=text("server.holds_hint"),
                limit=limit,
            )
        return of_status(self._wire.host, refusal.status, refusal.body)
