"""What the model is given to read: persona, portrait, gist, history, recalled memories, the person's message, in that
order.

Only the tail changes between turns, so that only the tail has to be read again: persona and portrait stay, the history
is only appended to and is trimmed in large steps, and the memories are part of the last message. The gist of what was
trimmed changes with the trimming alone, the portrait in the night or when the person changes a line of it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from companion import strings
from companion.clock import local_date
from companion.errors import InvalidInput
from companion.model.protocol import ChatModel, Message
from companion.model.shorten import fits, shorten
from companion.records import PLAY, Memory, RecalledMemory
from companion.text import one_line
from companion.voices import heard

SMALLEST_REPLY = 64
"""Tokens kept free for the reply whatever happens."""
KEPT_SHARE = 0.55
"""Share of the room for history that is still filled after trimming: the rest lasts for many turns."""
LONGEST_SHARE = 0.6
"""A message that has to be cut takes this share of the room. It stays cut the same way in the history, so that the
next message can be about it and it need not be read again."""
RESERVE_SHARE = 0.25
"""Share of the context that a reply may claim while there is history to keep."""
GIST_SHARE = 16
"""The gist of what was trimmed takes at most the context's tokens divided by this."""
PORTRAIT_SHARE = 12
"""The portrait takes at most the context's tokens divided by this."""
_JOINT = 8
"""Tokens that joining memories and message may add."""

MEMORY_CHARACTERS = 300
"""A memory is given in one line of at most this many characters."""

# Measured with SmolLM2-135M and the default persona, each memory among three others: of 20 questions this wording was
# answered from the right memory 12 times (greedy) and 13 (temperature 0.4), and of 20 statements 4 replies only
# repeated memories. A list under "Memories:" came to 6 and 3; bullets and "answer me from these memories" to 1 and 1
# (the list is read out instead); "Now answer me in a sentence or two:" to 14 and 12, but parrots 15 of 20 statements.
_MEMORIES_HEAD = "Context:"
_MEMORIES_FOOT = "Question:"

# An exchange of its own and no part of the system message: these are the person's words, some of them pasted, and an
# "I" in them is the person.
_GIST_HEAD = "Earlier in this conversation I told you:"
_GIST_REPLY = "I remember."


_PORTRAIT_HEAD = "What you know about the person you talk to (in quotation marks, their own words):"


@dataclass(frozen=True, slots=True)
class Prompt:
    """`messages` for the model. `segments`: tokens of persona (with the template's own), history, memories and
    message; their sum is the whole prompt."""

    messages: tuple[Message, ...]
    start: int
    """Index of the first message of the history that is in the prompt: pass it to the next call."""
    trimmed: int
    """Messages of the history left out from this prompt on."""
    shortened: bool
    """The message was too long: its middle is left out here, never in what is stored."""
    segments: dict[str, int]
    gist: str = ""
    """The gist of all that was ever trimmed; in `messages` unless there is no room for it."""
    told: bool = False
    """Whether it is in `messages`."""


def compose(
    model: ChatModel,
    *,
    persona: str,
    portrait: str,
    history: Sequence[Message],
    memory_block: str,
    message: str,
    reserve: int,
    start: int,
    gist: str = "",
    fold: Callable[[int], str] | None = None,
    spare: int = 0,
    begun: str = "",
) -> Prompt:
    """Fit a conversation into the model's context, with about `reserve` tokens left for the reply.

    `start` is what the last call returned (0 at first): it only ever grows. What does not fit goes in this order:
    the oldest exchanges, the reserve (down to SMALLEST_REPLY), the memories, the middle of the message. Persona and
    message always stay. Memories of earlier messages are not repeated. Raises InvalidInput when the context is too
    small to talk at all.

    `gist` tells of `history[:start]`; when more is trimmed, `fold` gives the one that tells of `history[:n]`, in at
    most 1/GIST_SHARE of the context. `spare`: tokens that should stay free beside the reserve, for what is not said
    yet. `begun`: what the reply begins with, beside which there is room for the rest of it.
    """
    context = model.info.context_tokens - (model.count(begun) if begun else 0)
    system = system_message(model, persona, portrait)
    base = model.count_messages([system, Message("user", "")])
    room = context - base - _JOINT
    least = min(reserve, SMALLEST_REPLY)
    if room < 2 * SMALLEST_REPLY:
        raise InvalidInput(
            strings.text("model.no_room", context=context),
            hint=strings.text("model.no_room_hint"),
        )
    longest = min(room - least, int(room * LONGEST_SHARE))
    text = message if fits(model, message, room - least) else shorten(model, message, longest)
    if model.count(text) + model.count(memory_block) > room - least:
        memory_block = ""
    last = Message("user", text, memory_block)
    alone = model.count_messages([system, last])
    reserve = max(least, min(reserve, int(context * RESERVE_SHARE), context - alone))

    recent = [
        replace(old, text=shorten(model, old.text, longest), memories="") for old in _recent(model, history, start)
    ]

    def total(dropped: int, told: Sequence[Message]) -> int:
        return model.count_messages([system, *told, *recent[dropped:], last])

    told = _told(gist)
    dropped, whole = 0, total(0, told)
    must_trim = len(history) - len(recent) > start
    if whole > context - reserve - spare or must_trim:
        goal = min(context - reserve, alone + int((context - reserve - base) * KEPT_SHARE))
        held = context // GIST_SHARE + model.count_messages([system, *_told("…"), last]) - alone if fold else 0
        cuts = [at for at, old in enumerate(recent) if at and old.role == "user"]
        # The more is dropped the less remains: the first cut that reaches the goal, found by halving.
        found = bisect_left(cuts, True, key=lambda at: total(at, () if fold else told) + held <= goal)
        dropped = cuts[found] if found < len(cuts) else len(recent)
        if fold is not None and len(history) - len(recent) + dropped > start:
            gist = fold(len(history) - len(recent) + dropped)
            told = _told(gist)
        whole = total(dropped, told)
        if whole > context - reserve:
            told, whole = (), total(dropped, ())
    kept = recent[dropped:]
    first = len(history) - len(kept)
    memories, words = model.count(memory_block), model.count(text)
    return Prompt(
        messages=(system, *told, *kept, last),
        start=first,
        trimmed=first - start,
        shortened=text != message,
        segments={
            "persona": alone - memories - words,
            "history": whole - alone,
            "memories": memories,
            "message": words,
        },
        gist=gist,
        told=bool(told),
    )


