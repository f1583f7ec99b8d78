"""What of a reply is read aloud, sentence by sentence while it comes: its words, and nothing that only an eye can use.

Blocks of code, addresses, pictures, markup, emoji and control characters are left out. Pure: text in, text out.
"""

from __future__ import annotations

import re
import unicodedata

from companion.sentences import sentences
from companion.text import sanitise

LONGEST = 300
"""Characters that are synthesised at once: a sentence without an end must not be waited for, nor read to its end after
it was stopped."""
_FENCES = ("```", "~~~")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]*)\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_REST_OF_LINK = re.compile(r"\]\(\s*(?:https?:|mailto:|www\.|/|#)[^)\s]*\)?")
_ADDRESS = re.compile(
    r"<?(?:\b(?:https?|ftp|file|mailto):/?/?|\bwww\.)[^\s<>，。！？、）】」]*[^\s<>，。！？、）】」.,;:!?'\")\]]>?",
    re.I,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|<!--.*?-->")
_LINE_MARKS = re.compile(r"^\s*(?:(?:>|#{1,6}(?=\s)|[-*+•·◦▪](?=\s))\s*)+")
_RULE = re.compile(r"^[\s|:=*_-]{2,}$")
_EMPHASIS = re.compile(r"\*+|~~+|`+|(?<![^\W_])_+(?=\S)|(?<=\S)_+(?![^\W_])")
_BRACKETS = re.compile(r"[\[\]{}\\^]+")
_CELLS = re.compile(r"(?:\s*\|)+\s*")
_LOOSE = re.compile(r"\s+(?=[.,;!?…](?:\s|$)|[，。！？；：、])")
_BREAK = re.compile(r"[,;:，；：、—–]\s*|\s+")
_UNSPOKEN = ("So", "Sk", "Cc", "Cf", "Co", "Cn", "Cs")


def spoken(sentence: str) -> str:
    """The words of a sentence of Markdown on one line; empty when there is nothing to say."""
    kept = sanitise(sentence)
    if kept.lstrip().startswith(_FENCES) or _RULE.match(kept):
        return ""
    kept = _TAG.sub(" ", _IMAGE.sub(" ", kept))
    kept = _REST_OF_LINK.sub("", _LINK.sub(r"\1", kept))
    kept = _LINE_MARKS.sub("", _ADDRESS.sub(" ", kept))
    kept = _EMPHASIS.sub("", kept)
    # Two brackets would tell the voice that phonemes follow.
    kept = _CELLS.sub(", ", _BRACKETS.sub(" ", kept)).strip(", ") if "|" in kept else _BRACKETS.sub(" ", kept)
    kept = "".join(each for each in kept if unicodedata.category(each) not in _UNSPOKEN or each.isspace())
    kept = _LOOSE.sub("", " ".join(kept.split()))
    return kept if any(each.isalnum() for each in kept) else ""


def portions(sentence: str, longest: int = LONGEST) -> list[str]:
    """A sentence in parts of at most `longest` characters, broken after a comma or between words where it can be."""
    parts = []
    while len(sentence) > longest:
        found = [match.end() for match in _BREAK.finditer(sentence, longest // 2, longest)]
        cut = found[-1] if found else longest
        parts.append(sentence[:cut].strip())
        sentence = sentence[cut:].lstrip()
    return [each for each in (*parts, sentence) if any(letter.isalnum() for letter in each)]


class ReplyReader:
    """One reply while it is written: hands out what can be said, in order, each word once."""

    def __init__(self) -> None:
        self._text = ""
        self._line = 0
        """Where the line, or block of code, begins that is not done yet: what is before it is not looked at again."""
        self._said = 0

    def write(self, piece: str) -> list[str]:
        """More of the reply; the sentences that are whole by now. The last is not, before more follows or the line
        ends."""
        self._text += piece
        return self._take(end=False)

    def finish(self) -> list[str]:
        """The reply is written: what was not said yet."""
        return self._take(end=True)

    def _take(self, *, end: bool) -> list[str]:
        begun, text = self._line, self._text[self._line :]
        spans = sentences(text)
        if spans and not end:
            last = text[spans[-1][0] : spans[-1][1]]
            if last.lstrip().startswith(_FENCES) or not text.endswith("\n"):
                spans.pop()
        parts: list[str] = []
        for start, stop in spans:
            if begun + stop <= self._said:
                continue
            is_code = text[start:stop].startswith(_FENCES)
            words = self._text[max(begun + start, self._said) : begun + stop]
            self._said = begun + stop
            # The last line of a block of code would look like the first of another.
            self._line = self._said if is_code else self._text.rfind("\n", 0, self._said) + 1
            if not is_code:
                parts += portions(spoken(words))
        return parts
