"""Cuts the middle out of a text that is too long for the context, without tokenising all of it again and again."""

from __future__ import annotations

from companion.model.protocol import ChatModel

_SLICE = 16_384
_TRIES = 12


def fits(model: ChatModel, text: str, budget: int) -> bool:
    """Whether `text` has at most `budget` tokens; of a far longer one only the beginning is looked at."""
    if len(text) <= _SLICE:
        return model.count(text) <= budget
    total = 0
    for start in range(0, len(text), _SLICE):
        total += model.count(text[start : start + _SLICE])
        if total > budget:
            return False
    return True


def shorten(model: ChatModel, text: str, budget: int) -> str:
    """`text` in at most `budget` tokens: its beginning and its end, and between them how much was left out.

    The same text, budget and model always give the same result. At least that line of what was left out remains,
    whatever the budget.
    """
    if fits(model, text, budget):
        return text
    sample = text[:_SLICE]
    side = int(budget / 2 * len(sample) / max(1, model.count(sample)))
    best, most = _without_middle(text, 0), 0
    low, high = 0, len(text) // 2
    side = min(side, high)
    for _ in range(_TRIES):
        cut = _without_middle(text, side)
        count = model.count(cut)
        if count <= budget:
            low = side
            if side >= most:
                best, most = cut, side
            if count >= 0.95 * budget:
                break
        else:
            high = side
        # Where the budget should be reached if tokens are spread evenly, kept inside what is known.
        guess = int(side * budget / count * 0.98)
        side = guess if low < guess < high else (low + high) // 2
        if side in (low, high):
            break
    return best


def _without_middle(text: str, side: int) -> str:
    """About `side` characters from each end, cut at white space where there is some near."""
    head, middle, tail = text[:side], text[side : len(text) - side], text[len(text) - side :]
    cut = max(head.rfind(" "), head.rfind("\n"))
    if cut > side - 80:
        head, middle = head[:cut], head[cut:] + middle
    cut = min((at for at in (tail.find(" "), tail.find("\n")) if at >= 0), default=-1)
    if 0 <= cut < 80:
        middle, tail = middle + tail[: cut + 1], tail[cut + 1 :]
    words = len(middle.split())
    # Scripts without spaces have no words to count this way.
    left_out = f"{words:,} words" if words * 20 > len(middle) else f"{len(middle):,} characters"
    return f"{head}\n[… {left_out} left out …]\n{tail}"
