"""Fetching a file: whole and right, or not there at all."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import CompanionError, DiskFull, ModelWithoutTemplate, PullFailed, PullRunning, PullStopped
from companion.model.download import _next, _Trouble, fetch
from companion.model.pull_stop import PullStop
from companion.model.wanted import Patience, Wanted
from tests.model.file_server import FileServer, Served, serving
from tests.model.gguf_files import BASE_MODEL, write
from tests.store.mounts import small_disk

SOURCE = "hf:somebody/some-model:m.gguf"
QUICK = Patience(connect=20, read=20, pauses=(0.0,) * 4, reserve=0)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A chat model of about 3 MB, of which no two stretches are alike."""
    path = write(
        tmp_path_factory.mktemp("model") / "m.gguf",
        {**BASE_MODEL, "tokenizer.chat_template": "{{ messages }}"},
        floats=750_000,
    )
    data = bytearray(path.read_bytes())
    for at in range(4096, len(data) - 8, 4096):
        data[at : at + 8] = at.to_bytes(8, "little")
    return bytes(data)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Pull:
    """A download into a folder of its own; `progress` is what was told."""

    def __init__(self, server: FileServer, folder: Path, path: str = "/m.gguf") -> None:
        self.wanted = Wanted(SOURCE, server.address + path, folder / "m.gguf")
        self.part = folder / "m.gguf.part"
        self.progress: list[tuple[int, int, str]] = []

    def __call__(self, *, sha256: str = "", size: int = 0, stop: PullStop | None = None, **patience: object) -> str:
        wanted = Wanted(SOURCE, self.wanted.url, self.wanted.target, size, sha256)
        changed = Patience(**{**{name: getattr(QUICK, name) for name in QUICK.__slots__}, **patience})  # type: ignore[arg-type]
        return fetch(wanted, on_progress=self._note, stop=stop, patience=changed)

    def _note(self, done: int, total: int, what: str) -> None:
        self.progress.append((done, total, what))

    @property
    def left(self) -> list[str]:
        return sorted(path.name for path in self.wanted.target.parent.iterdir())


@pytest.fixture
def pull(server: FileServer, tmp_path: Path) -> Pull:
    return Pull(server, tmp_path / "models")


def test_a_file_that_comes_well_is_there_and_nothing_else(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model)
    assert pull(sha256=sha256(model), size=len(model)) == sha256(model)
    assert pull.wanted.target.read_bytes() == model
    assert pull.left == ["m.gguf"]
    assert pull.progress[-1] == (len(model), len(model), "fetching from 127.0.0.1")


def test_a_connection_that_is_cut_again_and_again_is_taken_up(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, cuts=[900_000, 1, 0, 700_000, 600_000])
    pull()
    assert pull.wanted.target.read_bytes() == model
    assert server.ranges[0] == ""
    assert all(asked.startswith("bytes=") for asked in server.ranges[1:])


def test_what_has_come_is_gone_on_from_by_the_next_try(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, cuts=[500_000, 0, 0, 0, 0, 0])
    with pytest.raises(PullFailed, match="the connection was lost") as failed:
        pull()
    assert "are kept" in failed.value.hint
    assert pull.part.stat().st_size == 500_000
    assert not pull.wanted.target.exists()
    pull(sha256=sha256(model))
    assert server.ranges[-1] == "bytes=500000-"
    assert server.conditions[-1] == server.files["/m.gguf"].tag
    assert pull.wanted.target.read_bytes() == model
    assert pull.progress[-1][0] == len(model)
    assert "checking what is there" in {what for _, _, what in pull.progress}


def test_a_file_that_changed_is_not_glued_to_its_predecessor(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, cuts=[500_000, 0, 0, 0, 0, 0])
    with pytest.raises(PullFailed):
        pull()
    other = model[:4096] + bytes(len(model) - 4096)
    server.files["/m.gguf"] = Served(other)
    pull()
    assert pull.wanted.target.read_bytes() == other


