"""A reply while it comes from a server, event by event: whole characters, why it ended, figures."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Literal

from companion.model.protocol import Generation
from companion.model.reply import Finish
from companion.text import valid_text

_REASONS: dict[str, Literal["end", "length"]] = {"length": "length", "max_tokens": "length"}


class Reply:
    """Takes the chunks of a chat completion. `called` is when it was asked for (time.perf_counter), `prompt_tokens`
    what was counted on this side, `on_first` is called once, when the prompt was read."""

    def __init__(
        self,
        on_text: Callable[[str], None],
        called: float,
        prompt_tokens: int,
        on_first: Callable[[], None] = lambda: None,
    ) -> None:
        self.finish: Finish | None = None
        self.pieces = 0
        """Events that brought text: a token each, or a few."""
        self.likely: list[tuple[str, float]] = []
        """The likeliest first tokens with the logarithms of their probabilities, where they were asked for."""
        self.thought = False
        """Whether it thought before it wrote, which nobody asked for and nobody sees."""
        self._on_text = on_text
        self._on_first = on_first
        self._called = called
        self._first: float | None = None
        self._texts: list[str] = []
        self._half = ""
        self._prompt = prompt_tokens
        self._cached = 0
        self._written = 0

    def take(self, event: dict[str, Any]) -> None:
        """Whatever is not as it should be is passed over: what can be read of the rest is worth more."""
        usage = event.get("usage")
        if isinstance(usage, dict):
            self._prompt = _count(usage.get("prompt_tokens")) or self._prompt
            self._written = _count(usage.get("completion_tokens"))
            details = usage.get("prompt_tokens_details")
            self._cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else 0
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        delta = choice.get("delta") or choice.get("message")
        text = delta.get("content") if isinstance(delta, dict) else None
        if isinstance(text, str) and text:
            self._add(text)
        if isinstance(delta, dict) and (delta.get("reasoning_content") or delta.get("reasoning")):
            self.thought = True
        if not self.likely:
            self.likely = _likely(choice.get("logprobs"))
        reason = choice.get("finish_reason")
        if isinstance(reason, str):
            self.finish = _REASONS.get(reason, "end")

    def _add(self, text: str) -> None:
        if self._first is None:
            self._first = time.perf_counter()
            self._on_first()
        self.pieces += 1
        text = self._half + text
        self._half = ""
        if "\ud800" <= text[-1] <= "\udbff":  # half of a character, the other half is still to come
            text, self._half = text[:-1], text[-1]
        if text:
            text = valid_text(_joined(text))
            self._texts.append(text)
            self._on_text(text)

    def generation(self, finish: Finish) -> Generation:
        """The figures, at the end."""
        ended = time.perf_counter()
        first = ended if self._first is None else self._first
        tokens = self._written or self.pieces
        steps = tokens - 1  # the first belongs to reading the prompt
        return Generation(
            text="".join(self._texts),
            finish=finish,
            prompt_tokens=self._prompt,
            read_tokens=max(0, self._prompt - self._cached),
            reply_tokens=tokens,
            first_token_ms=(first - self._called) * 1000,
            total_ms=(ended - self._called) * 1000,
            tokens_per_second=steps / (ended - first) if steps > 0 and ended > first else 0.0,
        )


def _likely(found: Any) -> list[tuple[str, float]]:
    """The alternatives of the first token; empty where the server gives none."""
    content = found.get("content") if isinstance(found, dict) else None
    first = content[0] if isinstance(content, list) and content and isinstance(content[0], dict) else {}
    top = first.get("top_logprobs")
    return [
        (each["token"], min(0.0, float(each["logprob"])))
        for each in (top if isinstance(top, list) else [])
        if isinstance(each, dict) and isinstance(each.get("token"), str) and _is_number(each.get("logprob"))
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _joined(text: str) -> str:
    """Halves of characters (UTF-16 surrogates, as JSON may carry them) put together."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _count(value: object) -> int:
    return value if type(value) is int and value > 0 else 0
