"""One history, lived through in a fresh profile: written as a chat writes it, asked as a chat asks it.

Every turn is stored and thought about with the clock at its time; a question with `before` is asked when that turn
is reached, every other at the end. No model is called; nights are not slept; vectors are searched exactly.
"""

from __future__ import annotations

import re
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from companion.bench.baselines import Baseline, PlainRecall
from companion.bench.embeddings import CachedEmbedder
from companion.bench.histories import History, HistoryTurn, Question
from companion.clock import SetClock
from companion.memory.cue import Cue, told_before
from companion.memory.forgetting import Curve, curve
from companion.memory.meaning import Meaning, open_meaning
from companion.memory.recall import Recall, Recalled
from companion.mind.reflect import Reflection
from companion.mind.thinking import Thinker
from companion.model.prompt import memory_block
from companion.paths import Paths
from companion.records import RecalledMemory, Turn
from companion.settings import Settings
from companion.store.store import Store
from companion.text import cjk_runs

LIMIT = 50
"""Memories asked for: more than a chat takes, to see how far down the needed ones stand."""
BLOCK_TOKENS = 512
_PART = 64
"""Texts embedded at once."""
_NAME = re.compile(r"^[^:：\n]{1,40}[:：]\s*")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came to mind for a question. Times in milliseconds."""

    question: Question
    memories: int
    turns: tuple[str, ...]
    """The turns the memories rest on, in rank order, each once; none that the prompt holds anyway."""
    turns_512: tuple[str, ...]
    """The same for the memories that fit into BLOCK_TOKENS of the memory block."""
    ms: float
    embedding_ms: float


@dataclass
class Replay:
    """What a history's questions brought to mind, and how many of the unrelated prompts brought anything."""

    history: History
    answers: list[Answer] = field(default_factory=list)
    chatter: int = 0
    injected: int = 0
    stored_ms: list[float] = field(default_factory=list)
    """For each turn, how long storing it took."""
    thought_ms: list[float] = field(default_factory=list)
    """For each turn, how long the mind took with it, and with what it had put off until then."""


class Mind(Protocol):
    """Who remembers: the product, or a plain method in its place."""

    def hear(self, turn: Turn) -> None:
        """A turn has been stored."""

    def think(self) -> None:
        """Finish what there is to think about: a question follows, or time passes."""

    def recall(self, cue: Cue, limit: int) -> Recalled: ...


