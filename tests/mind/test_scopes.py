"""What is said to a persona with a memory of its own stays with it, and what is said in play stays play."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.editing import Editing
from companion.judging import Judging
from companion.memory.cue import Cue
from companion.memory.learner import Learner
from companion.memory.recall import Recall
from companion.mind.mood import latest_mood
from companion.mind.morning import Morning
from companion.mind.reflect import Reflection
from companion.mind.sleep import Sleep
from companion.model.prompt import memory_block
from companion.records import PLAY, Memory, MemoryFilter, RecalledMemory, Turn
from companion.regrouping import Regrouping
from companion.store.store import Store
from tests.support import FSRS, FakeEmbedder, add, dump, embed_missing, meaning

OWN = "confidant"
SHARED = frozenset({""})


class Life:
    """A person with several conversations, each with its persona and mode; every exchange is thought about at once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.scopes.has_own = lambda persona: persona == OWN
        self.meaning = meaning(store, FakeEmbedder())
        self.recall = Recall(store, self.meaning)
        self.reflection = Reflection(store, store.clock, FSRS, lambda: self.meaning)

    def begin(self, mode: str = "usual", persona: str = "") -> int:
        id = self.store.turns.open_conversation(self.store.clock.now())
        with self.store.db.write():
            self.store.db.run("UPDATE conversations SET mode = ?, persona = ? WHERE id = ?", (mode, persona, id))
        return id

    def hear(self, conversation: int, text: str, reply: str = "I see.") -> Turn:
        now = self.store.clock.now()
        turn = self.store.turns.add(conversation, "person", text, now)
        self.store.turns.add(conversation, "companion", reply, now, answers=turn.id)
        self.reflection.queue(turn.id)
        while (job := self.store.jobs.next()) is not None:
            self.reflection.run(job.id, int(job.key))
        self.embed()
        return turn

    def embed(self) -> None:
        with self.store.db.write():
            embed_missing(self.store, self.meaning, self.recall.pool)

    def recalled(self, conversation: int, text: str) -> list[Memory]:
        cue = Cue(text, now=self.store.clock.now(), scopes=self.store.scopes.readable(conversation))
        return [item.memory for item in self.recall(cue, 8).memories]

    def kept(self, *kinds: str) -> list[Memory]:
        return self.store.memories.find(MemoryFilter(kinds=kinds, statuses=()))  # type: ignore[arg-type]

    def night(self, clock: SetClock) -> None:
        clock.advance(days=1)
        Sleep(self.store, clock, FSRS, clock.now().time()).run()


@pytest.fixture
def life(store: Store) -> Life:
    return Life(store)


def test_what_is_said_in_play_is_no_fact_and_comes_back_in_play(life: Life) -> None:
    play = life.begin("play")
    life.hear(play, "I am a pirate captain and my ship is the Gull.", "Aye, captain of the Gull, the sails are set.")
    assert life.kept("thought") == []
    moments = life.kept("moment")
    assert moments
    assert {(m.scope, m.modality) for m in moments} == {(PLAY, "hypothetical")}
    usual = life.begin()
    assert life.recalled(usual, "What do you know about me?") == []
    assert life.recalled(usual, "What is my ship called, captain?") == []
    again = life.begin("play")
    found = life.recalled(again, "What is my ship called, captain?")
    assert "I am a pirate captain and my ship is the Gull." in [m.text for m in found]


def test_a_prompt_says_that_a_memory_was_play(life: Life) -> None:
    life.hear(life.begin("play"), "I am a pirate captain and my ship is the Gull.")
    cue = Cue("What is my ship called, captain?", now=life.store.clock.now(), scopes=frozenset({"", PLAY}))
    block = memory_block(life.recall(cue, 8).memories, life.store.clock.now())
    assert "In our play, I said: I am a pirate captain and my ship is the Gull." in block


def test_what_a_person_is_does_not_change_in_play(life: Life) -> None:
    usual = life.begin()
    life.hear(usual, "I live in Oslo. I work as a nurse.")
    before = life.kept("thought")
    play = life.begin("play")
    life.hear(play, "I moved to Tortuga. I quit my job as a nurse, I am a pirate now. My sister is called Anne.")
    assert life.kept("thought") == before
    assert {m.text for m in life.recalled(play, "Where do I live?")} >= {"I live in Oslo."}


