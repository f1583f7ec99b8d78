"""The suite of what the companion says of its own. `python -m tests.mind.own_words [suite]` shows every failure."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from companion.memory.forgetting import Fsrs
from companion.mind.reflect import Reflection
from companion.records import Memory, MemoryFilter, RecalledMemory
from companion.store.store import Store
from companion.voices import COMPANION, bare
from tests.support import add

SUITES = Path(__file__).parent / "suites"


@dataclass(frozen=True)
class Case:
    """See the head of suites/own_words.toml."""

    said: str
    reply: str
    advice: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    state: str = "complete"


def cases(suite: str) -> list[Case]:
    raw = tomllib.loads((SUITES / f"{suite}.toml").read_text(encoding="utf-8"))["case"]
    return [Case(**{key: tuple(v) if isinstance(v, list) else v for key, v in case.items()}) for case in raw]


def kept(store: Store, case: Case) -> list[Memory]:
    """The companion's own thoughts that reflection keeps of a case, in order."""
    now = store.clock.now()
    conversation = store.turns.open_conversation(now)
    for text in case.earlier:
        store.turns.add(conversation, "companion", "Well.", now)
        store.turns.add(conversation, "person", text, now)
    turn = store.turns.add(conversation, "person", case.said, now)
    reply = store.turns.add(conversation, "companion", case.reply, now, answers=turn.id, state=case.state)  # type: ignore[arg-type]
    recalled = [add(store, text, **({"subject": COMPANION} if bare(text) != text else {})) for text in case.given]
    store.recalls.record(reply.id, [RecalledMemory(m, 1.0, n) for n, m in enumerate(recalled, 1)])
    reflection = Reflection(store, store.clock, Fsrs(), lambda: None)
    reflection.queue(turn.id)
    while (job := store.jobs.next()) is not None:
        reflection.run(job.id, int(job.key))
    own = store.memories.find(MemoryFilter(kinds=("thought",), statuses=()))
    own = [m for m in own if m.subject == COMPANION and any(e.turn == reply.id for e in m.evidence)]
    return sorted(own, key=lambda m: m.evidence[0].start)


def wrongs(store: Store, case: Case) -> list[str]:
    """What is kept and should not be, and the other way about."""
    found = kept(store, case)
    words = {
        act: [store.memories.quotes(m)[0].text for m in found if (m.modality == "plan") == (act == "promise")]
        for act in ("advice", "promise")
    }
    pairs = (("advice", case.advice), ("promise", case.promises))
    return [f"{act}: kept {words[act]}, wanted {list(wanted)}" for act, wanted in pairs if words[act] != list(wanted)]


def main() -> None:
    import tempfile
    from datetime import datetime

    from companion.clock import SetClock
    from companion.paths import Paths
    from tests.support import ZONE

    suite = sys.argv[1] if len(sys.argv) > 1 else "own_words"
    failed = 0
    for case in cases(suite):
        with tempfile.TemporaryDirectory() as folder:
            store = Store.open(Paths(Path(folder), Path(folder)), SetClock(datetime(2026, 3, 2, 10, tzinfo=ZONE)))
            for wrong in wrongs(store, case):
                failed += 1
                print(f"{case.said[:40]!r} / {case.reply.strip()[:70]!r}\n    {wrong}")  # noqa: T201
            store.close()
    print(f"{failed} wrong, of {len(cases(suite))} cases")  # noqa: T201


if __name__ == "__main__":
    main()