class OurMind:
    """Production reflection and recall. An exchange is thought about once its reply is there."""

    def __init__(
        self,
        store: Store,
        clock: SetClock,
        settings: Settings,
        embedder: CachedEmbedder,
        fades: Curve | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self.recalling = Recall(store, open_meaning(store, embedder))
        fades = fades or curve(settings.memory.curve)
        self._reflection = Reflection(store, clock, fades, lambda: self.recalling.meaning)
        self._waiting: list[Turn] = []

    def hear(self, turn: Turn) -> None:
        if turn.role != "companion":
            self.think()
            self._waiting.append(turn)

    def think(self) -> None:
        for turn in self._waiting:
            think_about(self._store, self._reflection, turn)
        self._waiting.clear()

    def recall(self, cue: Cue, limit: int) -> Recalled:
        return self.recalling(cue, limit)

    def embed_missing(self) -> None:
        """Give vectors to what the night wrote."""
        if self.recalling.meaning is not None:
            embed_missing(self._store, self.recalling, self.recalling.meaning)


def embed_missing(store: Store, recall: Recall, meaning: Meaning) -> None:
    """Give vectors to pieces that have none, as the background thread does."""
    while part := store.vectors.missing(meaning.id, _PART):
        vectors = meaning.embedder.encode([text for _, text in part])
        with store.db.write():
            store.vectors.put(meaning.id, {key: v for (key, _), v in zip(part, vectors, strict=True)})
            memories = store.vectors.announce([key for key, _ in part])
        recall.pool.vectors_came(memories)


def think_about(store: Store, reflection: Reflection, turn: Turn, thinker: Thinker | None = None) -> None:
    """Reflect on the exchange that `turn` began, as the background thread does; without a `thinker`, at tier 0."""
    reflection.queue(turn.id)
    while (job := store.jobs.next()) is not None:
        reflection.run(job.id, int(job.key), thinker)


def turns_of(recalled: RecalledMemory) -> Iterable[int]:
    """The stored turns a recalled memory rests on, the telling ones first."""
    return (evidence.turn for evidence in recalled.memory.evidence)


def replay(
    history: History,
    questions: Sequence[Question],
    embedder: CachedEmbedder,
    settings: Settings,
    *,
    baseline: Baseline | None = None,
    mind_of: Callable[[Store, SetClock], Mind] | None = None,
    chatter: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
    at_end: Callable[[Store], None] = lambda store: None,
) -> Replay:
    """Live through `history`, asking `questions` (some of its own) and then the unrelated prompts of `chatter`.
    `baseline`, or what `mind_of` makes, remembers in the product's place. `at_end` may look at what was stored.
    `progress` is told how many turns and questions are done, of how many. Raises CompanionError."""
    start = history.turns[0].time if history.turns else datetime.now().astimezone()
    found = Replay(history, chatter=len(chatter))
    total = len(history.turns) + len(questions)
    asked: dict[str | None, list[Question]] = defaultdict(list)
    for question in questions:
        asked[question.before].append(question)
    with profile(SetClock(start)) as (store, clock):
        mind: Mind = PlainRecall(baseline, embedder) if baseline else OurMind(store, clock, settings, embedder)
        mind = mind_of(store, clock) if mind_of is not None else mind
        life = _Life(store, clock, mind, embedder)
        for turn in history.turns:
            found.answers += [life.ask(question, turn) for question in asked.pop(turn.id, ())]
            life.say(turn)
            progress(len(life.neutral) + len(found.answers), total)
        for question in asked.pop(None, ()):
            found.answers.append(life.ask(question))
            progress(len(life.neutral) + len(found.answers), total)
        for prompt in chatter:
            found.injected += life.brings_anything(prompt)
        mind.think()
        found.stored_ms, found.thought_ms = life.stored_ms, life.thought_ms
        at_end(store)
    return found


class _Life:
    """A history as far as it has been lived. `neutral`: stored turn → turn of the history."""

    def __init__(self, store: Store, clock: SetClock, mind: Mind, embedder: CachedEmbedder) -> None:
        self._store = store
        self._clock = clock
        self._mind = mind
        self._embedder = embedder
        self._conversations: dict[str, int] = {}
        self._person: dict[int, Turn] = {}
        self.neutral: dict[int, str] = {}
        self.stored_ms: list[float] = []
        self.thought_ms: list[float] = []

    def say(self, said: HistoryTurn) -> None:
        began = time.perf_counter()
        if said.role != "companion":
            self._mind.think()  # while it is still then
        self._clock.at = said.time
        storing = time.perf_counter()
        conversation = self._conversations.get(said.session)
        with self._store.db.write():
            if conversation is None:
                conversation = self._store.turns.open_conversation(said.time)
                self._conversations[said.session] = conversation
            asked = self._person.get(conversation)
            answers = asked.id if asked is not None and said.role == "companion" else None
            turn = self._store.turns.add(
                conversation, said.role, said.text, said.time, speaker=said.speaker, answers=answers
            )
        stored = time.perf_counter()
        if turn.role == "person":
            self._person[conversation] = turn
        self.neutral[turn.id] = said.id
        self._mind.hear(turn)
        self.stored_ms.append((stored - storing) * 1000)
        self.thought_ms.append((time.perf_counter() - stored + storing - began) * 1000)

    def ask(self, question: Question, cue_turn: HistoryTurn | None = None) -> Answer:
        self._mind.think()
        self._clock.at = question.time
        cue = self._cue(question, cue_turn)
        with self._embedder.live():
            before = self._embedder.computing
            recalled = self._mind.recall(cue, LIMIT)
            embedding = (self._embedder.computing - before) * 1000
        fitting = fitting_memories(recalled.memories, question.time)
        return Answer(
            question,
            len(recalled.memories),
            self._turns(recalled.memories, cue),
            self._turns(recalled.memories[:fitting], cue),
            recalled.ms,
            embedding,
        )

    def brings_anything(self, prompt: str) -> bool:
        self._mind.think()
        return bool(self._mind.recall(Cue(prompt, now=self._clock.now()), LIMIT).memories)

    def _cue(self, question: Question, cue_turn: HistoryTurn | None) -> Cue:
        """As a turn of a chat makes it: with what was said before it, and the turns that are in the prompt."""
        conversation = self._conversations.get(cue_turn.session) if cue_turn is not None else None
        present = self._store.turns.conversation(conversation) if conversation is not None else []
        context, speaker = context_of(question)
        return Cue(
            question.text,
            told_before([turn.text for turn in present]) or context,
            frozenset(turn.id for turn in present),
            question.time,
            speaker,
        )

    def _turns(self, memories: Sequence[RecalledMemory], cue: Cue) -> tuple[str, ...]:
        rested_on = (turn for memory in memories for turn in turns_of(memory))
        return tuple(dict.fromkeys(self.neutral[turn] for turn in rested_on if turn not in cue.present_turns))


def context_of(question: Question) -> tuple[tuple[str, ...], str]:
    """The dialogue before the question, without the names of who speaks, and the name of who asks, if it stands there.
    The dialogue may end with the question itself."""
    lines = list(question.context)
    speaker = ""
    if lines and lines[-1].strip().endswith(question.text.strip()):
        named = _NAME.match(lines.pop())
        speaker = named.group().strip().rstrip(":：").strip() if named else ""
    return told_before([_NAME.sub("", line) for line in lines]), speaker


def fitting_memories(memories: Sequence[RecalledMemory], now: datetime) -> int:
    """How many of `memories`, from the first, fit into BLOCK_TOKENS of the memory block."""
    counts = range(1, len(memories) + 1)
    return bisect_left(counts, True, key=lambda n: estimated_tokens(memory_block(memories[:n], now)) > BLOCK_TOKENS)


def estimated_tokens(text: str) -> float:
    """About the tokens a model takes for `text`: 1.3 a word, 1 a character of CJK script. No model is loaded for it."""
    runs = cjk_runs(text)
    for run in runs:
        text = text.replace(run, " ", 1)
    return 1.3 * len(text.split()) + sum(len(run) for run in runs)


@contextmanager
def profile(clock: SetClock) -> Generator[tuple[Store, SetClock]]:
    """An empty profile that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="companion-bench-", ignore_cleanup_errors=True) as folder:
        store = Store.open(Paths(data=Path(folder), config=Path(folder)), clock)
        try:
            yield store, clock
        finally:
            store.close()