def test_a_persona_with_a_memory_of_its_own_shares_nothing_and_is_told_nothing(life: Life) -> None:
    usual, own = life.begin(), life.begin(persona=OWN)
    life.hear(usual, "I adopted a dog named Biscuit.")
    life.hear(own, "My sister Lena is ill and I am afraid for her.")
    assert {m.scope for m in life.kept("thought", "moment") if "Biscuit" in m.text} == {""}
    assert {m.scope for m in life.kept("thought", "moment") if "Lena" in m.text} == {OWN}
    for asked in ("What is my dog called?", "Who is ill, my sister Lena?"):
        assert {m.scope for m in life.recalled(own, asked)} <= {OWN}
        assert {m.scope for m in life.recalled(usual, asked)} <= {""}
    assert any("Lena" in m.text for m in life.recalled(life.begin(persona=OWN), "Who is ill, my sister Lena?"))
    assert any("Biscuit" in m.text for m in life.recalled(life.begin(persona="coach"), "What is my dog called?"))


def test_the_same_said_to_two_is_kept_twice_and_neither_changes_the_other(life: Life) -> None:
    usual, own = life.begin(), life.begin(persona=OWN)
    life.hear(usual, "I live in Paris.")
    life.hear(own, "I live in Paris.")
    life.store.clock.advance(days=2)  # type: ignore[attr-defined]
    life.hear(own, "I moved to Rome last week.")
    states = {(m.scope, m.text): m.status for m in life.kept("thought")}
    assert states["", "I live in Paris."] == "active"
    assert states[OWN, "I live in Paris."] == "superseded"
    life.hear(usual, "My sister is called Lena.")
    life.hear(own, "Lena moved to Porto.")
    assert {m.tags for m in life.kept() if "Porto" in m.text} == {""}
    links = life.store.db.all("SELECT source, target FROM links")
    scopes = {m.id: m.scope for m in life.kept()}
    assert all(scopes[source] == scopes[target] for source, target in links)


def test_days_portrait_morning_and_mood_are_of_what_is_everybodys(life: Life, clock: SetClock) -> None:
    life.hear(life.begin(), "I work as a nurse. I love my dog Biscuit. I have to see the dentist on Friday.")
    secrets = ("I am so sad about Gregor.", "I live in Tromsø.", "My brother Gregor is ill.", "I hate the sea so much.")
    for conversation in (life.begin(persona=OWN), life.begin("play", OWN), life.begin("play")):
        for text in secrets:
            life.hear(conversation, text)
    (today,) = latest_mood(life.store, clock.now().date(), 1)
    assert today.turns == 1
    learned = Morning(life.store, clock, FSRS).report().learned
    assert learned
    assert {m.scope for m in learned} == {""}
    life.night(clock)
    made = life.kept("day", "trait")
    assert made
    assert {m.scope for m in made} == {""}
    for word in ("Gregor", "Tromsø", "sea"):
        assert not any(word in m.text for m in made)
    events = [m for m in life.kept("event") if any(secret in m.text for secret in secrets)]
    assert {m.scope for m in events} == {OWN, PLAY}
    assert {m.modality for m in events if m.scope == PLAY} == {"hypothetical"}
    replies = life.store.consolidated.portrait()
    assert all("Gregor" not in m.text for m in replies)


def test_what_faded_wakes_only_where_it_may_be_recalled(life: Life) -> None:
    add(life.store, "The lighthouse keeper was called Ottoline.", scope=OWN, status="dormant")
    for scope in ("", OWN):
        add(life.store, "I drink tea without sugar in the evening.", scope=scope)
    life.embed()
    asked = "What was the lighthouse keeper called?"
    for scope, woken in (("", False), (OWN, True)):
        cue = Cue(asked, now=life.store.clock.now(), search=True, scopes=frozenset({scope}))
        assert any("Ottoline" in item.memory.text for item in life.recall(cue, 8).memories) is woken


def test_taking_back_and_doing_again_keeps_the_scope(life: Life) -> None:
    life.hear(life.begin(persona=OWN), "My sister Lena lives in Rome.")
    editing = Editing(life.store, life.store.clock, FSRS)
    (thought,) = life.kept("thought")
    before = dump(life.store, "memories")
    change = editing.forget(thought.id)
    editing.undo(change.batch)
    assert {m.scope for m in life.kept()} == {OWN}
    assert len(before["memories"]) == len(life.kept())
    batch = life.store.memories.history(thought.id, 10)[-1].batch
    undone = editing.undo(batch)
    assert life.kept("thought") == []
    editing.undo(undone.batch)
    assert {m.scope for m in life.kept()} == {OWN}


def test_a_search_by_hand_finds_what_anybody_was_told(life: Life) -> None:
    life.hear(life.begin(persona=OWN), "My sister Lena lives in Rome.")
    found = life.recall(Cue("Lena in Rome", now=life.store.clock.now(), search=True, scopes=None), 5).memories
    assert [item.memory.scope for item in found] == [OWN]


