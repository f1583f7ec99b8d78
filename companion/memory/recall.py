"""Recall: what the moment calls for, in milliseconds and without a model call.

Everything that may be remembered is compared with the cue by meaning and by words, at several granularities, with who
speaks, when, and how it felt (`features`); associations are followed from what fits (`associations`); a linear
reranker puts it in order and says whether any of it is worth more than silence (`rerank`). SQLite has the last word on
each memory (state, text).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from companion.memory.associations import FOLLOW, associated
from companion.memory.closest import Compared, compare
from companion.memory.controller import FACTS, SIGNS, facts, signs
from companion.memory.cue import Cue, Reading, read
from companion.memory.features import FEATURES, Evidence, Matrix64, features
from companion.memory.meaning import Meaning
from companion.memory.nearness import Nearness, nearest_pieces, nearness
from companion.memory.pool import COMPANION, DAY, TRAIT, Flags, Floats, Ints, Pool, Rows
from companion.memory.reasons import reasons
from companion.memory.replaced import newer_above
from companion.memory.rerank import Reranker, Weights, in_order, shipped
from companion.memory.terms import Terms
from companion.memory.updates import ABOUT_THE_PAST, newer_first
from companion.memory.vector_table import VectorTable
from companion.memory.waking import Faded, Sought, faded, fit, with_woken
from companion.memory.wording import Wording
from companion.memory.words import stems
from companion.pieces import pieces
from companion.records import RECALLABLE, Memory, RecalledMemory
from companion.store.images import content_key
from companion.store.store import Store
from companion.store.vectors import Matrix
from companion.text import has_cjk

__all__ = ["Cue", "Examined", "Recall", "Recalled"]
ENOUGH_WORDS = 0.35
"""Share of the cue's words that a memory without a vector must hold."""
OWN_WORDS = {True: 4.0, False: 1.0}
"""What the companion's own words lose when nobody asks what it said, in messages that ask and in those that go on: a
small model says much that is not so. Where a conversation goes on, what was agreed on counts, and either may have said
it."""
ASKS_COMPANION = frozenset({"you", "advice"})
"""What a message asks where it is about what the companion said."""
_SCOPES_HELD = 3
_SPARE = 4
"""Memories read beyond those wanted: some share a turn."""
SEEDS = 30
"""Memories from which associations are followed."""
_FIT = np.array([{"near": 1.0, "words": 4.0, "words_window": 2.0}.get(name, 0.0) for name in FEATURES])


@dataclass(frozen=True)
class Recalled:
    memories: tuple[RecalledMemory, ...]
    ms: float


@dataclass(frozen=True)
class Examined:
    """A cue against the pool: features and scores of every row."""

    evidence: Evidence
    features: Matrix64
    weights: Weights
    fit: Floats
    """Scores by the weights that are shipped: they decide whether memory is called for, and what may come to mind."""
    scores: Floats
    """Scores by the weights this person's replies taught: they decide the order."""
    allowed: Flags
    """Whether a row may be recalled: it rests on something that is not before the model anyway."""
    sought: Sought


