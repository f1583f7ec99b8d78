"""How near each memory is to the cue in meaning, at every granularity, in standard deviations above unrelated texts.

Granularities: the piece (a few sentences), the whole memory, the window of moments around it, the conversation, the
day. An entropy router weighs them (MemGAS, Xu et al. 2025): where the similarities at a granularity single something
out, their entropy is low, and that granularity says more: p = softmax(sim/τ), τ = 0.1, H = −Σp ln p / ln N, weight
∝ 1 − H.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from companion.memory.pool import Floats, Ints, Rows

TEMPERATURE = 0.1
PRIOR = 50
"""Pieces of evidence that the embedder's own background counts for against that of this pool."""


@dataclass(frozen=True)
class Nearness:
    """z-scores by row; `known` is false where a memory has no vector (its scores are 0, the mean)."""

    piece: Floats
    whole: Floats
    window: Floats
    neighbour: Floats
    """The nearer one of the moments before and after."""
    session: Floats
    day: Floats
    routed: Floats
    """The weighted mean of them all."""
    cosine: Floats
    best_piece: Ints
    """Row → its nearest piece, counted over all pieces."""
    known: Floats


def nearest_pieces(rows: Rows, cosines: Floats, background: tuple[float, float], trust: float = 1.0) -> Floats:
    """z-score of each row's nearest piece. `cosines` by piece of `rows`, NaN without a vector; `background`: mean and
    standard deviation of what is unrelated to this cue; `trust`: how far the embedder is to be believed."""
    z = _scores(cosines, background) * trust
    best: Floats = np.maximum.reduceat(z, rows.first_piece)
    return best


def nearness(rows: Rows, cosines: Floats, background: tuple[float, float], trust: float = 1.0) -> Nearness:
    """Compare all rows with a cue by the cosines of their pieces."""
    z = _scores(cosines, background) * trust
    has = ~np.isnan(cosines)
    piece = np.maximum.reduceat(z, rows.first_piece)
    best = _best(z, piece, rows)
    counts = np.diff(np.append(rows.first_piece, len(rows.piece_ids)))
    whole = np.add.reduceat(z, rows.first_piece) / counts
    known = np.maximum.reduceat(has.astype(np.float64), rows.first_piece)
    a, b, own = rows.before, rows.after, piece[rows.anchor]
    left = np.where(a >= 0, piece[a], np.nan)
    right = np.where(b >= 0, piece[b], np.nan)
    neighbours = np.stack([left, right])
    neighbour = np.where(np.isnan(neighbours).all(axis=0), 0.0, np.nanmax(np.nan_to_num(neighbours, nan=-9.0), axis=0))
    window = np.nanmean(np.stack([own, left, right]), axis=0)
    session = _group_best(piece, rows.session)
    day = _group_best(piece, _dense(rows.day))
    levels = [piece, whole, window, session, day]
    weights = np.array([router_weight(level * background[1]) for level in levels])
    weights = weights / weights.sum() if weights.sum() > 0 else np.full(len(levels), 1 / len(levels))
    routed = np.sum([weight * level for weight, level in zip(weights, levels, strict=True)], axis=0)
    return Nearness(
        piece, whole, window, neighbour, session, day, routed, np.nan_to_num(cosines[best], nan=0.0), best, known
    )


def _scores(cosines: Floats, background: tuple[float, float]) -> Floats:
    mean, spread = background
    return np.nan_to_num((cosines - mean) / spread, nan=0.0)


def router_weight(similarity: Floats) -> float:
    """1 − normalised entropy of softmax(similarity/τ): 0 where all are alike, towards 1 where one stands out."""
    if len(similarity) < 2:
        return 0.0
    scaled = similarity / TEMPERATURE
    p = np.exp(scaled - scaled.max())
    p /= p.sum()
    entropy = -float(np.sum(p * np.log(np.maximum(p, 1e-300)))) / float(np.log(len(p)))
    return max(0.0, 1.0 - entropy)


def background_of(cosines: Floats, of_embedder: tuple[float, float]) -> tuple[float, float]:
    """Mean and spread of what is unrelated to a cue, from its `cosines` with (a sample of) the whole pool, shrunk to
    the embedder's own where there are few."""
    mean0, spread0 = of_embedder
    count = len(cosines)
    if not count:
        return mean0, spread0
    mean = (PRIOR * mean0 + float(cosines.sum())) / (PRIOR + count)
    # Robust: what is related must not count as background, or it would stand out less the more there is of it.
    places = (int(0.16 * (count - 1)), (count - 1) // 2)
    low, middle = np.partition(cosines, places)[list(places)]
    own_spread = max(float(middle - low), 0.25 * spread0)
    return mean, (PRIOR * spread0 + count * own_spread) / (PRIOR + count)


def _best(z: Floats, piece: Floats, rows: Rows) -> Ints:
    at = np.flatnonzero(z == piece[rows.piece_row])
    best = rows.first_piece.copy()
    best[rows.piece_row[at[::-1]]] = at[::-1]
    return best


def _group_best(values: Floats, group: Ints) -> Floats:
    """Of each group the mean of its best three: one accident does not make a conversation relevant."""
    order = np.lexsort((-values, group))
    sorted_group = group[order]
    first = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]])
    rank = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    top = rank < 3
    sums = np.bincount(sorted_group[top], weights=values[order][top], minlength=int(group.max()) + 1)
    counts = np.bincount(sorted_group[top], minlength=int(group.max()) + 1)
    means: Floats = (sums / np.maximum(counts, 1))[group]
    return means


def _dense(group: Ints) -> Ints:
    found: Ints = np.unique(group, return_inverse=True)[1].astype(np.int64).reshape(-1)
    return found
