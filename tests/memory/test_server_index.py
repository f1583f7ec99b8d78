"""The index on a Chroma server: what exact search finds, whatever befalls the server, and never long waited for."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import chromadb
import numpy as np
import pytest

from companion.clock import SetClock
from companion.memory import closest, server_index
from companion.memory.recall import Cue, Recall
from companion.memory.server_index import ServerIndex, within
from companion.paths import Paths
from companion.store.vectors import Matrix
from tests.memory.test_index import FACTS, Profile
from tests.servers import Process, chroma, running, scripted
from tests.support import FakeEmbedder, add, change, embed_missing, meaning


class Remote(Profile):
    """A profile whose index is on a server."""

    url = ""

    def open(self) -> ServerIndex:  # type: ignore[override]
        index = ServerIndex(self.store, self.url, self.paths.index, self.meaning.id, self.embedder.dimension, again=0.0)
        self.index = self.meaning.index = index  # type: ignore[assignment]
        index.open()
        return index


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(chroma(tmp_path_factory.mktemp("chroma") / "data")) as server:
        yield server


@pytest.fixture
def profile(paths: Paths, clock: SetClock, server: Process) -> Iterator[Remote]:
    profile = Remote(paths, clock)
    profile.url = f"http://127.0.0.1:{server.port}"
    yield profile
    profile.close()
    profile.store.close()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recall asks the index from the first memory on, not only of a memory of thousands."""
    monkeypatch.setattr(closest, "WHOLE", 0)
    monkeypatch.setattr(closest, "EXACT", 0)


def held(profile: Remote) -> list[str]:
    """The names of all collections of the server."""
    client = chromadb.HttpClient(port=int(profile.url.rpartition(":")[2]), host="127.0.0.1")
    return [each.name for each in client.list_collections()]


def test_it_finds_what_exact_search_finds_and_follows_every_change(profile: Remote) -> None:
    index = profile.open()
    profile.in_step()
    assert index.problem == ""
    new = add(profile.store, "elephant in the garden")
    embed_missing(profile.store, profile.meaning)
    (dog,) = profile.exactly("dog")
    change(profile.store, dog, status="forgotten")
    index.catch_up()
    profile.in_step()
    assert profile.in_index("elephant") == [new.id]
    assert index.count() == len(FACTS)