class Recall:
    """`meaning` may come later than the first recall, or never: then words alone decide. `learned` gives the weights
    of each recall, where they are learned from use."""

    def __init__(
        self,
        store: Store,
        meaning: Meaning | None = None,
        weights: Reranker | None = None,
        learned: Callable[[], Reranker] | None = None,
    ) -> None:
        self.store = store
        self.pool = Pool(store, None)
        self.weights = weights or shipped()
        self._learned = learned
        self._terms = Terms(store)
        self._without: dict[bool, tuple[Rows, Rows]] = {}
        self._within: dict[frozenset[str] | None, tuple[Rows, Rows]] = {}
        self._meaning: Meaning | None = None
        self.meaning = meaning

    @property
    def meaning(self) -> Meaning | None:
        return self._meaning

    @meaning.setter
    def meaning(self, meaning: Meaning | None) -> None:
        self._meaning = meaning
        table = VectorTable(self.store, meaning.id, meaning.embedder.dimension) if meaning is not None else None
        self.pool.use(table)

    def __call__(self, cue: Cue, limit: int) -> Recalled:
        """At most `limit` memories, best first; empty for small talk and for what was never told."""
        started = time.perf_counter()
        found = self._find(cue, limit) if limit > 0 else []
        return Recalled(tuple(found), (time.perf_counter() - started) * 1000)

    def examine(self, cue: Cue) -> Examined | None:
        """Features and scores of everything for a cue; None when it asks for nothing or nothing is remembered."""
        reading = read(cue)
        if reading.small_talk:
            return None
        if not reading.words and not reading.windows and not (reading.asked and reading.context_words):
            return None  # nothing in it that a memory could be about
        rows = self._called_for(self._readable(self.pool.refresh(), cue), cue, reading)
        if not len(rows):
            return None
        total = len(rows.piece_ids)
        words = self._terms.look_up(reading.words, total)
        context_words = self._terms.look_up(reading.context_words, total)
        by_words = words if words.terms else context_words
        vectors = self._vectors_of(reading)
        compared = compare(rows, reading, vectors, self._meaning, self.pool.vectors, by_words)
        rows = compared.rows
        trust = self._trust(reading)
        near, context, lines = _near(compared, trust)
        name_words = [stem for name in sorted(reading.names) for stem in stems(name)]
        evidence = Evidence(
            rows,
            reading,
            near,
            context,
            lines,
            Wording(words, rows),
            Wording(context_words, rows),
            Wording(self._terms.look_up(name_words, total), rows),
        )
        x = features(evidence)
        x[:, FEATURES.index("associated")] = self._associated(rows, x)
        plain = self.weights.of(reading.asked)
        weights = (self._learned() if self._learned is not None else self.weights).of(reading.asked)
        sought = Sought(words, vectors[0], compared.backgrounds[0], trust) if compared.backgrounds else Sought(words)
        return Examined(evidence, x, weights, plain.scores(x), weights.scores(x), _allowed(rows, cue), sought)

    def _readable(self, rows: Rows, cue: Cue) -> Rows:
        """What may be recalled at all where it is asked."""
        held = self._within.get(cue.scopes)
        if held is None or held[0] is not rows:
            held = (rows, rows.within(cue.scopes))
            self._within = {**dict(list(self._within.items())[-_SCOPES_HELD:]), cue.scopes: held}
        return held[1]

    def _called_for(self, rows: Rows, cue: Cue, reading: Reading) -> Rows:
        """Without what nights made that is not called for: the portrait, which is before the model anyway, and where no
        time is named the digests of days, which say again what thoughts and moments say. (Their words and vectors would
        count in the nearness of whole conversations: on two histories of LoCoMo recall@5 fell from 69.3 to 67.8.)"""
        if cue.search:
            return rows
        timed = bool(reading.windows)
        held = self._without.get(timed)
        if held is None or held[0] is not rows:
            hidden = (rows.kind == TRAIT) | ((rows.kind == DAY) & (rows.turn > 0) & (not timed))
            held = (rows, rows.some(np.flatnonzero(~hidden)) if hidden.any() else rows)
            self._without[timed] = held
        return held[1]

    def _associated(self, rows: Rows, x: Matrix64) -> Floats:
        """How strongly each row is reached from what fits best by meaning and words alone, beyond its own fit."""
        fit = x @ _FIT
        seeds = np.argsort(-fit, kind="stable")[:SEEDS]
        own = np.exp(fit[seeds] - fit[seeds[0]])
        reached, rank = associated(rows, seeds, own, self._links(rows, seeds))
        found = np.zeros(len(rows))
        found[reached] = rank
        found[seeds] = np.maximum(0.0, found[seeds] - (1.0 - FOLLOW) * own / own.sum())
        return np.log1p(200.0 * found)

    def certainty(self, examined: Examined) -> float:
        """How likely it is (0–1) that the moment calls for memory."""
        allowed, evidence = examined.allowed, examined.evidence
        seen = signs(examined.features[allowed], examined.fit[allowed], facts(evidence))
        return examined.weights.controller.probability(seen)

    def _find(self, cue: Cue, limit: int) -> list[RecalledMemory]:
        examined = self.examine(cue)
        if examined is None:
            return []
        rows = examined.evidence.rows
        weights = examined.weights
        fit, scores = (np.where(examined.allowed, found, -np.inf) for found in (examined.fit, examined.scores))
        if not examined.allowed.any():
            return []
        if not cue.search and self.certainty(examined) <= weights.controller.floor:
            return self._settled(self._woken([], examined, cue, limit), examined, limit)
        if not examined.evidence.reading.asks & ASKS_COMPANION:
            own = OWN_WORDS[examined.evidence.reading.asked] * (rows.role == COMPANION)
            fit, scores = fit - own, scores - own
        order = in_order(scores, fit, rows.session, weights, limit, _only_worded(examined))
        order = newer_first(
            order, scores, examined.evidence, self._vectors(rows, order), self._trust(examined.evidence.reading)
        )
        found = self._woken(self._chosen(order, examined, limit), examined, cue, limit)
        return self._settled(found, examined, limit)

    def _woken(self, found: list[RecalledMemory], examined: Examined, cue: Cue, limit: int) -> list[RecalledMemory]:
        """`found` with what has faded and fits a question as well."""
        reading, rows = examined.evidence.reading, self.pool.rows
        if not reading.asked or rows is None or not examined.allowed.any():
            return found
        own = bool(reading.asks & ASKS_COMPANION)
        taken = cue.present_turns | {e.turn for item in found for e in item.memory.evidence}
        known = []
        for each in faded(self.store, examined.sought, rows.ids, self._meaning, cue.scopes):
            turns = {e.turn for e in each.memory.evidence}
            if taken.isdisjoint(turns) and (own or each.memory.subject != "companion"):
                known.append(each)
                taken = taken | turns
        if not found and not cue.search:
            known = [each for each in known if self._is_called_for(each, examined)]
        near, words = FEATURES.index("near"), FEATURES.index("words")
        fits = [fit(item.figures[near], item.figures[words]) for item in found]
        return with_woken(known, found, fits, reading.asked, limit)

    def _is_called_for(self, each: Faded, examined: Examined) -> bool:
        """Whether the moment would call for a faded memory were it present."""
        seen = signs(examined.features[examined.allowed], examined.fit[examined.allowed], facts(examined.evidence))
        weight = facts(examined.evidence)[FACTS.index("weight")]
        values = {"near": each.near, "words": each.words, "information": each.words * weight}
        seen = np.array([values.get(name, float(seen[at])) for at, name in enumerate(SIGNS)])
        return examined.weights.controller.probability(seen) > examined.weights.controller.floor

    def _settled(self, found: list[RecalledMemory], examined: Examined, limit: int) -> list[RecalledMemory]:
        """`found`, where of what changed the newer stands above the older."""
        reading = examined.evidence.reading
        if not found or reading.windows or reading.asks & ABOUT_THE_PAST:
            return found
        return newer_above(self.store, found, frozenset(reading.words), limit)

    def _chosen(self, order: Ints, examined: Examined, limit: int) -> list[RecalledMemory]:
        """The memories themselves, as SQLite has them now, each turn once."""
        rows = examined.evidence.rows
        chosen: list[tuple[int, Memory]] = []
        taken: dict[int, int] = {}
        for start in range(0, len(order), limit + _SPARE):
            part = order[start : start + limit + _SPARE]
            memories = self.store.memories.many([int(id) for id in rows.ids[part]])
            for row in part:
                memory = memories.get(int(rows.ids[row]))
                if memory is None or memory.status not in RECALLABLE:
                    continue
                turn = int(rows.turn[row])
                if turn and turn in taken:
                    at = taken[turn]
                    if chosen[at][1].kind == "moment" and memory.kind != "moment" and _says_most(memory, chosen[at][1]):
                        chosen[at] = (int(row), memory)
                    continue
                if turn:
                    taken[turn] = len(chosen)
                chosen.append((int(row), memory))
            if len(chosen) >= limit:
                break
        return [self._recalled(row, memory, rank, examined) for rank, (row, memory) in enumerate(chosen[:limit], 1)]

    def explain(self, examined: Examined, row: int) -> tuple[str, ...]:
        """What spoke for a row, in words. Raises NotFound when the memory is gone."""
        return self._why(examined, row, self.store.memories.get(int(examined.evidence.rows.ids[row])))

    def _why(self, examined: Examined, row: int, memory: Memory) -> tuple[str, ...]:
        return reasons(memory, examined.evidence, examined.features[row], examined.weights)

    def _recalled(self, row: int, memory: Memory, rank: int, examined: Examined) -> RecalledMemory:
        near = examined.evidence.near
        words = examined.features[row, FEATURES.index("words")]
        return RecalledMemory(
            memory,
            score=round(float(1 / (1 + np.exp(-examined.scores[row]))), 4),
            rank=rank,
            similarity=round(float(near.cosine[row]), 4) if near is not None and near.known[row] else None,
            coverage=round(float(words), 4),
            reasons=self._why(examined, row, memory),
            excerpt=_passage(row, memory, examined.evidence),
            asked=examined.evidence.reading.asked,
            figures=tuple(examined.features[row].tolist()),
        )

    def _vectors_of(self, reading: Reading) -> Matrix:
        """Vectors of the message, then with a context of both together and of its lines. What was said before has
        been embedded already when it became a moment."""
        if self._meaning is None:
            return np.zeros((0, 0), dtype=np.float32)
        texts = [reading.text]
        if reading.context:
            texts.append(f"{reading.context}\n{reading.text}")
        keys = {line: content_key(line) for line in reading.lines}
        held = self.store.vectors.get(self._meaning.id, list(keys.values())) if keys else {}
        new = [line for line in keys if keys[line] not in held]
        vectors = self._meaning.embedder.encode([*texts, *new])
        known = [held[key] for key in keys.values() if key in held]
        return np.concatenate([vectors, np.stack(known)]) if known else vectors

    def _trust(self, reading: Reading) -> float:
        """How well the embedder understands the script of a message (0–1)."""
        return self._meaning.cjk_trust if self._meaning is not None and has_cjk(reading.text) else 1.0

    def _links(self, rows: Rows, seeds: Ints) -> list[tuple[int, int, float]]:
        return self.store.working_set.links([int(id) for id in rows.ids[seeds]])

    def _vectors(self, rows: Rows, order: Ints) -> Matrix | None:
        """Unit vectors of the first pieces of some rows, zeros where there is none."""
        table = self.pool.vectors
        if table is None or not len(table.matrix):
            return None
        slots = rows.piece_slot[rows.first_piece[order]]
        return np.where(slots[:, None] >= 0, table.matrix[np.maximum(slots, 0)], np.float32(0))


