"""Words whose day moves with the day they are said on: beside another date they would name a wrong one."""

from __future__ import annotations

import re

_MOVING = re.compile(
    r"\b(?:tomorrow|yesterday|last night|tonight|ago|(?:last|next|this|coming|following|past)\s+"
    r"(?:few\s+|couple of\s+|\d+\s+)?(?:days?|nights?|weeks?|weekends?|months?|years?|spring|summer|autumn|fall|winter"
    r"|\w+day|january|february|march|april|may|june|july|august|september|october|november|december|morning|evening)"
    r"|in\s+(?:an?|\d+|two|three|four|five|six|seven|ten|a few|a couple of)\s+(?:days?|weeks?|months?|years?))\b"
    r"|[昨明前后]天|[昨明][早晚夜]|大[前后]天|[上下这]个?(?:周|星期|礼拜|月|季度|学期)|[去明后前]年|[天周年月期拜]以?[前后]",
    re.IGNORECASE,
)


def moves(text: str) -> bool:
    """Whether a text names a time by the day it is said on ("tomorrow", "last week", "前天")."""
    return _MOVING.search(text) is not None
