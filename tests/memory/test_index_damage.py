"""Whatever happens to the index's folder: Chroma never sees what we did not close, and recall is right meanwhile."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import chromadb
import pytest

from companion import crashes
from companion.clock import SetClock
from companion.memory import closest
from companion.memory import index as index_module
from companion.memory import index_files as files
from companion.memory.index import VectorIndex
from companion.memory.index_note import IndexNote
from companion.memory.panics import IndexPanicked, panics_as_errors
from companion.memory.recall import Cue, Recall
from companion.paths import Paths
from tests.memory.test_index import Profile
from tests.support import add, embed_missing

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and permissions of POSIX systems")
Harm = Callable[[Path], None]


def each(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def named(folder: Path, name: str) -> Path:
    (found,) = [file for file in each(folder) if file.name == name]
    return found


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x40
    file.write_bytes(content)


def keeping_times(harm: Callable[[Path], None]) -> Callable[[Path], None]:
    """As a failing disk does it: neither size nor times tell."""

    def do(file: Path) -> None:
        before = file.stat()
        harm(file)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    return do


def into_a_link(file: Path) -> None:
    elsewhere = file.parent.parent.parent / f"elsewhere-{file.name}"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def into_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def into_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def sparse(file: Path) -> None:
    os.truncate(file, 50_000_000_000)


OF_A_FILE: dict[str, Harm] = {
    "truncated": lambda file: os.truncate(file, file.stat().st_size // 2),
    "emptied": lambda file: file.write_bytes(b"") and None,
    "random": lambda file: file.write_bytes(random.Random(1).randbytes(file.stat().st_size or 100)) and None,
    "a bit flipped": keeping_times(flipped),
    "deleted": lambda file: file.unlink(),
    "a folder": into_a_folder,
    "a link": into_a_link,
    "a pipe": into_a_pipe,
    "sparse": sparse,
    "longer by a byte": lambda file: file.write_bytes(file.read_bytes() + b"\0") and None,
}


def header(field: int, value: int) -> Harm:
    """HNSW's header with one of its sizes altered: it believes it, and makes its files as large."""

    def do(folder: Path) -> None:
        file = named(folder, "header.bin")
        content = bytearray(file.read_bytes())
        struct.pack_into("<Q", content, field, value)
        file.write_bytes(content)

    return do


def wedge(folder: Path) -> None:
    """Every add raises, everything else works."""
    import sqlite3

    with sqlite3.connect(named(folder, "chroma.sqlite3")) as db:
        db.execute("CREATE TRIGGER wedge BEFORE INSERT ON embeddings_queue BEGIN SELECT RAISE(ABORT, 'no'); END")
    db.close()


def segments_gone(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)


def linked(folder: Path) -> None:
    elsewhere = folder.with_name("elsewhere")
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)


def read_only(folder: Path) -> None:
    for file in each(folder):
        flipped(file)
        file.chmod(0o400)
    for entry in (folder, *folder.iterdir()):
        if entry.is_dir():
            entry.chmod(0o500)


def written_by_another(folder: Path) -> None:
    code = (
        "import chromadb, sys\n"
        "client = chromadb.PersistentClient(path=sys.argv[1])\n"
        "client.list_collections()[0].upsert(ids=['999'], embeddings=[[1.0] + [0.0] * 255])\n"
        "client.close()\n"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, timeout=120)


OF_THE_FOLDER: dict[str, Harm] = {
    "gone": shutil.rmtree,
    "a link": linked,
    "wedged": wedge,
    "segments gone": segments_gone,
    "read-only": read_only,
    "an extra file": lambda folder: (folder / "extra").write_text("x") and None,
    "written by another": written_by_another,
    **{f"header {field} {value:x}": header(field, value) for field in (4, 12, 20, 28) for value in (1 << 33, 1 << 60)},
}


