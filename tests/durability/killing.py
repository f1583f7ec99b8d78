"""Kills a Companion that is living a life, again and again, and looks at what it acknowledged.

    python -m tests.durability.killing --times 300

Each round is a process of its own, that opens the profile, does deed after deed and says on a pipe what it begins and,
once the call returned, what must be so from then on. It is killed (SIGKILL) at a random moment: while it opens, in
the middle of a deed, between two. Then another process reads the file, opens the profile as a person would, lets it
go on with what was waiting, and looks again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from companion.clock import SetClock
from companion.paths import Paths
from companion.store.store import Store
from tests.durability.deeds import DEEDS, Deed, Fact, Life, done, furnish, hash_of
from tests.durability.invariants import all_of
from tests.support import START

LONGEST = 0.12
"""Seconds that a round lives after its last word that is waited for."""
LATER = timedelta(days=41)
"""More than a deed lets pass."""
MEMORY = Path("/dev/shm")  # noqa: S108
"""A kill leaves what was written, synced or not: it needs no disk. `test_power_cut` looks at those."""
REWRITTEN = ("turn:", "journal:", "batch:", "lesson:")
OFTEN = ("talk", "stop", "regenerate", "resend", "reflect", "add")


@dataclass
class Report:
    kills: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    """Deeds by name."""
    begun: Counter[str] = field(default_factory=Counter)
    """What was being done when it was killed."""
    facts: int = 0
    lost: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def table(self) -> str:
        return "\n".join(
            (
                f"{self.kills} kills, {self.acknowledged.total()} deeds acknowledged of {len(self.acknowledged)} kinds,"
                f" {self.facts} facts looked at",
                f"killed while: {dict(self.begun.most_common())}",
                f"lost: {self.lost or 'nothing'}; troubles: {self.troubles or 'none'}",
            )
        )


def live(home: Path, seed: int, at: datetime, say: Callable[[object], None]) -> None:
    """One round, from that time on, until somebody ends it."""
    life = Life(Paths(home, home), random.Random(seed), SetClock(at), number=seed * 1000)
    say({"begins": "open", "touches": [], "at": at.isoformat()})
    life.open()
    if seed == 0:
        furnish(life, days=1)
    if found := life.companion.conversations():
        life.companion.open_conversation(found[0].id)
    say({"did": "open", "facts": []})
    while True:
        deed = _chosen(life)
        say({"begins": deed.name, "touches": deed.touches, "at": life.clock.now().isoformat()})
        facts = done(life, deed)
        if facts is not None:
            say({"did": deed.name, "facts": [asdict(fact) for fact in facts]})


def _chosen(life: Life) -> Deed:
    if life.chance.random() < 0.4:
        return DEEDS[life.chance.choice(OFTEN)]
    return life.chance.choice(list(DEEDS.values()))


def look(home: Path, facts: list[Fact], at: datetime, say: Callable[[object], None]) -> None:
    """What is not as it was acknowledged, and whatever else is not as it should be."""
    store = Store.open(Paths(home, home))
    missing = [fact for fact in facts if not _holds(store, home, fact)]
    lost = [f"{fact.key}: {_now(store, home, fact)} instead of {fact.answer}" for fact in missing]
    troubles = store.db.check() + all_of(store)
    store.close()
    life = Life(Paths(home, home), random.Random(0), SetClock(at), embeds=False)
    life.open()
    life.companion.settle()
    opened = life.companion._store
    assert opened is not None
    status = life.companion.status()
    troubles += [f"{status.pending_jobs} jobs wait still"] if status.pending_jobs else []
    troubles += [f"job {job.key}: {job.error}" for job in opened.jobs.troubled()]
    troubles += [f"{status.problem_title}"] if status.problem_title else []
    troubles += [f"turn {turn.id} is still being written" for turn in opened.turns.interrupted()]
    lost += [f"after a start: {fact.key}" for fact in facts if fact.lasts and not _holds(opened, home, fact)]
    troubles += all_of(opened)
    life.close()
    say({"lost": lost, "troubles": troubles})


def _lose(home: Path) -> None:
    with closing(sqlite3.connect(home / "companion.db")) as db, db:
        db.execute("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)")


def _now(store: Store, home: Path, fact: Fact) -> Any:
    if fact.file:
        return hash_of(home / fact.file)
    return json.loads(json.dumps([list(row) for row in store.db.all(fact.sql, fact.values)], default=repr))


def _holds(store: Store, home: Path, fact: Fact) -> bool:
    return bool(_now(store, home, fact) == fact.answer)


def apart(work: Callable[[Callable[[object], None]], None]) -> tuple[int, int]:
    """Do it in a process of its own. (its id, where it says lines of JSON)."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    code = 1
    try:
        os.close(reading)
        work(lambda line: _write(writing, json.dumps(line, default=repr) + "\n"))
        code = 0
    except BaseException:
        _write(writing, json.dumps({"failed": traceback.format_exc()}) + "\n")
    finally:
        os._exit(code)