def memory_block(recalled: Sequence[RecalledMemory], now: datetime, read: Sequence[str] = ()) -> str:
    """What came to mind, as it is put ahead of the person's message: a line each with the day it was said, those
    about the person first, then by subject, oldest first. Empty when nothing came to mind. `read`: lines that the model
    has before it already, in their order: those come first, so that they need not be read again."""
    if not recalled:
        return ""
    ordered = sorted(recalled, key=lambda r: (r.memory.subject != "person", r.memory.subject, r.memory.recorded_at))
    lines = [f"{_said_by(r.memory)}{one_line(_words(r), MEMORY_CHARACTERS)} ({_day(r.memory, now)})" for r in ordered]
    place = {line: index for index, line in enumerate(read)}
    lines.sort(key=lambda line: place.get(line, len(place)))
    return "\n".join([_MEMORIES_HEAD, *lines, "", _MEMORIES_FOOT])


def lines_of(block: str) -> list[str]:
    """The lines of a memory block that tell a memory each."""
    return block.split("\n")[1:-2]


def system_message(model: ChatModel, persona: str, portrait: str) -> Message:
    """What every prompt begins with."""
    return Message("system", _system(model, persona, portrait, model.info.context_tokens // 2))


def portrait_block(model: ChatModel, traits: Sequence[Memory]) -> str:
    """The portrait as the model reads it: of `traits`, the most important first, as many lines as fit into 1 /
    PORTRAIT_SHARE of the context. Empty when there are none."""
    lines = [_PORTRAIT_HEAD]
    left = model.info.context_tokens // PORTRAIT_SHARE - model.count(_PORTRAIT_HEAD)
    for trait in traits:
        text = "\n".join(one_line(each, MEMORY_CHARACTERS) for each in trait.text.splitlines() if each.strip())
        cost = model.count(text) + 1
        if cost <= left:
            lines.append(text)
            left -= cost
    return "\n".join(lines) if len(lines) > 1 else ""


def _told(gist: str) -> tuple[Message, ...]:
    """The gist as an exchange ahead of the history; nothing where there is none."""
    if not gist:
        return ()
    return (Message("user", f"{_GIST_HEAD}\n{gist}"), Message("assistant", _GIST_REPLY))


def _words(recalled: RecalledMemory) -> str:
    return heard(recalled.excerpt or recalled.memory.text)


def _said_by(memory: Memory) -> str:
    """Whose words a moment holds, where they are not the person's, and whether they were part of a play."""
    return f"In our play, {_speaker(memory) or 'I said: '}" if memory.scope == PLAY else _speaker(memory)


def _speaker(memory: Memory) -> str:
    if memory.kind != "moment" or memory.subject == "person":
        return ""
    return "You told me: " if memory.subject == "companion" else f"{memory.subject}: "


def _day(memory: Memory, now: datetime) -> str:
    """The day a memory was made, as people say it."""
    day = local_date(memory.recorded_at, memory.utc_offset)
    ago = (now.date() - day).days
    return {0: "today", 1: "yesterday"}.get(ago, f"{day.day} {day:%B} {day.year}")


def _system(model: ChatModel, persona: str, portrait: str, most: int) -> str:
    """Persona and portrait in at most `most` tokens: the portrait loses its last lines first."""
    persona = shorten(model, persona.strip(), most)
    lines = portrait.strip().splitlines()
    while lines:
        text = "\n\n".join([persona, "\n".join(lines)])
        if fits(model, text, most):
            return text
        lines.pop()
    return persona


def _recent(model: ChatModel, history: Sequence[Message], start: int) -> Sequence[Message]:
    """The end of `history[start:]` that could fit at most, so that years of it are not counted at each start."""
    left = model.info.context_tokens
    longest = int(left * LONGEST_SHARE)
    first = len(history)
    while first > start:
        text = history[first - 1].text
        left -= model.count(text) if fits(model, text, longest) else longest
        if left < 0:
            break
        first -= 1
    return history[first:]
