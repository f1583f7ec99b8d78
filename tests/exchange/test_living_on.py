"""A profile that was put back lives on as the one that it was: nights find nothing new, and go on alike."""

from __future__ import annotations

from pathlib import Path

from companion.records import KINDS, STATUSES, MemoryFilter
from companion.store.images import statement_key
from companion.store.store import Store
from tests.exchange.test_round_trip import Profiles
from tests.house import House
from tests.mind.living import Living
from tests.support import dump


def texts(store: Store) -> list[tuple[str, str, str]]:
    """What is remembered, but for what is forgotten."""
    found = store.memories.find(MemoryFilter(statuses=STATUSES, kinds=KINDS))
    return sorted((m.kind, m.status, m.text) for m in found if m.status != "forgotten")


def test_nights_go_on_as_before(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path)
    try:
        first, second = profiles.open("first"), profiles.open("second")
        living = Living(first[0], profiles.clock)
        living.tell("My name is Tom.", "I live in Leeds.", "I'm vegetarian.", "My sister Lena lives in Porto.")
        living.night()
        living.editing.forget(living.line("Diet: vegetarian").id)
        living.editing.edit(living.line("Lives in Leeds").id, "Lives in the north of Leeds")
        living.night()
        profiles.export(first)
        profiles.take_in(second)
        then = profiles.clock.at
        assert texts(second[0]) == texts(first[0])
        before = dump(second[0], "memories", "evidence", "links")
        other = Living(second[0], profiles.clock)
        other.night()
        after = dump(second[0], "memories", "evidence", "links")
        assert [row[1:3] for row in after["memories"]] == [row[1:3] for row in before["memories"]]
        for each in (living, other):
            profiles.clock.at = then
            each.tell("I work as a nurse.", "Lena has a dog called Rex.")
            each.night()
            each.night()
        assert "Job: nurse" in other.portrait()
        assert other.portrait() == living.portrait()
        assert not any("vegetarian" in text for _, _, text in texts(second[0]))
        assert texts(second[0]) == texts(first[0])
    finally:
        profiles.close()


def test_the_program_takes_it_in_after_a_backup_and_finds_it_by_words_and_by_meaning(
    house: House, tmp_path: Path
) -> None:
    profiles = Profiles(tmp_path)
    try:
        first = profiles.open("first")
        Living(first[0], profiles.clock).tell("My sister Lena lives in Porto.")
        profiles.export(first)
    finally:
        for store in profiles.opened:
            store.close()
    companion = house.open()
    done = companion._take_in_ours(profiles.folder / "raft")
    assert done.plan.whole
    assert [backup.reason for backup in companion.backups()] == ["import"]
    assert companion.search_memories("Porto")[0].memory.text.startswith("My sister Lena")
    assert companion._take_in_ours(profiles.folder / "raft").batch is None
    assert len(companion.backups()) == 1
    again = companion.export_to(str(tmp_path / "again"))
    assert again.memories == done.plan.memories
    undone = companion.undo()
    assert any("conversations that came with it stay" in line for line in undone.kept)
    assert companion.search_memories("Porto") == ()
    assert [page.turns for page in companion.conversations()] == [done.plan.turns]
    assert companion.redo().kept == ()
    assert companion.search_memories("Porto")[0].memory.text.startswith("My sister Lena")
    assert all(check.level != "error" for check in companion.doctor())


def test_what_is_erased_leaves_not_even_the_hash_that_came_with_it(house: House) -> None:
    companion = house.open()
    store = companion._opened
    with store.db.write():
        store.db.run("INSERT INTO buried VALUES (?,?,?)", (statement_key("I once stole a zeppelin."), 7, 0.0))
    assert store.memories.is_buried("I once stole a zeppelin")
    added = companion.add_memory("I once stole a zeppelin.").memories[0]
    companion.erase((added.id,))
    assert store.db.value("SELECT count(*) FROM buried") == 0
    assert store.memories.is_buried("I once stole a zeppelin")  # by its mark, which does not spell it


def test_what_was_said_in_one_breath_with_what_is_forgotten_is_still_there(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path)
    try:
        mine = profiles.open("mine")
        living = Living(mine[0], profiles.clock)
        living.tell("I live in Leeds. My brother Otto flies a zeppelin.", "My brother Otto has a dog.")
        living.night()
        (thought,) = [m for m in living.all("thought") if "zeppelin" in m.text]
        living.editing.forget(thought.id)
        profiles.export(mine)
        written = "".join(f"{f}\n{f.read_text('utf-8')}" for f in profiles.folder.rglob("raft/**/*") if f.is_file())
        assert "zeppelin" not in written
        assert "I live in Leeds. ██ ███████ ████ █████ █ █████████" in written
        assert "My brother Otto has a dog." in written
    finally:
        profiles.close()
