"""Heavy memories: of death, illness, violence, despair. They are recalled when the person speaks of them, and not
brought up otherwise (settings, care.bring_up_heavy), neither in small talk nor by a check-in, a question, the morning.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache

from companion.memory.features import FEATURES
from companion.memory.words import stems
from companion.mind.distress import distress
from companion.paths import asset
from companion.records import Memory, RecalledMemory
from companion.text import cjk_runs, has_cjk

LONGEST = 4_000
_APOSTROPHES = str.maketrans("", "", "'’‘`")
_WINDOW = FEATURES.index("in_window")
_NAMED = FEATURES.index("named")


def is_heavy(memory: Memory) -> bool:
    return memory.sensitivity > 0 or weighs(memory.text)


@lru_cache(maxsize=4096)
def weighs(text: str) -> bool:
    """Whether `text` tells of something heavy, or speaks of despair itself."""
    return _holds(text, "") or distress(text[:LONGEST]) is not None


def bearable(found: Sequence[RecalledMemory], message: str, before: Iterable[str] = ()) -> tuple[RecalledMemory, ...]:
    """`found` without what is heavy and not spoken of: neither in `message` nor in what the person said `before`."""
    if not any(is_heavy(each.memory) for each in found):
        return tuple(found)
    if weighs(message) or _holds(message, "asks_"):
        return tuple(found)
    spoken, past = _words(" ".join((message, *before))), _holds(message, "when_")
    return tuple(each for each in found if not is_heavy(each.memory) or _is_spoken_of(each, spoken, past))


def _is_spoken_of(each: RecalledMemory, spoken: set[str], past: bool) -> bool:
    if each.figures and ((past and each.figures[_WINDOW] >= 1) or each.figures[_NAMED] > 0):
        return True  # its time, or somebody in it, is named
    return bool(spoken & _words(each.memory.text))


def _words(text: str) -> set[str]:
    """Stems of content words, the same for who is called in several ways; of Chinese, pairs of characters."""
    text = _KIN.sub(lambda match: _CALLED.get(match[0].lower(), "inlaw"), text)
    pairs = {run[at : at + 2] for run in cjk_runs(text) for at in range(len(run) - 1)}
    return {*stems(text), *pairs} - _COMMON


_CALLED = {
    **dict.fromkeys(("mum", "mom", "mummy", "mommy", "mama", "ma"), "mother"),
    **dict.fromkeys(("dad", "daddy", "papa", "pa"), "father"),
    **dict.fromkeys(("gran", "grandma", "granny", "nan", "nana"), "grandmother"),
    **dict.fromkeys(("grandpa", "grandad", "granddad"), "grandfather"),
}
_KIN = re.compile(rf"\b(?:\w+-in-law|{'|'.join(_CALLED)})\b", re.IGNORECASE)
_COMMON = {
    *stems(
        "today yesterday tomorrow day week month year time thing feel feeling felt think know want like tell told say"
    ),
    *stems(
        "say said make made go going went come good bad new old lot much really just still also back now people life"
    ),
    *stems("morning evening night home get got take took see saw happy nice love work"),
} | {"今天", "昨天", "明天", "我们", "我的", "什么", "怎么", "没有", "一个", "现在", "觉得", "知道", "喜欢", "时候"}


def _holds(text: str, table: str) -> bool:
    plain = " ".join(text[:LONGEST].translate(_APOSTROPHES).lower().split())
    for pattern in _patterns(f"light_{'zh' if has_cjk(plain) else 'en'}"):
        plain = pattern.sub(" ", plain)
    return any(pattern.search(plain) for pattern in _patterns(f"{table}{'zh' if has_cjk(plain) else 'en'}"))


@lru_cache(maxsize=16)
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    raw = tomllib.loads(asset("rules", "heavy.toml").read_text(encoding="utf-8"))
    return tuple(re.compile(entry) for entry in raw[name])
