"""Small histories of our own, as files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def turn(id: str, text: str, **values: Any) -> Json:
    return {
        "id": id, "time": "2026-03-02T10:00:00+01:00", "session": "1", "speaker": "Ada", "role": "user", "text": text,
        **values,
    }  # fmt: skip


def question(id: str, text: str, *evidence: Sequence[str], **values: Any) -> Json:
    return {
        "id": id, "time": "2026-06-01T10:00:00+02:00", "text": text, "kind": "single", "answerable": True,
        "evidence": [list(group) for group in evidence], **values,
    }  # fmt: skip


def history(turns: Sequence[Json], questions: Sequence[Json] = (), id: str = "ours") -> Json:
    return {"id": id, "language": "en", "people": ["Ada"], "turns": list(turns), "questions": list(questions)}


def write(path: Path, *lines: Json | str) -> Path:
    """A .jsonl or .jsonl.gz file; a text is a line as it is."""
    text = "".join((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


TURNS = (
    turn("a", "My dog Biscuit is afraid of thunder.", session="1"),
    turn("b", "Poor Biscuit!", session="1", role="companion", speaker="Companion"),
    turn("c", "My sister Nora teaches the cello in Lisbon.", session="2", time="2026-03-03T10:00:00+01:00"),
    turn("d", "I sold my green bicycle to a neighbour.", session="3", time="2026-03-04T10:00:00+01:00"),
)
QUESTIONS = (
    question("dog", "What is my dog Biscuit afraid of?", ["a", "b"]),
    question("sister", "What does my sister Nora teach in Lisbon?", ["c"]),
    question("cat", "Xylophone quokkas?", answerable=False, kind="abstention"),
)
