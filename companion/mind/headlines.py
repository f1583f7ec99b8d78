"""News of the person's life told as a heading: "Third miscarriage.", "Divorce final.", "Mortgage approved." English."""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.grammar import alternatives

_END = (
    r"(?=\W*$|[,;.!]| (?:today|yesterday|tomorrow|tonight|this|last|next|on|in|since|at|after|again|over|done|final|"
    r"finali[sz]ed|through|came|went|with|for|from|as|by|and)\b)"
)


@lru_cache(maxsize=1)
def _headline() -> re.Pattern[str]:
    event = alternatives("life_events")
    which = r"(?:(?:first|second|third|fourth|fifth|sixth|seventh|another|yet another|last|final|one more|no more) )+"
    thing = rf"(?:(?:the|whole|new|old|second|final|first|last) )*(?:[\w-]+ )?(?:{alternatives('own_news')})"
    return re.compile(
        rf"^(?:{which}(?:(?:round|bout|course|dose|session|cycle|attempt|case)s? (?:of|at) )?"
        rf"(?:[\w-]+ )?(?:{event}){_END}"
        rf"|(?:{event}) (?:again|through|final|finali[sz]ed|done|over|tomorrow|today|on \w+day|"
        r"in (?:\w+ ){1,2}(?:hours|days|weeks|months))\b"
        rf"|{thing} (?:finally |nearly |all |just |officially )?(?:{alternatives('settled')}){_END})",
        re.IGNORECASE,
    )


def is_headline(body: str) -> bool:
    return _headline().match(body) is not None
