"""What is exported and taken in again is what it was: in an empty profile all of it, elsewhere what is new."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.editing import Editing
from companion.exchange import raft
from companion.paths import Paths
from companion.records import Evidence, MemoryFilter
from companion.store.store import Store
from companion.store.verifying import verify
from companion.text import text_hash
from companion.transfers import Exported, Imported
from tests.exchange.test_escaping import NASTY, texts
from tests.support import FSRS, START, add, digests, memory

PERSONA = 'display_name = "Nova"\nsystem = "You are Nova."\nmemory = "own"\n'
_numbers = itertools.count()


class Profiles:
    """Profiles side by side, and folders for their exports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / f"profiles-{next(_numbers)}"
        self.clock = SetClock(START)
        self.opened: list[Store] = []

    def open(self, name: str) -> tuple[Store, Paths]:
        paths = Paths(data=self.folder / name, config=self.folder / name)
        store = Store.open(paths, self.clock)
        self.opened.append(store)
        return store, paths

    def export(self, profile: tuple[Store, Paths], name: str = "raft", **how: Any) -> Exported:
        return raft.export(*profile, self.clock, self.folder / name, **how)

    def take_in(self, profile: tuple[Store, Paths], name: str = "raft") -> Imported:
        planned = raft.plan(*profile, self.folder / name)
        done = raft.take_in(*profile, self.folder / name, Editing(profile[0], self.clock, FSRS))
        assert replace(done.plan, notes=()) == replace(planned, notes=())
        return done

    def close(self) -> None:
        for store in self.opened:
            store.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def live(store: Store, said: list[str], kinds: list[int]) -> None:
    """Conversations with versions of messages, and memories of every kind and state that rest on what was said."""
    clock = store.clock
    conversation = 0
    for number, text in enumerate(said):
        if number % 3 == 0:
            mode = "play" if number % 2 else "usual"
            conversation = store.conversations.begin(clock.now(), mode, "nova" if number % 4 == 0 else "")
            store.conversations.rename(conversation, text)
        turn = store.turns.add(conversation, "person", text, clock.now(), speaker=text[:20])
        store.turns.add(conversation, "companion", text, clock.now(), answers=turn.id, model="m", state="stopped")
        other = store.turns.add(conversation, "companion", text * 2, clock.now(), answers=turn.id, parent=turn.id)
        if number % 2:
            with store.db.write():
                store.branches.go(conversation, other.id - 1)
        whole = Evidence(turn.id, 0, len(text), text_hash(text))
        half = Evidence(turn.id, 0, len(text) // 2, text_hash(text[: len(text) // 2]))
        values: list[dict[str, Any]] = [
            {"kind": "moment", "evidence": (whole,)},
            {"evidence": (half,), "pinned": True, "subject": "Lena"},
            {"kind": "event", "evidence": (whole, half), "event_start": clock.now().timestamp()},
            {"kind": "trait", "status": "archived"},
            {"kind": "day", "status": "dormant", "importance": 5, "tags": "sister, nurse"},
            {"subject": text or "x", "status": "superseded", "replaced_by": 1, "valid_to": 5.0, "slot": "home_city"},
            {"subject": "companion", "scope": "nova", "valence": -0.1, "emotion": "joy"},
            {"kind": "moment", "scope": "play:", "strength": 1e-3, "difficulty": 9.5, "used_count": 3},
            {"status": "forgotten", "evidence": (half,)},
            {"status": "quarantined", "evidence": (whole,)},
        ]
        for kind in kinds:
            made = add(store, text, **values[kind])
            if made.id > 2 and made.status not in ("forgotten", "quarantined"):
                with store.changes.batch("reflection", "link") as batch:
                    batch.link(made.id, made.id - 1, "same-topic", 0.5)
        store.jobs.queue("reflect", str(turn.id), clock.now())
        clock.advance(hours=5)
    while (job := store.jobs.next()) is not None:
        store.jobs.done(job.id)


def _beside(store: Store) -> None:
    """What stands beside: a paste, what replies were given, uses, marks, places of the night, a night."""
    clock = store.clock
    (turn,) = store.db.all("SELECT id, conversation, text FROM turns WHERE role = 'person' LIMIT 1")
    source = store.sources.add("paste", "", clock.now(), turn[0], (0, len(turn[2])))
    kept = [m.id for m in store.memories.by_status(("active",))]
    with store.db.write():
        run = store.db.run
        if kept:
            run("INSERT INTO source_memories VALUES (?,?)", (kept[0], source))
            run("INSERT INTO recalls(reply, rank, memory, memory_version, score, coverage, used, mode, reasons)"
                " VALUES (?,1,?,1,0.5,0.25,1,'asked','[]')", (turn[0] + 1, kept[0]))  # fmt: skip
            run("INSERT INTO reviews(memory, at, utc_offset, rating, cause, turn) VALUES (?,5.5,3600,3,'used',NULL)",
                (kept[0],))  # fmt: skip
            run("INSERT INTO consolidated VALUES ('day 5', ?, 'basis', 'hash', 0)", (kept[-1],))
            run("INSERT INTO origins VALUES ('chatgpt', 'memory', 'k', ?, NULL)", (kept[0],))
            run("INSERT INTO checkins(kind, memory, due_at, utc_offset, key, state)"
                " VALUES ('after',?,1.5,0,'k','told')",
                (kept[0],))  # fmt: skip
        run("INSERT INTO origins VALUES ('chatgpt', 'turn', 'k', ?, ?)", (turn[0], source))
        run("INSERT INTO unsupported VALUES (?,0,0)", (turn[0] + 1,))
        run("INSERT INTO care VALUES (?,'gentle','self',0)", (turn[0],))
        run("INSERT INTO stretches VALUES (?,'{}',0)", (turn[1],))
        run("INSERT INTO adaptation VALUES ('asked','recency',0.25)")
        run("INSERT INTO checkin_tastes VALUES ('absence',2)")
        run("INSERT INTO nights VALUES ('2026-03-01',7.5,1,'{\"words\": \"the report of a night\"}')")
        run("INSERT INTO jobs(kind, key, queued_at, state) VALUES ('past',?,7.5,'queued')", (f"{source}/{turn[0]}",))


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said=st.lists(texts, max_size=4), kinds=st.lists(st.integers(0, 9), max_size=6))
@example(said=list(NASTY[::9]), kinds=list(range(10)))
def test_a_profile_that_is_put_back_is_what_it_was(tmp_path: Path, said: list[str], kinds: list[int]) -> None:
    _there_and_back(tmp_path, said, kinds)


