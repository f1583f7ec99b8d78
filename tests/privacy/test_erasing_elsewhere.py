"""Forgetting for good where there is more than words: the program's own words, tags, pastes, older copies, a lock."""

from __future__ import annotations

import pytest

from companion.companion import Companion
from companion.store import erasing
from companion.store.verifying import verify
from tests.house import House
from tests.privacy.test_erasing import CANARY, EVERYTHING, TOLD, _tables_with, fill, holding, thoughts


@pytest.fixture
def companion(house: House) -> Companion:
    return house.open()


OURS = "I planned a plan with Zorba and was wrong as usual, it failed; I asked myself, self, crisis, import, paste, reflect, companion."


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
        for (table,) in db.all(tables)
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
    (who,) = [id for id in thoughts(companion, "brother")]
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


def test_what_was_pasted_after_it_is_still_what_was_pasted(companion: Companion) -> None:
    companion.ask(f"{CANARY} I drink black tea every morning. It rains.")
    companion.settle()
    store = companion._opened
    turn = store.turns.latest(2)[0]
    start = turn.text.index("I drink")
    span = (start, start + len("I drink black tea"))
    source = store.sources.add("paste", "", companion._clock.now(), turn.id, span)
    inside = store.sources.add("paste", "", companion._clock.now(), turn.id, (3, span[1]))
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
