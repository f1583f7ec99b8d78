"""The learner: one lesson a reply, weights that recall reads, a reset that can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from companion.clock import SetClock
from companion.errors import InvalidInput, NothingToUndo, ProfileError
from companion.memory.adaptation import FEATURES_KEY
from companion.memory.features import FEATURES
from companion.memory.learner import Learner, in_words
from companion.memory.recall import Cue, Recall
from companion.memory.rerank import Reranker, shipped
from companion.mind.reflect import Reflection
from companion.records import MODES, RecalledMemory, Turn
from companion.store.store import Store
from tests.support import FSRS, add, dump, meaning, say

TABLES = ("adaptation", "lessons")


@pytest.fixture
def learner(store: Store, clock: SetClock) -> Learner:
    return Learner(store, clock)


def figures(**values: float) -> tuple[float, ...]:
    return tuple(values.get(name, 0.0) for name in FEATURES)


def answered(
    store: Store, weighed: Sequence[tuple[float, ...]], used: Sequence[int], features: str = FEATURES_KEY
) -> Turn:
    """A reply that was given one memory for each of `weighed`, and used those of the numbers `used`."""
    _, reply = say(store, "Where do I live?", "In Paris.")
    assert reply is not None
    memories = [add(store, f"memory {n} of {reply.id}") for n in range(len(weighed))]
    given = [RecalledMemory(m, 0.5, n, asked=True, figures=x) for n, (m, x) in enumerate(zip(memories, weighed), 1)]  # noqa: B905
    store.recalls.record(reply.id, given, features)
    store.recalls.mark_used(reply.id, [memories[n].id for n in used])
    return reply


def teach(store: Store, learner: Learner, times: int = 1) -> None:
    """Replies that use the more recent of two memories."""
    for _ in range(times):
        learner.learn(answered(store, [figures(near=2.0), figures(near=2.0, recent=1.0)], [1]).id)


def test_a_reply_that_used_what_is_recent_makes_recent_count_more(store: Store, learner: Learner) -> None:
    assert learner.reranker() == shipped()
    teach(store, learner)
    ours, theirs = learner.reranker().asked.values, shipped().asked.values
    assert ours["recent"] > theirs.get("recent", 0.0)
    assert ours["near"] == theirs["near"]
    (habit,) = learner.learning().habits
    assert (habit.mode, habit.feature, habit.words) == ("asked", "recent", "was said lately")
    assert 0 < habit.delta <= habit.bound
    assert learner.reranker() is learner.reranker(), "read anew only when there was a lesson"


def test_another_learner_on_the_same_profile_knows_it(store: Store, learner: Learner, clock: SetClock) -> None:
    teach(store, learner, 3)
    assert Learner(store, clock).reranker() == learner.reranker() != shipped()


def test_a_reply_teaches_once(store: Store, learner: Learner) -> None:
    reply = answered(store, [figures(recent=1.0), figures()], [0])
    learner.learn(reply.id)
    before = dump(store, *TABLES)
    learner.learn(reply.id)
    assert dump(store, *TABLES) == before


@pytest.mark.parametrize("used", [[], [0, 1]])
def test_nothing_used_or_everything_used_is_no_lesson(store: Store, learner: Learner, used: list[int]) -> None:
    learner.learn(answered(store, [figures(recent=1.0), figures()], used).id)
    assert learner.learning().lessons == ()
    assert learner.reranker() == shipped()


@pytest.mark.parametrize(
    ("weighed", "features"),
    [
        ([figures(recent=1.0), figures()], "older"),
        ([figures(recent=float("nan")), figures()], FEATURES_KEY),
        ([(), ()], FEATURES_KEY),
    ],
)
def test_figures_that_cannot_be_read_teach_nothing(
    store: Store, learner: Learner, weighed: list[tuple[float, ...]], features: str
) -> None:
    learner.learn(answered(store, weighed, [0], features).id)
    assert learner.reranker() == shipped()


def test_reset_is_exact_and_can_be_taken_back(store: Store, learner: Learner) -> None:
    teach(store, learner, 5)
    learned, weights = store.adaptation.deltas(), learner.reranker()
    shown = learner.reset()
    assert (shown.habits, shown.replies, shown.can_restore) == ((), 0, True)
    assert learner.reranker() == shipped()
    shown = learner.restore()
    assert (shown.replies, shown.can_restore) == (5, False)
    assert store.adaptation.deltas() == learned
    assert learner.reranker() == weights
    reasons = [lesson.reason for lesson in shown.lessons]
    assert reasons == ["reset taken back by you", "reset by you", *["used in a reply"] * 5]


def test_what_was_learned_since_a_reset_stays_when_it_is_taken_back(store: Store, learner: Learner) -> None:
    teach(store, learner, 3)
    first = store.adaptation.deltas()["asked"]["recent"]
    learner.reset()
    teach(store, learner, 2)
    second = store.adaptation.deltas()["asked"]["recent"]
    assert learner.learning().replies == 2
    learner.restore()
    assert store.adaptation.deltas()["asked"]["recent"] == pytest.approx(first + second)
    assert learner.learning().replies == 5


def test_there_has_to_be_something_to_reset_and_to_take_back(store: Store, learner: Learner) -> None:
    with pytest.raises(InvalidInput, match="learned nothing"):
        learner.reset()
    with pytest.raises(NothingToUndo, match="not reset"):
        learner.restore()
    teach(store, learner)
    learner.reset()
    with pytest.raises(InvalidInput):
        learner.reset()
    learner.restore()
    with pytest.raises(NothingToUndo):
        learner.restore()


def test_deltas_of_other_weights_are_cut_to_the_bounds_of_these(store: Store, learner: Learner) -> None:
    with store.db.write():
        store.adaptation.teach(store.clock.now(), "an earlier version", {"asked": {"recent": 99.0, "gone": 1.0}})
    (habit,) = learner.learning().habits
    assert (habit.feature, habit.delta) == ("recent", habit.bound)
    moved = learner.reranker().asked.values["recent"] - shipped().asked.values.get("recent", 0.0)
    assert moved == pytest.approx(habit.bound)


def test_what_is_learned_orders_memories_and_calls_for_no_more_and_no_fewer(store: Store) -> None:
    texts = ("My dentist is Dr. Okafor", "My old dentist had a practice in Leeds", "I love tea", "My car is red")
    for text in texts:
        add(store, text)

    def taught(factor: float) -> Reranker:
        asked = shipped().asked
        return replace(shipped(), asked=replace(asked, values={n: factor * w for n, w in asked.values.items()}))

    cue = Cue("Who is my dentist?")
    plain = Recall(store, meaning(store))(cue, 8).memories
    assert plain
    for factor in (-1.0, 0.1, 5.0):
        found = Recall(store, meaning(store), learned=lambda factor=factor: taught(factor))(cue, 8).memories  # type: ignore[misc]
        assert {r.memory.id for r in found} == {r.memory.id for r in plain}
    assert [r.score for r in found] != [r.score for r in plain]


def test_every_feature_has_plain_words() -> None:
    assert all(in_words(name) != name.replace("_", " ") for name in FEATURES if "_" in name)
    assert len({in_words(name) for name in FEATURES}) == len(FEATURES)
    assert in_words("some_later_feature") == "some later feature"


# From reflection


def reflect(store: Store, learner: Learner, reply: str, state: str = "complete") -> Turn:
    """Think about an exchange whose reply was given the dentist and something else."""
    for filler in ("I love tea", "We went sailing in Greece", "My car is red"):
        add(store, filler)
    dentist = add(store, "My dentist is Dr. Okafor on Elm Street")
    sister = add(store, "My sister Lena collects stamps")
    now = store.clock.now()
    turn, _ = say(store, "Who is my dentist?")
    answer = store.turns.add(turn.conversation, "companion", reply, now, answers=turn.id, state=state)  # type: ignore[arg-type]
    given = [
        RecalledMemory(dentist, 1.0, 1, asked=True, figures=figures(recent=1.0)),
        RecalledMemory(sister, 0.5, 2, asked=True, figures=figures()),
    ]
    store.recalls.record(answer.id, given, FEATURES_KEY)
    reflection = Reflection(store, store.clock, FSRS, lambda: None, learner)
    reflection.queue(turn.id)
    job = store.jobs.next()
    assert job is not None
    reflection.run(job.id, turn.id)
    reflection.run(job.id, turn.id)
    return answer


def test_reflection_learns_from_the_memory_a_reply_used(store: Store, learner: Learner) -> None:
    answer = reflect(store, learner, "Dr. Okafor on Elm Street, I believe.")
    (lesson,) = learner.learning().lessons
    assert lesson.reply == answer.id
    assert lesson.change["asked"]["recent"][0] == 0.0
    assert lesson.change["asked"]["recent"][1] == store.adaptation.deltas()["asked"]["recent"] > 0


@pytest.mark.parametrize(
    ("reply", "state"), [("I cannot say.", "complete"), ("Dr. Okafor on Elm Street, I bel", "stopped")]
)
def test_a_reply_that_used_nothing_or_was_cut_off_is_no_lesson(
    store: Store, learner: Learner, reply: str, state: str
) -> None:
    reflect(store, learner, reply, state)
    assert learner.learning().lessons == ()


def test_a_crash_in_the_middle_leaves_no_lesson(
    store: Store, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ProfileError("power cut")

    monkeypatch.setattr(type(store.jobs), "done", crash)
    with pytest.raises(ProfileError):
        reflect(store, learner, "Dr. Okafor on Elm Street, I believe.")
    assert learner.reranker() == shipped()
    assert dump(store, *TABLES) == {table: [] for table in TABLES}


def test_use_is_learned_apart_for_what_asks_and_what_tells(store: Store, learner: Learner) -> None:
    teach(store, learner)
    assert learner.reranker().talking is shipped().talking
    assert {habit.mode for habit in learner.learning().habits} == {MODES[0]}
    assert np.isfinite(learner.reranker().asked.vector()).all()