@pytest.mark.nightly
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said=st.lists(texts, max_size=8), kinds=st.lists(st.integers(0, 9), max_size=10))
def test_any_profile_that_is_put_back_is_what_it_was(tmp_path: Path, said: list[str], kinds: list[int]) -> None:
    _there_and_back(tmp_path, said, kinds)


def _there_and_back(tmp_path: Path, said: list[str], kinds: list[int]) -> None:
    profiles = Profiles(tmp_path)
    try:
        first, second = profiles.open("first"), profiles.open("second")
        live(first[0], said, kinds)
        if said:
            _beside(first[0])
        first[1].personas.mkdir()
        (first[1].personas / "nova.toml").write_text(PERSONA)
        told = profiles.export(first)
        done = profiles.take_in(second)
        assert done.plan.whole
        assert (done.plan.new_turns, done.plan.new_memories) == (told.turns, told.memories)
        assert (done.plan.edits, done.plan.notes) == ((), ())
        again = profiles.export(second, "again")
        assert (again.sha256, again.files) == (told.sha256, told.files)
        assert digests(profiles.folder / "again") == digests(profiles.folder / "raft")
        assert "the report of a night" not in (profiles.folder / "raft" / "data" / "beside.jsonl").read_text("utf-8")
        assert verify(second[0].db).faults == {}
        kept = first[0].memories.find(MemoryFilter(statuses=("active", "dormant", "archived", "candidate")))
        here = second[0].memories.find(MemoryFilter(statuses=("active", "dormant", "archived", "candidate")))
        assert [replace(m, replaced_by=None) for m in here] == [replace(m, replaced_by=None) for m in kept]
        # The same once more changes nothing, there and where it came from.
        for profile in (first, second):
            assert profiles.take_in(profile).plan.empty
        assert profiles.export(first, "anew").sha256 == told.sha256
    finally:
        profiles.close()


def test_words_are_found_right_after_and_nothing_is_thought_about_twice(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path)
    try:
        first, second = profiles.open("first"), profiles.open("second")
        live(first[0], ["Lena moved to Porto in May.", "妈妈住在杭州。"], [0, 1])
        profiles.export(first)
        second[0].conversations.begin(profiles.clock.now())  # and nothing said in it
        profiles.take_in(second)
        store = second[0]
        assert [m.text for m in store.memories.find(MemoryFilter(text="porto", kinds=("moment",)))] == [
            "Lena moved to Porto in May."
        ]
        assert store.turns.without_reflection() == []
        assert store.jobs.pending() == 0
        assert [t.text for t in store.turns.conversation(1)] == [t.text for t in first[0].turns.conversation(1)]
        undone = store.changes.undo()
        assert len(undone[1]) == 4
        assert store.memories.count() == 0
    finally:
        profiles.close()


