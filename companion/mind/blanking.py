"""Words that are not the person's own, blanked out: quotations, actions between asterisks, code, addresses."""

from __future__ import annotations

import re

# Longest quotation blanked: keeps each search bounded.
_SPANS = tuple(
    re.compile(pattern)
    for pattern in (
        r"`[^`\n]{1,300}`",
        r"\"[^\"\n]{1,600}\"",
        r"“[^”\n]{1,600}”",
        r"«[^»\n]{1,600}»",
        r"„[^“”\n]{1,600}[“”]",
        r"「[^」\n]{1,600}」",
        r"『[^』\n]{1,600}』",
        r"《[^》\n]{1,100}》",
        r"(?<![\w*])\*[^*\n]{0,200}\s[^*\n]{0,200}\*(?![\w*])",
        r"(?<![\w'])'(?=\w)[^'\n]{0,300}(?:(?<=\w)'(?=\w)[^'\n]{0,300}){0,20}'(?!\w)",
        r"https?://\S{1,2000}|\bwww\.\S{1,2000}",
    )
)
_ANY = re.compile(r"[`\"“«„「『《*]|(?<![\w'])'|https?://|www\.")
"""Without any of these there is nothing to blank, as in most sentences."""
_OPEN_QUOTE = re.compile(r"[\"“「『«„]")


def blanked(sentence: str) -> str:
    """`sentence` at the same length with such words as "_", straight apostrophes, and white space as spaces."""
    text = sentence.replace("’", "'").replace("\n", " ").replace("\t", " ")
    if not _ANY.search(text):
        return text
    for pattern in _SPANS:
        text = pattern.sub(lambda match: "_" * len(match.group()), text)
    opened = _OPEN_QUOTE.search(text)
    if opened:  # a quotation that does not close within the sentence
        text = text[: opened.start()] + "_" * (len(text) - opened.start())
    return text
