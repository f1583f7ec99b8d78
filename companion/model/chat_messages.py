"""Messages as an OpenAI-compatible server takes them: memories ahead of their text, roles in strict turns.

There are no marks around texts here: what a person typed that looks like a control token of the model is taken for one
by some servers, and nothing on this side can tell.
"""

from __future__ import annotations

from collections.abc import Sequence

from companion.model.protocol import Message
from companion.model.template import JOIN
from companion.text import valid_text


def chat_messages(messages: Sequence[Message], *, fold_system: bool = False) -> list[dict[str, str]]:
    """Many templates insist that the person speaks first and the roles alternate; none minds. With `fold_system` the
    system message is put ahead of the first message of the person's: some templates know no such role."""
    found: list[dict[str, str]] = []
    for message in messages:
        text = JOIN.join(part for part in (message.memories, message.text) if part)
        role = "user" if fold_system and message.role == "system" else message.role
        if found and found[-1]["role"] == role:
            found[-1]["content"] += JOIN + text
            continue
        if role == "assistant" and (not found or found[-1]["role"] == "system"):
            found.append({"role": "user", "content": "…"})
        found.append({"role": role, "content": text})
    return [{"role": each["role"], "content": valid_text(each["content"])} for each in found]
