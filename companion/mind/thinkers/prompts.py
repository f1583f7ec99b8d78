"""Few-shot prompts: the files of assets/prompts, each a chat with places for what is asked.

A line `== system`, `== user` or `== assistant` begins a message; lines ahead of the first are remarks.
"""

from __future__ import annotations

import re
from functools import cache

from companion.model.protocol import Message
from companion.paths import asset

_PLACE = re.compile(r"\{([a-z]+)\}")


def prompt(name: str, **values: str) -> list[Message]:
    """The chat of assets/prompts/NAME.txt with `values` put in its places. What is put in is never read as a place:
    braces that a person wrote stay what they are."""
    *fixed, last = _read(name)
    return [*fixed, Message(last.role, _PLACE.sub(lambda place: values[place[1]], last.text))]


@cache
def _read(name: str) -> tuple[Message, ...]:
    text = asset("prompts", f"{name}.txt").read_text(encoding="utf-8")
    _, *parts = re.split(r"^== (system|user|assistant)\n", text, flags=re.M)
    roles = {"system": "system", "user": "user", "assistant": "assistant"}
    return tuple(
        Message(roles[role], words.rstrip("\n"))  # type: ignore[arg-type]
        for role, words in zip(parts[::2], parts[1::2], strict=True)
    )
