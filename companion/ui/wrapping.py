"""Where a line may break: between any two Chinese or Japanese characters, but not ahead of a closing mark.

Rich (15) and Textual's text area (8.2.8) break at white space alone, and move a stretch of script that does not fit to
the next line whole: "按 Enter", and then a line of its own for all that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import rich._wrap
import textual._wrap

_CJK = (
    "\u2e80-\u2fdf\u3001-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003fffd"
)
_OPENING = "“‘（《「『【〔〈〖"
_CLOSING = "”’，。！？；：、）》」』】〕〉〗…—,.!?;:)\\]}%"
_HAS_CJK = re.compile(f"[{_CJK}]")
_PIECE = re.compile(rf"\s*(?:[{_OPENING}]*(?:[{_CJK}]|(?:(?![{_OPENING}]+[{_CJK}])[^\s{_CJK}])+)[{_CLOSING}]*|\S)\s*")
Pieces = Iterator[tuple[int, int, str]]
_words = rich._wrap.words
_chunks = textual._wrap.chunks


def words(text: str) -> Pieces:
    """(start, end, piece) of what stays together on a line, with the white space around it; of white space alone
    nothing."""
    return _pieces(text) if _has_cjk(text) else iter(_words(text))


def chunks(text: str) -> Pieces:
    """The same, for the text area, which wants white space that stands alone as well."""
    return _pieces(text) if _has_cjk(text) else iter(_chunks(text))


def _has_cjk(text: str) -> bool:
    return not text.isascii() and _HAS_CJK.search(text) is not None


def _pieces(text: str) -> Pieces:
    found = _PIECE.match(text)
    while found is not None:
        yield found.start(), found.end(), found[0]
        found = _PIECE.match(text, found.end())


def install() -> None:
    """For all that is wrapped in this process."""
    rich._wrap.words = words
    textual._wrap.chunks = chunks
