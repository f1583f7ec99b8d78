"""Sentences about a body, or what it wears, without saying whose: "Hearing aids are in.", "Back feels worse."

English only. Just how it is now counts, not what is so of every body ("Knees are joints.").
"""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.grammar import alternatives


@lru_cache(maxsize=1)
def _body() -> re.Pattern[str]:
    part = (
        rf"(?:(?:the|both|left|right|new|old|bad|good|poor|one|first|second|all|whole|entire) ){{0,3}}"
        rf"(?:{alternatives('body')}|hearing aids?|blood (?:pressure|sugars?)|sugar levels)"
    )
    state = (
        r"(?:in|out|off|on|gone|back|fixed|swollen|sore|broken|fractured|sprained|better|worse|heal(?:ed|ing)|aching|"
        r"hurting|itch(?:y|ing)|stiff|numb|infected|fitted|pierced|bleeding|throbbing|pounding|playing up|giving me|"
        r"killing|like|on fire|wrecked|ruined|shot|knackered|blocked|bad|fine|okay|ok|ready|holding up|shaking|raw|"
        r"tender|bruised|burnt|dry|cracked|low|high|normal|through the roof|all over the place|settling|a mess|clear)"
    )
    now = r"(?:finally |still |really |so |very |a bit |much |absolutely |now |already |just |nearly |all |not )*"
    be = (
        r"(?:'s|'re| is| are| was| were| isn't| aren't| feels?| felt|'s been|'ve been| has been| have been|"
        r"'s gone| went| still| now| all)"
    )
    does = (
        r" (?:hurts?|aches?|ached|itch(?:es)?|throbs?|gave (?:out|way)|gives? (?:out|way)|came (?:out|off|back|in)|"
        r"comes? (?:out|off)|went|won't|keeps?|started|snapped|popped|broke|bled|swelled|feels?|felt|like|don't|"
        r"doesn't)\b"
    )
    bare = rf" {now}{state}(?=\W*$|[,;.!]| (?:since|after|from|again|today|all)\b)"
    return re.compile(
        rf"^{part}(?:{be} {now}{state}\b|{does}|{bare})(?! (?:a |an )?(?:joint|organ|part|bone|muscle)s?\b)", re.I
    )


_GENERAL = re.compile(
    r"\b(?:you|your|people|usually|generally|often|in general|most|humans?|someone|everyone|when (?:they|it))\b"
    r"|\b(?:is|are) (?:made|called|used|designed)\b",
    re.IGNORECASE,
)


def tells_of_the_body(body: str) -> bool:
    """Whether it says how the person's body, or an aid they wear, is just now."""
    return _body().match(body) is not None and _GENERAL.search(body) is None
