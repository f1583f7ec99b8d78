"""A reply while it is being written: bytes to whole characters, tokens and times."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable
from typing import Literal

from companion.model.protocol import Generation

Finish = Literal["end", "length", "stopped"]


class ReplyWriter:
    """Collects tokens as they come and passes their text on, a character that spans tokens only once it is whole.

    `called` is when the generation was asked for (time.perf_counter).
    """

    def __init__(self, on_text: Callable[[str], None], called: float) -> None:
        self.tokens: list[int] = []
        self._on_text = on_text
        self._called = called
        self._first: float | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._texts: list[str] = []

    @property
    def text(self) -> str:
        """What was passed on. Part of a character at the very end is not: nobody could read it."""
        return "".join(self._texts)

    def begin(self) -> None:
        """The prompt was read and the first token chosen."""
        self._first = time.perf_counter()

    def add(self, token: int, piece: bytes) -> None:
        """Take a token and the bytes it stands for; calls `on_text` when they complete a character."""
        self.tokens.append(token)
        text = self._decoder.decode(piece)
        if text:
            self._texts.append(text)
            self._on_text(text)

    def generation(self, finish: Finish, prompt_tokens: int, read_tokens: int) -> Generation:
        """The figures, at the end."""
        ended = time.perf_counter()
        first = ended if self._first is None else self._first
        # The first token belongs to reading the prompt: the speed is that of the others. The end is chosen as they are.
        steps = len(self.tokens) - 1 + (finish == "end")
        return Generation(
            text=self.text,
            finish=finish,
            prompt_tokens=prompt_tokens,
            read_tokens=read_tokens,
            reply_tokens=len(self.tokens),
            first_token_ms=(first - self._called) * 1000,
            total_ms=(ended - self._called) * 1000,
            tokens_per_second=steps / (ended - first) if steps > 0 and ended > first else 0.0,
        )