def test_a_server_that_answers_a_range_of_another_file_is_not_trusted(
    server: FileServer, pull: Pull, model: bytes
) -> None:
    """It does not understand If-Range, but its ETag gives the change away."""
    server.files["/m.gguf"] = Served(model, cuts=[500_000, 0, 0, 0, 0, 0])
    with pytest.raises(PullFailed):
        pull()
    other = model[:4096] + bytes(len(model) - 4096)
    note = pull.part.with_name("m.gguf.part.json")
    told = json.loads(note.read_text())
    server.files["/m.gguf"] = Served(other, etag=told["etag"])
    note.write_text(json.dumps({**told, "etag": told["etag"], "total": told["total"] - 1}))
    pull()
    assert pull.wanted.target.read_bytes() == other


def test_a_server_that_ignores_range_starts_anew(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, ranges=False, cuts=[500_000])
    pull()
    assert pull.wanted.target.read_bytes() == model


def test_without_anything_to_tell_files_apart_it_starts_anew(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, etag="", cuts=[500_000, 0, 0, 0, 0, 0])
    with pytest.raises(PullFailed):
        pull()
    pull()
    assert server.ranges[-1] == ""
    assert pull.wanted.target.read_bytes() == model


def test_a_part_of_unknown_origin_is_not_gone_on_from(server: FileServer, pull: Pull, model: bytes) -> None:
    pull.part.parent.mkdir()
    pull.part.write_bytes(b"GGUF of somebody else")
    server.files["/m.gguf"] = Served(model)
    pull()
    assert pull.wanted.target.read_bytes() == model


def test_a_part_that_is_whole_already_needs_no_byte(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model)
    with pytest.raises(KeyboardInterrupt):
        fetch(pull.wanted, on_progress=_interrupt_at(len(model)), patience=QUICK)
    assert pull.part.stat().st_size == len(model)
    pull(sha256=sha256(model))
    assert pull.wanted.target.read_bytes() == model


def _interrupt_at(bytes_there: int):  # type: ignore[no-untyped-def]
    def progress(done: int, total: int, what: str) -> None:
        if done >= bytes_there:
            raise KeyboardInterrupt

    return progress


def test_a_wrong_checksum_removes_it_and_says_so(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model)
    with pytest.raises(PullFailed, match="checksum") as failed:
        pull(sha256=sha256(b"something else"))
    assert "removed" in failed.value.hint
    assert pull.left == []


def test_a_damaged_part_is_found_out(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, cuts=[500_000, 0, 0, 0, 0, 0])
    with pytest.raises(PullFailed):
        pull(sha256=sha256(model))
    with pull.part.open("r+b") as file:
        file.seek(300_000)
        file.write(b"\xff")
    with pytest.raises(PullFailed, match="checksum"):
        pull(sha256=sha256(model))
    pull(sha256=sha256(model))
    assert pull.wanted.target.read_bytes() == model


def test_the_checksum_beside_a_redirection_holds(server: FileServer, pull: Pull, model: bytes) -> None:
    """As Hugging Face does it: the repository's host names the sha256 and sends on to another."""
    server.files["/m.gguf"] = Served(b"", location="/cdn/x", headers={"X-Linked-Etag": f'"{sha256(model)}"'})
    server.files["/cdn/x"] = Served(model, cuts=[1_000_000])
    assert pull() == sha256(model)
    assert [path for path, _ in server.asked] == ["/m.gguf", "/cdn/x"] * 2
    pull.wanted.target.unlink()
    server.files["/cdn/x"].data = model[:-1] + b"\x01"
    with pytest.raises(PullFailed, match="checksum"):
        pull()


def test_the_same_file_from_another_server_of_the_network_is_gone_on_with(
    server: FileServer, pull: Pull, model: bytes
) -> None:
    server.files["/m.gguf"] = Served(b"", location="/cdn/x", headers={"X-Linked-Etag": f'"{sha256(model)}"'})
    server.files["/cdn/x"] = Served(model, etag='"one"', cuts=[900_000, 0, 0, 0, 0, 0])
    with pytest.raises(PullFailed):
        pull()
    server.files["/cdn/x"] = Served(model, etag='"another"')
    pull.progress.clear()
    assert pull() == sha256(model)
    assert min(done for done, _, what in pull.progress if what.startswith("fetching")) == 900_000


