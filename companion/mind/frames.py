"""Stretches of a turn in which the person does not speak for themselves.

These are logs of a chat, quotations that run over several sentences, paragraphs that hold a text to be worked on, and
turns that are played.
"""

from __future__ import annotations

import re

from companion.mind.rules import Rules

Frame = tuple[int, int, str]
"""[start, end) of the turn, and why it is left out."""
ASKING = 240
"""Characters of a paragraph that only says what is to be done with the others."""

_SPEAKER = re.compile(
    r"^[ \t]*(?P<time>\[?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]m)?\]?[ ,–-]*)?<?"
    r"(?P<who>[A-Z][\w.-]{0,15}(?: [A-Z][\w.-]*)?|"
    r"me|you|him|her)>?"
    r"(?: ?\(\d{1,2}[:.]\d\d\))?:[ \t]+\S.*$",
    re.MULTILINE,
)
_QUOTATION = re.compile(r"“[^”]{1,1500}”|«[^»]{1,1500}»|„[^“”]{1,1500}[“”]|「[^」]{1,800}」|『[^』]{1,800}』")
_STRAIGHT = re.compile(r'"[^"\n]{1,1500}"')
_SINGLE = re.compile(r"(?<![\w'])'(?=[A-Z])(?:[^'\n]|(?<=\w)'(?=\w)){4,600}[.!?]'(?!\w)")
"""Of several sentences; a shorter one is blanked within its own."""
_GAP = re.compile(r"\n[ \t]*\n\s*")
_STAGED = re.compile(r"^\s*\*(?P<action>[^*\n]{8,200})\*")
_ALONE = re.compile(
    r"^(?:\w+ )?(?:sighs?|laughs?|cries|crying|shrugs?|hugs?|blush\w*|smil\w+|nods?|giggl\w+|groans?|facepalms?|winks?|"
    r"sobs?|sniff\w*|yawns?|grins?|screams?|deep breath|takes a (?:deep )?breath)(?: \w+)?$",
    re.IGNORECASE,
)
_ACTION = re.compile(r"^(?:\w+ly )?[a-z]+s\b")


def frames(text: str, tables: Rules) -> list[Frame]:
    """The stretches, in the order they were looked for; they may overlap."""
    return [*_transcripts(text), *_quotations(text), *_worked_on(text, tables), *_staged(text)]


def _transcripts(text: str) -> list[Frame]:
    """Lines that each name who speaks, where one speaks twice or the time stands in front."""
    lines = list(_SPEAKER.finditer(text))
    speakers = [line["who"].casefold() for line in lines]
    timed = sum(line["time"] is not None for line in lines) >= 2
    if len(lines) < 2 or not (timed or len(set(speakers)) < len(speakers) or {"me", "you"} & set(speakers)):
        return []
    return [(line.start(), line.end(), "transcript") for line in lines]


def _quotations(text: str) -> list[Frame]:
    found = [(match.start(), match.end(), "quoted") for match in _QUOTATION.finditer(text)]
    found += [(match.start(), match.end(), "quoted") for match in _SINGLE.finditer(text.replace("’", "'"))]
    for line in re.finditer(r"[^\n]+", text):
        if line.group().count('"') % 2 == 0:  # an odd mark may be one of inches
            found += [
                (line.start() + match.start(), line.start() + match.end(), "quoted")
                for match in _STRAIGHT.finditer(line.group())
            ]
    return found


def _worked_on(text: str, tables: Rules) -> list[Frame]:
    """The paragraphs beside a short one that asks for something to be done with "this"."""
    gaps = list(_GAP.finditer(text.strip("\n")))
    if not gaps:
        return []
    shift = len(text) - len(text.lstrip("\n"))
    starts = [shift, *(shift + gap.end() for gap in gaps)]
    ends = [*(shift + gap.start() for gap in gaps), len(text.rstrip())]
    paragraphs = list(zip(starts, ends, strict=True))
    asks = [end - start <= ASKING and tables.says("works_on", text[start:end]) for start, end in paragraphs]
    if asks[0]:
        return [(paragraphs[1][0], len(text), "material")]
    if asks[-1]:
        return [(0, paragraphs[-2][1], "material")]
    return []


def _staged(text: str) -> list[Frame]:
    """A turn that opens with an action of more than a gesture is played."""
    match = _STAGED.match(text)
    if match is None or not _ACTION.match(match["action"]) or _ALONE.match(match["action"]):
        return []
    return [(0, len(text), "role-play")]


def masked(found: list[Frame], text: str, start: int, end: int) -> str:
    """The sentence [start, end) with underscores where a quotation that goes on beyond it begins or ends."""
    sentence = text[start:end]
    for begin, stop, reason in found:
        crosses = begin < start < stop < end or start < begin < end < stop
        if reason == "quoted" and crosses:
            first, last = max(begin - start, 0), min(stop, end) - start
            sentence = sentence[:first] + "_" * (last - first) + sentence[last:]
    return sentence


def framed(found: list[Frame], start: int, end: int) -> str:
    """Why what stands at [start, end) is left out, or "": it lies within one of the stretches."""
    return next((reason for begin, stop, reason in found if begin <= start and end <= stop), "")
