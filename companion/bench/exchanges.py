"""Companion's turns against bare llama.cpp: same model file, run the same way, same number of tokens, turn about.

The two sides alternate within one run, so that whatever else the machine does hits both; only ratios of medians are
worth comparing between machines. The conversation is written to disk beforehand and gone on with, as after a start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from companion.bench.sayings import FACTS, QUESTIONS, REPLIES, STORIES, WARM_UP
from companion.bench.speaker import Said, Speaker
from companion.clock import SystemClock
from companion.model.bare import BareModel
from companion.model.llama import LlamaModel
from companion.paths import Paths
from companion.settings import Settings
from companion.store.store import Store

REPLY = 48
"""Tokens after which a measured reply is stopped."""
SORTS = ("warm", "typed_ahead", "after_reflection", "after_restart")
TIER = {"after_reflection": 2}
"""For reflection the model puts what was said into words, whatever it can do."""
CLOSING = 12
"""Tokens that close a message and open the reply, about: for what a turn typed ahead would have had to read."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pair:
    """One turn on both sides. `read`: the tokens that bare llama.cpp had to read, all that the turn brought; of these
    `ours_read` were left to us at Enter."""

    ours_first_ms: float
    bare_first_ms: float
    ours_per_second: float
    bare_per_second: float
    read: int
    prompt: int
    ours_read: int = 0
    written: int = 1
    """Tokens over which both speeds of writing were taken."""


@dataclass
class Exchanges:
    """Turns by sort (SORTS), and seconds from opening until the history of a restart was there again."""

    pairs: dict[str, list[Pair]] = field(default_factory=lambda: {sort: [] for sort in SORTS})
    ready: list[float] = field(default_factory=list)

    def first_token(self, sort: str) -> float:
        """How many times as long as bare llama.cpp a first token takes."""
        pairs = self.pairs[sort]
        return median(pair.ours_first_ms for pair in pairs) / median(pair.bare_first_ms for pair in pairs)

    @property
    def decode(self) -> float:
        """Our speed of writing as a share of bare llama.cpp's, each over all that was written: replies of a few tokens
        count for a few."""
        pairs = [pair for sort in SORTS for pair in self.pairs[sort] if pair.ours_per_second and pair.bare_per_second]
        ours = sum(pair.written / pair.ours_per_second for pair in pairs)
        bare = sum(pair.written / pair.bare_per_second for pair in pairs)
        return bare / ours


def measure_exchanges(
    model: Path, paths: Paths, settings: Settings, history: int, rounds: int, starts: int, progress: Progress
) -> Exchanges:
    """`rounds` turns of each sort after about `history` tokens, `starts` of them after a restart, in the profile at
    `paths` (made for this)."""
    result = Exchanges()
    progress(f"reading a history of {history:,} tokens")
    speaker = Speaker(model, paths, settings, REPLY)
    write_history(paths, speaker.open_model(), history)
    speaker.start()
    bare = BareModel(model, context=speaker.model.info.context_tokens, tuning=speaker.model.running)
    questions = iter(QUESTIONS * (rounds + starts))
    try:
        for sort in ("warm", "after_reflection"):
            if sort in TIER:
                speaker.restart(TIER[sort])
            _pair(speaker, bare, WARM_UP)  # first times of everything; not counted
            for round in range(rounds):
                progress(f"{history:,} tokens, {sort.replace('_', ' ')}: turn {round + 1} of {rounds}")
                result.pairs[sort].append(_pair(speaker, bare, next(questions)))
                if sort == "warm":
                    result.pairs["typed_ahead"].append(_pair(speaker, bare, next(questions), typed=True))
        for start in range(starts):
            progress(f"{history:,} tokens, restart {start + 1} of {starts}")
            result.ready.append(speaker.restart())
            result.pairs["after_restart"].append(_pair(speaker, bare, next(questions)))
    finally:
        bare.close()
        speaker.close()
    return result


def write_history(paths: Paths, model: LlamaModel, tokens: int) -> None:
    """Memories of another time, then a conversation of about `tokens` tokens. Closes `model`."""
    store = Store.open(paths)
    try:
        clock, used, told = SystemClock(), 0, 0
        earlier = store.turns.open_conversation(clock.now())
        for fact in FACTS:
            turn = store.turns.add(earlier, "person", fact, clock.now())
            store.turns.add(earlier, "companion", "I see.", clock.now(), answers=turn.id)
        conversation = store.turns.open_conversation(clock.now())
        while used < tokens:
            said, reply = STORIES[told % len(STORIES)], REPLIES[told % len(REPLIES)]
            turn = store.turns.add(conversation, "person", said, clock.now())
            store.turns.add(conversation, "companion", reply, clock.now(), answers=turn.id)
            used += model.count(said) + model.count(reply)
            told += 1
    finally:
        store.close()
        model.close()


def _pair(speaker: Speaker, bare: BareModel, text: str, typed: bool = False) -> Pair:
    said = speaker.say(text, typed=typed)
    brought = _brought(said) if typed else said.report.read_tokens
    bare.hold(said.report.prompt_tokens - brought)
    first = bare.first_token_ms(brought)
    written = max(2, said.tokens - 1)
    speed = bare.tokens_per_second(written)
    report = said.report
    return Pair(
        said.first_ms, first, said.per_second, speed, brought, report.prompt_tokens, report.read_tokens, written
    )


def _brought(said: Said) -> int:
    """Tokens that were new with a turn, however many of them were read before Enter."""
    parts = said.report.segments
    return parts["memories"] + parts["message"] + CLOSING
