"""How the companion's own words are told: its advice and promises, to the person and to itself.

What is kept reads "The companion suggested: try a short walk." on the person's screens. In a prompt the companion is
"you" and the person "I", as everywhere there, so that it reads "You suggested: try a short walk.". No quotation marks:
what stands in them is taken for a title.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Act = Literal["advice", "promise"]
COMPANION = "companion"
"""Subject of a memory that holds the companion's own words, and says nothing of the person's life."""


class _Voice(NamedTuple):
    act: Act
    language: str
    told: str
    """Ahead of the words for the person."""
    heard: str
    """Ahead of them for the companion."""
    brief: str
    """Ahead of them where there is little room, and it is clear whose words they are."""


_VOICES = (
    _Voice("advice", "en", "The companion suggested: ", "You suggested: ", "suggested: "),
    _Voice("promise", "en", "The companion promised: ", "You promised: ", "promised: "),
    _Voice("advice", "zh", "伙伴建议：", "你建议过：", "建议："),
    _Voice("promise", "zh", "伙伴答应：", "你答应过：", "答应："),
)


def told(act: Act, language: str, words: str) -> str:
    """The companion's words as the person reads them. `language`: "en" or "zh"."""
    voice = next(voice for voice in _VOICES if (voice.act, voice.language) == (act, language))
    return voice.told + words


def heard(text: str) -> str:
    """The same memory as the companion is given it; any other text unchanged."""
    return _with(text, "heard")


def brief(text: str) -> str:
    """The same memory in a list of what was just learned; any other text unchanged."""
    return _with(text, "brief")


def bare(text: str) -> str:
    """The words alone; any other text unchanged."""
    return _with(text, "")


def _with(text: str, form: str) -> str:
    for voice in _VOICES:
        if text.startswith(voice.told):
            return (getattr(voice, form) if form else "") + text.removeprefix(voice.told)
    return text
