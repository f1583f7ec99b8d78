"""Where the tokens of a text stand in it, in characters."""

from __future__ import annotations

from collections.abc import Sequence


def token_spans(text: str, pieces: Sequence[bytes]) -> list[tuple[int, int]]:
    """[start, end) of each of the tokens that `text` was read as; `pieces` are the bytes each stands for.

    Tokens that share a character (its bytes were split) each have the whole of it. A vocabulary that changes text as it
    reads it (normalises it) is followed as far as its tokens are found; one that is not found has an empty span.
    """
    data = text.encode("utf-8", "replace")
    if b"".join(pieces) != data:
        return _found(text, pieces)
    owner = [index for index, character in enumerate(text) for _ in character.encode("utf-8", "replace")]
    spans, at = [], 0
    for piece in pieces:
        end = at + len(piece)
        here = owner[at] if at < len(owner) else len(text)
        spans.append((here, owner[end - 1] + 1) if piece else (here, here))
        at = end
    return spans


def _found(text: str, pieces: Sequence[bytes]) -> list[tuple[int, int]]:
    spans, at = [], 0
    for piece in pieces:
        words = piece.decode("utf-8", "replace")
        start = text.find(words, at) if words else -1
        if start < 0:
            words = words.strip()
            start = text.find(words, at) if words else -1
        spans.append((start, start + len(words)) if start >= 0 else (at, at))
        at = max(at, spans[-1][1])
    return spans
