"""Large pastes, folded to a chip such as "[pasted 200 KB, 3,120 lines #1]" in the prompt and unfolded when sent.

A text area re-wraps what it holds on every key; with a megabyte in it each key would take seconds.
"""

from __future__ import annotations

import re
from collections import deque

from companion.pasted import Span, counts_as_pasted, find_pasted
from companion.ui.format import counted, size

FOLD_CHARACTERS = 2_000
FOLD_LINES = 40

KEPT = 20
"""Pastes by which those in a message are known again: it may wait, come back to the prompt, or be written anew."""
KEPT_CHARACTERS = 2_000_000


class Pasted:
    """What was pasted lately, and so was not typed."""

    def __init__(self) -> None:
        self._texts: deque[str] = deque(maxlen=KEPT)

    def note(self, text: str) -> None:
        if counts_as_pasted(text):
            self._texts.append(text)
        while len(self._texts) > 1 and sum(map(len, self._texts)) > KEPT_CHARACTERS:
            self._texts.popleft()

    def within(self, text: str) -> tuple[Span, ...]:
        """The stretches of a message that were pasted."""
        return find_pasted(text, self._texts)


class Pastes:
    """The texts behind the chips of one prompt. `unfold(a + fold(t) + b) == a + t + b` whatever they hold."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._made = 0

    @staticmethod
    def is_large(text: str) -> bool:
        return len(text) > FOLD_CHARACTERS or text.count("\n") > FOLD_LINES

    def fold(self, text: str) -> str:
        """A chip that stands for `text`."""
        self._made += 1
        lines = counted(text.count("\n") + 1, "line")
        chip = f"[pasted {size(text)}, {lines} #{self._made}]"
        self._texts[chip] = text
        return chip

    def unfold(self, text: str) -> str:
        """`text` with every chip replaced by what it stands for, in one pass: pasted text is never searched."""
        if not self._texts:
            return text
        chips = re.compile("|".join(re.escape(chip) for chip in self._texts))
        return chips.sub(lambda match: self._texts[match.group()], text)

    def chip_ending(self, line: str) -> str | None:
        """The chip that `line` ends with, so that one backspace removes it whole."""
        return next((chip for chip in self._texts if line.endswith(chip)), None)
