"""Versions of a message: none is ever lost, and a conversation is always one path through them."""

from __future__ import annotations

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import apsw
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from companion.clock import SetClock
from companion.paths import Paths
from companion.records import Turn
from companion.store.gists import Gist
from companion.store.store import Store
from tests.support import START, say


class Chat:
    """A conversation told turn by turn."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.id = store.turns.open_conversation(START)

    def say(self, text: str, parent: int | None = None, **values: Any) -> Turn:
        return self.store.turns.add(self.id, "person", text, START, parent=parent, **values)

    def reply(self, turn: Turn, text: str, **values: Any) -> Turn:
        values = {"answers": turn.id, "parent": turn.id, **values}
        return self.store.turns.add(self.id, "companion", text, START, **values)

    def choose(self, turn: Turn) -> None:
        with self.store.db.write():
            self.store.branches.go(self.id, self.store.branches.latest_below(turn.id))

    @property
    def says(self) -> list[str]:
        return [turn.text for turn in self.store.turns.conversation(self.id)]


def test_another_reply_stands_beside_the_first_and_either_can_be_chosen(store: Store) -> None:
    chat = Chat(store)
    asked = chat.say("hello")
    first = chat.reply(asked, "hi")
    chat.say("more")
    second = chat.reply(asked, "good day")
    assert chat.says == ["hello", "good day"]
    chat.choose(first)
    assert chat.says == ["hello", "hi", "more"]
    assert [t.text for t in store.turns.latest(10)] == chat.says
    assert store.branches.siblings([asked.id, first.id]) == {first.id: (first.id, second.id)}
    chat.choose(second)
    assert chat.says == ["hello", "good day"]
    assert [t.text for t in store.turns.replies_to(asked.id)] == ["hi", "good day"]


def test_the_first_message_can_be_said_anew(store: Store) -> None:
    chat = Chat(store)
    other, _ = say(store, "elsewhere", "yes")
    first = chat.say("one", parent=0)
    chat.reply(first, "reply")
    second = chat.say("two", parent=0)
    assert chat.says == ["two"]
    assert store.branches.siblings([first.id, other.id]) == {first.id: (first.id, second.id)}
    chat.choose(first)
    assert chat.says == ["one", "reply"]


def test_a_reply_without_a_word_leaves_the_path_as_it_was(store: Store) -> None:
    chat = Chat(store)
    asked = chat.say("hello")
    first = chat.reply(asked, "hi")
    chat.reply(asked, "good day")
    chat.choose(first)
    empty = chat.reply(asked, "", state="streaming")
    store.turns.drop_empty(empty.id, first.id)
    assert chat.says == ["hello", "hi"]
    empty = chat.reply(asked, "", state="streaming")
    store.turns.drop_empty(empty.id)
    assert chat.says == ["hello", "good day"]
    lone = chat.reply(chat.say("more"), "", state="streaming")
    store.turns.drop_empty(lone.id)
    assert chat.says == ["hello", "good day", "more"]


def test_a_gist_is_kept_as_long_as_it_tells_of_what_was_said(store: Store) -> None:
    chat = Chat(store)
    turns = [chat.say("1")]
    for n in range(2, 9):
        turns.append(chat.reply(turns[-1], str(n)) if n % 2 == 0 else chat.say(str(n)))
    store.gists.put(chat.id, Gist(turns[4].id, "tells of 1 to 4"))
    chat.reply(turns[6], "another 8")
    assert store.gists.get(chat.id).text == "tells of 1 to 4"
    chat.reply(turns[4], "another 6")
    assert store.gists.get(chat.id).text == "tells of 1 to 4"
    chat.reply(turns[2], "another 4")
    assert store.gists.get(chat.id) == Gist()


def test_ten_thousand_turns_are_not_looked_at_to_open_the_end_of_them(store: Store) -> None:
    chat = Chat(store)
    with store.db.write():
        for n in range(5_000):
            chat.reply(chat.say(str(n)), "yes")
    steps = _steps(store, lambda: store.turns.page(None, 50))
    assert len(store.turns.page(None, 50)) == 50
    assert steps < 5_000
    last = store.turns.page(None, 50)[-1]
    assert _steps(store, lambda: store.branches.siblings([t.id for t in store.turns.page(None, 50)])) < 10_000
    assert _steps(store, lambda: store.turns.between(chat.id, last.id - 20, last.id)) < 2_000
    assert _steps(store, lambda: store.turns.page(None, 50, last.id - 5_000)) < 5_000


def _steps(store: Store, work: Any) -> int:
    """Steps of SQLite's machine that `work` takes: about a dozen for a row that is looked at."""
    counted: list[int] = []
    connection = store.db._connection
    trace = lambda event: counted.append(event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"])  # noqa: E731

    connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, trace)
    try:
        work()
    finally:
        connection.trace_v2(0, None)
    return sum(counted)


