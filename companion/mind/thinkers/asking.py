"""How a model is asked: a prompt from a file, within its context, on the lane for thinking, and an answer or none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from companion.errors import NotOffered, ThinkingStopped
from companion.mind.thinkers.prompts import prompt
from companion.model.grammars import NoAnswer
from companion.model.protocol import ChatModel, Generation, Message, Sampling, StopSignal
from companion.records import Surroundings
from companion.text import one_line

log = logging.getLogger(__name__)

BEFORE, AFTER = 5, 2
"""Sentences around the one that is meant that are shown."""
LONGEST_LINE = 300
"""Characters of a line."""
_CHOICE = 8
"""Tokens that an option may have at most."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Window:
    """The lines that are shown, the index of the one that is meant, and how many lines before them are not shown."""

    lines: tuple[str, ...]
    at: int
    skipped: int


class Asking:
    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @staticmethod
    def line(text: str) -> str:
        """A text as one line of a prompt: nobody's line breaks may begin a line of their own there."""
        return one_line(text, LONGEST_LINE)

    def window(self, sentence: str, around: Surroundings) -> Window:
        """What is shown of a sentence's surroundings."""
        before = around.before[-BEFORE:]
        shown = (*before, sentence, *around.after[:AFTER])
        return Window(tuple(map(self.line, shown)), len(before), len(around.before) - len(before))

    def choose(self, name: str, options: Sequence[str], stop: StopSignal, **values: str) -> tuple[float, ...] | None:
        """Shares of `options` as the answer to the prompt `name`; None when it does not fit, or when this
        model's server cannot tell."""
        messages = prompt(name, **values)
        if not self._fits(name, messages, _CHOICE):
            return None
        try:
            return self._model.choose(messages, options, stop=stop, lane="think")
        except NotOffered as error:
            log.info("%s: no answer: %s", name, type(error).__name__)
            return None

    def write(
        self,
        name: str,
        grammar: str,
        most: int,
        read: Callable[[Generation], Answer | NoAnswer],
        stop: StopSignal,
        **values: str,
    ) -> Answer | None:
        """What `read` makes of the model's answer of at most `most` tokens; None when that is no answer."""
        messages = prompt(name, **values)
        if not self._fits(name, messages, most):
            return None
        # The likeliest words, and no penalty: JSON repeats its quotation marks, and a statement the person's words.
        sampling = Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=most)
        answer = self._model.generate(
            messages, sampling, on_text=lambda _: None, stop=stop, lane="think", grammar=grammar
        )
        if answer.finish == "stopped":
            raise ThinkingStopped
        found = read(answer)
        if isinstance(found, NoAnswer):
            log.info("%s: no answer: %s", name, found.reason)
            return None
        return found

    def _fits(self, name: str, messages: Sequence[Message], most: int) -> bool:
        fits = self._model.count_messages(messages) + most <= self._model.info.context_tokens
        if not fits:
            log.info("%s: no answer: it does not fit into the context", name)
        return fits


def numbered(lines: Sequence[str]) -> str:
    """Lines with their numbers, from 1."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
