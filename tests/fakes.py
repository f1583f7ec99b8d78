"""Small real implementations of the seams, for tests: no llama.cpp, no files, no waiting."""

from __future__ import annotations

import json
import math
import re
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from companion.errors import InvalidInput, ModelFailed, ThinkingStopped
from companion.model.probe import cases
from companion.model.protocol import Generation, Lane, Message, ModelInfo, Sampling, StopSignal
from companion.model.reply import Finish
from companion.model.reuse import common_prefix, plan_reuse

_TOKENS = re.compile(r"\s*\S{1,8}|\s+")


@dataclass(frozen=True, slots=True)
class Call:
    """A generation as it was asked for."""

    messages: tuple[Message, ...]
    sampling: Sampling
    lane: Lane
    grammar: str = ""
    begun: str = ""


class FakeModel:
    """A ChatModel that says what it was told to.

    Tokens are words (a long one is several); each lane has a cache and tells what it had to read, as the real one
    does. `enqueue` the replies, an exception is raised instead; without any it says `default`. With a `gate`, it
    waits for the event before every token (and for the next token clears it, when `step` is set). What follows is
    the likelier for it the more often it was said before; `reply_to` and `likelihood` are there to be overridden.
    """

    def __init__(self, *, context: int = 4096, default: str = "I hear you.") -> None:
        self._info = ModelInfo("fake", None, context, context, 1000, 1000)
        self._queue: deque[str | Exception] = deque()
        self._cached: dict[Lane, list[int]] = {"talk": [], "think": []}
        self._locks: dict[Lane, threading.Lock] = {"talk": threading.Lock(), "think": threading.Lock()}
        self._words: dict[str, int] = {}
        self.default = default
        self.surprised: float | None = 3.0
        self.calls: list[Call] = []
        self.keeps_calls = True
        self.ahead: list[tuple[Message, ...]] = []
        """The prompts that were read ahead, in order."""
        self.gate: threading.Event | None = None
        self.step = False
        self.closed = False

    def enqueue(self, *replies: str | Exception) -> None:
        """What the next generations say, in order, on whichever lane."""
        self._queue.extend(replies)

    @property
    def info(self) -> ModelInfo:
        return self._info

    def count(self, text: str) -> int:
        return len(_TOKENS.findall(text))

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
        wanted = self._encode(messages) + [self._id(token) for token in _TOKENS.findall(begun)]
        room = self._info.context_tokens - len(wanted)
        if room < 1:
            raise InvalidInput(f"the prompt has {len(wanted)} tokens, the context {self._info.context_tokens}")
        with self._locks[lane]:
            if self.closed:
                raise ModelFailed("it was closed")
            if self.keeps_calls:
                self.calls.append(Call(tuple(messages), sampling, lane, grammar, begun))
            if grammar and not re.search(r"^root ::= .", grammar, re.M):
                raise InvalidInput("the grammar has no root")
            reply = self.reply_to(messages)
            if isinstance(reply, Exception):
                raise reply
            read = len(wanted) - plan_reuse(self._cached[lane], wanted, can_shift=True).kept
            if on_progress:
                on_progress(read, read)
            said: list[str] = []
            finish = self._say(reply, min(room, sampling.max_tokens), said, on_text, stop)
            self._cached[lane] = wanted + [self._id(token) for token in said]
        surprised = self.surprised if surprise else None
        return Generation("".join(said), finish, len(wanted), read, len(said), 1.0, 2.0, 1000.0, surprised)

    def reply_to(self, messages: Sequence[Message]) -> str | Exception:
        """The next of the queue, else `default`."""
        return self._queue.popleft() if self._queue else self.default

    def choose(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        *,
        stop: StopSignal | None = None,
        lane: Lane = "think",
    ) -> tuple[float, ...]:
        self._check(stop, lane)
        likely = [self.likelihood(messages, option) for option in options]
        return tuple(share / sum(likely) for share in likely)

    def surprise(
        self, messages: Sequence[Message], *, stop: StopSignal | None = None, lane: Lane = "think"
    ) -> tuple[tuple[int, int, float], ...]:
        self._check(stop, lane)
        before, found = list(messages[:-1]), []
        for token in _TOKENS.finditer(messages[-1].text):
            said = [*before, Message("user", messages[-1].text[: token.start()])]
            found.append((*token.span(), -math.log(self.likelihood(said, token[0]))))
        return tuple(found)

    def likelihood(self, messages: Sequence[Message], text: str) -> float:
        """Of `text` after `messages`, by how often its words stand in them (with one of a thousand to spare)."""
        said = [token.strip() for message in messages for token in _TOKENS.findall(message.text)]
        shares = [(said.count(token.strip()) + 1) / (len(said) + 1000) for token in _TOKENS.findall(text)]
        return math.prod(shares)

    def _check(self, stop: StopSignal | None, lane: Lane) -> None:
        with self._locks[lane]:
            if self.closed:
                raise ModelFailed("it was closed")
        if stop is not None and stop.is_set():
            raise ThinkingStopped

    def read_ahead(
        self,
        messages: Sequence[Message],
        *,
        stop: StopSignal | None = None,
        lane: Lane = "talk",
        unfinished: bool = False,
    ) -> int:
        wanted = self._encode(messages)
        if unfinished:
            wanted = wanted[:-3]
        with self._locks[lane]:
            if stop is not None and stop.is_set():
                return 0
            read = len(wanted) - plan_reuse(self._cached[lane], wanted, can_shift=True).kept
            self._cached[lane] = wanted
            if self.keeps_calls:
                self.ahead.append(tuple(messages))
        return read

    def keep(self, file: Path, messages: Sequence[Message], most_bytes: int | None = None) -> int:
        wanted = self._encode(messages)[:-3]
        with self._locks["talk"]:
            held = self._cached["talk"] = wanted[: common_prefix(self._cached["talk"], wanted)]
            words = list(self._words)
            text = json.dumps([words[token] for token in held])
            if most_bytes is None or len(text) <= most_bytes:
                file.write_text(text, encoding="utf-8")
                return len(text)
        return 0

    def restore(self, file: Path) -> int:
        if not file.is_file():
            return 0
        with self._locks["talk"]:
            held = [self._id(token) for token in json.loads(file.read_text(encoding="utf-8"))]
            self._cached["talk"] = held
        return len(held)

    def close(self) -> None:
        with self._locks["talk"], self._locks["think"]:
            self.closed = True

    def _say(
        self, reply: str, limit: int, said: list[str], on_text: Callable[[str], None], stop: StopSignal | None
    ) -> Finish:
        for token in _TOKENS.findall(reply):
            if self.gate is not None:
                self.gate.wait()
                if self.step:
                    self.gate.clear()
            if stop is not None and stop.is_set():
                return "stopped"
            if len(said) == limit:
                return "length"
            said.append(token)
            on_text(token)
        return "end"

    def _encode(self, messages: Sequence[Message]) -> list[int]:
        tokens: list[str] = []
        for message in messages:
            tokens += ["<start>", message.role]
            tokens += _TOKENS.findall(message.memories) + _TOKENS.findall(message.text)
            tokens.append("<end>")
        return [self._id(token) for token in [*tokens, "<start>", "assistant"]]

    def _id(self, token: str) -> int:
        return self._words.setdefault(token, len(self._words))


