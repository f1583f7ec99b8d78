"""What the rest of Companion knows of a language model. No llama.cpp here."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Lane = Literal["talk", "think"]
"""Talking and thinking have a context (KV cache) each, so that one never evicts the other."""


@dataclass(frozen=True, slots=True)
class Message:
    """A chat message. `memories`, when there is any, is put ahead of `text` inside the same message: it is a part
    of its own so that it can be dropped again without reading the rest anew."""

    role: Literal["system", "user", "assistant"]
    text: str
    memories: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen. `temperature` 0 takes the likeliest; `top_k` 0 leaves all. `repeat_penalty` divides
    the logit of what the reply has said lately, `frequency_penalty` (times how often) and `presence_penalty` are taken
    from it. `seed` None draws a new one each time."""

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.1
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    max_tokens: int = 400
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter: small weights that are added to a model's, `scale` times. `size_bytes` and `modified` (ns) tell
    whether the file is still the one that was loaded."""

    path: Path
    scale: float = 1.0
    size_bytes: int = 0
    modified: int = 0

    @property
    def fingerprint(self) -> str:
        """Changes with everything that changes what the model says."""
        return f"{self.path}:{self.size_bytes}:{self.modified}:{self.scale:g}"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    name: str
    path: Path | None
    context_tokens: int
    trained_context: int
    size_bytes: int
    parameters: int
    host: str = ""
    """The computer it runs on (with the port), empty when it is this process."""
    adapter: Adapter | None = None
    goes_on: bool = True
    """Whether it can go on from a reply's beginning (`generate`, begun)."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A finished generation. Times in milliseconds from the call."""

    text: str
    finish: Literal["end", "length", "stopped"]
    prompt_tokens: int
    read_tokens: int
    """Prompt tokens decoded now; the others were still in the KV cache."""
    reply_tokens: int
    first_token_ms: float
    total_ms: float
    tokens_per_second: float
    surprise: float | None = None
    """Mean −ln P (nats) of the tokens of the last message's text, read along with it; None where that was not asked
    for, would cost much, or says nothing (a message of a word or two)."""


class StopSignal:
    """Asks a generation to stop, from any thread, at any time; once set it stays set.

    It is a C string as well: empty until set. llama.cpp's abort callback takes a C function and a pointer,
    and `strlen` of this buffer answers "stop?" without entering Python (see model/callbacks.py).
    """

    def __init__(self) -> None:
        self.buffer = ctypes.create_string_buffer(2)
        self._then: list[Callable[[], None]] = []

    def set(self) -> None:
        self.buffer[0] = b"\x01"
        for then in tuple(self._then):
            then()

    @contextmanager
    def calling(self, then: Callable[[], None]) -> Iterator[None]:
        """Have `then` called when it is set, at once if it is already: for a wait that cannot look at it. Whoever sets
        it calls, maybe more than once: `then` must be quick and never raise."""
        self._then.append(then)
        try:
            if self.is_set():
                then()
            yield
        finally:
            self._then.remove(then)

    def is_set(self) -> bool:
        return self.buffer[0] != b"\x00"


class ChatModel(Protocol):
    @property
    def info(self) -> ModelInfo: ...

    def count(self, text: str) -> int:
        """Tokens of `text` read as plain text."""

    def count_messages(self, messages: Sequence[Message]) -> int:
        """Tokens of the whole prompt as `generate` would read it, the reply's opening included."""

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
        """Read the prompt (only what the lane's KV cache lacks) and write a reply, calling `on_text` with whole
        characters and `on_progress` with (tokens read, tokens to read). A prompt that leaves no room for a
        reply is the caller's error: InvalidInput. Raises ModelFailed. Calls on one lane are serialised.

        With a `grammar` (GBNF, rule `root`) the reply is a text of that grammar, or the beginning of one when it ends
        at its limit. A grammar that does not parse is the caller's error too. With `surprise` the result tells how
        unexpected the last message was, if that is cheap for this model. `begun` is a text that the reply begins with:
        the model goes on from it, and only what it adds is written and returned. Raises NotOffered where it cannot."""

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        stop: StopSignal | None = None,
        lane: Lane = "think",
    ) -> tuple[float, ...]:
        """How likely the reply begins with each of `options`, as shares that sum to 1.

        The prompt is read once. An option's likelihood is the product of its tokens' probabilities, not their mean:
        a mean would reward words that are cut into many tokens, whose last ones follow by themselves. So options should
        be of about one length. Raises InvalidInput (no option, or an empty one), ModelFailed, ThinkingStopped."""

    def surprise(
        self, messages: Sequence[Message], *, stop: StopSignal | None = None, lane: Lane = "think"
    ) -> tuple[tuple[int, int, float], ...]:
        """For each token of the last message's `text`: its start and end in it (characters) and −ln P of it (nats)
        after everything before it. Empty for an empty text. Raises InvalidInput (longer than the context), ModelFailed,
        ThinkingStopped."""

    def read_ahead(
        self,
        messages: Sequence[Message],
        *,
        stop: StopSignal | None = None,
        lane: Lane = "talk",
        unfinished: bool = False,
    ) -> int:
        """Read a prompt and write nothing, so that a later `generate` that begins alike has less to read. `unfinished`:
        the last message's text goes on, so what closes it is not read. Returns the tokens read. Raises ModelFailed."""

    def keep(self, file: Path, messages: Sequence[Message], most_bytes: int | None = None) -> int:
        """Write what the talking lane has read of `messages`, whose last text goes on, to `file` (and a description
        beside it), unless that is there already or would take more than `most_bytes`. Returns the bytes written. Raises
        OSError, ModelFailed."""

    def restore(self, file: Path) -> int:
        """Take over what `keep` wrote, if it was written by the same model in the same setting. Returns the tokens that
        need not be read again, 0 when there are none. Never raises for a bad file."""

    def close(self) -> None:
        """Free the model. Waits for running generations; safe to call twice."""
