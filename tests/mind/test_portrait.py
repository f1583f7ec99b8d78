"""The portrait: short where a value is known, else in the person's words; each line rests on something."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from companion.clock import SetClock
from companion.errors import ModelFailed, ThinkingStopped
from companion.memory.cue import Cue
from companion.memory.recall import Recall
from companion.mind.portrait import CHARACTERS, LINES
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Tier
from companion.model.grammars import Insight
from companion.model.protocol import StopSignal
from companion.store.store import Store
from tests.mind.living import Living
from tests.support import add, dump, memory


@pytest.fixture
def living(store: Store, clock: SetClock) -> Living:
    return Living(store, clock)


class Insightful(Tier0):
    """A thinker of tier 3 that says what it is given to say."""

    tier: Tier = 3

    def __init__(self, insight: str | Exception = "", summary: str | None = None) -> None:
        self.says, self.sums = insight, summary
        self.asked: list[tuple[str, ...]] = []

    def insight(self, lines: Sequence[str], *, stop: StopSignal) -> Insight | None:
        self.asked.append(tuple(lines))
        if isinstance(self.says, Exception):
            raise self.says
        return Insight(self.says, tuple(range(len(lines)))) if self.says else None

    def summarise(self, lines: Sequence[str], *, stop: StopSignal) -> str | None:
        return self.sums


# What is in it


def test_what_fills_a_slot_is_said_in_a_few_words(living: Living) -> None:
    living.tell("My name is Tom.", "I live in Leeds.", "I'm 34 years old.", "I work as a nurse.", "I'm vegetarian.")
    living.night()
    assert living.portrait() == [
        "Name: Tom", "34 years old (in March 2026)", "Lives in Leeds", "Job: nurse", "Diet: vegetarian",
    ]  # fmt: skip
    for trait in living.store.consolidated.portrait():
        assert trait.kind == "trait"
        assert (trait.slot or "").startswith("portrait:")
        assert trait.evidence
        assert living.parts(trait)


def test_a_new_value_takes_the_place_of_the_old_and_history_keeps_that(living: Living) -> None:
    living.tell("I live in Leeds.")
    living.night()
    old = living.line("Leeds")
    living.tell("I moved to York, I live in York now.")
    living.night()
    new = living.line("Lives in York")
    assert new.id == old.id
    assert "I live in Leeds." not in living.parts(new)
    entries = living.store.memories.history(new.id, 10)
    assert [(e.before or {}).get("text") for e in entries] == ["Lives in Leeds", None]
    assert {e.actor for e in entries} == {"sleep"}


def test_where_no_value_is_known_the_statement_itself_stands(living: Living) -> None:
    add(living.store, "These days home is wherever the boat is moored.", slot="home_city", importance=5)
    living.night()
    assert living.portrait() == ["“These days home is wherever the boat is moored.”"]


def test_people_and_animals_have_a_line_each(living: Living) -> None:
    living.tell("My sister Lena had a baby in Porto.", "My dog Biscuit is afraid of thunder.", "My mum is ill again.")
    living.night()
    living.tell("My wife Anna is a baker.")
    living.night()
    assert set(living.portrait()) == {
        "Lena, sister: had a baby in Porto", "Biscuit, dog: is afraid of thunder", "Mother: is ill again",
        "Anna, wife: is a baker",
    }  # fmt: skip


def test_what_would_be_told_in_the_persons_own_voice_is_quoted(living: Living) -> None:
    living.tell("My sister Lena gave me her old bike.")
    living.night()
    assert living.portrait() == ["Lena, sister: “My sister Lena gave me her old bike.”"]


def test_a_day_that_is_named_is_told_as_a_date(living: Living) -> None:
    living.tell("My sister Lena had a baby yesterday.")
    living.night()
    assert living.portrait() == ["Lena, sister: had a baby yesterday (1 March 2026)"]


def test_somebody_not_close_needs_several_days(living: Living) -> None:
    living.tell("My colleague Marco quit his job.")
    living.night()
    assert living.portrait() == []
    living.tell("My colleague Marco opened a bakery.")
    living.night()
    assert living.line("Marco").text.startswith("Marco, colleague: ")


def test_what_weighs_and_how_to_speak_to_them_may_rest_on_one(living: Living) -> None:
    living.tell("I'm allergic to peanuts.", "Don't joke about my weight.", "I speak Dutch at home with my parents.")
    living.night()
    assert "“I'm allergic to peanuts.”" in living.portrait()
    assert "“Don't joke about my weight.”" in living.portrait()
    assert "“I speak Dutch at home with my parents.”" in living.portrait()


def test_what_was_asked_to_be_remembered_or_written_by_hand_is_in_it(living: Living) -> None:
    living.tell("Remember that the spare key is under the blue pot.")
    add(living.store, "The bins go out on Friday.", importance=4)
    living.night()
    assert any("spare key" in text for text in living.portrait())
    assert any("bins" in text for text in living.portrait())


def test_a_theme_rests_on_two_memories_of_two_days(living: Living) -> None:
    living.tell("I love sailing on the lake.", "I painted the hull of my boat.", "I sail my boat on the lake at dawn.")
    living.night()
    assert not any("ake: " in text or "oat: " in text for text in living.portrait())
    living.tell("I took my boat across the lake on Sunday.")
    living.night()
    themes = [m for m in living.store.consolidated.portrait() if (m.slot or "").startswith("portrait:theme:")]
    assert themes
    for theme in themes:
        days = {q.turn.at // 86_400 for q in living.store.memories.quotes(theme)}
        assert len(living.parts(theme)) >= 2
        assert len(days) >= 2


def test_a_theme_that_lost_its_sources_is_laid_away(living: Living) -> None:
    living.tell("I painted the hull of my boat.")
    living.night()
    living.tell("I took my boat to the harbour.")
    living.night()
    theme = living.line("Boat: ")
    with living.store.changes.batch("person", "edit") as batch:
        batch.update(living.thought("harbour").id, status="quarantined")
    living.night()
    assert living.store.memories.get(theme.id).status == "superseded"
    assert living.parts(theme) == []


def test_in_chinese_it_is_written_as_there(living: Living) -> None:
    living.tell("我住在成都。", "我是护士。")
    living.night()
    living.tell("我对花生过敏。")
    living.night()
    assert "住在成都" in living.portrait()
    assert "Writes in Chinese" in living.portrait()


def test_it_is_bounded(living: Living) -> None:
    with living.store.changes.batch("system", "import") as batch:
        for n in range(200):
            batch.add(
                memory(f"I am allergic to the plant number {n}, " + "which is long " * 20, living.clock, importance=4)
            )
            batch.add(memory(f"My cousin Name{n} moved.", living.clock, importance=4, subject=f"Name{n}"))
            batch.add(memory(f"My favourite thing{n} is gold{n}.", living.clock, slot=f"favourite_thing{n}"))
    living.night()
    lines = [m.text for m in living.store.consolidated.portrait() if m.slot != "portrait:story"]
    assert len(lines) <= LINES
    assert sum(map(len, lines)) <= CHARACTERS


def test_waiting_changes_nothing(living: Living) -> None:
    living.tell("I live in Leeds.", "My mum is ill again.", "I painted my boat.")
    living.night()
    living.tell("I sold my boat.")
    living.night()
    before = living.portrait(), dump(living.store, "links")
    living.next_day(5000)
    living.asleep.run()
    assert (living.portrait(), dump(living.store, "links")) == before


# The person's hand


def test_a_line_the_person_changed_stays_theirs(living: Living) -> None:
    living.tell("I live in Leeds.")
    living.night()
    line = living.line("Leeds")
    living.editing.edit(line.id, "Lives in Leeds, near the canal")
    assert living.thought("I live in Leeds.").status == "active"
    living.tell("I moved to York, I live in York now.")
    living.night()
    assert living.portrait() == ["Lives in Leeds, near the canal"]


def test_a_pinned_line_stays(living: Living) -> None:
    living.tell("I live in Leeds.")
    living.night()
    living.editing.pin(living.line("Leeds").id, True)
    living.tell("I moved to York, I live in York now.")
    living.night()
    assert living.portrait() == ["Lives in Leeds"]


def test_a_line_that_is_forgotten_takes_what_it_rests_on_along_and_is_not_made_again(living: Living) -> None:
    living.tell("I live in Leeds.", "My mum is ill again.")
    living.night()
    living.editing.forget(living.line("Leeds").id)
    assert living.thought("I live in Leeds.").status == "forgotten"
    living.tell("My mum is better.")
    living.night()
    assert not any("Leeds" in text for text in living.portrait())
    living.tell("I moved back to Leeds.")
    living.night()
    assert "Lives in Leeds" in living.portrait(), "it was told anew"


def test_a_theme_that_is_forgotten_leaves_what_it_rests_on(living: Living) -> None:
    living.tell("I painted the hull of my boat.")
    living.night()
    living.tell("I took my boat to the harbour.")
    living.night()
    living.editing.forget(living.line("Boat: ").id)
    assert living.thought("harbour").status == "active"
    add(living.store, "Something else altogether.")
    living.night()
    assert not any(text.startswith("Boat: ") for text in living.portrait())
    living.tell("I cleaned my boat.")
    living.night()
    assert any(text.startswith("Boat: ") for text in living.portrait())


def test_what_is_forgotten_takes_its_line_along_at_once(living: Living) -> None:
    living.tell("I'm allergic to peanuts.", "I live in Leeds.")
    living.night()
    living.editing.forget(living.thought("peanuts").id)
    assert living.portrait() == ["Lives in Leeds"]
    living.night()
    assert living.portrait() == ["Lives in Leeds"]


def test_what_was_brought_back_by_hand_is_not_laid_away_again(living: Living) -> None:
    living.tell("I'm allergic to peanuts.")
    living.night()
    line = living.line("peanuts")
    with living.store.changes.batch("person", "edit") as batch:
        batch.update(living.thought("peanuts").id, status="quarantined")
    living.night()
    living.editing.restore(line.id)
    add(living.store, "Something else altogether.")
    living.night()
    assert living.store.memories.get(line.id).status == "active"


def test_what_the_person_writes_themselves_stands_first(living: Living) -> None:
    living.tell("I live in Leeds.")
    living.editing.add("Prefers short answers", "trait")
    living.night()
    assert living.portrait() == ["Prefers short answers", "Lives in Leeds"]
    living.next_day(4000)
    living.asleep.run()
    assert living.portrait() == ["Prefers short answers", "Lives in Leeds"]


# A model's words


BOATS = ("I painted the hull of my boat.", "I took my boat to the harbour.")


def boats(living: Living, thinker: Tier0) -> list[str]:
    living.tell(BOATS[0])
    living.night()
    living.tell(BOATS[1])
    living.night(thinker)
    return [m.text for m in living.store.consolidated.portrait() if (m.slot or "").startswith("portrait:theme:")]


def test_from_tier_3_a_model_words_a_theme(living: Living) -> None:
    thinker = Insightful("Painted the boat and took it to the harbour.")
    assert boats(living, thinker) == ["Painted the boat and took it to the harbour."]
    assert sorted(thinker.asked[0]) == sorted(BOATS)
    living.tell("My mum is ill again.")
    living.night(Insightful("Something else."))
    assert "Painted the boat and took it to the harbour." in living.portrait(), "what did not change is not asked again"


@pytest.mark.parametrize(
    "says",
    [
        "Owns a boat in Portugal.",
        "Painted 3 boats.",
        "A passionate collector of vintage sailing yachts.",
        "",
        ModelFailed("broke"),
    ],
)
def test_what_a_model_adds_is_not_believed(living: Living, says: str | Exception) -> None:
    (theme,) = boats(living, Insightful(says))
    assert theme.startswith("Boat: “")


def test_a_model_that_is_stopped_leaves_the_night_due(living: Living) -> None:
    living.tell(BOATS[0])
    living.night()
    living.tell(BOATS[1])
    living.next_day()
    before = dump(living.store)
    with pytest.raises(ThinkingStopped):
        living.asleep.run(thinker=Insightful(ThinkingStopped()), stop=StopSignal())
    assert dump(living.store) == before
    assert living.asleep.due(living.clock.now())


# The night, and recall


def test_a_dry_run_tells_what_would_change(living: Living) -> None:
    living.tell("I live in Leeds.", "My mum is ill again.", "I'm allergic to peanuts.")
    living.next_day()
    before = dump(living.store)
    dry = living.asleep.run(dry_run=True)
    assert dump(living.store) == before
    assert "+ portrait: Lives in Leeds" in dry.changes
    assert any(line.startswith("+ 2 March 2026") for line in dry.changes)
    assert living.asleep.run().changes == dry.changes
    living.tell("I moved to York, I live in York now.")
    living.next_day()
    assert "~ portrait: Lives in Leeds → Lives in York" in living.asleep.run(dry_run=True).changes


def test_what_came_in_while_the_night_was_planned_is_looked_at_again(living: Living) -> None:
    living.tell(BOATS[0], "I live in Leeds.")
    living.night()
    living.tell(BOATS[1])

    class Meanwhile(Insightful):
        def insight(self, lines: Sequence[str], *, stop: StopSignal) -> Insight | None:
            living.editing.forget(living.thought("I live in Leeds.").id)
            return super().insight(lines, stop=stop)

    living.night(Meanwhile("Painted the boat and took it to the harbour."))
    assert living.portrait() == ["Painted the boat and took it to the harbour."]


def test_in_conversation_it_is_not_recalled_but_who_searches_finds_it(living: Living) -> None:
    add(living.store, "Sings in the harbour choir", kind="trait")
    recall = Recall(living.store)
    assert recall(Cue("Do I sing in the harbour choir?", now=living.clock.now()), 5).memories == ()
    (found,) = recall(Cue("harbour choir", now=living.clock.now(), search=True), 5).memories
    assert found.memory.kind == "trait"
