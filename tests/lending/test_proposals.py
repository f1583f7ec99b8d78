"""What other programs propose arrives once, waits, and is the person's to decide on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from companion import sealing
from companion.clock import SetClock, stamp
from companion.events import Notice
from companion.mind.proposals import Proposals
from companion.paths import Paths
from companion.records import MemoryFilter
from companion.store.inbox import Inbox, Proposal, new_id
from companion.store.store import Store
from tests.house import House
from tests.lending.conftest import ROOT
from tests.support import add


def proposal(clock: SetClock, text: str, client: str = "Editor", why: str = "They said so.") -> Proposal:
    return Proposal(new_id(), client, text, why, *stamp(clock.now()))


def put(paths: Paths, clock: SetClock, *texts: str, client: str = "Editor") -> None:
    for text in texts:
        Inbox(paths.inbox).put(proposal(clock, text, client), None)


def test_what_was_proposed_while_it_was_closed_waits_after_the_start(house: House) -> None:
    house.paths.prepare()
    put(house.paths, house.clock, "I collect porcelain owls.", "I live in Ghent.")
    put(house.paths, house.clock, "I play the oboe.", client="Notes\x1b[31m")
    companion = house.open()
    companion.settle()
    waiting = companion.quarantined()
    assert sorted((each.name, each.memories) for each in waiting) == [("Editor (proposed)", 2), ("Notes (proposed)", 1)]
    assert [each.title for each in house.events.of(Notice)] == ["Other programs proposed 3 memories. They wait."]
    assert not Inbox(house.paths.inbox).waiting()
    assert not any("owls" in each.memory.text for each in companion.search_memories("porcelain owls"))
    editor = next(each for each in waiting if each.name.startswith("Editor"))
    companion.confirm_source(editor.id)
    companion.settle()
    assert companion.search_memories("porcelain owls")[0].memory.text == "I collect porcelain owls."
    assert [each.reason for each in companion.history(limit=10) if each.action == "propose"] == ["They said so."] * 3


def test_what_is_proposed_while_it_is_open_arrives_within_the_minute(house: House) -> None:
    companion = house.open()
    companion.settle()
    put(house.paths, house.clock, "I collect porcelain owls.")
    companion.every_minute()
    companion.settle()
    assert [each.memories for each in companion.quarantined()] == [1]
    first = companion.quarantined()[0].id
    put(house.paths, house.clock, "I live in Ghent.")
    companion.every_minute()
    companion.settle()
    # Nobody confirms with one word what came after they looked.
    assert [each.memories for each in companion.quarantined()] == [1, 1]
    companion.remove_source(first)
    put(house.paths, house.clock, "i collect porcelain owls", "I live in Ghent!")
    companion.every_minute()
    companion.settle()
    assert [each.memories for each in companion.quarantined()] == [1], "forgotten, and waiting already"


def test_nothing_that_lies_there_can_do_harm(store: Store, clock: SetClock, paths: Paths) -> None:
    inbox = Inbox(paths.inbox)
    paths.inbox.mkdir()
    for number, content in enumerate(
        (b"", b"\xff\xfe", b"[" * 50_000, b"{}", b"x" * 40_000, json.dumps({"id": "../x", "text": "y"}).encode())
    ):
        (paths.inbox / f"{number}.proposal").write_bytes(content)
    inbox.put(proposal(clock, "Mine."), None).replace(paths.inbox / f"{new_id()}.proposal")  # under another's name
    inbox.put(proposal(clock, "I collect porcelain owls."), None)
    inbox.put(proposal(clock, "Sealed."), bytes(32))
    taken = Proposals(store, clock, inbox).take_in()
    assert (taken.waiting, taken.unreadable) == (1, 8)
    assert Proposals(store, clock, inbox).take_in() == type(taken)()
    assert len(list(paths.inbox.glob("*.unreadable"))) == 8


def test_erasing_one_takes_away_why_it_was_proposed(house: House) -> None:
    house.paths.prepare()
    Inbox(house.paths.inbox).put(proposal(house.clock, "I collect porcelain owls.", why="Seen at Christmas."), None)
    companion = house.open()
    companion.settle()
    (row,) = companion.list_memories(MemoryFilter(statuses=("quarantined",)))
    companion.erase((row.memory.id,))
    companion.close()
    for file in [path for path in house.paths.data.rglob("*") if path.is_file()]:
        assert b"Christmas" not in file.read_bytes(), file
        assert b"owls" not in file.read_bytes(), file


def test_a_known_statement_is_merged_when_it_is_confirmed(house: House) -> None:
    companion = house.open()
    companion.add_memory("I live in Ghent.")
    put(house.paths, house.clock, "I live in Ghent.")
    companion.every_minute()
    companion.settle()
    companion.confirm_source(companion.quarantined()[0].id)
    rows = companion.list_memories(MemoryFilter(text="Ghent"))
    assert len(rows) == 1


_KILLED = """
import os, signal, sys
from companion.clock import SystemClock
from companion.mind.proposals import Proposals
from companion.paths import default_paths
from companion.store.inbox import Inbox
from companion.store.store import Store