def _near(found: Compared, trust: float) -> tuple[Nearness | None, Floats | None, Floats | None]:
    """Nearness to the message, to it with its context, to the nearest line of that."""
    if not found.cosines:
        return None, None, None
    near = nearness(found.rows, found.cosines[0], found.backgrounds[0], trust)
    others = [
        nearest_pieces(found.rows, cosines, background, trust)
        for cosines, background in zip(found.cosines[1:], found.backgrounds[1:], strict=True)
    ]
    return near, others[0] if others else None, np.max(others[1:], axis=0) if len(others) > 1 else None


def _allowed(rows: Rows, cue: Cue) -> Flags:
    return ~np.isin(rows.turn, sorted(cue.present_turns))


def _only_worded(examined: Examined) -> Flags:
    """Rows without a vector yet, which score lower for it, that hold what the cue mostly says."""
    near = examined.evidence.near
    words = examined.features[:, FEATURES.index("words")] >= ENOUGH_WORDS
    return words if near is None else words & (near.known == 0)


def _passage(row: int, memory: Memory, found: Evidence) -> str:
    """Of a long memory the piece nearest to the cue, by meaning or else by words."""
    spans = pieces(memory.text)
    if len(spans) == 1:
        return ""
    first = int(found.rows.first_piece[row])
    if found.near is not None and found.near.known[row]:
        number = int(found.near.best_piece[row]) - first
    else:
        number = int(np.argmax(found.words.coverage(found.words.pieces[first : first + len(spans)])))
    return memory.text[slice(*spans[min(number, len(spans) - 1)])].strip()


def _says_most(thought: Memory, moment: Memory) -> bool:
    """Whether a thought holds most of what its moment says, so that it can stand for it."""
    return len(thought.text) >= 0.6 * len(moment.text)
