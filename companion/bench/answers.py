"""`companion bench answers`: how right the model answers from nothing, from what recall brings, and from the evidence.

Histories are lived through as in `bench recall`; then each question that says what a right answer is goes to the
model three times, with the production persona, decoded greedily, and each answer is judged (`answer_scoring`). What
lies between nothing and recalled is what recall is worth, what lies between recalled and oracle is what it misses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import companion
from companion.bench.answer_prompts import VARIANTS, Variant
from companion.bench.answer_scoring import Marks, averages, mark
from companion.bench.embeddings import CachedEmbedder, cache_folder
from companion.bench.given import Given, given
from companion.bench.histories import History, Question, check_files, read_histories
from companion.bench.recalling import Progress, open_embedder, stem
from companion.bench.scoring import Figures
from companion.errors import InvalidInput
from companion.model.catalog import find_model
from companion.model.persona import Persona, load_persona
from companion.model.prompt import compose
from companion.model.protocol import ChatModel, Message
from companion.paths import Paths
from companion.records import RecalledMemory
from companion.settings import Settings

LONGEST = 48
"""Tokens of an answer."""
SEED = 1
WAYS = ("none", "recalled", "oracle")
"""What the model is given: nothing, what recall brings, the needed turns."""


@dataclass(frozen=True)
class AnswersReport:
    """Figures by set, and by way within it."""

    sets: dict[str, Figures]
    variant: Variant
    model: str
    embedder: str

    def json(self) -> dict[str, object]:
        return {
            "sets": self.sets,
            "variant": self.variant,
            "model": self.model,
            "embedder": self.embedder,
            "version": companion.__version__,
        }


def open_model(settings: Settings, paths: Paths) -> ChatModel:
    """The model a chat would use. A function of its own so that tests can put another in."""
    from companion.model.llama import LlamaModel  # loads llama.cpp

    path = find_model(settings.model, paths)
    return LlamaModel.open(path, context=settings.model.context, threads=settings.model.threads)


def measure_answers(
    files: Sequence[Path],
    settings: Settings,
    paths: Paths,
    *,
    variant: str = "block-before",
    limit: int | None = None,
    progress: Progress = lambda what, done, total: None,
) -> AnswersReport:
    """Measure each file, at most `limit` questions of it. `paths` only says where the model is. Raises InvalidInput,
    EmbedderMissing, ModelError."""
    how = next((one for one in VARIANTS if one == variant), None)
    if how is None:
        raise InvalidInput(f"there is no variant {variant!r}; there are {', '.join(VARIANTS)}")
    check_files(files)
    names = [stem(file) if [stem(f) for f in files].count(stem(file)) == 1 else str(file) for file in files]
    wanted = dict(zip(names, (_questions(file, limit) for file in files), strict=True))
    inner = open_embedder(settings)
    persona = load_persona(settings.persona)
    model = open_model(settings, paths)
    embedder = CachedEmbedder(inner, cache_folder(inner))
    sets: dict[str, Figures] = {}
    try:
        for name, histories in wanted.items():
            material = [
                each
                for history, questions in histories
                for each in given(history, questions, embedder, settings, _labelled(progress, f"{name}: {history.id}"))
            ]
            answerer = Answerer(model, persona, settings, how)
            sets[name] = _figures(material, answerer, _labelled(progress, f"{name}: answers"))
    finally:
        embedder.close()
        model.close()
    return AnswersReport(sets, how, model.info.name, inner.name)


class Answerer:
    """Answers questions from memories, each as if it were the first of a chat."""

    def __init__(self, model: ChatModel, persona: Persona, settings: Settings, variant: Variant) -> None:
        self._model = model
        self._persona = persona
        self._put = VARIANTS[variant]
        self._room = int(model.info.context_tokens * settings.memory.context_share)
        # The penalty on repetition stays the product's own.
        self._sampling = replace(persona.sampling, temperature=0.0, seed=SEED, max_tokens=LONGEST)

    def answer(self, question: Question, memories: Sequence[RecalledMemory]) -> str:
        put = self._put((), question.text, question.time)
        for count in range(len(memories), 0, -1):
            more = self._put(memories[:count], question.text, question.time)
            if self._model.count(more.memories) <= self._room:
                put = more
                break
        prompt = compose(
            self._model,
            persona=self._persona.system,
            portrait="",
            history=(),
            memory_block=put.memories,
            message=put.text,
            reserve=self._sampling.max_tokens,
            start=0,
        )
        # Nothing of the question before may be left in the cache but what every prompt begins with.
        self._model.read_ahead([prompt.messages[0], Message("user", "")])
        return self._model.generate(prompt.messages, self._sampling, on_text=lambda _: None).text


def _questions(file: Path, limit: int | None) -> list[tuple[History, list[Question]]]:
    """The histories of a file with the questions that are put, at most `limit` in all."""
    found: list[tuple[History, list[Question]]] = []
    left = limit
    for history in read_histories(file):
        asked = [q for q in history.questions if q.answerable and (q.must or q.answer is not None)][:left]
        left = None if left is None else left - len(asked)
        if asked:
            found.append((history, asked))
    return found


def _figures(material: Sequence[Given], answerer: Answerer, progress: Callable[[int, int], None]) -> Figures:
    marks: dict[str, list[Marks]] = {way: [] for way in WAYS}
    for done, each in enumerate(material, 1):
        for way, memories in zip(WAYS, ((), each.recalled, each.oracle), strict=True):
            marks[way].append(mark(each.question, answerer.answer(each.question, memories)))
        progress(done, len(material))
    return {"questions": len(material), **{way: averages(found) for way, found in marks.items()}}


def _labelled(progress: Progress, label: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(label, done, total)


def answer_lines(report: AnswersReport) -> list[str]:
    """The figures for a person to read: a line a set and way."""
    widest = max((len(name) for name in report.sets), default=0)
    lines = [f"Model {report.model}, embedder {report.embedder}, variant {report.variant}", ""]
    lines.append(f"{'set'.ljust(widest)}  questions  memories    must     F1")
    for name, figures in report.sets.items():
        for way in WAYS:
            found = figures[way]
            cells = ["–" if v is None else str(v) for v in (found.values() if isinstance(found, dict) else ())]
            head = f"{name.ljust(widest)}  {figures['questions']!s:>9}"
            lines.append(f"{head if way == WAYS[0] else ' ' * len(head)}  {way:8}" + "".join(f"{c:>7}" for c in cells))
    return lines
