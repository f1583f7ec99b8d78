"""How far a model can be trusted to think: asked made-up cases with known answers, and judged by the figures alone.

The cases are files of assets/probe. They are asked through the very prompts and grammars that reflection uses, so that
what is measured is what is used. The state holds every answer so far as plain JSON: measuring may be stopped at
any moment and goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import math
import statistics
import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Protocol

from companion.errors import ThinkingStopped
from companion.model.grammars import Proposal
from companion.model.protocol import ChatModel, Message, ModelInfo, Sampling, StopSignal
from companion.model.tiers import RANKED, ProbeReport
from companion.paths import asset
from companion.records import Surroundings

MEASURES = ("worth", "phrase", "relation")

_REVISION = 1
"""To be raised when figures are counted otherwise."""
_END = 1 << 20
_SPEED_TOKENS = 32

Progress = Callable[[int, int], None]
"""(cases done, all cases)."""


class Subject(Protocol):
    """What is measured: a thinker of the highest tier (companion.mind.thinking.Thinker)."""

    def worth(self, sentence: str, around: Surroundings = ..., *, stop: StopSignal) -> float | None: ...

    def phrase(self, sentence: str, around: Surroundings = ..., *, stop: StopSignal) -> Proposal | None: ...

    def relation(self, older: str, newer: str, *, stop: StopSignal) -> str | None: ...


@dataclass
class ProbeState:
    """The answers so far, each measure's in the order of its cases: a score for `worth`; "invalid", "nothing", "right"
    or "wrong" (line) for `phrase`; the relation, empty when the orders disagreed, for `relation`. Tokens a second, 0
    before that was measured; seconds spent in all."""

    worth: list[float] = field(default_factory=list)
    phrase: list[str] = field(default_factory=list)
    relation: list[str] = field(default_factory=list)
    tokens_per_second: float = 0.0
    seconds: float = 0.0

    @classmethod
    def from_json(cls, text: str | None) -> ProbeState:
        """What was kept; a fresh state when there is nothing, or nothing that can be read."""
        try:
            found = cls(**json.loads(text or "{}"))
            sound = all(isinstance(getattr(found, name), list) for name in MEASURES)
            return found if sound and isinstance(found.seconds, float) else cls()
        except (TypeError, ValueError):
            return cls()

    def json(self) -> str:
        return json.dumps(asdict(self))

    @property
    def done(self) -> int:
        return sum(len(getattr(self, name)) for name in MEASURES)

    @property
    def complete(self) -> bool:
        return self.tokens_per_second > 0 and all(len(getattr(self, name)) >= len(cases(name)) for name in MEASURES)


@cache
def cases(measure: str) -> list[dict[str, Any]]:
    """The cases of a measure, of assets/probe/MEASURE.toml."""
    found: list[dict[str, Any]] = tomllib.loads(asset("probe", f"{measure}.toml").read_text(encoding="utf-8"))["case"]
    return found


def version() -> str:
    """Names what is measured with: it changes with the cases and with the prompts."""
    digest = hashlib.sha256(str(_REVISION).encode())
    for folder, suffix in (("probe", "*.toml"), ("prompts", "*.txt")):
        for file in sorted(asset(folder).glob(suffix)):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def identity(model: ModelInfo) -> str:
    """Names the model by its file: name, size, and a hash of its first and last megabyte (two quantised fine-tunes can
    have the same head), with its adapter, if it has one; a model on another computer by that and its name there."""
    if model.host:
        return f"{model.host}/{model.name}"
    added = f"+{model.adapter.fingerprint}" if model.adapter is not None else ""
    unread = f"{model.name}:{model.size_bytes}:{model.parameters}{added}"
    if model.path is None:
        return unread
    try:
        size = model.path.stat().st_size
        with model.path.open("rb") as file:
            digest = hashlib.sha256(file.read(_END))
            file.seek(max(0, size - _END))
            digest.update(file.read(_END))
    except OSError:  # a loaded model goes on without its file
        return unread
    return f"{model.path.name}:{size}:{digest.hexdigest()[:16]}{added}"


def run_probe(
    subject: Subject, model: ChatModel, state: ProbeState, *, stop: StopSignal, progress: Progress | None = None
) -> ProbeReport:
    """Ask every case that `state` has no answer to, adding to it case by case. Raises ThinkingStopped (what was found
    until then is in `state`) or ModelFailed."""
    total = sum(len(cases(measure)) for measure in MEASURES)
    asks: dict[str, Callable[[dict[str, Any]], object]] = {
        "worth": lambda case: _worth(subject, case, stop),
        "phrase": lambda case: _phrase(subject, case, stop),
        "relation": lambda case: subject.relation(case["older"], case["newer"], stop=stop) or "",
    }
    for measure, ask in asks.items():
        answers: list[object] = getattr(state, measure)
        for case in cases(measure)[len(answers) :]:
            if progress is not None:
                progress(state.done, total)
            started = time.perf_counter()
            answer = ask(case)
            if stop.is_set():
                raise ThinkingStopped
            answers.append(answer)
            state.seconds += time.perf_counter() - started
    if not state.tokens_per_second:
        state.tokens_per_second = _speed(model, stop)
    if progress is not None:
        progress(total, total)
    return report_of(state)


def report_of(state: ProbeState) -> ProbeReport:
    """The figures of a complete state."""
    worth, phrase, relation = (list(zip(getattr(state, name), cases(name), strict=False)) for name in MEASURES)
    kept = [score for score, case in worth if case["answer"] == "yes"]
    left = [score for score, case in worth if case["answer"] == "no"]
    ranked = _ranked(kept, left)
    return ProbeReport(
        ranked=ranked,
        valid=_share(answer != "invalid" for answer, _ in phrase),
        evidence=_share(answer == "right" for answer, case in phrase if case["answer"] == "keep"),
        abstained=_share(answer == "nothing" for answer, case in phrase if case["answer"] == "nothing"),
        consistent=_share(answer != "" for answer, _ in relation),
        right=_share(answer == case["answer"] for answer, case in relation),
        tokens_per_second=state.tokens_per_second,
        seconds=state.seconds,
        # As many are worth keeping as not: the middle of all scores is where they part.
        cut=_log_odds(statistics.median(kept + left)) if ranked >= RANKED else None,
    )


def _worth(subject: Subject, case: dict[str, Any], stop: StopSignal) -> float:
    score = subject.worth(case["sentence"], stop=stop)
    return 0.5 if score is None else score


def _phrase(subject: Subject, case: dict[str, Any], stop: StopSignal) -> str:
    before, after = tuple(case.get("before", ())), tuple(case.get("after", ()))
    found = subject.phrase(case["sentence"], Surroundings(before, after), stop=stop)
    if found is None:
        return "invalid"
    if found.about == "nothing":
        return "nothing"
    return "right" if found.evidence == len(before) else "wrong"


def _speed(model: ChatModel, stop: StopSignal) -> float:
    """Tokens written in a second, where nothing holds the model to a form."""
    question = [Message("user", "Tell me about the sea in a few sentences.")]
    sampling = Sampling(temperature=0.0, max_tokens=_SPEED_TOKENS)
    answer = model.generate(question, sampling, on_text=lambda _: None, stop=stop, lane="think")
    if answer.finish == "stopped":
        raise ThinkingStopped
    # A model that ends at once has a speed too: it was measured.
    return max(0.1, answer.tokens_per_second)


def _ranked(kept: Sequence[float], left: Sequence[float]) -> float:
    """Area under the ROC curve: share of pairs in the right order, a tie for half."""
    won = sum((high > low) + 0.5 * (high == low) for high in kept for low in left)
    return won / (len(kept) * len(left)) if kept and left else 0.0


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else 0.0


def _log_odds(chance: float) -> float:
    chance = min(1 - 1e-9, max(1e-9, chance))
    return math.log(chance / (1 - chance))
