"""The Chroma index: fed by the outbox, disposable, never trusted in doubt; recall is right whatever befalls it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from companion.clock import SetClock
from companion.memory import closest
from companion.memory.index import VectorIndex
from companion.memory.meaning import Meaning
from companion.memory.recall import Cue, Recall
from companion.paths import Paths
from companion.pieces import pieces
from companion.store.search import PIECE_BITS
from companion.store.store import Store
from companion.store.vectors import as_matrix
from tests.support import FakeEmbedder, add, change, embed_missing, meaning

ANIMALS = ("dog", "cat", "horse", "bird", "fish", "mouse", "snake", "whale")
FACTS = [f"{animal} number {n}" for n, animal in enumerate(ANIMALS)]


class Profile:
    """A store with facts, and an index that is opened and closed."""

    def __init__(self, paths: Paths, clock: SetClock) -> None:
        self.paths = paths
        self.store = Store.open(paths, clock)
        for fact in FACTS:
            add(self.store, fact)
        self.embedder = FakeEmbedder()
        self.meaning: Meaning = meaning(self.store, self.embedder)
        self.index: VectorIndex | None = None

    def open(self) -> VectorIndex:
        self.index = VectorIndex(self.store, self.paths.index, self.meaning.id, self.embedder.dimension)
        self.meaning.index = self.index
        self.index.open()
        return self.index

    def close(self) -> None:
        if self.index is not None:
            self.index.close()
        self.index = self.meaning.index = None

    def crash(self) -> None:
        """The process is gone without a close; here at least Chroma's handles must go."""
        assert self.index is not None
        self.index._disconnect()
        self.index = self.meaning.index = None

    def in_index(self, text: str, limit: int = 1) -> list[int] | None:
        """The memories of the nearest pieces, as the index has it."""
        assert self.index is not None
        found = self.index.search(self.embedder.encode([text]), limit)
        return None if found is None else [piece >> PIECE_BITS for piece in found[0]]

    def exactly(self, text: str, limit: int = 1) -> list[int]:
        """The same by comparing with every vector."""
        rows = self.store.vectors.recallable(self.meaning.id)
        matrix = as_matrix([blob for _, blob in rows], self.embedder.dimension)
        order = np.argsort(-(matrix @ self.embedder.encode([text])[0]), kind="stable")[:limit]
        return [rows[at][0] >> PIECE_BITS for at in order]

    def in_step(self) -> None:
        """The index is ready, holds what it should and nothing else, and finds what exact search finds."""
        assert self.index is not None
        assert self.index.ready
        assert self.index.count() == self.store.vectors.count(self.meaning.id)
        assert self.store.vectors.outbox(1) == []
        for memory in self.store.memories.by_status(("active",)):
            assert self.in_index(memory.text) == self.exactly(memory.text)


@pytest.fixture
def profile(paths: Paths, clock: SetClock) -> Iterator[Profile]:
    profile = Profile(paths, clock)
    yield profile
    profile.close()
    profile.store.close()


def test_it_is_fed_and_follows_every_change(profile: Profile) -> None:
    index = profile.open()
    profile.in_step()
    assert index.problem == ""
    store = profile.store
    new = add(store, "elephant in the garden")
    embed_missing(store, profile.meaning)
    (dog,) = profile.exactly("dog")
    change(store, dog, status="forgotten")
    (cat,) = profile.exactly("cat")
    change(store, cat, text="tiger in the garden")
    embed_missing(store, profile.meaning)
    index.catch_up()
    profile.in_step()
    assert profile.in_index("elephant") == [new.id]
    assert profile.in_index("tiger") == [cat]
    store.changes.undo()
    store.changes.undo()
    index.catch_up()
    profile.in_step()
    assert profile.in_index("dog") == [dog]


def test_a_long_memory_is_found_by_any_of_its_pieces_and_leaves_with_all_of_them(profile: Profile) -> None:
    index = profile.open()
    subjects = ("harbour", "vineyard", "lighthouse", "cathedral", "observatory")
    text = " ".join(f"The {subject} stands there. " * 20 for subject in subjects)
    long = add(profile.store, text)
    embed_missing(profile.store, profile.meaning)
    index.catch_up()
    assert index.count() == len(FACTS) + len(pieces(text))
    profile.in_step()
    assert [profile.in_index(f"The {subject} stands there") for subject in subjects] == [[long.id]] * len(subjects)
    change(profile.store, long.id, text="elephant in the garden")
    embed_missing(profile.store, profile.meaning)
    index.catch_up()
    assert index.count() == len(FACTS) + 1
    profile.in_step()


