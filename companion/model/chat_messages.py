"""Messages as an OpenAI-compatible server takes them: memories ahead of their text, roles in strict turns.

There are no marks around texts here, and a server may take what looks like a control token of its model for one. Which
model it has is not known here, so that whatever looks like those that begin, end or address turns gets a space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from companion.model.protocol import Message
from companion.model.template import JOIN
from companion.text import valid_text

_CONTROL = re.compile(
    r"<(?=[|｜][^<>\n]{1,80}[|｜]>"  # ChatML, Llama 3, Phi, DeepSeek …
    r"|/?s>|</?SYS>>|/?(?:bos|eos|pad|unk|sop|eop|mask|think|assistant|system|user|reponame|filename)>"
    r"|/?[a-z]+(?:_[a-z0-9]+)+>|/?(?:unused|extra_id_)\d+>)"  # Gemma, tools, the parts of code models
    r"|\[(?=/?[A-Z_]{3,30}\]|gMASK\])"  # Mistral, Llama 2
)


def unmarked(text: str) -> str:
    """`text` with a space in whatever may be a control token of a model: "< |im_end|>"."""
    return _CONTROL.sub(lambda match: f"{match[0]} ", text)


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
    return [{"role": each["role"], "content": unmarked(valid_text(each["content"]))} for each in found]
