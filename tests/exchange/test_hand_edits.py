"""What somebody changes in the pages arrives as that change, once, and nothing else; what cannot be understood stops
all of it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from companion.editing import Editing
from companion.errors import CompanionError, FileRefused
from companion.exchange import raft
from companion.exchange.raft.content import FILES, data_file
from companion.exchange.raft.escaping import escaped
from companion.exchange.raft.line_files import sha256_of_files
from companion.store.verifying import verify
from companion.text import text_hash
from companion.transfers import HandEdit
from tests.exchange.test_escaping import texts
from tests.exchange.test_round_trip import Profiles
from tests.support import FSRS, add, dump, evidence, problem_of, say


class Vault:
    """A profile, its export, and a hand that writes into it."""

    def __init__(self, folder: Path) -> None:
        self.profiles = Profiles(folder)
        self.profile = self.profiles.open("mine")
        self.store = self.profile[0]
        self.editing = Editing(self.store, self.profiles.clock, FSRS)
        said = say(self.store, "I like tea. My sister Lena is a nurse.", "How nice.")[0]
        self.moment = add(self.store, said.text, kind="moment", evidence=(evidence(said, said.text),)).id
        self.tea = add(self.store, "I like tea.", evidence=(evidence(said, "I like tea."),)).id
        self.lena = add(
            self.store, "Lena is a nurse.", subject="Lena", evidence=(evidence(said, "My sister Lena is a nurse."),)
        ).id
        self.cat = add(self.store, "I have a cat.", pinned=True).id
        self.trait = add(self.store, "Calm.", kind="trait").id
        self.export()

    @property
    def folder(self) -> Path:
        return self.profiles.folder / "raft"

    def export(self, **how: bool) -> None:
        self.profiles.export(self.profile, **how)

    def write(self, page: str, pattern: str, new: str) -> None:
        """Put `new` in the place of what fits, in a page."""
        text = (self.folder / page).read_text("utf-8")
        assert re.search(pattern, text, re.M), (pattern, text)
        (self.folder / page).write_text(re.sub(pattern, lambda _: new, text, count=1, flags=re.M), "utf-8")

    def take_in(self) -> tuple[HandEdit, ...]:
        return self.profiles.take_in(self.profile).plan.edits

    def text(self, id: int) -> str:
        return self.store.memories.get(id).text

    def status(self, id: int) -> str:
        return self.store.memories.get(id).status


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    vault = Vault(tmp_path)
    yield vault
    vault.profiles.close()


def test_an_edit_is_an_edit_as_in_the_panel_and_undo_takes_all_back(vault: Vault) -> None:
    before = dump(vault.store, "memories", "evidence", "links", "tombstones")
    vault.write("Me.md", r"^- I like tea\.", "- I like *green* tea.")
    vault.write("Me.md", r"pinned: \[m\d+\]", f"pinned:\n  - m{vault.tea}")
    vault.write("People/Lena.md", r"^- Lena is.*\n", "")
    vault.write("Portrait.md", r"\Z", "- Kind to animals.\n")
    edits = vault.take_in()
    assert sorted((edit.action, edit.memory, edit.after) for edit in edits if edit.memory) == [
        ("edit", vault.tea, "I like *green* tea."),
        ("forget", vault.lena, ""),
        ("pin", vault.tea, "I like tea."),
        ("unpin", vault.cat, "I have a cat."),
    ]
    assert [edit for edit in edits if edit.memory is None] == [HandEdit("add", None, "", "Kind to animals.")]
    assert vault.text(vault.tea) == "I like *green* tea."
    assert vault.store.memories.get(vault.tea).pinned
    assert not vault.store.memories.get(vault.cat).pinned
    assert vault.status(vault.lena) == "forgotten"
    assert vault.status(vault.moment) == "forgotten"  # as in the panel: with all that rests on the same words
    (new,) = [m for m in vault.store.consolidated.portrait() if m.id != vault.trait]
    assert (new.kind, new.text) == ("trait", "Kind to animals.")
    assert verify(vault.store.db).faults == {}
    assert vault.take_in() == ()  # once
    vault.export()  # nothing of it would be lost now
    vault.store.changes.undo()
    after = dump(vault.store, "memories", "evidence", "links", "tombstones")
    assert [row[2:4] for row in after["memories"]] == [row[2:4] for row in before["memories"]]
    assert (after["evidence"], after["tombstones"]) == (before["evidence"], before["tombstones"])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts)
def test_whatever_is_written_arrives_as_it_was_written(vault: Vault, said: str) -> None:
    vault.export(force=True)
    page = (vault.folder / "Me.md").read_text("utf-8")
    line = next(line for line in page.split("\n") if line.endswith(f" ^m{vault.tea}"))
    (vault.folder / "Me.md").write_text(page.replace(line, f"- {escaped(said)} ^m{vault.tea}"), "utf-8")
    if not said.strip():
        with pytest.raises(FileRefused):
            vault.take_in()
        return
    if said.strip() != vault.text(vault.tea):
        vault.take_in()
    assert vault.text(vault.tea) == said.strip()


def test_lines_without_a_mark_belong_to_their_page(vault: Vault) -> None:
    vault.write("People/Lena.md", r"\Z", "- Bakes bread\n  on Sundays.\n\n* [[Me]]\n\nA note of mine.\n")
    day = next((vault.folder / "Journal").iterdir()).name
    vault.write(f"Journal/{day}", r"\Z", "\n- We saw the sea.\n")
    (vault.folder / "People" / "Bo.md").write_text("---\ncompanion: person\nname: Bo\n---\n- Bo is my friend.\n")
    (vault.folder / "People" / "Own.md").write_text("- no memory: a page of the person's own\n")
    assert {edit.after for edit in vault.take_in()} == {
        "Bakes bread on Sundays.",
        "We saw the sea.",
        "Bo is my friend.",
    }
    found = {m.text: m for m in vault.store.memories.many(range(1, 20)).values()}
    assert found["Bakes bread on Sundays."].subject == "Lena"
    assert found["Bo is my friend."].subject == "Bo"
    sea = found["We saw the sea."]
    assert (sea.kind, sea.event_start is not None) == ("event", True)
    assert vault.take_in() == ()


def test_what_was_changed_here_as_well_stays(vault: Vault) -> None:
    vault.write("Me.md", r"^- I like tea\.", "- I like coffee.")
    vault.write("People/Lena.md", r"^- Lena is.*\n", "")
    vault.editing.edit(vault.tea, "I like cocoa.")
    vault.editing.edit(vault.lena, "Lena is a doctor.")
    before = dump(vault.store)
    edits = vault.take_in()
    assert {(edit.action, edit.before, edit.after, edit.conflict) for edit in edits} == {
        ("edit", "I like cocoa.", "I like coffee.", True),
        ("forget", "Lena is a doctor.", "", True),
    }
    assert dump(vault.store) == before
    vault.editing.edit(vault.tea, "I like coffee.")  # both say the same now
    assert {edit.action for edit in vault.take_in()} == {"forget"}


def test_a_page_that_is_gone_forgets_nothing_and_a_record_is_left_alone(vault: Vault) -> None:
    (vault.folder / "People" / "Lena.md").unlink()
    vault.write("Me.md", r"\A---\n(?:.*\n)*?---\n", "")
    said = next((vault.folder / "Conversations").iterdir()).name
    vault.write(f"Conversations/{said}", "How nice", "How sad")
    plan = raft.plan(*vault.profile, vault.folder)
    assert plan.empty
    assert [any(name in note for note in plan.notes) for name in ("Lena.md", said, "Me.md")] == [True] * 3
    assert vault.status(vault.lena) == "active"


def test_a_page_may_be_renamed_and_a_line_moved(vault: Vault) -> None:
    (vault.folder / "People" / "Lena.md").rename(vault.folder / "People" / "Lena Smith.md")
    vault.write("People/Lena Smith.md", "is a nurse", "is a doctor")
    vault.write("Me.md", rf"^- I have a cat\. \^m{vault.cat}\n", "")
    vault.write("People/Lena Smith.md", r"\Z", f"- I have a cat. ^m{vault.cat}\n")
    assert [(edit.action, edit.memory) for edit in vault.take_in()] == [("edit", vault.lena)]
    assert vault.text(vault.lena) == "Lena is a doctor."
    assert vault.status(vault.cat) == "active"


def test_obsidian_may_write_the_front_matter_anew(vault: Vault) -> None:
    vault.write("Me.md", r"^memories: .*\n", "")
    vault.write("Me.md", r"^pinned: .*$", f"pinned:\n  - m{vault.cat}\n  - 'm{vault.tea}'\ntags:\n  - mine")
    assert [(edit.action, edit.memory) for edit in vault.take_in()] == [("pin", vault.tea)]
    for _ in range(3):
        vault.export()  # what the person added is kept, also when nothing is changed any more
        page = (vault.folder / "Me.md").read_text("utf-8")
        assert "\ntags:\n- mine\n---\n" in page
        assert f"pinned: [m{vault.tea}, m{vault.cat}]" in page
    assert vault.take_in() == ()


def test_line_ends_of_windows_are_no_change(vault: Vault) -> None:
    for file in vault.folder.rglob("*.*"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    plan = raft.plan(*vault.profile, vault.folder)
    assert (plan.edits, plan.notes) == ((), ())
    vault.export()
    assert b"\r" not in (vault.folder / "Me.md").read_bytes()


BROKEN: dict[str, tuple[Callable[[Vault], None], str]] = {
    "YAML": (lambda v: v.write("Me.md", r"^pinned: .*$", "pinned: [m1"), "Me.md, line"),
    "no end": (lambda v: v.write("Me.md", r"^---\n\n", ""), "Me.md, line 1"),
    "pins": (lambda v: v.write("Me.md", r"^pinned: .*$", "pinned: [cats]"), "Me.md, line 1"),
    "twice": (lambda v: v.write("Me.md", r"\Z", f"- again ^m{v.lena}\n"), "line"),
    "unknown": (lambda v: v.write("Me.md", r"\Z", "- what ^m999\n"), "Me.md, line"),
    "lost mark": (lambda v: v.write("Me.md", rf"\^m{v.cat}$", f"^m{v.cat} and a dog"), "Me.md, line"),
    "no words": (lambda v: v.write("Me.md", r"^- I have a cat\.", "-"), "Me.md, line"),
    "too long": (lambda v: v.write("Me.md", r"^- I have a cat\.", "- " + "a" * 20_001), "Me.md, line"),
    "bytes": (
        lambda v: (v.folder / "Me.md").write_bytes(b"---\ncompanion: me\n---\n- \xff\n") and None,
        "Me.md, line 4",
    ),
    "cut": (lambda v: _cut(v.folder / "data" / "memories.jsonl"), "data/memories.jsonl"),
    "value": (lambda v: v.write("data/memories.jsonl", '"importance":3', '"importance":9'), "memories.jsonl, line 1"),
    "data": (lambda v: v.write("data/turns.jsonl", "How nice", "How sad"), "data/turns.jsonl"),
    "gone": (lambda v: (v.folder / "data" / "turns.jsonl").unlink(), "data/turns.jsonl"),
    "manifest": (lambda v: _cut(v.folder / "data" / "manifest.json"), "data/manifest.json"),
    "newer": (lambda v: v.write("data/manifest.json", '"format": 1', '"format": 2'), "format 2"),
    "outside": (lambda v: v.write("data/manifest.json", '"Me.md"', '"../Me.md"'), "data/manifest.json"),
}


def test_a_broken_export_is_refused_by_file_and_line_and_nothing_is_taken_in(vault: Vault) -> None:
    other = vault.profiles.open("other")
    vault.write("People/Lena.md", "is a nurse", "is a doctor")
    before, whole = dump(vault.store), vault.profiles.folder / "whole"
    shutil.copytree(vault.folder, whole)
    for kind, (damage, named) in BROKEN.items():
        shutil.rmtree(vault.folder)
        shutil.copytree(whole, vault.folder)
        damage(vault)
        problem = problem_of(lambda: raft.take_in(*vault.profile, vault.folder, vault.editing))
        assert isinstance(problem, FileRefused), kind
        assert named in str(problem), kind
        assert problem.hint, kind
        assert isinstance(problem_of(lambda: raft.plan(*other, vault.folder)), FileRefused), kind
    assert dump(vault.store) == before


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


FORGED = {
    "a parent ahead of its child": ("turns", lambda rows: rows[0].update(parent=rows[1]["id"])),
    "evidence beyond the turn": ("memories", lambda rows: rows[0].update(evidence=[[1, 0, 9999, "x"]])),
    "a link to nothing": ("memories", lambda rows: rows[0].update(links=[[777, "next", 1.0]])),
    "one number for two": ("memories", lambda rows: rows[1].update(id=rows[0]["id"])),
    "a state that is not exported": ("memories", lambda rows: rows[0].update(status="forgotten")),
    "a table of another kind": (
        "beside",
        lambda rows: rows.append({"table": "meta", "row": {"key": "a", "value": "b"}}),
    ),
    "a persona elsewhere": ("personas", lambda rows: rows.append({"key": "../x", "toml": ""})),
    "a number beyond": ("turns", lambda rows: rows[0].update(id=1 << 60)),
    "no number": ("memories", lambda rows: rows[0].update(strength=float("nan"))),
}


def test_an_export_that_was_put_together_by_hand_is_held_against_the_rules(vault: Vault) -> None:
    """With sums that fit: whoever wants to can make them anew."""
    other, whole = vault.profiles.open("other"), vault.profiles.folder / "whole"
    shutil.copytree(vault.folder, whole)
    for kind, (name, change) in FORGED.items():
        shutil.rmtree(vault.folder)
        shutil.copytree(whole, vault.folder)
        file = vault.folder / data_file(name)
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        change(rows)
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        data = {data_file(each): (vault.folder / data_file(each)).read_bytes() for each, _ in FILES}
        head = json.loads((vault.folder / "data" / "manifest.json").read_text())
        head["data"] = {path: hashlib.sha256(content).hexdigest() for path, content in data.items()}
        head["sha256"] = sha256_of_files(vault.folder)
        (vault.folder / "data" / "manifest.json").write_text(json.dumps(head))
        problem = problem_of(lambda: raft.take_in(*other, vault.folder, vault.editing))
        assert isinstance(problem, FileRefused), kind
        assert file.name in str(problem), kind
        assert other[0].turns.count() == other[0].memories.count() == 0


def test_a_new_export_does_not_write_over_what_was_changed_by_hand(vault: Vault) -> None:
    vault.write("Me.md", "I like tea", "I like coffee")
    problem = problem_of(vault.export)
    assert problem is not None
    assert "Me.md" in str(problem)
    assert "coffee" in (vault.folder / "Me.md").read_text()
    vault.take_in()
    vault.export()
    assert f"- I like coffee. ^m{vault.tea}" in (vault.folder / "Me.md").read_text()
    vault.write("Me.md", r"\Z", "\nA thought of mine, no memory.\n")
    assert isinstance(problem_of(vault.export), CompanionError)
    vault.export(force=True)
    assert "of mine" not in (vault.folder / "Me.md").read_text()


def test_edited_on_the_way_it_is_put_back_with_the_edits_in_a_batch_of_their_own(vault: Vault) -> None:
    vault.write("Me.md", "I like tea", "I like coffee")
    vault.write("Me.md", r"\Z", "- I sing.\n")
    other = vault.profiles.open("other")
    done = vault.profiles.take_in(other)
    assert done.plan.whole
    assert other[0].memories.get(vault.tea).text == "I like coffee."
    other[0].changes.undo(done.batch)
    assert other[0].memories.get(vault.tea).text == "I like tea."
    assert verify(other[0].db).faults == {}
    # It goes on with the same profile: later exports of either are its own.
    vault.editing.edit(vault.cat, "I have two cats.")
    vault.export(force=True)
    vault.write("Me.md", "two cats", "three cats")
    assert [edit.action for edit in vault.profiles.take_in(other).plan.edits] == ["edit"]


def test_a_zip_of_it_says_the_same(vault: Vault) -> None:
    vault.write("Me.md", "I like tea", "I like coffee")
    packed = shutil.make_archive(str(vault.profiles.folder / "packed"), "zip", vault.profiles.folder, "raft")
    assert raft.recognises(Path(packed))
    assert raft.recognises(vault.folder)
    assert not raft.recognises(vault.profiles.folder)
    assert "no export" in str(problem_of(lambda: raft.plan(*vault.profile, vault.profiles.folder)))
    assert "no export" in str(problem_of(lambda: raft.plan(*vault.profile, vault.folder / "Me.md")))
    assert [edit.after for edit in raft.plan(*vault.profile, Path(packed)).edits] == ["I like coffee."]
    raft.take_in(*vault.profile, Path(packed), vault.editing)
    assert vault.text(vault.tea) == "I like coffee."
    assert not list(vault.profile[1].data.glob("opened*"))


def test_what_the_other_profile_forgot_does_not_come_back(vault: Vault) -> None:
    other = vault.profiles.open("other")
    own = add(other[0], "I like tea.")
    Editing(other[0], vault.profiles.clock, FSRS).forget(own.id)
    vault.write("Me.md", "I have a cat", "I have a hen")
    vault.write("Me.md", r"\Z", "- I sing.\n")
    done = vault.profiles.take_in(other)
    waiting = other[0].memories.many(other[0].sources.waiting(done.source or 0)).values()
    assert (done.plan.edits, done.plan.new_memories) == ((), len(waiting))
    assert vault.profiles.take_in(other).plan.empty
    assert {m.text for m in waiting if m.kind != "moment"} == {"I have a hen.", "I sing.", "Lena is a nurse.", "Calm."}
    assert all(
        text_hash(q.text) == e.quote_hash
        for m in waiting
        for q, e in zip(other[0].memories.quotes(m), m.evidence, strict=True)
    )