class AbleModel(FakeModel):
    """A model that answers the probe's cases as one of a tier would; everything else as FakeModel does. A tier 0
    ranks by the length of a sentence, keeps all and finds all statements different."""

    def __init__(self, tier: int) -> None:
        super().__init__()
        self.tier = tier

    def reply_to(self, messages: Sequence[Message]) -> str | Exception:
        asked = re.search(r"^Put down: (.*)", messages[-1].text, re.M)
        if asked is None:
            return super().reply_to(messages)
        found = re.search(rf"^(\d+)\. {re.escape(asked[1])}$", messages[-1].text, re.M)
        assert found is not None
        if self.tier >= 2 and self._case("phrase", asked[1]).get("answer") == "nothing":
            return '{"about":"nothing"}'
        return f'{{"about":"me","kind":"fact","statement":"It is so.","evidence":{found[1]}}}'

    def likelihood(self, messages: Sequence[Message], text: str) -> float:
        asked = messages[-1].text
        if text in ("yes", "no"):
            sentence = asked.rpartition("Sentence: ")[2]
            right = self._case("worth", sentence).get("answer") if self.tier else ("no", "yes")[len(sentence) % 2]
            return 0.8 if text == right else 0.2
        if "Earlier: " in asked:
            older, newer = (re.search(rf"^{when}: (.*)", asked, re.M) for when in ("Earlier", "Later"))
            assert older is not None
            assert newer is not None
            found = [case for case in cases("relation") if (case["older"], case["newer"]) == (older[1], newer[1])]
            return 0.7 if text == (found[0]["answer"] if found and self.tier >= 3 else "different") else 0.1
        return super().likelihood(messages, text)

    def _case(self, measure: str, sentence: str) -> dict[str, object]:
        return next((case for case in cases(measure) if case["sentence"] == sentence), {})
