"""What editors, people and strangers do to an export that nobody thought of: nothing is lost in silence, nothing that
was taken away comes back, and nothing but a sentence comes of what is broken."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from companion.editing import Editing
from companion.errors import FileRefused, InvalidInput
from companion.exchange import raft
from companion.exchange.raft.content import FILES, data_file
from companion.exchange.raft.line_files import sha256_of_files
from companion.exchange.raft.parsing import parse
from companion.records import MemoryFilter
from companion.sealing import remove_plain
from companion.store.verifying import verify
from companion.transfers import HandEdit
from tests.exchange.test_hand_edits import Vault
from tests.exchange.test_round_trip import Profiles
from tests.house import House
from tests.mind.living import Living
from tests.support import FSRS, add, problem_of


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    vault = Vault(tmp_path)
    yield vault
    vault.profiles.close()


@pytest.mark.parametrize("line", ["1. {}", "  12) {}", "+ {}  ", "- [x] {}"])
def test_a_list_may_be_written_in_another_way(vault: Vault, line: str) -> None:
    vault.write("Me.md", r"^- I like tea\..*$", line.format(f"I like tea. ^m{vault.tea}"))
    assert vault.take_in() == ()
    vault.write("Me.md", r"I like tea\.", "I like green tea.")
    assert vault.take_in() == (HandEdit("edit", vault.tea, "I like tea.", "I like green tea."),)


@pytest.mark.parametrize("line", ["{}", "> {}", "> - {}", "## {}", "| {} |", "• {}", "```\n- {}\n```"])
def test_a_memory_whose_line_is_no_list_any_more_is_not_forgotten(vault: Vault, line: str) -> None:
    vault.write("Me.md", r"^- I like tea\..*$", line.format(f"I like tea. ^m{vault.tea}"))
    problem = problem_of(vault.take_in)
    assert isinstance(problem, FileRefused)
    assert "Me.md" in str(problem)
    assert vault.status(vault.tea) == "active"


def test_front_matter_without_end_is_a_sentence() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert len(parse("x.md", f"---\n{bomb}name: *a11\n---\n- words\n".encode()).name) < 100
    large = f"0x{'f' * 6000}"
    for head in (f"name: {large}", f"other: {large}", f"pinned: [{large}]"):
        with suppress(FileRefused):
            assert parse("x.md", f"---\n{head}\n---\n- words\n".encode()).bullets


def test_a_line_of_the_persons_own_is_taken_in_once_whatever_became_of_it(vault: Vault) -> None:
    vault.write("Me.md", r"\Z", "- I love zebras.\n")
    vault.take_in()
    new = int(vault.store.db.value("SELECT id FROM memories WHERE text = 'I love zebras.'"))
    vault.editing.edit(new, "I love horses.")
    assert vault.take_in() == ()
    vault.store.changes.undo()
    vault.store.changes.undo()
    assert vault.take_in() == (HandEdit("add", None, "", "I love zebras."),)
    new = int(vault.store.db.value("SELECT id FROM memories WHERE text = 'I love zebras.'"))
    vault.editing.forget(new)
    vault.write("Me.md", r"^- I love zebras\.", "- I LOVE zebras")
    done = vault.profiles.take_in(vault.profile)
    assert done.plan.edits == ()
    assert any("Me.md" in note for note in done.plan.notes)


def test_what_was_erased_does_not_come_back_from_a_folder(house: House, tmp_path: Path) -> None:
    companion, folder = house.open(), tmp_path / "raft"
    companion.add_memory("I have a cat.")
    companion.export_to(str(folder))
    page = folder / "Me.md"
    page.write_text(page.read_text("utf-8") + "- I once stole a zeppelin.\n", "utf-8")
    companion.import_from(str(folder))
    for row in companion.list_memories(MemoryFilter(limit=10)):
        companion.erase((row.memory.id,))
    assert companion.import_from(str(folder)).plan.empty
    assert companion.list_memories(MemoryFilter(limit=10)) == ()


@pytest.mark.parametrize("place", ["", "opened", "opened-raft", "personas", "deep/down"])
def test_no_export_goes_where_the_programs_own_files_are(vault: Vault, place: str) -> None:
    store, paths = vault.profile
    before = sorted(paths.data.rglob("*"))
    with pytest.raises(InvalidInput):
        raft.export(store, paths, vault.profiles.clock, paths.data / place, force=True)
    assert sorted(paths.data.rglob("*")) == before


def test_an_import_that_was_undone_can_be_done_again(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path)
    first, second = profiles.open("first"), profiles.open("second")
    Living(first[0], profiles.clock).tell("My sister Lena lives in Porto.")
    add(second[0], "I have a cat.")
    profiles.export(first)
    brought = profiles.take_in(second).plan.new_memories
    assert brought
    assert profiles.take_in(second).source is None
    second[0].changes.undo()
    again = profiles.take_in(second)
    assert (again.plan.new_memories, again.plan.new_turns) == (brought, 0)
    assert again.source is not None
    assert len(second[0].sources.waiting(again.source)) == brought
    profiles.close()


def test_whether_an_archive_is_an_export_is_told_without_reading_all_it_says_of_a_file(tmp_path: Path) -> None:
    head = tarfile.TarInfo("./@PaxHeader")
    head.type, head.size = tarfile.XHDTYPE, 96 << 20
    packed = tmp_path / "bomb.tar.gz"
    with gzip.open(packed, "wb", compresslevel=1) as file:
        file.write(head.tobuf(format=tarfile.USTAR_FORMAT))
        for _ in range(96):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    try:
        assert not raft.recognises(packed)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


SOURCE = {"id": "abc", "kind": "import", "name": "", "at": 1.0, "utc_offset": 0, "turn": 1, "start": 0, "end": 1}
FORGED: dict[str, Callable[[list[dict[str, object]]], None]] = {
    "a number that is none": lambda rows: rows.append(
        {"table": "sources", "row": {**SOURCE, "stands": 1, "confirmed": 1}}
    ),
    "a word for a number": lambda rows: rows.append({"table": "checkin_tastes", "row": {"kind": "x", "less": "y"}}),
    "nothing for a word": lambda rows: rows.append({"table": "nights", "row": {"night": None, "ran_at": 1.0}}),
    "too large a number": lambda rows: rows.append({"table": "nights", "row": {"night": "x", "ran_at": 1 << 70}}),
}


@pytest.mark.parametrize("kind", FORGED)
def test_what_no_table_takes_is_refused_by_its_file(vault: Vault, kind: str) -> None:
    other = vault.profiles.open("other")
    file = vault.folder / data_file("beside")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    FORGED[kind](rows)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    data = {data_file(each): (vault.folder / data_file(each)).read_bytes() for each, _ in FILES}
    manifest = vault.folder / "data" / "manifest.json"
    head = json.loads(manifest.read_text("utf-8"))
    head["data"] = {path: hashlib.sha256(content).hexdigest() for path, content in data.items()}
    head["sha256"] = sha256_of_files(vault.folder)
    manifest.write_text(json.dumps(head), "utf-8")
    problem = problem_of(lambda: raft.take_in(*other, vault.folder, Editing(other[0], vault.profiles.clock, FSRS)))
    assert isinstance(problem, FileRefused)
    assert "beside.jsonl" in str(problem)
    assert other[0].turns.count() == other[0].memories.count() == 0


def test_what_was_erased_does_not_come_back_under_another_name(house: House, tmp_path: Path) -> None:
    companion, words = house.open(), "I once stole a zeppelin."
    (added,) = companion.add_memory(words).memories
    companion.erase((added.id,))
    profiles = Profiles(tmp_path)
    other = profiles.open("other")
    Living(other[0], profiles.clock).tell(f"My sister Lena lives in Porto. {words}")
    profiles.export(other)
    other[0].close()
    diary = tmp_path / "diary.md"
    diary.write_text(f"# 5 March 2024\n\nMy sister Lena lives in Porto. {words}\n", "utf-8")
    for path in (profiles.folder / "raft", diary):
        companion.import_from(str(path))
    said = [str(text) for (text,) in companion._opened.db.all("SELECT text FROM turns WHERE role = 'person'")]
    assert len(said) == 2
    assert all("Porto" in text and "zeppelin" not in text for text in said)
    assert companion.search_turns("zeppelin") == ()
    assert not companion._opened.db.value("SELECT count(*) FROM memories WHERE text LIKE '%zeppelin%'")
    assert verify(companion._opened.db).faults == {}


def test_what_a_crash_left_of_an_archive_goes_with_the_rest_that_can_be_read(house: House) -> None:
    for folder in (house.paths.scratch, house.paths.scratch_raft):
        (folder / "opened-1").mkdir(parents=True)
        (folder / "opened-1" / "000000").write_text("My sister is a marine biologist.", "utf-8")
    remove_plain(house.paths)
    assert not house.paths.scratch.exists()
    assert not house.paths.scratch_raft.exists()