def test_with_one_scope_recall_looks_at_the_very_rows_of_the_pool(life: Life) -> None:
    """Nothing is copied, compared or left out for the sake of scopes that nobody uses."""
    life.hear(life.begin(), "I adopted a dog named Biscuit.")
    rows = life.recall.pool.refresh()
    assert rows.within(SHARED) is rows
    assert rows.within(None) is rows
    cue = Cue("What is my dog called?", now=life.store.clock.now())
    before = life.recall.examine(cue)
    life.hear(life.begin("play"), "I am a pirate captain and my ship is the Gull.")
    after = life.recall.examine(cue)
    assert before is not None
    assert after is not None
    assert after.evidence.rows.ids.tolist() == before.evidence.rows.ids.tolist()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(["", OWN, PLAY]), min_size=1, max_size=8), st.sampled_from(["", OWN]), st.booleans())
def test_recall_never_crosses_scopes(store: Store, scopes: list[str], persona: str, playing: bool) -> None:
    """Whatever is remembered, present or faded, and whoever asks."""
    life = Life(store)
    for number, scope in enumerate(scopes):
        status = "dormant" if number % 3 == 2 else "active"
        add(store, f"The lighthouse keeper had {number} cats.", scope=scope, status=status)
    life.embed()
    conversation = life.begin("play" if playing else "usual", persona)
    readable = store.scopes.readable(conversation)
    assert readable == ({persona, PLAY} if playing else {persona})
    asked = "How many cats had the lighthouse keeper?"
    for search in (False, True):
        found = life.recall(Cue(asked, now=store.clock.now(), search=search, scopes=readable), 8).memories
        assert {item.memory.scope for item in found} <= readable
    assert bool(found) == any(m.scope in readable for m in store.memories.find(MemoryFilter(statuses=("active",))))


@pytest.mark.parametrize("how", ["wrong", "merge", "split", "as of"])
def test_tags_follow_what_is_changed_by_hand_in_a_memory_of_its_own(life: Life, clock: SetClock, how: str) -> None:
    own = life.begin(persona=OWN)
    life.hear(own, "Lena moved to Porto last spring.")
    editing = Editing(life.store, clock, FSRS)
    before = clock.now().timestamp()
    clock.advance(hours=1)
    said = life.hear(own, "My sister is called Lena.")
    (porto,) = [m for m in life.kept("moment") if "Porto" in m.text]
    (sister,) = life.kept("thought")
    assert porto.tags == "sister"
    if how == "wrong":
        life.store.recalls.record(said.id + 1, [RecalledMemory(sister, 1.0, 1)])
        Judging(editing, Learner(life.store, clock)).judge(said.id + 1, sister.id, "wrong")
    elif how == "merge":
        life.hear(own, "I like plums.")
        plums = next(m for m in life.kept("thought") if "plums" in m.text)
        Regrouping(editing).merge((sister.id, plums.id), "My cousin is called Lena, and I like plums.")
    elif how == "split":
        Regrouping(editing).split(sister.id, ("My cousin is called Lena.", "I have a sister."))
    else:
        clock.advance(hours=1)
        editing.edit(sister.id, "My cousin is called Lena.")
        assert life.store.memories.get(porto.id).tags == "cousin"
        Regrouping(editing).restore_as_of((sister.id,), before + 3600)
    assert life.store.memories.get(porto.id).tags == {"wrong": "", "as of": "sister"}.get(how, "cousin")


def test_tags_come_back_with_what_told_them(life: Life, clock: SetClock) -> None:
    usual = life.begin()
    life.hear(usual, "Lena moved to Porto last spring.")
    life.hear(usual, "My sister is called Lena.")
    (porto,) = [m for m in life.kept("moment") if "Porto" in m.text]
    (sister,) = life.kept("thought")
    editing = Editing(life.store, clock, FSRS)
    editing.forget(sister.id)
    assert life.store.memories.get(porto.id).tags == ""
    editing.restore(sister.id)
    assert life.store.memories.get(porto.id).tags == "sister"


@pytest.mark.parametrize("shared", [False, True])
def test_what_waited_to_be_thought_about_when_a_persona_was_removed_is_nobody_elses(life: Life, shared: bool) -> None:
    persona = "guide" if shared else OWN
    told = life.begin(persona=persona)
    if shared:
        life.hear(told, "I like plums.")
    life.store.scopes.has_own = lambda key: None if key == persona else False
    life.hear(told, "My brother Paul plays the violin.")
    scopes = {memory.scope for memory in life.kept() if "violin" in memory.text}
    assert scopes == {"" if shared else OWN}