class Scattered(FakeEmbedder):
    """Every text has a direction of its own, by chance: no two are equally near to a third."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        chance = [np.random.default_rng(list(text.encode())).normal(size=self.dimension) for text in texts]
        vectors = np.array(chance, dtype=np.float32).reshape(len(texts), self.dimension)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_of_hundreds_the_nearest_are_those_of_exact_search(profile: Remote) -> None:
    profile.embedder = Scattered(revision="scattered")
    for number in range(300):
        add(profile.store, f"note {number}")
    profile.meaning = meaning(profile.store, profile.embedder)
    profile.open()
    for number in range(10):
        assert profile.in_index(f"question {number}", 10) == profile.exactly(f"question {number}", 10)


def test_what_is_forgotten_is_gone_there_and_neither_words_nor_metadata_ever_went(profile: Remote) -> None:
    index = profile.open()
    (dog,) = profile.exactly("dog")
    change(profile.store, dog, status="forgotten")
    index.catch_up()
    client = chromadb.HttpClient(port=int(profile.url.rpartition(":")[2]), host="127.0.0.1")
    own = profile.store.db.value("SELECT value FROM meta WHERE key = ?", ("index_server_name",))
    (name,) = [name for name in held(profile) if own in name]
    everything = client.get_collection(name, embedding_function=None).get(include=["documents", "metadatas"])
    assert len(everything["ids"]) == len(FACTS) - 1
    assert not any(everything["documents"] or ())
    assert not any(everything["metadatas"] or ())


def test_two_profiles_on_one_server_never_mix(profile: Remote, tmp_path: Path, clock: SetClock) -> None:
    profile.open()
    other = Remote(Paths(data=tmp_path / "other", config=tmp_path / "other"), clock)
    other.url = profile.url
    add(other.store, "elephant in the garden")
    embed_missing(other.store, other.meaning)
    try:
        other.open()
        other.in_step()
        profile.in_step()
        assert profile.in_index("elephant", 100) != other.in_index("elephant", 100)
    finally:
        other.close()
        other.store.close()


def test_it_is_used_again_as_it_is(profile: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    profile.open()
    profile.close()
    new = add(profile.store, "elephant in the garden")
    embed_missing(profile.store, profile.meaning)

    def refuse(*_: object) -> bool:
        raise AssertionError("it was filled anew")

    monkeypatch.setattr(ServerIndex, "_fill", refuse)
    index = profile.open()
    assert index.problem == ""
    profile.in_step()
    assert profile.in_index("elephant") == [new.id]


@pytest.mark.parametrize("harm", ["deleted", "other vectors", "too much"])
def test_wrong_data_there_is_found_out_and_made_anew(profile: Remote, harm: str) -> None:
    index = profile.open()
    collection, client = index._collection._collection, index._client
    match harm:
        case "deleted":
            client.delete_collection(collection.name)
        case "other vectors":
            ids = collection.get()["ids"]
            collection.update(ids=ids, embeddings=FakeEmbedder(revision="other").encode(ids))
        case "too much":
            collection.add(ids=["99999"], embeddings=profile.embedder.encode(["dog number 0"]))
    profile.close()
    profile.open()
    profile.in_step()


def test_another_embedder_has_a_collection_of_its_own(profile: Remote) -> None:
    profile.open()
    profile.close()
    profile.embedder = FakeEmbedder(dimension=64, revision="2")
    profile.meaning = meaning(profile.store, profile.embedder)
    profile.open()
    profile.in_step()


def test_from_the_folder_to_the_server_and_back_nothing_is_stale(profile: Remote) -> None:
    Profile.open(profile)
    profile.close()
    profile.open()
    assert not profile.paths.index.exists()
    profile.in_step()
    (dog,) = profile.exactly("dog")
    change(profile.store, dog, text="elephant in the garden")
    embed_missing(profile.store, profile.meaning)
    assert profile.index is not None
    profile.index.catch_up()
    profile.close()
    Profile.open(profile)
    profile.in_step()
    assert profile.in_index("elephant") == [dog]
    (cat,) = profile.exactly("cat")
    change(profile.store, cat, text="tiger in the garden")
    embed_missing(profile.store, profile.meaning)
    profile.index.catch_up()
    profile.close()
    profile.open()
    profile.in_step()
    assert profile.in_index("tiger") == [cat]


@pytest.mark.usefixtures("large")
def test_killed_in_the_middle_exact_search_serves_until_it_is_back(
    paths: Paths, clock: SetClock, tmp_path: Path
) -> None:
    with running(chroma(tmp_path / "data")) as server:
        profile = Remote(paths, clock)
        profile.url = f"http://127.0.0.1:{server.port}"
        index = profile.open()
        recall = Recall(profile.store, profile.meaning)
        expected = [r.memory.text for r in recall(Cue("my dog and my horse"), 2).memories]
        assert set(expected) == {"dog number 0", "horse number 2"}
        server.kill()
        assert [r.memory.text for r in recall(Cue("my dog and my horse"), 2).memories] == expected
        assert not index.ready
        assert "exact search serves" in index.problem
        new = add(profile.store, "elephant in the garden")
        embed_missing(profile.store, profile.meaning)
        index.catch_up()
        assert not index.ready
        assert "nothing listens" in index.problem
        assert len(profile.store.vectors.outbox(10)) > 0
        shutil.rmtree(tmp_path / "data")
        server.start()  # and it has lost everything
        index.catch_up()
        assert index.problem == ""
        profile.in_step()
        assert profile.in_index("elephant") == [new.id]
        profile.close()
        profile.store.close()


@pytest.mark.usefixtures("large")
def test_a_server_that_hangs_is_waited_for_once_and_briefly(profile: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    index = profile.open()
    recall = Recall(profile.store, profile.meaning)
    expected = recall(Cue("my dog"), 2).memories
    asked, hangs = [], threading.Event()

    class Hanging:
        def query(self, **_: object) -> None:
            asked.append(1)
            hangs.wait()

    monkeypatch.setattr(index._collection, "_collection", Hanging())
    index._again = 1e9
    assert recall(Cue("my dog"), 2).memories == expected
    assert recall(Cue("my dog"), 2).memories == expected
    index.catch_up()
    assert recall(Cue("my dog"), 2).memories == expected
    hangs.set()
    assert asked == [1]
    assert not index.ready
    assert "TimeoutError" in index.problem


def test_a_call_ends_in_time_whatever_it_does() -> None:
    hangs = threading.Event()
    with pytest.raises(TimeoutError, match=r"within 0\.01 s"):
        within(0.01, hangs.wait)
    hangs.set()
    assert within(server_index.WORK_PATIENCE, lambda: 3) == 3
    with pytest.raises(KeyError):
        within(server_index.WORK_PATIENCE, lambda: {}["there"])


@pytest.mark.parametrize("kind", ["nobody", "no Chroma", "no HTTP"])
def test_nobody_there_is_said_and_nothing_raises(profile: Remote, kind: str) -> None:
    with scripted() as other, socket.create_server(("127.0.0.1", 0)) as plain:
        closed = socket.create_server(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.close()
        ports = {"nobody": port, "no Chroma": other.server_port, "no HTTP": plain.getsockname()[1]}

        def hang_up() -> None:
            connection, _ = plain.accept()
            connection.sendall(b"what?\n")
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        profile.url = f"http://127.0.0.1:{ports[kind]}"
        index = profile.open()
        assert not index.ready
        assert profile.in_index("dog") is None
        assert "exact search serves" in index.problem
        assert index.problem.startswith("127.0.0.1:")
