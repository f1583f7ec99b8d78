"""Who is what to the person, where one at a time is: "My boss is Hedvig." gives way to "My new boss is Ottokar."."""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.wording import change_tables

_NAME = r"(?P<name>(?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][\w'-]+(?: [A-Z][\w'-]+)?)"
_ROLE = r"(?P<new>new )?(?P<role>[a-z][a-z -]{1,38}?[a-z])"
_FORMS = (
    re.compile(rf"^\W*(?:[Mm]y|[Oo]ur) {_ROLE}(?: is|'s|’s)(?: (?:called|named|now))? (?:a )?{_NAME}(?= now\b|\W|$)"),
    re.compile(rf"^\W*{_NAME}(?: is|'s|’s)(?: now)? (?:my|our) {_ROLE}(?= now\b|[.,;!]|$)"),
)


def gave_way(older: str, newer: str, changed: bool) -> bool:
    """Whether the newer says that somebody else is now what the older says one is to the person: in a role that one
    holds at a time, and `changed`, or with "new"."""
    before, after = _holder(older), _holder(newer)
    if before is None or after is None or before[0] != after[0] or before[1] == after[1]:
        return False
    return changed or after[2]


def _holder(text: str) -> tuple[str, str, bool] | None:
    """(role, name, whether it is called new) of a sentence that says who is what."""
    for form in _FORMS:
        match = form.search(text)
        if match is not None and _one_at_a_time().search(match["role"]):
            return match["role"].removeprefix("new "), match["name"].casefold(), bool(match["new"])
    return None


@lru_cache(maxsize=1)
def _one_at_a_time() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{change_tables()['roles']['one']})$")
