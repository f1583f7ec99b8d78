"""Jobs are done once or tried again; nights and recalls are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from companion.clock import SetClock
from companion.records import RecalledMemory
from companion.store.jobs import MAX_ATTEMPTS
from companion.store.store import Store
from tests.support import START, add, say


def test_work_is_queued_once_and_done_in_order(store: Store) -> None:
    for key in ("1", "2", "1"):
        store.jobs.queue("reflect", key, START)
    assert store.jobs.pending() == 2
    first = store.jobs.next()
    assert first is not None
    assert first.key == "1"
    store.jobs.done(first.id)
    store.jobs.queue("reflect", "1", START)
    second = store.jobs.next()
    assert second is not None
    assert second.key == "2"
    store.jobs.done(second.id)
    assert store.jobs.next() is None


def test_work_that_fails_waits_behind_other_work_and_rests_in_the_end(store: Store) -> None:
    store.jobs.queue("reflect", "1", START)
    store.jobs.queue("reflect", "2", START)
    first = store.jobs.next()
    assert first is not None
    store.jobs.failed(first.id, "x" * 1000)
    following = store.jobs.next()
    assert following is not None
    assert following.key == "2"
    for _ in range(MAX_ATTEMPTS - 1):
        store.jobs.failed(first.id, "again")
    store.jobs.done(following.id)
    assert store.jobs.next() is None
    (troubled,) = store.jobs.troubled()
    assert (troubled.key, troubled.attempts, troubled.state, troubled.error) == ("1", MAX_ATTEMPTS, "failed", "again")


def test_a_crash_before_the_commit_leaves_the_job_queued(store: Store) -> None:
    store.jobs.queue("reflect", "1", START)
    job = store.jobs.next()
    assert job is not None
    with pytest.raises(RuntimeError), store.db.write():  # noqa: PT012
        store.jobs.done(job.id)
        raise RuntimeError
    assert store.jobs.next() == job


def test_the_latest_night_is_found(store: Store, clock: SetClock) -> None:
    night = date(2026, 3, 2)
    assert store.nights.latest(night, clock.now()) is None
    with store.db.write():
        store.nights.record(night, clock.now(), None, {})
    assert store.nights.latest(night, clock.now()) == night
    assert store.nights.latest(night - timedelta(days=1), clock.now()) is None


def test_a_night_run_by_a_clock_that_was_ahead_does_not_count(store: Store, clock: SetClock) -> None:
    ahead = clock.now() + timedelta(days=10)
    with store.db.write():
        store.nights.record(date(2026, 3, 3), ahead, None, {})
    assert store.nights.latest(date(2026, 3, 5), clock.now() + timedelta(days=3)) is None
    assert store.nights.latest(date(2026, 3, 12), ahead) == date(2026, 3, 3)


def test_what_a_reply_was_given_is_remembered_as_the_memory_is_now(store: Store) -> None:
    _, reply = say(store, "where do I live?", "In Paris.")
    assert reply is not None
    paris, tea = add(store, "I live in Paris"), add(store, "I love tea")
    given = (RecalledMemory(paris, 0.9, 1, 0.8, 0.5, ("says “live”", "pinned")), RecalledMemory(tea, 0.4, 2, None, 0.0))
    store.recalls.record(reply.id, given)
    assert store.recalls.of([reply.id, 77]) == {reply.id: given, 77: ()}
    store.recalls.mark_used(reply.id, [paris.id])
    assert store.db.all("SELECT memory, used FROM recalls ORDER BY rank") == [(paris.id, 1), (tea.id, 0)]
    (time,) = store.recalls.times(paris.id, 5)
    assert (time.reply, time.used, time.reasons) == (reply.id, True, ("says “live”", "pinned"))
    assert store.recalls.times(tea.id, 5)[0].reasons == ()
    store.changes.undo()  # the making of the second
    assert [r.memory for r in store.recalls.of([reply.id])[reply.id]] == [paris]


def test_the_latest_times_a_memory_came_to_mind_come_first(store: Store) -> None:
    memory = add(store, "I love tea")
    replies = [say(store, f"tea {n}?", "Yes.")[1] for n in range(4)]
    for reply in replies:
        assert reply is not None
        store.recalls.record(reply.id, [RecalledMemory(memory, 0.9, 1)])
    assert [time.reply for time in store.recalls.times(memory.id, 3)] == [r.id for r in replies[:0:-1] if r is not None]
    assert store.recalls.times(memory.id, 3)[0].used is None
    assert store.recalls.times(99, 3) == ()
