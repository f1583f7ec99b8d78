"""A sentence as it is looked at by the checks: its opening words cut off, what is not the person's own blanked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from companion.mind.blanking import blanked
from companion.mind.rules import Rules

LONGEST_SENTENCE = 600
_MARKS = re.compile(r"\s*(?:[-*+•·◦–—#]+|\(?\d{1,3}[.)、]|[a-zA-Z]\))\s+")
_NOISE = re.compile(r"[^\w_*>`\"“「'(\[]+")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence as it is looked at: without its opening words, and with what is not the person's own blanked."""

    rules: Rules
    raw: str
    """The words themselves (straight apostrophes), cut like `body`."""
    body: str
    start: int
    end: int
    requested: bool = False
    correction: bool = False
    whole: str = ""
    """The sentence before anything was cut off."""
    told: bool = False
    """It tells though it has the form of a question or a command ("Did I mention that …?")."""

    def says(self, table: str) -> bool:
        return self.rules.says(table, self.body)

    def cut(self, begin: int, end: int) -> Said:
        """[begin, end) of it, as if it were a sentence."""
        body = self.body[begin:end]
        stop = self.end if end >= len(self.raw) else self.start + end
        return replace(self, raw=self.raw[begin:end], body=body, whole=body, start=self.start + begin, end=stop)


def said(tables: Rules, sentence: str, start: int) -> Said:
    """The sentence that begins at `start` of its turn, made ready for the checks."""
    text = blanked(sentence[: LONGEST_SENTENCE + 1])
    position, requested, correction, told = 0, False, False, False
    mark = _MARKS.match(text)
    position = mark.end() if mark else 0
    for _ in range(6):
        noise = _NOISE.match(text, position)
        position = noise.end() if noise else position
        cut = tables.cut("requested", text, position)
        requested |= cut > position
        if cut == position:
            cut = tables.cut("correction", text, position)
            correction |= cut > position and _puts_right(text[position:cut], text[cut:])
        if cut == position:
            cut = tables.cut("reminding", text, position)
            told |= cut > position
        if cut == position:
            cut = tables.cut("lead", text, position)
        if cut == position or not _LETTERS.search(text, cut):
            break
        position = cut
    noise = _NOISE.match(text, position)
    position = noise.end() if noise and noise.end() < len(text) else position
    straight = sentence.replace("’", "'").replace("\n", " ")
    return Said(
        tables,
        straight[position:],
        text[position:],
        start + position,
        start + len(sentence),
        requested,
        correction,
        text,
        told or (requested and position > 0),
    )


_WEAK = re.compile(r"^(?:no|nope|sorry|wait|oops|hold on|不|不是的)\W*$", re.IGNORECASE)
CONTRAST = re.compile(r",? (?:not|instead of|rather than) |不是|而是")


def _puts_right(marker: str, rest: str) -> bool:
    """ "No," and "sorry," put something right only with a contrast: "no, it's May, not June"."""
    return not _WEAK.match(marker) or CONTRAST.search(rest) is not None
