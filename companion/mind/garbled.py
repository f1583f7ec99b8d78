"""Replies in which a model lost itself. They stay in the conversation, and never come back as what the companion said:
recalled, they would teach it to go on like that."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNIT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""A word, or one character of a script without spaces. Signs are none: tables and lists repeat them."""
_RUN = 4
"""Units that follow each other. Of what people write 0–3 % of such runs were there before, of a text that loops most
(seq-rep-4 of Welleck et al., "Neural Text Generation with Unlikelihood Training", 2020)."""
_LEAST = 32
"""Units from which repetition tells anything."""
_LOOPS = 0.5
"""Share of runs that were there before. A song with its refrain has less."""
_TAIL, _TAIL_LOOPS = 96, 0.8
"""The same of so many units at the end, where a reply that began well went round until it was cut off."""
_LETTERS = 0.25
"""Share of letters, of all that is no space, below which a reply is no words."""
_SHORT = 24


def is_garbled(text: str) -> bool:
    """Whether a text goes round in circles, or is hardly any words. Sense is not judged."""
    units = _UNIT.findall(text.casefold())
    if _repeated(units) >= _LOOPS or (len(units) > _TAIL and _repeated(units[-_TAIL:]) >= _TAIL_LOOPS):
        return True
    signs = [c for c in text if not c.isspace()]
    return len(signs) >= _SHORT and sum(c.isalpha() for c in signs) < _LETTERS * len(signs)


def _repeated(units: Sequence[str]) -> float:
    """Share (0–1) of the runs of _RUN units that were there before."""
    if len(units) < _LEAST:
        return 0.0
    runs = [tuple(units[at : at + _RUN]) for at in range(len(units) - _RUN + 1)]
    return 1 - len(set(runs)) / len(runs)
