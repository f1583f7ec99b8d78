"""Whether an English sentence looks back or ahead, told by its verbs."""

from __future__ import annotations

import re

from companion.dates.calendar_spans import Direction

# Verbs and auxiliaries that tell which way a bare "on Friday" or "in May" points.
_FUTURE = re.compile(
    r"\b(?:will|won't|shall|gonna|tomorrow|tonight|due|upcoming|deadline|appointment|(?:going|plan|planning|hope|"
    r"hoping|want|have|has|need|needs|supposed|looking forward|about|excited) to|must|should|let's|see you|"
    r"(?:am|is|are|i'm|we're|he's|she's|they're|it's) (?:\w+ly )?(?!interesting|amazing|boring|during)\w{2,}ing)\b"
    r"|(?:'|’)ll\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:was|were|wasn't|weren't|did|didn't|had|hadn't|went|saw|met|got|came|bought|made|took|told|said|ate|left|"
    r"began|found|lost|won|broke|felt|gave|ran|flew|drove|spent|slept|wrote|born|died|fell|sold|sent|paid|quit|"
    r"became|heard|thought|brought|caught|taught|built|kept|knew|grew|hurt|held|led|rode|sang|swam|spoke|stood|"
    r"threw|woke|wore|been|ago|(?!need|indeed|speed|exceed|succeed|breed|bleed)\w{3,}ed)\b",
    re.IGNORECASE,
)
# What is arranged lies ahead of the verb that arranged it: "it was moved to Friday", "I've got tickets for Friday".
_BEFORE_IT = r"(?:\b(?:was|were|is|are|has|have|had|got|been|just)\s+|['’](?:ve|s|d)\s+)*"
_ARRANGED = re.compile(
    rf"{_BEFORE_IT}\b(?:cancell?ed|called off|postponed|rescheduled|rearranged|rebooked|put off|pushed back"
    r"|brought forward)\b"
    rf"|{_BEFORE_IT}\b(?:moved|changed|shifted|pushed|delayed|deferred|extended|booked|reserved|scheduled|planned|arranged"
    r"|set|fixed|agreed|invited|signed up|registered|bought|made|got)\b"
    r"(?=[^…]*\b(?:to|for|until|till)\s+(?:the\s+)?…)"
    r"|(?:['’](?:ve|s)|\b(?:have|has))\s+got\b(?=\s+(?:an?|my|our|the|to|no|another|some)\b)",
    re.IGNORECASE,
)
_STOPS = re.compile(r"[.!?\n;]")
_WINDOW = 120
"""How far around a mention its verb is looked for: bounded, so that work stays linear."""


def direction(text: str, start: int, end: int, default: Direction = "future") -> Direction:
    """Which way the sentence around [start, end) points: by its verbs, the future's first."""
    before = text[max(0, start - _WINDOW) : start]
    after = text[end : end + _WINDOW]
    cuts = [match.end() for match in _STOPS.finditer(before)]
    before = before[cuts[-1] :] if cuts else before
    cut = _STOPS.search(after)
    after = after[: cut.start()] if cut else after
    around = f"{before} … {after}".replace("’", "'")
    if _FUTURE.search(around):
        return "future"
    return "past" if _PAST.search(_ARRANGED.sub(" ", around)) else default
