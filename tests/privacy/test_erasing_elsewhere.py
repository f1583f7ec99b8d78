"""Forgetting for good where there is more than words: the program's own words, tags, pastes, older copies, a lock."""

from __future__ import annotations

import contextlib
import json
import threading
from pathlib import Path

import pytest

from companion import sealing
from companion.chats import ChatMode
from companion.companion import Companion
from companion.errors import Busy, DiskFull
from companion.events import WordsErased
from companion.store import erasing
from companion.store.backups import Backups
from companion.store.database import Database, read_closed
from companion.store.erased import _mark
from companion.store.restoring import restore
from companion.store.unlocking import key_for
from companion.store.verifying import verify
from companion.strings import text
from tests.house import House
from tests.privacy.test_erasing import CANARY, EVERYTHING, TOLD, fill, holding, thoughts
from tests.test_sealing import QUICK

PASSPHRASE = "correct horse battery"  # noqa: S105


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "calibrated", lambda: QUICK)


def unlocked(house: House) -> Companion:
    house.model.closed = False
    companion = Companion(
        house.paths, house.settings, clock=house.clock, index=False, model=house.model, embedder=house.embedder
    )
    house.opened.append(companion)
    companion.start(key_for(house.paths, PASSPHRASE))
    return companion


def tables_with(db: Database) -> set[str]:
    """Also those of the full-text indexes."""
    found = set()
    for (table,) in db.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"):
        for row in db.all(f"SELECT * FROM {table}"):  # noqa: S608
            cells = [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
            if any(word.encode() in cell.lower() for cell in cells for word in TOLD):
                found.add(str(table))
    return found


def decrypted(path: Path, key: bytes) -> set[str]:
    with contextlib.closing(read_closed(path, key)) as db:
        return tables_with(db)


@pytest.fixture
def companion(house: House) -> Companion:
    return house.open()


OURS = (
    "I planned a plan with Zorba and was wrong as usual, it failed; I asked myself, self, crisis, import, paste,"
    " reflect, companion, used, taken, called."
)


def test_the_program_s_own_words_are_not_the_person_s(house: House, companion: Companion) -> None:
    """Words of the statement that also name a state, a kind or a mode of ours in other tables."""
    companion.ask("I drink black tea every morning.")
    companion.settle()
    companion.begin_conversation()
    companion.ask(f"{OURS} It rains.")
    companion.settle()
    store = companion._opened
    ids = thoughts(companion, "zorba")
    tea = thoughts(companion, "tea")[0]
    reply = store.turns.latest(1)[0].id
    with store.db.write() as db:
        db.run("INSERT INTO care(turn, kind, about) VALUES (?,'crisis','self')", (reply,))
        db.run(
            "INSERT INTO sources(kind, name, at, utc_offset, turn, start, \"end\") VALUES ('paste','a page',0,0,1,0,1)"
        )
        db.run("INSERT INTO jobs(kind, key, queued_at, error, state) VALUES ('reflect','77',0,'','failed')")
        db.run("INSERT INTO checkins(kind, memory, due_at, utc_offset, key) VALUES ('plan',?,0,0,'k')", (tea,))
    tables = ("conversations", "care", "sources", "jobs", "checkins", "recalls", "embedders", "adaptation")
    told = {each: store.db.all(f"SELECT * FROM {each}") for each in tables}  # noqa: S608
    companion.erase(ids)
    assert {each: store.db.all(f"SELECT * FROM {each}") for each in tables} == told  # noqa: S608
    assert verify(store.db).faults == {}


def test_every_column_of_text_is_the_program_s_or_is_looked_into(companion: Companion) -> None:
    """A column that comes later must be thought about: words of the person's in it have to go."""
    db = companion._opened.db
    tables = (
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' AND name NOT LIKE '%_words_%'"
    )
    looked_into = {
        (table, column)
        for (table,) in db.all(f"{tables} AND name NOT LIKE '%_words_%'")
        for _, column, kind, _, _, key in db.all(f"PRAGMA table_info({table})")
        if kind == "TEXT" and not key and table not in erasing._OWN and (table, column) not in erasing._OF_THE_PROGRAM
    }
    assert looked_into == {
        ("conversations", "title"), ("jobs", "error"), ("questions", "text"), ("questions", "options"),
        ("sources", "name"), ("stretches", "state"),
    }  # fmt: skip


def test_what_a_tag_tells_of_it_goes_too(companion: Companion) -> None:
    """Who Hugo is was said in what is erased, and stands with what else is known of him."""
    companion.ask("My brother is called Hugo. I drink black tea every morning.")
    companion.settle()
    companion.ask("I visited Hugo in Oslo last week.")
    companion.settle()
    (who,) = thoughts(companion, "brother")
    (trip,) = thoughts(companion, "oslo")
    assert companion.memory(trip).memory.tags == "brother"
    companion.erase((who,))
    assert companion.memory(trip).memory.tags == ""
    assert not any(
        "brother" in str(row).lower() for row in companion._opened.db.all("SELECT before, after FROM journal")
    )
    assert verify(companion._opened.db).faults == {}
    assert holding_word(companion, b"brother") == []


def holding_word(companion: Companion, word: bytes) -> list[str]:
    return [p.name for p in companion._paths.data.rglob("*") if p.is_file() and word in p.read_bytes().lower()]


def test_what_was_pasted_after_it_is_still_what_was_pasted(house: House, companion: Companion) -> None:
    companion.ask(f"{CANARY} I drink black tea every morning. It rains.")
    companion.settle()
    store = companion._opened
    turn = store.turns.latest(2)[0]
    start = turn.text.index("I drink")
    span = (start, start + len("I drink black tea"))
    source = store.sources.add("paste", "", house.clock.now(), turn.id, span)
    inside = store.sources.add("paste", "", house.clock.now(), turn.id, (3, span[1]))
    companion.erase(thoughts(companion))
    said = store.turns.get(turn.id).text
    moved = store.sources.get(source)
    assert said[moved.start : moved.end] == "I drink black tea"
    moved = store.sources.get(inside)
    assert said[moved.start : moved.end] == "[forgotten] I drink black tea"


def test_what_was_edited_away_does_not_come_back_in_the_journal_of_an_older_copy(
    house: House, companion: Companion
) -> None:
    """Nothing shows it there but the journal."""
    made = companion.add_memory(CANARY).memories[0]
    companion.edit_memory(made.id, "I water the plants on Sunday.")
    companion.close()
    older = companion._paths.database.read_bytes()
    again = house.open()
    again.erase((again.add_memory(CANARY).memories[0].id,))
    again.close()
    companion._paths.database.write_bytes(older)
    assert "companion.db" in holding(companion._paths.data)
    third = house.open()
    assert holding(companion._paths.data) == {}
    assert verify(third._opened.db).faults == {}


def test_in_a_locked_profile_no_page_holds_it_and_no_copy(house: House, companion: Companion) -> None:
    ids = fill(house, companion)
    companion.back_up()  # before the lock
    companion.protect(PASSPHRASE)
    house.clock.advance(hours=1)
    companion.back_up()
    data, key = house.paths.data, companion.data_key()
    assert key is not None
    copies = sorted(data.glob("backups/*.db"))
    assert len(copies) == 2
    companion.close()
    for each in (*copies, house.paths.database):
        assert decrypted(each, key) >= {"turns", "memories", "journal", "memory_words_data"}, "the control"
    again = unlocked(house)
    assert len(again.plan_erasure(ids).backups) == 2
    assert again.erase(ids, True).backups == ()
    assert tables_with(again._opened.db) == set()
    assert again._opened.db.value("PRAGMA freelist_count") == 0
    assert verify(again._opened.db).faults == {}
    again.close()
    copies = sorted(data.glob("backups/*.db"))
    assert len(copies) == 2
    for each in (*copies, house.paths.database):
        assert decrypted(each, key) == set()
    assert holding(data) == {}


def test_an_older_copy_of_a_locked_profile_does_not_bring_it_back(house: House, companion: Companion) -> None:
    ids = fill(house, companion)
    before = companion.back_up()
    companion.protect(PASSPHRASE)
    house.clock.advance(hours=1)
    copy = companion.back_up()
    companion.erase(ids)
    companion.close()
    key = key_for(house.paths, PASSPHRASE)
    assert key is not None
    copies = Backups(house.paths, house.clock)
    for backup in copies.all():
        assert backup.encrypted
        assert backup.reason == "hand"
        restore(house.paths, copies, backup, house.clock, key)
        assert decrypted(house.paths.database, key) != set(), "the control"
        again = unlocked(house)
        assert tables_with(again._opened.db) == set()
        again.ask(CANARY)
        again.settle()
        assert thoughts(again) == ()
        again.close()
        house.clock.advance(hours=1)
    assert before.name != copy.name


def test_a_readable_copy_of_a_locked_profile_does_not_bring_it_back(
    house: House, companion: Companion, tmp_path: Path
) -> None:
    """One that lay on a disk that was not there when the profile was locked."""
    ids = fill(house, companion)
    plain = companion.back_up()
    away = tmp_path / "away"
    away.mkdir()
    (house.paths.backups / plain.name).rename(away / plain.name)
    companion.protect(PASSPHRASE)
    companion.erase(ids)
    companion.close()
    copies = Backups(house.paths, house.clock, away)
    restore(house.paths, copies, copies.get(plain.name), house.clock, key_for(house.paths, PASSPHRASE))
    assert "companion.db" in holding(house.paths.data), "the control"
    again = house.open()
    assert tables_with(again._opened.db) == set()
    assert holding(house.paths.data) == {}


def test_what_was_erased_cannot_be_guessed_from_the_files_of_a_locked_profile(
    house: House, companion: Companion
) -> None:
    made = companion.add_memory(CANARY).memories[0]
    companion.erase((made.id,))
    told = json.loads(house.paths.erased.read_text())
    assert _mark(bytes.fromhex(told["key"]), CANARY).hex() in told["marks"], "the control: whoever has the file can try"
    key = told["key"]
    companion.protect(PASSPHRASE)
    other = companion.add_memory("I have a bicycle.").memories[0]
    companion.erase((other.id,))
    told = json.loads(house.paths.erased.read_text())
    assert told["key"] == ""
    assert len(told["marks"]) >= 2
    for file in house.paths.data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert key.encode() not in content
            assert bytes.fromhex(key) not in content
    companion.unprotect(PASSPHRASE)
    assert json.loads(house.paths.erased.read_text())["key"] == key


def test_without_room_to_clean_the_files_it_is_erased_and_cleaned_later(
    house: House, companion: Companion, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(house, companion)

    def full(_: Database) -> None:
        raise DiskFull("full")

    with monkeypatch.context() as fault:
        fault.setattr(Database, "compact", full)
        with pytest.raises(DiskFull) as told:
            companion.erase(ids)
        assert told.value.hint == text("erasing.files_later")
        assert house.events.of(WordsErased), "the screen forgets it too"
        assert thoughts(companion) == ()
        companion.close()
        again = house.open()  # it opens all the same
        assert thoughts(again) == ()
        again.close()
    assert house.open().status().memories > 0
    assert holding(house.paths.data) == {}


@pytest.mark.parametrize("which", ["the one that was made", "one of those before"])
def test_what_was_put_together_goes_together(companion: Companion, which: str) -> None:
    """In other words than those before, which nobody sees any more."""
    olds = [
        companion.add_memory(each).memories[0].id
        for each in ("Zephyrina grows orchids.", "The woman next door is from Kuopio.")
    ]
    other = companion.add_memory("I have a bicycle.").memories[0]
    made = companion.merge_memories(tuple(olds), "My neighbour loves flowers.").memories[0]
    assert made.id not in olds
    companion.erase((made.id if which == "the one that was made" else olds[0],))
    assert tables_with(companion._opened.db) == set()
    assert holding(companion._paths.data) == {}
    db = companion._opened.db
    assert [id for (id,) in db.all("SELECT id FROM memories WHERE kind = 'thought'")] == [other.id]
    assert "loves flowers" not in str(db.all("SELECT before, after FROM journal"))
    assert verify(db).faults == {}


def test_numbers_that_were_given_twice_take_nothing_else_out_of_a_copy(house: House, companion: Companion) -> None:
    """After an older copy was brought back the next memory has the number that another one has in a newer copy."""
    companion.add_memory("I drink black tea every morning.")
    first = companion.back_up()
    house.clock.advance(hours=1)
    kept = companion.add_memory("I have a bicycle.").memories[0]
    house.clock.advance(hours=1)
    newer = companion.back_up()
    companion.close()
    copies = Backups(house.paths, house.clock)
    restore(house.paths, copies, first, house.clock)
    again = house.open()
    house.clock.advance(hours=1)
    other = again.add_memory(CANARY).memories[0]
    assert other.id == kept.id
    assert again.erase((other.id,), True).backups == ()
    (same,) = [backup for backup in copies.all() if backup.at == newer.at and backup.reason == "hand"]
    assert same.name == newer.name, "nothing of it had to be written anew"
    with contextlib.closing(copies.open_backup(newer.name)) as db:
        assert "I have a bicycle." in [said for (said,) in db.all("SELECT text FROM memories")]


def test_what_anybody_says_stays_where_else_it_stands(house: House, companion: Companion) -> None:
    """A whole exchange goes, with a greeting in it; no other greeting does."""
    companion.ask(f"Hello! Yes. {CANARY} I do. Thanks!")
    companion.settle()
    companion.begin_conversation()
    house.model.enqueue("Hello! I do hope you slept well. Zephyrina does too.")
    companion.ask("Hello! I do. I drink black tea every morning. Yes. Thanks!")
    companion.settle()
    rows = [row.memory for row in companion.list_memories(EVERYTHING)]
    (moment,) = [each.id for each in rows if each.kind == "moment" and CANARY in each.text]
    companion.erase((moment,))
    assert [turn.text for turn in companion._opened.turns.latest(4)][::2] == [
        "[forgotten]", "Hello! I do. I drink black tea every morning. Yes. Thanks!"
    ]  # fmt: skip
    assert companion._opened.turns.latest(1)[0].text == "Hello! I do hope you slept well. [forgotten]"
    assert holding(companion._paths.data) == {}


def test_while_a_reply_is_written_nothing_is_erased(house: House, companion: Companion) -> None:
    made = companion.add_memory(CANARY).memories[0]
    house.model.gate = threading.Event()
    companion.send("hello")
    with pytest.raises(Busy):
        companion.erase((made.id,))
    house.model.gate.set()
    companion._talking.wait()
    companion.settle()
    assert companion.memory(made.id).memory.text == CANARY
    assert companion.erase((made.id,)).memories[0] == made.id
    assert holding(companion._paths.data) == {}


@pytest.mark.parametrize("mode", ["incognito", "play"])
def test_from_another_kind_of_conversation_it_goes_as_well(house: House, companion: Companion, mode: ChatMode) -> None:
    ids = fill(house, companion)
    companion.begin_conversation(mode=mode)
    house.model.enqueue("Zephyrina it is.")
    companion.ask(f"{CANARY} What do you say?")
    companion.settle()
    companion.erase(ids)
    assert tables_with(companion._opened.db) == set()
    assert holding(companion._paths.data) == {}
    companion.ask("And now?")
    companion.settle()
    companion.close()
    assert holding(house.paths.data) == {}


def test_killed_before_the_words_of_an_older_copy_are_gone_they_go_at_the_next_start(
    house: House, companion: Companion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks that were taken over alone would never be looked at again."""
    ids = fill(house, companion)
    companion.close()
    older = house.paths.database.read_bytes()
    again = house.open()
    again.erase(ids)
    again.close()
    house.paths.database.write_bytes(older)

    def dies(*_: object, **__: object) -> None:
        raise DiskFull("full")

    with monkeypatch.context() as fault:
        fault.setattr("companion.erasing.erase", dies)
        with pytest.raises(DiskFull):
            house.open()
    assert "companion.db" in holding(house.paths.data), "the control"
    third = house.open()
    assert tables_with(third._opened.db) == set()
    assert holding(house.paths.data) == {}