class AnyVersions(RuleBasedStateMachine):
    """Whatever is said, said anew, answered anew and chosen: every turn stays, and the path is one that was made."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        home = Path(self.folder.name)
        self.store = Store.open(Paths(data=home, config=home), SetClock(START))
        self.chats = [Chat(self.store), Chat(self.store)]
        self.parents: dict[int, int] = {}
        self.turns: dict[int, Turn] = {}
        self.paths: dict[int, list[int]] = {chat.id: [] for chat in self.chats}
        self.numbers = itertools.count()

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(which=st.booleans(), back=st.integers(0, 6))
    def say(self, which: bool, back: int) -> None:
        chat = self.chats[which]
        path = self.paths[chat.id]
        cut = max(0, len(path) - back)
        parent = path[cut - 1] if cut else 0
        turn = chat.say(f"said {next(self.numbers)}", parent)
        self._added(chat, turn, parent, [*path[:cut], turn.id])

    @precondition(lambda self: any(t.role == "person" for t in self.turns.values()))
    @rule(data=st.data(), words=st.booleans())
    def answer(self, data: st.DataObject, words: bool) -> None:
        asked = self.turns[data.draw(st.sampled_from([t.id for t in self.turns.values() if t.role == "person"]))]
        chat = next(chat for chat in self.chats if chat.id == asked.conversation)
        before = list(self.paths[chat.id])
        reply = chat.reply(asked, "", state="streaming")
        if words:
            reply = self.store.turns.finish(reply.id, f"answered {next(self.numbers)}", "complete")
            self._added(chat, reply, asked.id, [*self._above(asked.id), reply.id])
        else:
            self.store.turns.drop_empty(reply.id, before[-1])

    @precondition(lambda self: self.turns)
    @rule(data=st.data())
    def choose(self, data: st.DataObject) -> None:
        turn = self.turns[data.draw(st.sampled_from(sorted(self.turns)))]
        chat = next(chat for chat in self.chats if chat.id == turn.conversation)
        chat.choose(turn)
        below = {turn.id}
        for id in sorted(self.parents):
            if self.parents[id] in below:
                below.add(id)
        self.paths[chat.id] = self._above(max(below))

    def _added(self, chat: Chat, turn: Turn, parent: int, path: list[int]) -> None:
        self.turns[turn.id], self.parents[turn.id], self.paths[chat.id] = turn, parent, path

    def _above(self, id: int) -> list[int]:
        path = []
        while id:
            path.append(id)
            id = self.parents[id]
        return path[::-1]

    @invariant()
    def every_turn_is_there(self) -> None:
        if hasattr(self, "turns"):
            assert self.store.turns.many(sorted(self.turns)) == self.turns
            assert self.store.turns.count() == len(self.turns)

    @invariant()
    def each_conversation_is_its_path(self) -> None:
        for id, path in getattr(self, "paths", {}).items():
            assert [turn.id for turn in self.store.turns.conversation(id)] == path
            assert self.store.branches.leaf(id) == (path[-1] if path else 0)
            assert [self.store.branches.parent(turn) for turn in path] == [0, *path[:-1]][: len(path)]

    @invariant()
    def versions_are_those_with_the_same_parent(self) -> None:
        if not getattr(self, "turns", None):
            return
        alike: dict[object, list[int]] = {}
        for id, turn in sorted(self.turns.items()):
            alike.setdefault((self.parents[id], turn.role, turn.conversation), []).append(id)
        expected = {id: tuple(each) for each in alike.values() if len(each) > 1 for id in each}
        assert self.store.branches.siblings(sorted(self.turns)) == expected


AnyVersions.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestAnyVersions = AnyVersions.TestCase
