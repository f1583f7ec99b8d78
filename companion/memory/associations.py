"""What comes to mind by association: personalised PageRank over memories, the names they share, links and neighbours.

v = (1−d)·p + d·Wᵀv with d = 0.5 (the probability of following a link), as HippoRAG (Gutiérrez et al. 2024): p is the
cue's own scores; a name weighs by the inverse of the number of memories that hold it.
"""

from __future__ import annotations

import numpy as np

from companion.memory.pool import Floats, Ints, Rows

FOLLOW = 0.5
STEPS = 12
COMMON = 0.05
"""A name in more than this share of all memories connects nothing."""
NEIGHBOUR = 0.5
"""Weight of the step to the moment before or after, against 1 for a rare name."""


def associated(rows: Rows, seeds: Ints, scores: Floats, links: list[tuple[int, int, float]]) -> tuple[Ints, Floats]:
    """(rows, PageRank) of what is reached from the rows `seeds` with positive `scores`; the ranks sum to at most 1."""
    if not len(seeds) or scores.sum() <= 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    sources, targets, weights = _edges(rows, seeds, links)
    nodes, ends = np.unique(np.concatenate([seeds, sources, targets]), return_inverse=True)
    seed_at = ends[: len(seeds)]
    left, right = ends[len(seeds) : len(seeds) + len(sources)], ends[len(seeds) + len(sources) :]
    out = np.bincount(left, weights=weights, minlength=len(nodes))
    start = np.bincount(seed_at, weights=scores / scores.sum(), minlength=len(nodes))
    flow = weights / np.maximum(out[left], 1e-12)
    rank = start.copy()
    for _ in range(STEPS):
        rank = (1 - FOLLOW) * start + FOLLOW * np.bincount(right, weights=rank[left] * flow, minlength=len(nodes))
    memories = nodes >= 0
    return nodes[memories].astype(np.int64), rank[memories].astype(np.float64)


def _edges(rows: Rows, seeds: Ints, links: list[tuple[int, int, float]]) -> tuple[Ints, Ints, Floats]:
    """Both directions of every edge that starts at a seed, and of those from the names reached. A name is a node of
    its own, numbered −1 − name."""
    is_seed = np.zeros(len(rows), dtype=np.bool_)
    is_seed[seeds] = True
    most = max(8.0, COMMON * len(rows))
    name_holders = rows.name_rows[rows.mention_name]
    reached = np.zeros(len(rows.name_rows), dtype=np.bool_)
    reached[rows.mention_name[is_seed[rows.mention_row] & (name_holders <= most)]] = True
    through = reached[rows.mention_name]
    memory, name = rows.mention_row[through], -1 - rows.mention_name[through]
    weight = 1.0 / name_holders[through]
    parts = [(memory, name, weight), (name, memory, weight)]
    for neighbour in (rows.before[seeds], rows.after[seeds]):
        there = neighbour >= 0
        step = np.full(int(there.sum()), NEIGHBOUR)
        parts += [(seeds[there], neighbour[there], step), (neighbour[there], seeds[there], step)]
    if links:
        ends = np.array([(source, target) for source, target, _ in links], dtype=np.int64)
        at = np.minimum(np.searchsorted(rows.ids, ends), len(rows) - 1)
        known = (rows.ids[at] == ends).all(axis=1)
        strength = np.array([weight for _, _, weight in links])[known]
        parts += [(at[known, 0], at[known, 1], strength), (at[known, 1], at[known, 0], strength)]
    sources, targets, weights = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return sources.astype(np.int64), targets.astype(np.int64), weights.astype(np.float64)