@pytest.fixture
def profile(paths: Paths, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Profile]:
    monkeypatch.setattr(closest, "WHOLE", 0)
    monkeypatch.setattr(closest, "EXACT", 0)
    # Files of the HNSW graph are there from the first vectors on.
    monkeypatch.setattr(index_module, "SPACE", {"hnsw": {"space": "cosine", "batch_size": 3, "sync_threshold": 3}})
    profile = Profile(paths, clock)
    yield profile
    profile.close()
    profile.store.close()


@pytest.fixture
def seen_by_chroma(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The files in the folder each time Chroma was told to open it."""
    seen: list[list[str]] = []
    real = chromadb.PersistentClient

    def client(path: str, **more: object) -> object:
        seen.append([file.name for file in Path(path).rglob("*")])
        return real(path=path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(chromadb, "PersistentClient", client)
    return seen


def comes_back(profile: Profile, seen: list[list[str]]) -> None:
    """Search is right before it is open, it is made anew without a look at what was there, nothing is lost."""
    recall = Recall(profile.store, profile.meaning)
    expected = ["dog number 0", "horse number 2"]
    assert sorted(r.memory.text for r in recall(Cue("my dog and my horse"), 2).memories) == expected
    seen.clear()
    profile.open()
    assert seen == [[]], "Chroma opened what we did not close"
    profile.in_step()
    assert sorted(r.memory.text for r in recall(Cue("my dog and my horse"), 2).memories) == expected
    index = profile.index
    assert index is not None
    assert files.taken(profile.paths.index) <= files.justified(index.count(), profile.embedder.dimension)
    profile.close()
    seen.clear()
    profile.open()
    assert seen != [[]], "what was closed in order is used as it is"
    profile.in_step()


@posix
@pytest.mark.parametrize("harm", OF_A_FILE)
def test_no_file_that_is_not_as_it_was_closed_reaches_chroma(
    profile: Profile, harm: str, seen_by_chroma: list[list[str]]
) -> None:
    """One after the other, each file of the folder."""
    profile.open()
    profile.close()
    count = len(each(profile.paths.index))
    assert count >= 6, "the graph's files are among them"
    for at in range(count):
        OF_A_FILE[harm](each(profile.paths.index)[at])
        comes_back(profile, seen_by_chroma)
        profile.close()


@posix
@pytest.mark.parametrize("harm", OF_THE_FOLDER)
def test_no_folder_that_is_not_as_it_was_closed_reaches_chroma(
    profile: Profile, harm: str, seen_by_chroma: list[list[str]]
) -> None:
    profile.open()
    profile.close()
    OF_THE_FOLDER[harm](profile.paths.index)
    comes_back(profile, seen_by_chroma)


def test_the_damage_is_one_that_chroma_would_fall_for(profile: Profile) -> None:
    """The other way round: without the look before, an altered header gets in."""
    profile.open()
    profile.close()
    wedge(profile.paths.index)
    index = VectorIndex(profile.store, profile.paths.index, profile.meaning.id, profile.embedder.dimension)
    index._connect()
    assert index.count() == 8
    with pytest.raises(Exception, match="no"):
        index._collection.upsert(ids=["1"], embeddings=[[1.0] + [0.0] * 255])
    index._disconnect()


def test_what_breaks_while_it_is_open_is_made_anew_at_once(profile: Profile) -> None:
    index = profile.open()
    wedge(profile.paths.index)
    add(profile.store, "elephant in the garden")
    embed_missing(profile.store, profile.meaning)
    index.catch_up()
    profile.in_step()
    assert "made anew" in index.problem
    assert profile.in_index("elephant") is not None


def test_another_process_that_writes_into_it_meanwhile_is_noticed(profile: Profile) -> None:
    index = profile.open()
    written_by_another(profile.paths.index)
    index.catch_up()
    profile.in_step()
    assert "made anew" in index.problem
    written_by_another(profile.paths.index)
    profile.close()
    profile.open()
    profile.in_step()


def test_one_that_breaks_again_and_again_is_left_to_exact_search(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("no room")

    recall = Recall(profile.store, profile.meaning)
    monkeypatch.setattr(VectorIndex, "_upsert", refuse)
    index = profile.open()
    assert not index.ready
    assert "exact search serves" in index.problem
    assert not profile.paths.index.exists()
    assert [r.memory.text for r in recall(Cue("my dog"), 1).memories] == ["dog number 0"]
    profile.close()
    monkeypatch.undo()
    profile.open()
    profile.in_step()


def test_a_file_that_grows_without_reason_ends_the_index_and_not_the_disk(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = profile.open()
    sparse(each(profile.paths.index)[0])
    add(profile.store, "elephant in the garden")
    embed_missing(profile.store, profile.meaning)
    index.catch_up()
    assert files.taken(profile.paths.index) < 100_000_000
    profile.in_step()


def test_a_panic_in_rust_is_an_error_like_any_other() -> None:
    """pyo3's panics are no Exceptions: they would end the background thread."""

    class PanicException(BaseException):
        pass

    PanicException.__module__ = "pyo3_runtime"
    with pytest.raises(IndexPanicked), panics_as_errors():
        raise PanicException("what was in the file")
    with pytest.raises(KeyboardInterrupt), panics_as_errors():
        raise KeyboardInterrupt


REPORT = """Fatal Python error: Segmentation fault

Thread 0x00007f1 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 320 in wait
{other}
Current thread 0x00007f2 (most recent call first):
  File "{file}", line 7 in upsert
  File "/home/x/companion/minding.py", line 300 in _index
"""
CHROMA, LLAMA = "/x/site-packages/chromadb/api/rust.py", "/x/site-packages/llama_cpp/llama.py"


@pytest.mark.parametrize(
    ("told", "blamed"),
    [
        (REPORT.format(file=CHROMA, other=""), True),
        (REPORT.format(file=LLAMA, other=f'  File "{CHROMA}", line 1 in query'), False),
        (REPORT.format(file=CHROMA.replace("/", "\\"), other=""), True),
        (
            f'Fatal Python error: Aborted\n\nThread 0x1 (most recent call first):\n  File "{CHROMA}", line 9 in x\n',
            True,
        ),
        ("Fatal Python error: Aborted\n\nCurrent thread 0x1:\n  <no Python frame>\n", False),
        ("", False),
    ],
)
def test_whose_code_it_was_is_read_from_the_crash(tmp_path: Path, told: str, blamed: bool) -> None:
    report = tmp_path / "crashed.txt"
    assert not crashes.blames(report, "chromadb")
    report.write_text(told, encoding="utf-8")
    assert crashes.blames(report, "chromadb") is blamed


def test_after_two_crashes_it_is_left_alone_until_the_person_asks(profile: Profile, tmp_path: Path) -> None:
    report = tmp_path / "crashed.txt"
    dimension = profile.embedder.dimension

    def opened() -> VectorIndex:
        index = VectorIndex(profile.store, profile.paths.index, profile.meaning.id, dimension, crashed=report)
        profile.index = profile.meaning.index = index
        index.open()
        return index

    for _ in range(2):
        assert not opened().is_off
        profile.in_step()
        profile.close()
        report.write_text(REPORT.format(file=CHROMA, other=""), encoding="utf-8")
    off = opened()
    assert off.is_off
    assert not off.ready
    assert not profile.paths.index.exists()
    assert profile.store.vectors.outbox(1) == []
    assert not report.exists(), "a crash is counted once"
    profile.close()
    note = IndexNote(profile.store, profile.paths.index, profile.meaning.id)
    note.forgive()
    assert not opened().is_off
    profile.in_step()


def test_another_version_tries_it_again(profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = IndexNote(profile.store, profile.paths.index, profile.meaning.id)
    report = tmp_path / "crashed.txt"
    for _ in range(2):
        report.write_text(REPORT.format(file=CHROMA, other=""), encoding="utf-8")
        note.count_crash(report)
    assert note.is_off
    monkeypatch.setattr("companion.__version__", "999.0")
    assert not note.is_off
