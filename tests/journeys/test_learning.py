"""From a memory that a reply used to the weights of the next recall, across restarts, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from companion.clock import SetClock
from companion.companion import Companion
from companion.errors import InvalidInput, NothingToUndo
from companion.paths import Paths
from companion.records import Learning
from companion.settings import Settings
from tests.fakes import FakeModel
from tests.support import FakeEmbedder

Open = Callable[[], Companion]


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def start(paths: Paths, clock: SetClock, model: FakeModel) -> Iterator[Open]:
    opened: list[Companion] = []

    def start() -> Companion:
        for one in opened:
            one.close()
        model.closed = False
        companion = Companion(paths, Settings(), clock=clock, index=False, model=model, embedder=FakeEmbedder())
        companion.start()
        opened.append(companion)
        return companion

    yield start
    for one in opened:
        one.close()


def scores(companion: Companion) -> list[tuple[str, float]]:
    return [(r.memory.text, r.score) for r in companion.search_memories("Who is my dentist on which street?")]


def use(companion: Companion, model: FakeModel, clock: SetClock) -> Learning:
    """A question about two things of which the reply uses one."""
    model.enqueue("Dr. Okafor, as far as I know.")
    report = companion.ask("Who is my dentist on which street?")
    assert len(report.recalled) >= 2
    companion.settle()
    clock.advance(days=1)
    return companion.learning()


def test_what_a_reply_used_changes_what_comes_to_mind_and_reset_takes_it_back(
    start: Open, model: FakeModel, clock: SetClock
) -> None:
    companion = start()
    for text in ("I love tea", "We went sailing in Greece", "My car is red"):
        companion.add_memory(text)
    companion.add_memory("My dentist is Dr. Okafor")
    clock.advance(days=40)
    companion.add_memory("My old dentist had a practice on the longest street of Leeds")
    companion.settle()
    before = scores(companion)
    assert companion.learning() == Learning()
    with pytest.raises(InvalidInput, match="learned nothing"):
        companion.reset_learning()

    learned = use(companion, model, clock)
    assert learned.replies == 1
    assert {habit.mode for habit in learned.habits} == {"asked"}
    assert all(abs(habit.delta) <= habit.bound for habit in learned.habits)
    after = scores(companion)
    assert after != before
    (lesson,) = learned.lessons
    assert lesson.reply == companion.transcript()[-1].turn.id

    companion = start()
    assert companion.learning() == learned
    assert scores(companion) == after

    shown = companion.reset_learning()
    assert (shown.habits, shown.can_restore) == ((), True)
    assert [text for text, _ in scores(companion)] == [text for text, _ in before]
    assert companion.restore_learning().habits == learned.habits
    assert scores(companion) == after
    with pytest.raises(NothingToUndo):
        companion.restore_learning()


def test_a_reply_that_used_nothing_teaches_nothing(start: Open, model: FakeModel, clock: SetClock) -> None:
    companion = start()
    companion.add_memory("My dentist is Dr. Okafor")
    companion.add_memory("My old dentist had a practice on the longest street of Leeds")
    companion.settle()
    before = scores(companion)
    companion.ask("Who is my dentist on which street?")
    companion.settle()
    assert companion.learning() == Learning()
    assert scores(companion) == before