def test_closed_in_step_it_is_used_again_as_it_is(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    profile.open()
    profile.close()

    def refuse(*_: object) -> bool:
        raise AssertionError("it was filled anew")

    monkeypatch.setattr(VectorIndex, "_fill", refuse)
    index = profile.open()
    assert index.problem == ""
    profile.in_step()


def test_what_changed_while_it_was_closed_is_delivered_and_is_no_damage(profile: Profile) -> None:
    """One-shot commands work without the index: the next start finds more than the folder holds."""
    profile.open()
    profile.close()
    new = add(profile.store, "elephant in the garden")
    add(profile.store, "giraffe in the garden")
    embed_missing(profile.store, profile.meaning)
    (dog,) = profile.exactly("dog")
    change(profile.store, dog, status="forgotten")
    index = profile.open()
    assert index.problem == ""
    profile.in_step()
    assert profile.in_index("elephant") == [new.id]


@pytest.mark.parametrize("harm", ["deleted", "garbled", "truncated", "emptied", "a file", "half gone"])
@pytest.mark.parametrize("ending", ["closed", "crashed"])
def test_a_damaged_folder_comes_back(profile: Profile, harm: str, ending: str) -> None:
    profile.open()
    profile.close() if ending == "closed" else profile.crash()
    damage(profile.paths.index, harm)
    profile.open()
    profile.in_step()


def damage(folder: Path, harm: str) -> None:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    match harm:
        case "deleted":
            shutil.rmtree(folder)
        case "garbled":
            for file in files:
                file.write_bytes(bytes(range(256)) * (file.stat().st_size // 256 + 1))
        case "truncated":
            for file in files:
                file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        case "emptied":
            for file in files:
                file.write_bytes(b"")
        case "a file":
            shutil.rmtree(folder)
            folder.write_text("in the way")
        case "half gone":
            for file in files:
                if file.suffix == ".bin":
                    file.unlink()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recall asks the index from the first memory on, not only of a memory of thousands."""
    monkeypatch.setattr(closest, "WHOLE", 0)
    monkeypatch.setattr(closest, "EXACT", 0)


@pytest.mark.usefixtures("large")
def test_recall_is_right_while_there_is_no_index(profile: Profile) -> None:
    recall = Recall(profile.store, profile.meaning)
    expected = [r.memory.text for r in recall(Cue("my dog and my horse"), 2).memories]
    assert set(expected) == {"dog number 0", "horse number 2"}
    index = VectorIndex(profile.store, profile.paths.index, profile.meaning.id, profile.embedder.dimension)
    profile.meaning.index = profile.index = index
    assert not index.ready
    assert profile.in_index("dog") is None
    assert [r.memory.text for r in recall(Cue("my dog and my horse"), 2).memories] == expected
    index.open()
    assert [r.memory.text for r in recall(Cue("my dog and my horse"), 2).memories] == expected


@pytest.mark.usefixtures("large")
def test_recall_is_right_when_the_index_fails_in_the_middle(profile: Profile) -> None:
    index = profile.open()
    recall = Recall(profile.store, profile.meaning)
    expected = recall(Cue("my dog"), 2).memories

    class Broken:
        def query(self, **_: object) -> None:
            raise RuntimeError("broken")

        def count(self) -> int:
            raise RuntimeError("broken")

    index._collection = Broken()
    assert recall(Cue("my dog"), 2).memories == expected
    assert not index.ready
    assert "exact search serves" in index.problem
    add(profile.store, "elephant in the garden")
    embed_missing(profile.store, profile.meaning)
    index.catch_up()
    profile.in_step()
    assert "made anew" in index.problem
    profile.close()
    profile.open()
    profile.in_step()


def test_after_an_unclean_end_it_is_made_anew(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    profile.open()
    profile.crash()
    filled: list[int] = []
    fill = VectorIndex._fill
    monkeypatch.setattr(VectorIndex, "_fill", lambda self, wanted: filled.append(1) is None and fill(self, wanted))
    profile.open()
    assert filled == [1]
    profile.in_step()


def test_closed_behind_it_is_not_trusted(profile: Profile) -> None:
    profile.open()
    add(profile.store, "elephant")
    embed_missing(profile.store, profile.meaning)
    profile.close()
    profile.open()
    profile.in_step()


def test_another_embedder_has_an_index_of_its_own(profile: Profile) -> None:
    profile.open()
    profile.close()
    profile.embedder = FakeEmbedder(dimension=64, revision="2")
    profile.meaning = meaning(profile.store, profile.embedder)
    profile.open()
    profile.in_step()


def test_filling_stops_when_it_is_no_longer_wanted(profile: Profile) -> None:
    index = profile.index = VectorIndex(profile.store, profile.paths.index, profile.meaning.id, 256)
    index.open(wanted=lambda: False)
    assert not index.ready
    index.catch_up()
    profile.in_step()


def test_an_empty_memory_has_an_empty_index(paths: Paths, clock: SetClock) -> None:
    store = Store.open(paths, clock)
    found = meaning(store)
    index = VectorIndex(store, paths.index, found.id, 256)
    index.open()
    assert index.ready
    assert index.search(FakeEmbedder().encode(["dog"]), 5) == [[]]
    index.close()
    store.close()


def test_neither_words_nor_telemetry_leave_for_the_index(profile: Profile) -> None:
    import os

    profile.open()
    profile.close()
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
    stored = b"".join(file.read_bytes() for file in profile.paths.index.rglob("*") if file.is_file())
    for fact in FACTS:
        assert fact.encode() not in stored
