"""The power is cut at any write or sync of any deed: the profile says what it said before or after, nothing between.

One run of a deed is noted write by write; then each moment of it is looked at as a power cut could have left it: with
all that was not synced yet, with none of it, with any part of it, and with the last write cut in two.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from companion.clock import SetClock
from companion.errors import CompanionError
from companion.paths import Paths
from companion.store.store import Store
from tests.durability.deeds import DEEDS, Deed, Life, done, furnish
from tests.durability.invariants import all_of
from tests.durability.power import FATES, Image, Step, image_of, left_by, put, under_sqlite
from tests.durability.tables import at_rest, fingerprint
from tests.support import START

OF_FILES = ("setting", "copy_persona", "edit_persona", "remove_persona", "back_up")
"""Deeds that leave the database as it is."""
IN_THE_DATABASE = [name for name in DEEDS if name not in (*OF_FILES, "reflect")]  # each run ends with reflecting
FIRST = {
    "redo": ("undo",), "judge": ("talk",), "reset_learning": ("talk", "judge", "judge"),
    "restore_learning": ("talk", "judge", "judge", "reset_learning"),
}  # fmt: skip
"""What a deed needs to be done before."""
MOST = 500
"""Moments looked at of a deed that has thousands."""
COMMITS = {"talk": 9, "stop": 9, "regenerate": 9, "resend": 9, "another_conversation": 12, "reflect": 30, "answer": 4,
           "use_persona": 4, "choose": 6, "erase": 8}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A deed as the disk saw it."""

    before: Image
    steps: list[Step]
    commits: list[int]
    """After how many steps each transaction was on disk: its log was synced."""
    states: list[str]
    """What the profile said: before, and after each of them."""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """A profile with a few days of life in it."""
    home = tmp_path_factory.mktemp("furnished")
    life = Life(Paths(home, home), random.Random(5), embeds=False)
    life.open()
    furnish(life)
    life.close()
    image = image_of(home)
    for file in sorted((home / "personas").iterdir()):
        image[f"personas/{file.name}"] = file.read_bytes()
    return image


def settle_in(home: Path, furnished: Image, seed: int, name: str = "") -> Life:
    (home / "personas").mkdir(parents=True)
    put(furnished, home)
    life = Life(Paths(home, home), random.Random(seed), SetClock(START), embeds=False, number=1000)
    life.clock.advance(days=200)  # after all that was done in it
    life.open()
    life.companion.open_conversation(life.companion.conversations()[0].id)
    for before in FIRST.get(name, ()):
        done(life, DEEDS[before])
    life.companion.settle()
    return life


def observed(deed: Deed, furnished: Image, folder: Path) -> Run:
    """Do it once, and look at what was on disk after each transaction."""
    for seed in range(40):  # until it finds something to do
        home = folder / f"run-{seed}"
        with under_sqlite() as disk:
            life = settle_in(home, furnished, seed, deed.name)
            before = image_of(home)
            disk.steps.clear()
            facts = done(life, deed)
            life.companion.settle()
            steps = list(disk.steps)
            life.close()
        if facts is not None and steps:
            break
    else:
        raise AssertionError(f"{deed.name} found nothing to do")
    last_state = fingerprint(at_rest(home))
    commits = [n + 1 for n, step in enumerate(steps) if step.what == "sync" and step.file.endswith("-wal")]
    states = [said(before, folder / "before")]
    for commit in commits:
        states.append(said(left_by(before, steps[:commit], "lost", random.Random(0)), folder / f"after-{commit}"))
    # A log that begins anew is synced once more than there are transactions.
    kept = [n for n in range(len(commits)) if states[n + 1] != states[n]]
    commits, states = [commits[n] for n in kept], [states[0], *(states[n + 1] for n in kept)]
    assert states[-1] == last_state, "what was acknowledged is on disk"
    return Run(before, steps, commits, states)


def said(image: Image, home: Path) -> str:
    put(image, home)
    return fingerprint(at_rest(home))


def cut(run: Run, moment: int, number: int, folder: Path) -> None:
    """The power is cut after `moment` steps."""
    fate = FATES[number % len(FATES)]
    home = folder / f"cut-{number}"
    image = left_by(run.before, run.steps[:moment], fate, random.Random(number))
    done_before = sum(commit <= moment for commit in run.commits)
    found = said(image, home)
    allowed = run.states[done_before : done_before + 2]
    assert found in allowed, f"{fate} after step {moment} of {len(run.steps)}: neither before nor after"
    for file in home.iterdir():
        if file.is_file():
            file.unlink()


