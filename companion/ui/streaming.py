"""Which part of a reply that is still being written can be shown."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^\s*(?:[-*+>]\s+|\d+[.)]\s+)*(`{3,}|~{3,})(.*)$")
_END = re.compile(r"\n|(?<!\d)[.!?…][\"'”’)*_]*(?=\s)|[。！？][”’」』）]*")


def split_open_fence(text: str) -> tuple[str, str]:
    """(Markdown, code): `code` is what follows an opening fence that is not closed yet, else empty.

    The widget highlights a code block anew for every piece appended to it (0.15 s for a long one), so an
    open block is shown as plain text until its closing fence has come.
    """
    fence = ""
    opened_at = code_at = position = 0
    for line in text.splitlines(keepends=True):
        match = _FENCE.match(line.rstrip("\n"))
        if match:
            marks, rest = match.groups()
            if not fence:
                fence, opened_at, code_at = marks, position, position + len(line)
            elif marks[0] == fence[0] and len(marks) >= len(fence) and not rest.strip():
                fence = ""
        position += len(line)
    return (text[:opened_at], text[code_at:]) if fence else (text, "")


def whole_sentences(text: str) -> str:
    """What is there of `text` up to the end of its last whole sentence or line."""
    end = 0
    for match in _END.finditer(text):
        end = match.end()
    return text[:end]
