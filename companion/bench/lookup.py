"""Whether drafts looked up in the prompt make replies faster: turns with recalled memories, with and without, in turns.

Each question follows the same history and brings the memories that answer it and a few more, as recall would. Ratios
are of sums of tokens and of seconds over the same questions; without drafts the very same loop is run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from companion.bench.sayings import FACTS, QUESTIONS, REPLIES, STORIES
from companion.model.lookup import LookupModel, Written
from companion.model.persona import Persona
from companion.model.prompt import memory_block
from companion.model.protocol import Message, Sampling
from companion.records import Memory, RecalledMemory

DRAFTS = (2, 4, 8)
REPLY = 80
"""Tokens after which a reply is ended."""
MEMORIES = 4
ROUNDS = 9
"""Times that a step is measured; the median counts."""
SEED = 7


@dataclass(frozen=True, slots=True)
class LookupRow:
    """`speed`: tokens a second ÷ without drafts (more is better); `accepted`: of the proposed tokens; `a_step`: tokens
    written each time the model was run; `same`: share of replies that are the same text as without."""

    sampling: str
    draft: int
    per_second: float
    speed: float
    proposed: int
    accepted: float
    a_step: float
    same: float


@dataclass(frozen=True, slots=True)
class LookupReport:
    """`costs`: time of a step with so many drafted tokens ÷ that of one token: fewer tokens a step are a loss."""

    model: str
    prompt_tokens: int
    rows: tuple[LookupRow, ...]
    costs: dict[int, float]

    def json(self) -> dict[str, object]:
        """{"model", "prompt_tokens", "rows": [the fields of LookupRow], "costs": {"2": ratio, …}}."""
        return {**asdict(self), "costs": {str(draft): cost for draft, cost in self.costs.items()}}


def measure_lookup(
    path: Path, persona: Persona, context: int, threads: int | None, progress: Callable[[str, int, int], None]
) -> LookupReport:
    """Raises ModelError."""
    model = LookupModel.open(path, context=context, threads=threads)
    samplings = {
        "greedy": Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=REPLY),
        "persona": replace(persona.sampling, max_tokens=min(REPLY, persona.sampling.max_tokens)),
    }
    prompts = [prompt(persona, number) for number in range(len(QUESTIONS))]
    written: dict[tuple[str, int], list[Written]] = {(name, draft): [] for name in samplings for draft in (0, *DRAFTS)}
    try:
        model.write_with_lookup(prompts[0], replace(samplings["greedy"], max_tokens=4), 0)
        for number, messages in enumerate(prompts):
            progress("writing replies", number, len(prompts))
            order = list(written) if number % 2 else list(reversed(written))
            for name, draft in order:
                sampling = replace(samplings[name], seed=SEED + number)
                written[name, draft].append(model.write_with_lookup(messages, sampling, draft))
        progress("measuring steps", len(prompts), len(prompts))
        costs = _costs(model, prompts[0])
        tokens = model.count_messages(prompts[0])
    finally:
        model.close()
    rows = tuple(
        _row(name, draft, written[name, draft], written[name, 0]) for name in samplings for draft in (0, *DRAFTS)
    )
    return LookupReport(path.stem, tokens, rows, costs)


def prompt(persona: Persona, number: int) -> list[Message]:
    """A history, then a question with the memories that answer it and some others."""
    history = [Message("system", persona.system)]
    for story, reply in zip(STORIES, REPLIES, strict=False):
        history += [Message("user", story), Message("assistant", reply)]
    facts = [FACTS[(number + step) % len(FACTS)] for step in range(MEMORIES)]
    told = datetime(2026, 5, 3, tzinfo=UTC)
    memories = [
        RecalledMemory(Memory(id, "thought", fact, "active", told.timestamp(), 0), score=1.0, rank=id)
        for id, fact in enumerate(facts, 1)
    ]
    return [*history, Message("user", QUESTIONS[number], memory_block(memories, told + timedelta(days=30)))]


def _costs(model: LookupModel, messages: Sequence[Message]) -> dict[int, float]:
    times: dict[int, list[float]] = {draft: [] for draft in (0, *DRAFTS)}
    for _ in range(ROUNDS):
        for draft, found in times.items():
            found.append(model.step_seconds(messages, draft + 1))
    return {draft: round(median(times[draft]) / median(times[0]), 3) for draft in DRAFTS}


def _row(name: str, draft: int, written: Sequence[Written], plain: Sequence[Written]) -> LookupRow:
    speed, usual = _speed(written), _speed(plain)
    proposed, steps = sum(one.proposed for one in written), sum(one.steps for one in written)
    return LookupRow(
        sampling=name,
        draft=draft,
        per_second=round(speed, 1),
        speed=round(speed / usual, 3) if usual else 0.0,
        proposed=proposed,
        accepted=round(sum(one.accepted for one in written) / proposed, 3) if proposed else 0.0,
        a_step=round(sum(len(one.tokens) - 1 for one in written) / steps, 3) if steps else 0.0,
        same=round(sum(one.tokens == other.tokens for one, other in zip(written, plain, strict=True)) / len(plain), 3),
    )


def _speed(written: Sequence[Written]) -> float:
    """Tokens a second, the first of each reply not counted: it belongs to reading."""
    seconds = sum(one.seconds for one in written)
    return sum(len(one.tokens) - 1 for one in written) / seconds if seconds else 0.0


def lookup_lines(report: LookupReport) -> list[str]:
    lines = [
        f"Model {report.model}, {len(QUESTIONS)} questions after {report.prompt_tokens:,} tokens",
        "",
        f"{'choice of words':<17}{'draft':>6}{'tokens/s':>10}{'speed':>7}{'accepted':>10}{'a step':>8}{'same':>6}",
    ]
    for row in report.rows:
        accepted = f"{row.accepted:.0%}" if row.proposed else "–"
        lines.append(
            f"{row.sampling:<17}{row.draft:>6}{row.per_second:>10.1f}{row.speed:>7.2f}{accepted:>10}"
            f"{row.a_step:>8.2f}{row.same:>6.0%}"
        )
    costs = ", ".join(f"{draft + 1} tokens {cost:.2f}" for draft, cost in report.costs.items())
    return [*lines, "", f"A step, as a multiple of one with 1 token: {costs}."]