def moments(run: Run, most: int | None) -> list[int]:
    """Every one, or `most` of them spread over all: around each transaction, and in between."""
    every = list(range(1, len(run.steps) + 1))
    most = MOST if most is None and len(every) > 4 * MOST else most
    if most is None or len(every) <= most:
        return every
    edges = {moment for commit in run.commits for moment in (commit - 1, commit)} & set(every)
    spread = random.Random(len(every)).sample(every, most)
    return sorted({*sorted(edges)[:most], *spread})


@pytest.mark.parametrize("most", [5, pytest.param(0, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("name", IN_THE_DATABASE)
def test_before_or_after_and_nothing_between(name: str, most: int, furnished: Image, tmp_path: Path) -> None:
    deed = DEEDS[name]
    run = observed(deed, furnished, tmp_path)
    if deed.single:
        assert len(run.states) <= 2, f"{name} is in {len(run.states) - 1} transactions"
    else:
        assert len(run.commits) <= COMMITS[name]
    number = 0
    for moment in moments(run, most or None):
        for _ in FATES if not most else range(2):
            cut(run, moment, number, tmp_path)
            number += 1
    print(f"{name}: {len(run.steps)} writes and syncs, {len(run.commits)} transactions, {number} cuts")  # noqa: T201


@pytest.mark.parametrize("most", [5, pytest.param(0, marks=pytest.mark.nightly)])
def test_closing_changes_nothing_whenever_the_power_is_cut(furnished: Image, tmp_path: Path, most: int) -> None:
    """The log is brought into the file and removed."""
    home = tmp_path / "home"
    with under_sqlite() as disk:
        life = settle_in(home, furnished, 1)
        for name in ("talk", "add", "draft"):
            done(life, DEEDS[name])
        life.companion.settle()
        before, steps = image_of(home), len(disk.steps)
        life.close()
        closing = disk.steps[steps:]
    state = said(before, tmp_path / "before")
    run = Run(before, closing, [], [state])
    for number, moment in enumerate(moments(run, most * 4 or None)):
        cut(run, moment, number, tmp_path)


def test_a_disk_that_lies_would_be_seen(furnished: Image, tmp_path: Path) -> None:
    """A control: on a disk that says it has synced, and has not, transactions that were acknowledged are lost."""
    run = observed(DEEDS["add"], furnished, tmp_path)
    written = [step for step in run.steps if step.what != "sync"]
    lost = left_by(run.before, written, "lost", random.Random(0))
    assert said(lost, tmp_path / "lied") == run.states[0] != run.states[-1]


@pytest.mark.parametrize("most", [3, pytest.param(0, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("failure", ["full", "broken"])
@pytest.mark.parametrize("name", ["talk", "resend", "add", "edit", "merge", "sleep", "undo", "draft", "judge"])
def test_a_write_that_fails_leaves_it_as_it_was(
    name: str, failure: str, most: int, furnished: Image, tmp_path: Path
) -> None:
    """The disk is full, or broken, from the n-th write on: what was not refused is there, and nothing but that; once
    it works again, so does everything."""
    import apsw

    run = observed(DEEDS[name], furnished, tmp_path)
    kind = apsw.FullError if failure == "full" else apsw.IOError
    seed = max(int(folder.name.split("-")[1]) for folder in tmp_path.iterdir() if folder.name.startswith("run-"))
    for moment in moments(run, most or None):
        home = tmp_path / f"{failure}-{moment}"
        with under_sqlite() as disk:
            life = settle_in(home, furnished, seed, name)
            disk.steps.clear()
            disk.failure, disk.fail_at = kind, moment - 1
            refused = _attempt(life, name)
            life.companion.settle()  # what is done about it in the background fails as well
            store = life.companion._store
            assert store is not None
            assert store.turns.latest(3)
            assert life.companion.search_memories("kayak in Porto") is not None
            disk.fail_at = None
            assert done(life, DEEDS["add"]) is not None, "it works again"
            life.companion.settle()
            life.close()
        assert disk.failed
        assert refused is not None or name in ("talk", "resend", "sleep"), "nothing was said"
        store = Store.open(Paths(home, home))
        assert store.db.check() == []
        assert all_of(store) == []
        assert not store.db.all("SELECT 1 FROM jobs WHERE state = 'queued' AND attempts > 1")
        store.close()


def _attempt(life: Life, name: str) -> CompanionError | None:
    life.clock.advance(minutes=7)
    try:
        DEEDS[name].act(life)
    except CompanionError as error:
        return error
    return None