paths = default_paths()
left = int(sys.argv[1])
class Mortal(Inbox):
    def remove(self, path):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        super().remove(path)
Proposals(Store.open(paths), SystemClock(), Mortal(paths.inbox)).take_in()
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a signal of POSIX systems")
@pytest.mark.parametrize("after", [1, 2, 3])
def test_each_arrives_once_however_it_is_killed(paths: Paths, clock: SetClock, after: int) -> None:
    Store.open(paths, clock).close()
    put(paths, clock, "I collect porcelain owls.", "I live in Ghent.", "I play the oboe.")
    program = [sys.executable, "-c", _KILLED, str(after)]
    done = subprocess.run(program, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == -signal.SIGKILL
    store = Store.open(paths, clock)
    Proposals(store, clock, Inbox(paths.inbox)).take_in()
    assert sorted(memory.text for memory in store.memories.by_status(("quarantined",))) == [
        "I collect porcelain owls.", "I live in Ghent.", "I play the oboe.",
    ]  # fmt: skip
    assert not list(Path(paths.inbox).iterdir())
    store.close()


def test_a_passphrase_leaves_no_proposal_in_plain_text(house: House) -> None:
    companion = house.open()
    companion.settle()
    put(house.paths, house.clock, "I collect porcelain owls.")
    house.paths.inbox.joinpath("x.proposal").write_text('{"text": "I collect porcelain owls."')
    house.paths.inbox.joinpath("y.part").write_text('{"text": "I collect porcelain owls.')
    companion.protect("correct horse battery staple")
    assert [each.memories for each in companion.quarantined()] == [1]
    companion.close()
    for file in [path for path in house.paths.data.rglob("*") if path.is_file()]:
        assert b"owls" not in file.read_bytes(), file


def test_what_is_proposed_while_the_key_changes_is_not_lost(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealed with the key of before, after the engine has looked."""
    passphrase = "correct horse battery staple"  # noqa: S105 - of a made-up person
    companion = house.open()
    companion.settle()
    companion.protect(passphrase)
    changes = ((sealing, "encrypt", companion.rekey), (sealing, "decrypt", companion.unprotect))
    for number, (where, name, call) in enumerate(changes):
        real, key = getattr(where, name), companion.data_key()

        def meanwhile(*given: object, real: Any = real, key: bytes | None = key, number: int = number) -> None:
            Inbox(house.paths.inbox).put(proposal(house.clock, f"I collect {number} porcelain owls."), key)
            real(*given)

        with monkeypatch.context() as patched:
            patched.setattr(where, name, meanwhile)
            call(passphrase)
        assert sum(each.memories for each in companion.quarantined()) == number + 1
    assert not list(house.paths.inbox.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes in folders here")
def test_what_is_no_file_is_neither_waited_for_nor_followed(store: Store, clock: SetClock, paths: Paths) -> None:
    put(paths, clock, "I live in Ghent.")
    (there,) = Inbox(paths.inbox).waiting()
    os.mkfifo(paths.inbox / f"{new_id()}.proposal")
    (paths.inbox / f"{new_id()}.proposal").mkdir()
    (paths.inbox / f"{new_id()}.proposal").symlink_to("/dev/zero")
    assert Inbox(paths.inbox).waiting() == [there]
    assert Proposals(store, clock, Inbox(paths.inbox)).take_in().waiting == 1


def test_what_is_forgotten_is_not_proposed_again(store: Store, clock: SetClock, paths: Paths) -> None:
    kept = add(store, "I collect porcelain owls.")
    with store.changes.batch("person", "forget") as batch:
        batch.update(kept.id, status="forgotten")
    put(paths, clock, "I collect porcelain owls.")
    assert Proposals(store, clock, Inbox(paths.inbox)).take_in().waiting == 0
    assert not Inbox(paths.inbox).waiting()


_FOREVER = """
from companion.clock import SystemClock
from companion.mind.proposals import Proposals
from companion.paths import default_paths
from companion.store.inbox import Inbox
from companion.store.store import Store

paths = default_paths()
store = Store.open(paths)
print("open", flush=True)
while True:
    Proposals(store, SystemClock(), Inbox(paths.inbox)).take_in()
"""


@pytest.mark.nightly
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a signal of POSIX systems")
def test_each_arrives_once_whenever_it_is_killed(paths: Paths, clock: SetClock) -> None:
    """Proposals come all the time while the process that takes them in is killed at any moment, again and again."""
    Store.open(paths, clock).close()
    chance, made = random.Random(9), 0
    for _ in range(60):
        program = [sys.executable, "-c", _FOREVER]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        taking = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        assert taking.stdout is not None
        taking.stdout.readline()
        for _ in range(chance.randint(1, 12)):
            put(paths, clock, f"I have {made} porcelain owls.")
            made += 1
        taking.kill()
        taking.wait()
        taking.stdout.close()
    store = Store.open(paths, clock)
    Proposals(store, clock, Inbox(paths.inbox)).take_in()
    found = sorted(memory.text for memory in store.memories.by_status(("quarantined",)))
    assert found == sorted(f"I have {number} porcelain owls." for number in range(made))
    assert not Inbox(paths.inbox).waiting()
    store.close()
