"""Text to tokens, above a model's vocabulary: what comes from outside can never become a control token."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from typing import Protocol

from companion.model.template import PieceKind

CHUNK = 8192
"""Characters tokenised at once. For some vocabularies llama.cpp splits text with std::regex, which recurses with
every character, so that a long text would overflow the stack."""

CACHED_TOKENS = 200_000
"""Tokens kept per cache, about 7 MB."""


class Vocabulary(Protocol):
    """What a model file knows of its tokens."""

    def encode(self, text: str, *, special: bool) -> list[int]:
        """Tokens of `text` as the continuation of other text: no BOS and no space are put ahead. With `special`
        the text of control tokens becomes those tokens."""

    def is_special(self, token: int) -> bool:
        """Whether the token steers a conversation: control tokens, and all that end a generation."""

    def text(self, token: int) -> str:
        """The token's own text, also that of control tokens."""


class TokenCache:
    """Token lists by their text; forgets those not asked for longest once there are more than `limit` tokens."""

    def __init__(self, limit: int = CACHED_TOKENS) -> None:
        self._entries: OrderedDict[str, list[int]] = OrderedDict()
        self._limit = limit
        self._total = 0

    def get(self, text: str) -> list[int] | None:
        tokens = self._entries.get(text)
        if tokens is not None:
            self._entries.move_to_end(text)
        return tokens

    def values(self) -> list[list[int]]:
        return list(self._entries.values())

    def put(self, text: str, tokens: list[int]) -> None:
        self._total += len(tokens) - len(self._entries.pop(text, ()))
        self._entries[text] = tokens
        while self._total > self._limit:
            self._total -= len(self._entries.popitem(last=False)[1])


class Tokeniser:
    """Tokenises each text once. Not to be changed: the lists it returns."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._plain = TokenCache()
        self._markup = TokenCache()
        self._replies = TokenCache()

    def tokens(self, kind: PieceKind, text: str) -> list[int]:
        """Tokens of a piece of the prompt (see template.Piece)."""
        if kind == "markup":
            return self.markup(text)
        return self.reply(text) if kind == "reply" else self.plain(text)

    def markup(self, text: str) -> list[int]:
        """Tokens of a piece of the chat template: control tokens are meant."""
        tokens = self._markup.get(text)
        if tokens is None:
            tokens = self._vocabulary.encode(text, special=True) if text else []
            self._markup.put(text, tokens)
        return tokens

    def plain(self, text: str) -> list[int]:
        """Tokens of text from outside: `<|im_end|>` in it stays these ten characters."""
        tokens = self._plain.get(text)
        if tokens is None:
            tokens = [token for piece in _pieces(text) for token in self._encode_plain(piece)]
            self._plain.put(text, tokens)
        return tokens

    def reply(self, text: str) -> list[int]:
        """Tokens of a reply in the history: those it was written with, when they are still known, for tokenising
        its text may give others and the cache would not match."""
        tokens = self._replies.get(text.strip())
        return self.plain(text) if tokens is None else tokens

    def remember_reply(self, text: str, tokens: list[int]) -> None:
        """Keep what `text` was written with, for `reply`."""
        if text.strip():
            self._replies.put(text.strip(), tokens)

    def replies_in(self, tokens: list[int]) -> list[list[int]]:
        """Of the replies that are remembered with their tokens, those that stand in `tokens`."""
        held = array("i", tokens).tobytes()
        return [reply for reply in self._replies.values() if _stands_in(array("i", reply).tobytes(), held)]

    def _encode_plain(self, text: str) -> list[int]:
        """Most special tokens are not made of plain text, but llama.cpp makes user-defined ones of it even so, and
        some models' turn markers are declared as such: their text is cut in two and tokenised apart."""
        tokens = self._vocabulary.encode(text, special=False)
        special = {token for token in set(tokens) if self._vocabulary.is_special(token)}
        if not special:
            return tokens
        marks = [mark for mark in map(self._vocabulary.text, special) if len(mark) > 1 and mark in text]
        if not marks:
            return [token for token in tokens if token not in special]
        cut = text.index(marks[0]) + 1
        return self._encode_plain(text[:cut]) + self._encode_plain(text[cut:])


def _stands_in(part: bytes, whole: bytes) -> bool:
    """Whether `part` stands in `whole` at a multiple of a token's width."""
    width, at = array("i").itemsize, whole.find(part)
    while at >= 0 and at % width:
        at = whole.find(part, at + 1)
    return at >= 0


def _pieces(text: str) -> Iterator[str]:
    """`text` in pieces of about CHUNK characters, cut ahead of white space where there is some."""
    start = 0
    while len(text) - start > CHUNK:
        end = start + CHUNK
        cut = max(text.rfind(" ", start + CHUNK // 2, end), text.rfind("\n", start + CHUNK // 2, end))
        end = cut if cut > start else end
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]
