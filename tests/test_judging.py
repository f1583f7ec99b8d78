"""What the person says of a memory that a reply was given: it teaches, it sets aside, and both can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.editing import Editing
from companion.errors import InvalidInput, NotFound
from companion.judging import Judging
from companion.memory.adaptation import FEATURES_KEY, bounds
from companion.memory.features import FEATURES
from companion.memory.learner import Learner
from companion.memory.rerank import shipped
from companion.mind.reflect import Reflection
from companion.records import Memory, RecalledMemory, Turn
from companion.store.store import Store
from tests.store.test_journal import state
from tests.support import FSRS, add, dump, evidence, say


def figures(**values: float) -> tuple[float, ...]:
    return tuple(values.get(name, 0.0) for name in FEATURES)


@pytest.fixture
def judging(store: Store, clock: SetClock) -> Judging:
    return Judging(Editing(store, clock, FSRS), Learner(store, clock))


def answered(store: Store, used: Sequence[int] | None = (1,)) -> tuple[Turn, list[Memory]]:
    """A reply that was given two memories, the first of them because it was said lately."""
    turn, reply = say(store, "Who is my dentist? My tea is cold.", "Dr. Okafor.")
    assert reply is not None
    memories = [
        add(store, f"My tea is cold ({reply.id}).", evidence=(evidence(turn, "My tea is cold."),)),
        add(store, f"My dentist is Dr. Okafor ({reply.id})."),
    ]
    given = [
        RecalledMemory(memories[0], 1.0, 1, asked=True, figures=figures(near=1.0, recent=1.0)),
        RecalledMemory(memories[1], 0.5, 2, asked=True, figures=figures(near=1.0)),
    ]
    store.recalls.record(reply.id, given, FEATURES_KEY)
    if used is not None:
        store.recalls.mark_used(reply.id, [memories[n].id for n in used])
    return reply, memories


def uses(store: Store, reply: Turn) -> list[object]:
    return [row[0] for row in store.db.all("SELECT used FROM recalls WHERE reply = ? ORDER BY rank", (reply.id,))]


def test_not_relevant_teaches_and_undo_takes_it_back(store: Store, judging: Judging) -> None:
    reply, (tea, dentist) = answered(store, used=(0, 1))
    judging.learner.learn(reply.id)
    before = store.adaptation.deltas()
    change = judging.judge(reply.id, tea.id, "not relevant")
    assert "was said lately" in change.summary
    assert "less" in change.summary
    assert store.adaptation.deltas()["asked"]["recent"] < 0
    assert uses(store, reply) == [0, 1]
    assert store.memories.get(tea.id) == tea
    undone = judging.editing.undo(None)
    assert store.adaptation.deltas() == before
    assert uses(store, reply) == [1, 1]
    judging.editing.redo()
    assert store.adaptation.deltas()["asked"]["recent"] < 0
    assert uses(store, reply) == [0, 1]
    assert undone.batch > change.batch
    assert store.memories.get(dentist.id) == dentist


def test_wrong_sets_it_aside_with_the_words_it_was_taken_from(store: Store, judging: Judging) -> None:
    reply, (tea, dentist) = answered(store)
    turn = store.turns.get(tea.evidence[0].turn)
    moment = add(store, turn.text, kind="moment", evidence=(evidence(turn, turn.text),))
    before, learned = state(store), store.adaptation.deltas()
    change = judging.judge(reply.id, tea.id, "wrong")
    assert {m.id for m in change.memories} == {tea.id, moment.id}
    assert store.memories.get(tea.id).status == store.memories.get(moment.id).status == "quarantined"
    assert store.memories.get(tea.id).strength < tea.strength
    assert store.memories.get(dentist.id) == dentist
    assert store.adaptation.deltas() != learned
    judging.editing.undo(change.batch)
    assert (state(store), store.adaptation.deltas()) == (before, learned)


def test_a_verdict_before_the_reply_was_thought_about_still_holds(store: Store, judging: Judging) -> None:
    reply, (tea, dentist) = answered(store, used=None)
    judging.judge(reply.id, dentist.id, "not relevant")
    turn = reply.answers
    assert turn is not None
    reflection = Reflection(store, store.clock, FSRS, lambda: None, judging.learner)
    reflection.queue(turn)
    job = store.jobs.next()
    assert job is not None
    reflection.run(job.id, turn)
    assert uses(store, reply)[1] == 0, "its words are in the reply, but the person said it was no help"
    assert store.memories.get(dentist.id).used_count == 0
    assert store.memories.get(tea.id).used_count == 0


def test_what_was_not_given_cannot_be_judged(store: Store, judging: Judging) -> None:
    reply, (tea, _) = answered(store)
    other = add(store, "I love rain.")
    for wrong in ((reply.id, other.id), (99, tea.id), (reply.id, 99)):
        with pytest.raises(NotFound):
            judging.judge(*wrong, "not relevant")
    judging.judge(reply.id, tea.id, "not relevant")
    with pytest.raises(InvalidInput, match="already"):
        judging.judge(reply.id, tea.id, "not relevant")
    learned = store.adaptation.deltas()
    judging.judge(reply.id, tea.id, "wrong")
    assert store.adaptation.deltas() == learned, "one verdict teaches once"


def test_with_nothing_beside_it_there_is_nothing_to_learn(store: Store, judging: Judging) -> None:
    reply, (tea, dentist) = answered(store)
    judging.judge(reply.id, tea.id, "not relevant")
    before = store.adaptation.deltas()
    change = judging.judge(reply.id, dentist.id, "not relevant")
    assert "nothing to learn" in change.summary
    assert store.adaptation.deltas() == before


def test_what_was_weighed_is_not_kept_for_ever(store: Store, judging: Judging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.store.recalls.KEPT", 3)
    replies = [answered(store)[0] for _ in range(6)]
    for reply in replies:
        judging.learner.learn(reply.id)
    kept = [bool(store.recalls.given(reply.id, FEATURES_KEY)) for reply in replies]
    assert kept == [False, False, True, True, True, True]


def test_an_undone_verdict_does_not_come_back_by_a_reset(store: Store, judging: Judging) -> None:
    reply, (tea, _) = answered(store)
    judging.judge(reply.id, tea.id, "not relevant")
    judging.learner.reset()
    judging.editing.undo(None)
    assert store.adaptation.deltas() == {}


@settings(max_examples=15)
@given(verdicts=st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), min_size=1, max_size=25))
def test_whatever_is_said_the_weights_stay_within_their_bounds(
    tmp_path_factory: pytest.TempPathFactory, verdicts: list[tuple[int, bool, bool]]
) -> None:
    from companion.paths import Paths
    from tests.support import START

    clock, home = SetClock(START), tmp_path_factory.mktemp("home")
    store = Store.open(Paths(home, home), clock)
    judging = Judging(Editing(store, clock, FSRS), Learner(store, clock))
    given = [answered(store) for _ in range(6)]
    for which, first, wrong in verdicts:
        reply, memories = given[which]
        try:
            judging.judge(reply.id, memories[0 if first else 1].id, "wrong" if wrong else "not relevant")
        except InvalidInput:
            judging.editing.undo(None)
        weights = shipped().asked
        moved = store.adaptation.deltas().get("asked", {})
        for name, bound in zip(FEATURES, bounds(weights, "asked"), strict=True):
            assert abs(moved.get(name, 0.0)) <= bound + 1e-9
    assert dump(store, "lessons")["lessons"]
    store.close()
