"""The folder of an export: written whole or not at all, renewed without a moment in which it is neither, and nothing of
the person's own is ever touched."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from companion.errors import DiskFull, FileRefused, InvalidInput, ProfileError
from companion.exchange import raft
from companion.records import PLAY
from tests.exchange.test_round_trip import Profiles, live
from tests.support import add, digests, problem_of, say


@pytest.fixture
def profiles(tmp_path: Path) -> Iterator[Profiles]:
    profiles = Profiles(tmp_path)
    yield profiles
    profiles.close()


class Failing:
    """Lets `left` files be written, or put in their places, and fails at the next."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.left = 1 << 30
        self._real = getattr(Path, name)
        monkeypatch.setattr(Path, name, lambda path, *values, **named: self._do(path, *values, **named))

    def _do(self, path: Path, *values: Any, **named: Any) -> Any:
        if self.left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        self.left -= 1
        return self._real(path, *values, **named)


def test_a_new_export_is_there_whole_or_not_at_all(profiles: Profiles, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = profiles.open("mine")
    live(mine[0], ["I like tea."], [0, 1])
    failing = Failing(monkeypatch, "open")
    for left in itertools.count():
        failing.left = left
        problem = problem_of(lambda: profiles.export(mine, "new"))
        if problem is None:
            break
        assert isinstance(problem, DiskFull)
        assert not list(profiles.folder.glob("*new*"))
    assert left > 8
    failing.left = 1 << 30
    assert raft.plan(*mine, profiles.folder / "new").empty


@pytest.mark.parametrize("name", ["write_bytes", "replace", "unlink"])
def test_a_renewal_that_is_interrupted_is_ended_by_the_next(
    profiles: Profiles, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """At every point it is the old export, or one that says it is half done and is refused; never a mix."""
    mine = profiles.open("mine")
    store = mine[0]
    live(store, ["I like tea."], [0, 1])
    failing = Failing(monkeypatch, name)
    seen = set()
    for left in itertools.count():
        failing.left = 1 << 30
        profiles.export(mine, force=True)
        before = digests(profiles.folder / "raft")
        add(store, f"Fact {left} of Bo.", subject=f"Bo {left}")
        with store.changes.batch("person", "edit") as batch:  # its page goes
            for id in [m.id for m in store.memories.by_status(("active",)) if m.subject.startswith("Bo")][:-1]:
                batch.update(id, subject="person")
        failing.left = left
        problem = problem_of(lambda: profiles.export(mine))
        failing.left = 1 << 30
        if problem is None:
            break
        assert isinstance(problem, DiskFull)
        now = digests(profiles.folder / "raft")
        refused = problem_of(lambda: raft.plan(*mine, profiles.folder / "raft"))
        seen.add("half" if refused is not None else "old")
        assert raft.recognises(profiles.folder / "raft")
        assert isinstance(refused, FileRefused) if refused is not None else now == before
        profiles.export(mine)
        profiles.export(mine, "apart", force=True)
        assert digests(profiles.folder / "raft") == digests(profiles.folder / "apart")
        assert not list((profiles.folder / "raft").glob(".companion*"))
    assert seen >= ({"old"} if name == "write_bytes" else {"half"})


def test_files_of_the_persons_own_are_never_touched(profiles: Profiles) -> None:
    mine = profiles.open("mine")
    add(mine[0], "Lena is a nurse.", subject="Lena")
    add(mine[0], "In play I am a wizard.", scope=PLAY)
    profiles.export(mine)
    folder = profiles.folder / "raft"
    own = {
        "People/lena smith.md": "my own page", "People/Bo.md": "---\ncompanion: person\n", "Ideas.md": "- mine",
        "Conversations/x.txt": "", ".obsidian/app.json": "{}", "Attachments/a.png": "\x89",
    }  # fmt: skip
    for name, said in own.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(said)
    add(mine[0], "Bo is a friend.", subject="bo")
    add(mine[0], "Lena Smith sings.", subject="Lena Smith")
    with mine[0].changes.batch("person", "edit") as batch:
        batch.update(1, subject="person")
    profiles.export(mine)
    assert {name: (folder / name).read_text() for name in own} == own
    assert "Bo is a friend." in (folder / "People" / "bo (2).md").read_text()
    assert not (folder / "People" / "Lena.md").exists()
    assert (folder / "Apart" / "Play.md").is_file()
    # As data alone: the pages go, the person's own stay.
    profiles.export(mine, form="jsonl")
    assert {path for path in digests(folder) if not path.startswith("data/")} == set(own)


def test_a_page_whose_name_differs_in_case_alone_takes_the_old_ones_place(profiles: Profiles) -> None:
    mine = profiles.open("mine")
    lena = add(mine[0], "Lena is a nurse.", subject="lena")
    profiles.export(mine)
    with mine[0].changes.batch("person", "edit") as batch:
        batch.update(lena.id, subject="Lena")
    profiles.export(mine)
    assert len(list((profiles.folder / "raft" / "People").iterdir())) == 1
    assert raft.plan(*mine, profiles.folder / "raft").empty


def test_only_a_folder_that_is_new_empty_or_an_export_is_written_into(profiles: Profiles) -> None:
    mine = profiles.open("mine")
    say(mine[0], "Hello.")
    empty, other, file = (profiles.folder / name for name in ("empty", "full", "file"))
    empty.mkdir()
    other.mkdir()
    (other / "letter.txt").write_text("Dear Bo,")
    file.write_text("a file")
    profiles.export(mine, "empty")
    profiles.export(mine, "deep/er")
    for name in ("full", "file"):
        assert isinstance(problem_of(lambda name=name: profiles.export(mine, name, force=True)), InvalidInput)
    assert digests(other).keys() == {"letter.txt"}
    second = profiles.open("second")
    assert isinstance(problem_of(lambda: profiles.export(second, "empty", force=True)), InvalidInput)
    if os.name == "posix":
        (profiles.folder / "loop").symlink_to(other, target_is_directory=True)
        assert isinstance(problem_of(lambda: profiles.export(mine, "loop")), InvalidInput)
        # Nor through a link inside of an export.
        (empty / "People").symlink_to(other, target_is_directory=True)
        add(mine[0], "Lena is a nurse.", subject="Lena")
        assert isinstance(problem_of(lambda: profiles.export(mine, "empty", force=True)), InvalidInput)
        assert digests(other).keys() == {"letter.txt"}


def test_a_list_that_leads_out_of_the_folder_is_not_followed(profiles: Profiles) -> None:
    mine = profiles.open("mine")
    say(mine[0], "Hello.")
    profiles.export(mine)
    letter = profiles.folder / "letter.txt"
    letter.write_text("Dear Bo,")
    staging = profiles.folder / "raft" / ".companion-renewing"
    staging.mkdir()
    for said in (
        '{"put": [], "remove": ["../letter.txt"]}',
        '{"put": ["a/../../letter.txt"], "remove": []}',
        "[",
        "{}",
    ):
        (staging / "todo.json").write_text(said)
        assert isinstance(problem_of(lambda: profiles.export(mine)), FileRefused)
        assert letter.read_text() == "Dear Bo,"


def test_a_renewal_leaves_alone_what_has_not_changed(profiles: Profiles) -> None:
    mine = profiles.open("mine")
    live(mine[0], ["I like tea.", "Lena is here."], [0, 1])
    profiles.export(mine)
    times = {file: file.stat().st_mtime_ns for file in (profiles.folder / "raft").rglob("*.md")}
    for file in times:
        os.utime(file, ns=(1, 1))
    add(mine[0], "Bo sings.", subject="Bo")
    profiles.export(mine)
    kept = [file for file in times if file.stat().st_mtime_ns == 1]
    assert len(kept) >= len(times) - 3  # the index and the day tell of Bo


def test_a_profile_that_cannot_be_written_can_be_exported(profiles: Profiles) -> None:
    mine = profiles.open("mine")
    turn = say(mine[0], "Hello.")[0]
    mine[0].turns.add(turn.conversation, "companion", "Half a rep", profiles.clock.now(), state="streaming")
    mine[0].db.read_only = True
    told = profiles.export(mine)
    assert (told.turns, told.form) == (2, "markdown")
    second = profiles.open("second")
    profiles.take_in(second)
    assert [turn.state for turn in second[0].turns.latest(5)] == ["complete", "interrupted"]
    third = profiles.open("third")
    third[0].db.read_only = True
    assert isinstance(problem_of(lambda: profiles.take_in(third)), ProfileError)