def test_what_is_forgotten_waits_or_was_erased_leaves_no_word(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path)
    try:
        first, second = profiles.open("first"), profiles.open("second")
        store = first[0]
        conversation = store.conversations.begin(profiles.clock.now())
        said = "I collect stamps. I once stole a zeppelin."
        turn = store.turns.add(conversation, "person", said, profiles.clock.now())
        stamps = Evidence(turn.id, 0, 17, text_hash(said[:17]))
        zeppelin = Evidence(turn.id, 18, len(said), text_hash(said[18:]))
        add(store, said[:17], evidence=(stamps,))
        add(store, said, kind="moment", evidence=(Evidence(turn.id, 0, len(said), text_hash(said)),))
        thought = add(store, said[18:], evidence=(zeppelin,))
        add(store, "The quetzal waits.", status="quarantined")
        Editing(store, profiles.clock, FSRS).forget(thought.id)
        told = profiles.export(first)
        written = "".join(f"{f}\n{f.read_text()}" for f in (profiles.folder / "raft").rglob("*") if f.is_file())
        for word in ("stole", "zeppelin", "quetzal"):
            assert word not in written
        assert "I collect stamps. █ ████ █████ █ █████████" in written
        profiles.take_in(second)
        assert profiles.export(second, "again").sha256 == told.sha256
        assert second[0].memories.is_buried("I once stole a zeppelin!")
        assert not second[0].memories.is_buried("I collect stamps.")
        assert verify(second[0].db).faults == {}
    finally:
        profiles.close()


def test_another_profile_gets_what_is_new_and_it_waits(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path)
    try:
        first, second = profiles.open("first"), profiles.open("second")
        live(first[0], ["Lena moved to Porto.", "I like tea.", "I have a cat."], [0, 1, 4, 5])
        first[1].personas.mkdir()
        second[1].personas.mkdir()
        (first[1].personas / "nova.toml").write_text(PERSONA)
        (second[1].personas / "nova.toml").write_text(PERSONA.replace("You are", "I am"))
        live(second[0], ["I was here before."], [0, 1])
        before = second[0].memories.find(MemoryFilter(statuses=("active",)))
        profiles.export(first)
        done = profiles.take_in(second)
        store = second[0]
        assert (done.plan.whole, done.plan.new_turns, done.plan.new_memories) == (False, 9, 6)
        assert done.plan.personas == ("nova-2",)
        assert len(done.plan.notes) == 1  # digests and what was replaced
        assert store.memories.find(MemoryFilter(statuses=("active",))) == before
        waiting = store.memories.many(store.sources.waiting(done.source or 0))
        assert sorted(m.text for m in waiting.values() if m.kind == "moment") == [
            "I have a cat.", "I like tea.", "Lena moved to Porto.",
        ]  # fmt: skip
        for each in waiting.values():
            assert all(quote.text == each.text[: len(quote.text)] for quote in store.memories.quotes(each))
        (came,) = [c for c in store.conversations.latest(10) if c.title == "Lena moved to Porto."]
        assert [t.text for t in store.turns.conversation(came.id)] == [t.text for t in first[0].turns.conversation(1)]
        assert came.started_at == START.timestamp()
        assert came.persona == "nova-2"
        assert verify(store.db).faults == {}
        assert store.turns.without_reflection() == []
        assert profiles.take_in(second).plan.empty
        # What was said there since comes once.
        turn = first[0].turns.add(1, "person", "She likes it.", profiles.clock.now())
        with first[0].changes.batch("reflection", "remember") as batch:
            batch.add(
                memory(
                    "She likes it.", profiles.clock, evidence=(Evidence(turn.id, 0, 13, text_hash("She likes it.")),)
                )
            )
        profiles.export(first)
        more = profiles.take_in(second)
        assert (more.plan.new_turns, more.plan.new_memories) == (1, 1)
        assert [t.text for t in store.turns.conversation(came.id)][-1] == "She likes it."
        # Removed all at once, by its source.
        assert store.changes.undo(done.batch)[1]
        assert verify(store.db).faults == {}
    finally:
        profiles.close()