def _write(pipe: int, text: str) -> None:
    data = text.encode()
    while data:
        data = data[os.write(pipe, data) :]


class Lines:
    """What comes through a pipe, line by line."""

    def __init__(self, pipe: int) -> None:
        self._pipe, self._rest = pipe, b""
        self.lines: list[dict[str, Any]] = []

    def read(self, seconds: float | None) -> bool:
        """More of it, waiting so long at most. False at its end."""
        if seconds is not None and not select.select([self._pipe], [], [], seconds)[0]:
            return True
        data = os.read(self._pipe, 1 << 20)
        *whole, self._rest = (self._rest + data).split(b"\n")
        self.lines += [json.loads(line) for line in whole]
        return bool(data)

    def end(self) -> list[dict[str, Any]]:
        while self.read(None):
            pass
        os.close(self._pipe)
        return self.lines


class Ledger:
    """What was acknowledged."""

    def __init__(self) -> None:
        self.lasting: dict[str, Fact] = {}
        self.now: dict[str, Fact] = {}
        self.at = START
        """Later than anything that was done."""

    def hear(self, lines: list[dict[str, Any]], report: Report) -> None:
        doing, touches = "", ()
        for line in lines:
            if "failed" in line:
                report.troubles.append(str(line["failed"]))
            elif "begins" in line:
                doing, touches = line["begins"], tuple(line["touches"])
                self.at = datetime.fromisoformat(line["at"]) + LATER
            else:
                report.acknowledged[line["did"]] += 1
                doing, touches = "", ()
                for each in line["facts"]:
                    fact = Fact(**{**each, "values": tuple(each["values"])})
                    (self.lasting if fact.lasts else self.now)[fact.key] = fact
        report.begun[doing or "nothing"] += 1
        if "erase" in [doing, *(line["did"] for line in lines if "did" in line)]:
            # Words are gone from what was said and from what the journal kept of it.
            self.lasting = {key: fact for key, fact in self.lasting.items() if not key.startswith(REWRITTEN)}
            # A title that tells of them is taken away as well.
            self.now = {key: fact for key, fact in self.now.items() if not key.startswith("now:title")}
        # What it was doing may be done: then these are as it left them, which nobody was told.
        self.now = {key: fact for key, fact in self.now.items() if not key.startswith(touches or ("\0",))}

    @property
    def facts(self) -> list[Fact]:
        return [*self.lasting.values(), *self.now.values()]


def run(home: Path, times: int, seed: int = 1, *, loses: bool = False) -> Report:
    """Call from a process without threads: it is forked. `loses`: after each kill the latest change goes missing."""
    report, ledger, chance = Report(), Ledger(), random.Random(seed)
    for number in range(times):
        process, pipe = apart(lambda say, number=number, at=ledger.at: live(home, number, at, say))  # type: ignore[misc]
        heard = Lines(pipe)
        # Sometimes at once, mostly after some deeds; and then at no moment in particular.
        wanted = chance.choice((0, 1, 2, 5, 12)) if number else 3
        while sum("did" in line for line in heard.lines) < wanted and heard.read(None):
            pass
        ends = time.monotonic() + chance.uniform(0, LONGEST)
        while (left := ends - time.monotonic()) > 0 and heard.read(left):
            pass
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        ledger.hear(heard.end(), report)
        report.kills += 1
        if loses:
            _lose(home)
        looker, pipe = apart(lambda say: look(home, ledger.facts, ledger.at, say))
        found = Lines(pipe).end()
        os.waitpid(looker, 0)
        report.facts += len(ledger.facts)
        for line in found:
            report.lost += [f"kill {number}: {each}" for each in line.get("lost", ())]
            report.troubles += [f"kill {number}: {each}" for each in line.get("troubles", ())]
            report.troubles += [f"kill {number}: {line['failed']}"] if "failed" in line else []
        if report.lost or report.troubles:
            break
        ledger.now.pop("now:paths", None)  # a reply that was cut off before its first word is taken back at the start
    return report


def read_rules() -> None:
    """Live a little here, so that what is imported and compiled on the way is not so again in every fork."""
    with tempfile.TemporaryDirectory() as home:
        life = Life(Paths(Path(home), Path(home)), random.Random(0), SetClock(START), number=0)
        life.open()
        furnish(life, days=1)
        life.close()
    if threading.active_count() > 1:
        raise RuntimeError("a process with threads is not to be forked")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--loses", action="store_true", help="have a change go missing, to see that it is missed")
    arguments = parser.parse_args()
    read_rules()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as home:
        report = run(Path(home), arguments.times, arguments.seed, loses=arguments.loses)
    sys.stdout.write(report.table() + "\n")
    return 1 if report.lost or report.troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