def test_a_repository_whose_file_changed_meanwhile_starts_anew(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(b"", location="/cdn/x", headers={"X-Linked-Etag": f'"{sha256(model)}"'})
    server.files["/cdn/x"] = Served(model, etag='"same"', cuts=[900_000, 0, 0, 0, 0, 0])
    with pytest.raises(PullFailed):
        pull()
    other = model[:4096] + bytes(len(model) - 4096)
    server.files["/m.gguf"].headers["X-Linked-Etag"] = f'"{sha256(other)}"'
    server.files["/cdn/x"] = Served(other, etag='"same"')
    assert pull() == sha256(other)


@pytest.mark.parametrize(
    ("status", "said", "hint"),
    [
        (404, "has no such file", "models list"),
        (401, "wants you to sign in", "models add"),
        (403, "wants you to sign in", "models add"),
        (451, "answered 451", ""),
    ],
)
def test_what_a_server_refuses_is_said_once(server: FileServer, pull: Pull, status: int, said: str, hint: str) -> None:
    server.files["/m.gguf"] = Served(b"", statuses=[status] * 9)
    with pytest.raises(PullFailed, match=said) as failed:
        pull()
    assert hint in failed.value.hint
    assert len(server.asked) == 1


def test_a_server_in_trouble_is_asked_again(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, statuses=[503, 429, 500, 200])
    pull()
    assert pull.wanted.target.read_bytes() == model


def test_a_server_that_stays_in_trouble_is_given_up(server: FileServer, pull: Pull) -> None:
    server.files["/m.gguf"] = Served(b"", statuses=[503] * 99)
    with pytest.raises(PullFailed, match="answered 503"):
        pull()
    assert len(server.asked) == 1 + len(QUICK.pauses)


def test_nobody_there(tmp_path: Path) -> None:
    with serving() as server:
        pull = Pull(server, tmp_path / "models")
    with pytest.raises(PullFailed, match="cannot be reached") as failed:
        pull()
    assert "online" in failed.value.hint


def test_a_server_that_falls_silent(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, hold_after=300_000)
    with pytest.raises(PullFailed, match="fell silent"):
        pull(read=0.05, pauses=())
    assert pull.part.stat().st_size == 300_000


def test_redirections_into_a_circle(server: FileServer, pull: Pull) -> None:
    server.files["/m.gguf"] = Served(b"", location="/m.gguf")
    with pytest.raises(PullFailed, match="never to the file"):
        pull()


@pytest.mark.parametrize("location", ["ftp://example.org/m.gguf", "file:///etc/passwd"])
def test_redirections_out_of_the_web(server: FileServer, pull: Pull, location: str) -> None:
    server.files["/m.gguf"] = Served(b"", location=location)
    with pytest.raises(PullFailed, match="sends to"):
        pull()


def test_no_redirection_leads_from_an_encrypted_address_to_a_plain_one() -> None:
    asked, answer = (
        httpx.URL("https://good.example/m.gguf"),
        httpx.Response(302, headers={"Location": "http://x.example"}),
    )
    with pytest.raises(_Trouble) as trouble:
        _next(asked, answer)
    assert "x.example without encryption" in trouble.value.what
    assert trouble.value.final
    onward = httpx.Response(302, headers={"Location": "//cdn.example/m?x=1"})
    assert str(_next(asked, onward)) == "https://cdn.example/m?x=1"


def test_a_length_that_is_too_long(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, claims=len(model) + 5, ranges=False)
    with pytest.raises(PullFailed, match="the connection was lost"):
        pull()
    assert not pull.wanted.target.exists()


def test_a_length_that_is_too_short(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, claims=len(model) - 5, ranges=False)
    with pytest.raises(PullFailed, match=r"m\.gguf is cut short"):
        pull()
    assert pull.left == []


def test_no_length_at_all(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model, lengths=False)
    pull()
    assert pull.wanted.target.read_bytes() == model


def test_a_size_that_nobody_was_told(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model)
    with pytest.raises(PullFailed, match="it should have 1 MB"):
        pull(size=1_000_000)
    assert pull.left == []


def test_a_page_instead_of_a_file_is_known_by_its_first_bytes(server: FileServer, pull: Pull) -> None:
    server.files["/m.gguf"] = Served(b"<!DOCTYPE html>" + b" " * 2_000_000)
    with pytest.raises(PullFailed, match="no GGUF file"):
        pull()
    assert not pull.wanted.target.exists()


def test_a_base_model_is_not_kept(server: FileServer, pull: Pull, tmp_path: Path) -> None:
    server.files["/m.gguf"] = Served(write(tmp_path / "base.gguf", BASE_MODEL).read_bytes())
    with pytest.raises(ModelWithoutTemplate, match="base model"):
        pull()
    assert pull.left == []


def test_stopping_keeps_what_has_come(server: FileServer, pull: Pull, model: bytes) -> None:
    """Also while the server is silent: nobody waits for a time-out."""
    served = server.files["/m.gguf"] = Served(model, hold_after=600_000)
    stop, came = PullStop(), threading.Event()
    threading.Thread(target=lambda: (came.wait(), stop.set())).start()

    def progress(done: int, total: int, what: str) -> None:
        if done >= 600_000:
            came.set()

    with pytest.raises(PullStopped):
        fetch(pull.wanted, on_progress=progress, stop=stop, patience=Patience(read=3600, reserve=0))
    assert pull.part.stat().st_size == 600_000
    served.hold_after = None
    pull(sha256=sha256(model))
    assert pull.wanted.target.read_bytes() == model


def test_one_file_is_fetched_by_one_at_a_time(server: FileServer, pull: Pull, model: bytes) -> None:
    served = server.files["/m.gguf"] = Served(model, hold_after=600_000)
    first = threading.Thread(target=pull)
    first.start()
    served.holding.wait()
    with pytest.raises(PullRunning):
        Pull(server, pull.wanted.target.parent)()
    served.go_on.set()
    first.join()
    assert pull.wanted.target.read_bytes() == model


def test_no_room_is_said_before_anything_is_asked(server: FileServer, pull: Pull) -> None:
    with pytest.raises(DiskFull, match="GB more are needed"):
        pull(size=10**16)
    assert server.asked == []


def test_no_room_for_what_the_server_says(server: FileServer, pull: Pull, model: bytes) -> None:
    server.files["/m.gguf"] = Served(model)
    with pytest.raises(DiskFull):
        pull(reserve=10**16)


def test_a_disk_that_fills_up_on_the_way(server: FileServer, tmp_path: Path, model: bytes) -> None:
    with small_disk(tmp_path / "disk", "2m") as disk:
        pull = Pull(server, disk / "models")
        server.files["/m.gguf"] = Served(model, lengths=False)
        with pytest.raises(DiskFull) as full:
            pull()
        assert "kept" in full.value.hint
        assert pull.part.read_bytes() == model[: pull.part.stat().st_size]
        assert not pull.wanted.target.exists()


def test_a_folder_that_may_not_be_written_to(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(PullFailed, match="models"):
        Pull(server, tmp_path / "models")()


def test_a_proxy_that_makes_no_sense(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://nowhere")
    with pytest.raises(PullFailed, match="the proxy"):
        pull()


@given(cuts=st.lists(st.integers(0, 400_000), max_size=12), tries=st.integers(1, 4), changes=st.booleans())
def test_however_it_is_cut_the_file_is_never_half_or_mixed(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], tries: int, changes: bool
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    pairs = {**BASE_MODEL, "tokenizer.chat_template": "{{ messages }}"}
    first = write(folder / "one.gguf", pairs, floats=100_000).read_bytes()
    second = first[:-300_000] + b"\x05" * 300_000
    with serving() as server:
        pull = Pull(server, folder / "models")
        server.files["/m.gguf"] = Served(first, cuts=cuts)
        for number in range(tries):
            with suppress(PullFailed):
                pull(pauses=(0.0,))
            if changes and number == 0:
                server.files["/m.gguf"] = Served(second, cuts=cuts[::-1])
            if pull.wanted.target.exists():
                break
        if pull.wanted.target.exists():
            assert pull.wanted.target.read_bytes() in (first, second)
        server.files["/m.gguf"].cuts.clear()
        with suppress(CompanionError):
            pull()
        assert pull.wanted.target.read_bytes() in (first, second)
