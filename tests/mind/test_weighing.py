"""What a model of tier 3 may change of what rules leave side by side, and what it may conclude."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from companion.clock import SetClock
from companion.errors import ModelFailed, ThinkingStopped
from companion.events import Line, ThoughtsFormed
from companion.mind.placing import Claim
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Relation, Tier
from companion.mind.weighing import MOST, decide
from companion.model.grammars import Insight
from companion.model.protocol import StopSignal
from companion.records import Memory
from companion.store.store import Store
from tests.mind.test_reflect import Thinking

HOME = ("I live by the harbour in Leeds.", "My flat in Leeds looks out over the harbour.")


class Comparing(Tier0):
    """A thinker of tier 3 that compares, and concludes, as it is told; it phrases nothing."""

    tier: Tier = 3

    def __init__(
        self,
        relate: Callable[[str, str], Relation | None] = lambda older, newer: None,
        insight: Insight | Exception | None = None,
    ) -> None:
        self.relate = relate
        self.conclusion = insight
        self.asked: list[tuple[str, str]] = []
        self.shown: list[list[str]] = []

    def relation(self, older: str, newer: str, *, stop: StopSignal) -> Relation | None:
        if stop.is_set():
            raise ThinkingStopped
        self.asked.append((older, newer))
        return self.relate(older, newer)

    def insight(self, lines: Sequence[str], *, stop: StopSignal) -> Insight | None:
        self.shown.append(list(lines))
        if isinstance(self.conclusion, Exception):
            raise self.conclusion
        return self.conclusion


@pytest.fixture
def mind(store: Store) -> Thinking:
    return Thinking(store)


def tell(
    mind: Thinking,
    clock: SetClock,
    text: str,
    thinker: Tier0 | None = None,
    days: float = 1,
    stop: StopSignal | None = None,
) -> list[ThoughtsFormed]:
    clock.advance(days=days)
    mind.hear(text)
    found = []
    while (job := mind.store.jobs.next()) is not None:
        formed = mind.reflection.run(job.id, int(job.key), thinker, stop)
        found += [formed] if formed else []
    return found


def by_text(mind: Thinking) -> dict[str, Memory]:
    return {memory.text: memory for memory in mind.thoughts()}


def says(word: Relation) -> Comparing:
    return Comparing(lambda older, newer: word)


def test_a_change_that_only_the_model_sees_takes_the_place_of_the_older(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, HOME[0])
    (formed,) = tell(mind, clock, HOME[1], says("update"))
    assert formed.lines == (Line(HOME[1], HOME[0]),)
    assert by_text(mind)[HOME[0]].status == "superseded"
    (entry, *_) = mind.store.memories.history(by_text(mind)[HOME[1]].id, 1)
    assert "the model says “update”" in entry.reason
    mind.store.changes.undo(formed.batch)
    assert by_text(mind)[HOME[0]].status == "active"


def test_a_contradiction_only_leads_to_a_link_and_a_question(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, HOME[0])
    (formed,) = tell(mind, clock, HOME[1], says("contradiction"))
    assert HOME[0] in formed.question
    assert {memory.status for memory in mind.thoughts()} == {"active"}
    links = mind.store.memories.links(by_text(mind)[HOME[1]].id)
    assert "contradicts" in {link.type for link in links}


def test_the_models_word_alone_never_makes_two_memories_one(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, HOME[0])
    (formed,) = tell(mind, clock, HOME[1], says("same"))
    assert {memory.status for memory in mind.thoughts()} == {"active"}
    (entry, *_) = mind.store.memories.history(formed.memories[0], 1)
    assert "not taken: neither says all that the other says" in entry.reason


def test_what_the_model_finds_different_is_not_asked_about(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I live in Leeds.")
    (formed,) = tell(mind, clock, "I live in York.", says("different"), 40)
    assert formed.question == ""


def test_what_is_pinned_is_not_put_to_the_model(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, HOME[0])
    mind.editing.pin(mind.thoughts()[0].id, True)
    thinker = says("update")
    tell(mind, clock, HOME[1], thinker)
    assert thinker.asked == []
    assert by_text(mind)[HOME[0]].status == "active"


def test_the_nearest_few_pairs_are_asked_about(mind: Thinking, clock: SetClock) -> None:
    for room in ("kitchen", "attic", "hall", "cellar", "porch"):
        tell(mind, clock, f"My harbour flat in Leeds has a {room}.")
    thinker = says("different")
    tell(mind, clock, "My harbour flat in Leeds needs a bigger kitchen.", thinker)
    assert len(thinker.asked) == MOST
    assert thinker.asked[0][0].endswith("a kitchen.")


@pytest.mark.parametrize(
    ("older", "newer", "word", "expected"),
    [
        (Claim("I like tea."), Claim("My sister likes tea.", "sister"), "update", "both"),
        (Claim("I like tea."), Claim("I row on the canal."), "contradiction", "both"),
        (Claim("I live in Leeds."), Claim("I'd love to live in Leeds one day."), "update", "both"),
        (Claim("I run a shop in Leeds."), Claim("I manage a shop in Leeds."), "same", "both"),
        (Claim("I run a shop in Leeds."), Claim("I manage a shop in Leeds."), "update", "supersede"),
    ],
)
def test_what_the_model_may_do_is_bounded(older: Claim, newer: Claim, word: Relation, expected: str) -> None:
    found, reason = decide(word, "both", older, newer)
    assert found == expected
    assert (found == "both") == bool(reason)


def test_a_call_that_fails_or_is_stopped_changes_nothing(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, HOME[0])
    before = mind.store.memories.count()

    def broken(older: str, newer: str) -> Relation | None:
        raise ModelFailed("broke")

    with pytest.raises(ModelFailed):
        tell(mind, clock, HOME[1], Comparing(broken))
    stop = StopSignal()
    stop.set()
    with pytest.raises(ThinkingStopped):
        mind.reflection.run(*_waiting(mind), says("update"), stop)
    assert mind.store.memories.count() == before
    assert mind.store.jobs.pending() == 1


def _waiting(mind: Thinking) -> tuple[int, int]:
    job = mind.store.jobs.next()
    assert job is not None
    return job.id, int(job.key)


# Insights

SWIMS = (
    "I swim in the lido before breakfast.",
    "I swim in the sea every January.",
    "I want to swim across the bay.",
)


def test_what_three_thoughts_of_two_days_show_together_is_a_candidate_that_rests_on_all(
    mind: Thinking, clock: SetClock
) -> None:
    for text in SWIMS[:2]:
        tell(mind, clock, text)
    (formed,) = tell(mind, clock, SWIMS[2], Comparing(insight=Insight("Open water matters to them.", (0, 2))))
    insight = by_text(mind)["Open water matters to them."]
    assert (insight.status, insight.kind, insight.modality) == ("candidate", "thought", "fact")
    turns = {e.turn for text in (SWIMS[0], SWIMS[2]) for e in by_text(mind)[text].evidence}
    assert {e.turn for e in insight.evidence} == turns
    assert insight.id in formed.memories
    mind.store.changes.undo(formed.batch)
    assert "Open water matters to them." not in by_text(mind)


@pytest.mark.parametrize("text", ["Swimming with Oskar matters to them.", "They swim 40 lengths."])
def test_an_insight_brings_no_name_or_number_of_its_own(mind: Thinking, clock: SetClock, text: str) -> None:
    for each in SWIMS[:2]:
        tell(mind, clock, each)
    (formed,) = tell(mind, clock, SWIMS[2], Comparing(insight=Insight(text, (0, 1, 2))))
    assert text not in by_text(mind)
    (entry, *_) = mind.store.memories.history(formed.memories[0], 1)
    assert "names or numbers that were not said" in entry.reason


def test_the_model_is_asked_once_for_three_and_not_again_for_four(mind: Thinking, clock: SetClock) -> None:
    thinker = Comparing()
    for text in (*SWIMS, "I swim to forget my deadlines."):
        tell(mind, clock, text, thinker)
    assert thinker.shown == [list(SWIMS)]


def test_thoughts_of_one_day_show_nothing_yet(mind: Thinking, clock: SetClock) -> None:
    thinker = Comparing()
    for text in SWIMS:
        tell(mind, clock, text, thinker, days=0.001)
    assert thinker.shown == []


def test_what_the_person_says_does_not_go_up_in_an_insight(mind: Thinking, clock: SetClock) -> None:
    for each in SWIMS[:2]:
        tell(mind, clock, each)
    tell(mind, clock, SWIMS[2], Comparing(insight=Insight("I swim outdoors with friends.", (0, 1))))
    tell(mind, clock, "I swim outdoors.")
    assert by_text(mind)["I swim outdoors."].status == "active"
    assert by_text(mind)["I swim outdoors with friends."].status == "candidate"
