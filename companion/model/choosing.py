"""Which of some answers a model would rather give, from the likeliest first tokens of its reply."""

from __future__ import annotations

import math
from collections.abc import Sequence

TOP = 20
"""Alternatives asked for: as many as servers give at most."""


def shares(options: Sequence[str], likely: Sequence[tuple[str, float]]) -> tuple[float, ...]:
    """Shares of `options` that sum to 1; `likely` holds tokens with the logarithms of their probabilities.

    A token counts for every option that it begins, or that it holds as a whole word; for several alike, where they
    begin alike. Capitals and white space ahead do not count. An option that is not among the likeliest is taken for
    half as likely as the least of those.
    """
    found = [0.0] * len(options)
    floor = math.exp(min(chance for _, chance in likely)) / 2
    for token, chance in likely:
        start = token.strip().casefold()
        fits = [at for at, option in enumerate(options) if start and _begins(option.casefold(), start)]
        for at in fits:
            found[at] += math.exp(chance) / len(fits)
    found = [max(each, floor, 1e-12) for each in found]
    return tuple(each / sum(found) for each in found)


def _begins(option: str, token: str) -> bool:
    return option.startswith(token) or (token.startswith(option) and not token[len(option)].isalnum())
