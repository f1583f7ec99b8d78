"""Conversations and versions of a message, as a person meets them: nothing is overwritten, and memory follows."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from companion.chats import SentMessage
from companion.clock import SetClock
from companion.companion import Companion
from companion.errors import Busy, EmptyMessage, InvalidInput, ModelFailed, NotFound
from companion.events import MemoriesRecalled, ReplyFailed, ReplyFinished, ReplyToken
from companion.paths import Paths
from companion.records import MemoryFilter, Turn
from companion.store.store import NOWHERE
from companion.turn import recover
from tests.fakes import FakeModel
from tests.house import House
from tests.support import START, problem_of
from tests.talk import Talk

ALL = MemoryFilter(statuses=())


class Visit:
    """A Companion, with what it says waited for."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.companion = house.open(chat=True)

    def ask(self, text: str, reply: str = "I hear you.") -> Turn:
        self.house.model.enqueue(reply)
        return self.companion.ask(text).turn

    def done(self, sent: SentMessage) -> str:
        """What the conversation says last once the reply is there."""
        self.companion._talking.wait()
        return self.companion.transcript()[-1].turn.text

    def again(self, reply: Turn, text: str, without: tuple[str, ...] = ()) -> Turn:
        self.house.model.enqueue(text)
        self.done(self.companion.regenerate(reply.id, without))
        return self.companion.transcript()[-1].turn

    def resend(self, turn: int, text: str, reply: str = "I hear you.") -> Turn:
        self.house.model.enqueue(reply)
        self.done(self.companion.resend(turn, text))
        return self.companion.transcript()[-1].turn

    @property
    def says(self) -> list[str]:
        return [item.turn.text for item in self.companion.transcript(limit=1000)]

    def standing(self) -> list[str]:
        self.companion.settle()
        return sorted(row.memory.text for row in self.companion.list_memories(MemoryFilter(statuses=("active",))))


@pytest.fixture
def visit(house: House) -> Visit:
    visit = Visit(house)
    visit.companion._talking.wait_until_loaded()
    return visit


def test_another_reply_stands_beside_the_first(visit: Visit) -> None:
    first = visit.ask("Tell me a story.", "Once there was a fox.")
    second = visit.again(first, "Once there was a whale.")
    assert visit.says == ["Tell me a story.", "Once there was a whale."]
    (_, item) = visit.companion.transcript()
    assert item.siblings == (first.id, second.id)
    assert second.answers == first.answers
    visit.companion.choose(first.id)
    assert visit.says == ["Tell me a story.", "Once there was a fox."]
    visit.ask("And then?", "It slept.")
    prompt = [message.text for message in visit.house.model.calls[-1].messages]
    assert "Once there was a fox." in prompt
    assert not any("whale" in text for text in prompt)


def test_a_reply_far_back_is_made_anew_from_what_was_said_until_then(visit: Visit) -> None:
    first = visit.ask("one", "reply one")
    visit.ask("two", "reply two")
    visit.ask("three", "reply three")
    visit.again(first, "another one")
    assert visit.says == ["one", "another one"]
    prompt = [message.text for message in visit.house.model.calls[-1].messages]
    assert not any("two" in text or "reply one" in text for text in prompt)
    visit.companion.choose(first.id)
    assert visit.says == ["one", "reply one", "two", "reply two", "three", "reply three"]


def test_what_was_said_can_be_said_anew_and_both_stay(visit: Visit) -> None:
    reply = visit.ask("I live in Pariss.", "Nice.")
    visit.ask("It rains.", "Oh.")
    visit.resend(reply.answers or 0, "I live in Paris.", "Lovely.")
    assert visit.says == ["I live in Paris.", "Lovely."]
    item = visit.companion.transcript()[0]
    assert item.siblings == (reply.answers, item.turn.id)
    visit.companion.choose(reply.answers or 0)
    assert visit.says == ["I live in Pariss.", "Nice.", "It rains.", "Oh."]


def test_what_was_remembered_from_words_that_were_changed_is_set_aside_and_comes_back(visit: Visit) -> None:
    reply = visit.ask("My sister Lena lives in Rome.", "I see.")
    assert visit.standing() == ["My sister Lena lives in Rome.", "My sister Lena lives in Rome."]
    visit.resend(reply.answers or 0, "My brother Paul plays the violin.", "I see.")
    assert set(visit.standing()) == {"My brother Paul plays the violin."}
    visit.companion.choose(reply.answers or 0)
    assert set(visit.standing()) == {"My sister Lena lives in Rome."}
    statuses = {row.memory.status for row in visit.companion.list_memories(ALL)}
    assert statuses == {"active", "quarantined"}


def test_undo_brings_back_what_was_set_aside(visit: Visit) -> None:
    reply = visit.ask("My sister Lena lives in Rome.", "I see.")
    visit.standing()
    visit.resend(reply.answers or 0, "Nothing much.", "I see.")
    assert visit.standing() == []
    change = visit.companion.undo()
    assert {memory.text for memory in change.memories} == {"My sister Lena lives in Rome."}
    assert set(visit.standing()) == {"My sister Lena lives in Rome."}


def test_what_was_replaced_by_words_that_were_changed_stands_again(visit: Visit) -> None:
    visit.ask("I live in Berlin.", "I see.")
    visit.standing()
    moved = visit.ask("I moved to Paris, I no longer live in Berlin.", "I see.")
    before = visit.standing()
    replaced = [row.memory for row in visit.companion.list_memories(MemoryFilter(statuses=("superseded",)))]
    assert replaced
    visit.resend(moved.answers or 0, "Nothing much.", "I see.")
    assert {m.text for m in replaced} <= set(visit.standing())
    visit.companion.choose(moved.answers or 0)
    assert visit.standing() == before


def test_the_moment_of_a_reply_goes_and_comes_with_it(visit: Visit) -> None:
    fox, whale = "The red fox hid under the old wooden bridge.", "The grey whale swam past the icy harbour."
    first = visit.ask("Tell me a story.", fox)
    assert fox in visit.standing()
    second = visit.again(first, whale)
    assert [text for text in visit.standing() if text in (fox, whale)] == [whale]
    visit.companion.choose(first.id)
    assert [text for text in visit.standing() if text in (fox, whale)] == [fox]
    visit.companion.choose(second.id)
    assert [text for text in visit.standing() if text in (fox, whale)] == [whale]


def test_what_another_version_was_chosen_over_before_it_was_thought_about_is_thought_about_later(talk: Talk) -> None:
    store = talk.store

    def think() -> set[str]:
        while (job := store.jobs.next()) is not None:
            talk.reflection.work(job)
        return {memory.text for memory in store.memories.by_status(("active",))}

    assert talk.answer("My sister Lena lives in Rome.") is not None
    first = store.turns.latest(2)[0]
    store.turns.add(first.conversation, "person", "Nothing much.", START, parent=0)
    assert think() == set()
    with store.db.write():
        store.branches.go(first.conversation, store.branches.latest_below(first.id))
    recover(store, talk.reflection)
    assert think() == {"My sister Lena lives in Rome."}


def test_mood_is_told_from_what_was_chosen(visit: Visit) -> None:
    reply = visit.ask("I am so sad and terribly lonely today.", "Oh.")
    assert visit.companion.mood(1)[0].valence < 0
    visit.resend(reply.answers or 0, "I am so happy and proud today!", "Oh.")
    (day,) = visit.companion.mood(1)
    assert (day.turns, day.valence > 0) == (1, True)


def test_the_second_reply_is_not_given_the_first(visit: Visit) -> None:
    visit.house.embedder = None
    first = visit.ask("What do you know about the fox?", "The red fox hid under the old wooden bridge.")
    visit.standing()
    visit.again(first, "I know nothing.")
    recalled = visit.house.events.of(MemoriesRecalled)[-1]
    assert not any("bridge" in each.memory.text for each in recalled.recalled)


def test_a_segment_can_be_left_out_of_another_reply(visit: Visit) -> None:
    visit.ask("hello my friend", "good day")
    visit.companion.add_memory("My sister Lena lives in Rome.")
    visit.companion.settle()
    reply = visit.ask("Where does my sister Lena live?", "In Rome.")
    memory = visit.companion.transcript()[-1].recalled[0].memory
    said = visit.companion.transcript()[0].turn
    assert "Rome" in visit.house.model.calls[-1].messages[-1].memories
    visit.again(reply, "I do not know.", (f"memory:{memory.id}", f"turn:{said.id}"))
    messages = visit.house.model.calls[-1].messages
    assert "Rome" not in messages[-1].memories
    assert not any("hello my friend" in message.text for message in messages)
    assert visit.companion.transcript()[-1].recalled == ()


def test_a_reply_goes_on_where_it_was_stopped(visit: Visit) -> None:
    companion, model = visit.companion, visit.house.model
    model.gate, model.step = threading.Event(), True
    model.enqueue("one two three four")
    companion.send("Count.")
    model.gate.set()
    visit.house.events.wait(ReplyToken, 1)
    companion.stop()
    model.gate.set()
    companion._talking.wait()
    model.gate = None
    stopped = companion.transcript()[-1].turn
    assert stopped.state == "stopped"
    model.enqueue(" and so on.")
    visit.done(companion.continue_reply(stopped.id))
    item = companion.transcript()[-1]
    assert item.turn.text == f"{stopped.text} and so on."
    assert item.siblings == (stopped.id, item.turn.id)
    call = model.calls[-1]
    assert (call.begun, call.messages[-1].text) == (stopped.text, "Count.")
    tokens = [event.text for event in visit.house.events.of(ReplyToken) if event.reply == item.turn.id]
    assert "".join(tokens) == item.turn.text


def test_a_server_that_cannot_go_on_is_told_of(house: House) -> None:
    class Closed(FakeModel):
        def __init__(self) -> None:
            super().__init__()
            self._info = replace(self._info, goes_on=False)

    house.model = Closed()
    visit = Visit(house)
    visit.companion._talking.wait_until_loaded()
    reply = visit.ask("hello", "good day")
    with pytest.raises(InvalidInput, match="cannot go on"):
        visit.companion.continue_reply(reply.id)
    assert visit.says == ["hello", "good day"]


@pytest.mark.parametrize("failure", [ModelFailed("broke"), ""])
def test_another_reply_without_a_word_changes_nothing(visit: Visit, failure: str | Exception) -> None:
    first = visit.ask("Tell me.", "The red fox hid under the old wooden bridge.")
    second = visit.again(first, "The grey whale swam past the icy harbour.")
    visit.companion.choose(first.id)
    before = visit.standing()
    visit.house.model.enqueue(failure)
    visit.done(visit.companion.regenerate(first.id))
    assert visit.says == ["Tell me.", first.text]
    assert visit.standing() == before
    assert visit.companion.transcript()[-1].siblings == (first.id, second.id)


def test_what_there_is_not_is_said(visit: Visit) -> None:
    companion = visit.companion
    reply = visit.ask("hello", "good day")
    calls = (
        lambda: companion.regenerate(99), lambda: companion.regenerate(reply.answers or 0),
        lambda: companion.resend(reply.id, "x"), lambda: companion.resend(99, "x"), lambda: companion.choose(99),
        lambda: companion.continue_reply(99), lambda: companion.open_conversation(99),
        lambda: companion.rename_conversation(99, "x"), lambda: companion.begin_conversation("usual", "nobody"),
        lambda: companion.regenerate(NOWHERE + 1), lambda: companion.transcript(around=99),
    )  # fmt: skip
    for call in calls:
        assert isinstance(problem_of(call), NotFound)
    assert isinstance(problem_of(lambda: companion.resend(reply.answers or 0, "  ")), EmptyMessage)
    assert isinstance(problem_of(lambda: companion.search_turns(" \n")), InvalidInput)
    assert visit.says == ["hello", "good day"]


def test_while_a_reply_is_written_nothing_is_changed(visit: Visit) -> None:
    companion = visit.companion
    reply = visit.ask("hello", "good day")
    visit.house.model.gate = gate = threading.Event()
    companion.send("more")
    calls = (
        lambda: companion.regenerate(reply.id), lambda: companion.resend(reply.answers or 0, "x"),
        lambda: companion.choose(reply.id), lambda: companion.begin_conversation(),
        lambda: companion.open_conversation(1), lambda: companion.continue_reply(reply.id),
    )  # fmt: skip
    for call in calls:
        assert isinstance(problem_of(call), Busy)
    gate.set()
    companion._talking.wait()
    assert visit.says == ["hello", "good day", "more", "I hear you."]


def test_conversations_have_titles_and_can_be_opened_again(visit: Visit, clock: SetClock) -> None:
    companion = visit.companion
    visit.ask("The lighthouse keeper of Skagen\nwas called Ane. " + "And so on. " * 20, "Oh.")
    clock.advance(minutes=5)
    begun = companion.begin_conversation()
    assert (begun.id, begun.turns, begun.speaker) == (0, 0, "Companion")
    visit.ask("Bread needs flour and time.", "Yes.")
    clock.advance(minutes=5)
    second, first = companion.conversations()
    assert (first.turns, second.turns) == (2, 2)
    assert first.title.startswith("The lighthouse keeper of Skagen was called Ane.")
    assert len(first.title) <= 60
    assert companion.conversation() == second
    companion.open_conversation(first.id)
    visit.ask("And then?", "Then it was dark.")
    prompt = [message.text for message in visit.house.model.calls[-1].messages]
    assert any("lighthouse" in text for text in prompt)
    assert not any("flour" in text for text in prompt)
    assert [each.id for each in companion.conversations()] == [first.id, second.id]
    named = companion.rename_conversation(first.id, " Skagen \n and back ")
    assert (named.title, named.named) == ("Skagen and back", True)
    assert not companion.rename_conversation(first.id, " ").named
    with pytest.raises(InvalidInput):
        companion.rename_conversation(first.id, "\x1b[31m")
    assert [each.id for each in companion.conversations("flour")] == [second.id]
    assert companion.conversations("no such word") == ()


def test_the_transcript_shows_the_open_conversation_after_those_before_it(visit: Visit) -> None:
    companion = visit.companion
    visit.ask("one", "1")
    companion.begin_conversation()
    two = visit.ask("two", "2")
    companion.begin_conversation("play")
    visit.ask("I am a pirate.", "Arr.")
    companion.begin_conversation()
    visit.ask("three", "3")
    assert visit.says == ["one", "1", "two", "2", "three", "3"]
    companion.open_conversation(two.conversation)
    assert visit.says == ["one", "1", "two", "2"]
    assert [i.turn.text for i in companion.transcript(before=two.id, limit=2)] == ["1", "two"]
    assert [i.turn.text for i in companion.transcript(around=two.id, limit=3)] == ["1", "two", "2"]


def test_the_play_that_a_conversation_is_and_who_holds_it_outlive_the_program(house: House) -> None:
    visit = Visit(house)
    visit.companion.begin_conversation("play", "companion")
    reply = visit.ask("I am a pirate.", "Arr.")
    visit.companion.close()
    again = house.open(chat=True, model=FakeModel())
    found = again.conversation()
    assert (found.id, found.mode, found.persona) == (reply.conversation, "play", "companion")
    assert again.status().mode == "play"


def test_what_was_said_is_found_by_its_words(visit: Visit) -> None:
    companion = visit.companion
    reply = visit.ask("The lighthouses of Skagen are white. " + "Nothing else. " * 40 + "我住在杭州。", "I see.")
    visit.ask("A lighthouse needs a keeper.", "Yes.")
    found = companion.search_turns("lighthouse")
    assert {each.turn.text[:14] for each in found} == {"The lighthouse", "A lighthouse n"}
    for each in found:
        assert each.spans
        for span in each.spans:
            assert each.excerpt[span.start : span.end] == span.text
            assert span.text.lower().startswith("lighthouse")
    (one,) = companion.search_turns("杭州")
    assert (one.turn.id, [span.text for span in one.spans]) == (reply.answers, ["杭州"])
    assert len(one.excerpt) < 200
    assert companion.search_turns("住")[0].turn.id == reply.answers
    assert companion.search_turns("lighthouse helicopter") == ()
    other = visit.resend(one.turn.id, "The towers of Skagen are white.")
    (old, new) = sorted(companion.search_turns("skagen white"), key=lambda each: each.turn.id)
    assert (old.on_path, new.on_path) == (False, True)
    assert new.turn.id == other.answers


def test_what_was_forgotten_is_not_found(visit: Visit) -> None:
    visit.ask("My sister Lena lives in Rome.", "I see.")
    visit.companion.settle()
    (row, *_) = visit.companion.list_memories(MemoryFilter(kinds=("thought",)))
    assert visit.companion.search_turns("lena")
    visit.companion.forget_memory(row.memory.id)
    assert visit.companion.search_turns("lena") == ()
    assert visit.companion.conversations("lena") == ()
    visit.companion.undo()
    assert visit.companion.search_turns("lena")


def test_a_draft_is_kept_for_its_conversation_over_a_restart(house: House) -> None:
    visit = Visit(house)
    visit.companion.keep_draft("half a")
    assert visit.companion.draft() == "half a"
    reply = visit.ask("hello", "good day")
    assert visit.companion.draft() == ""
    visit.companion.keep_draft("for this one")
    visit.companion.begin_conversation()
    assert visit.companion.draft() == ""
    visit.companion.keep_draft("something else")
    visit.companion.open_conversation(reply.conversation)
    visit.companion.close()
    again = house.open(chat=True, model=FakeModel())
    assert again.draft() == "for this one"


def test_who_left_while_beginning_a_conversation_goes_on_beginning_it(house: House) -> None:
    visit = Visit(house)
    visit.ask("hello", "good day")
    visit.companion.begin_conversation()
    visit.companion.keep_draft("something else")
    visit.companion.close()
    again = house.open(chat=True, model=FakeModel())
    assert again.draft() == "something else"
    assert again.conversation().id == 0


def test_nothing_of_an_incognito_conversation_is_on_disk_and_what_is_known_is_recalled(house: House) -> None:
    visit = Visit(house)
    companion = visit.companion
    companion.add_memory("My sister Lena lives in Rome.")
    usual = visit.ask("Bread needs flour.", "Yes.")
    visit.standing()
    tables = ("turns", "conversations", "recalls", "reviews", "jobs", "memories", "evidence", "drafts", "gists",
              "unsupported", "surprises", "stretches", "prompts", "turn_words")  # fmt: skip
    count = lambda: {t: companion._opened.db.value(f"SELECT count(*) FROM {t}") for t in tables}  # noqa: E731, S608
    before = count()
    begun = companion.begin_conversation("incognito")
    assert (begun.mode, companion.status().mode) == ("incognito", "incognito")
    assert visit.says == []
    companion.keep_draft("xylophone zanzibar")
    companion.typing("xylophone zanzibar where does my sister Lena live")
    reply = visit.ask("The xylophone zanzibar is mine. Where does my sister Lena live?", "In xylophone zanzibar Rome.")
    assert "Rome" in visit.house.model.calls[-1].messages[-1].memories
    again = visit.again(reply, "Xylophone zanzibar, I said.")
    visit.resend(again.answers or 0, "My own xylophone zanzibar words.", "Zanzibar.")
    companion.choose(reply.id)
    companion.settle()
    assert min(turn.turn.id for turn in companion.transcript()) > NOWHERE
    assert companion.transcript()[-1].recalled
    assert companion.conversation().mode == "incognito"
    assert reply.conversation not in [each.id for each in companion.conversations()]
    assert companion.search_turns("flour")
    assert companion.search_turns("xylophone") == ()
    assert count() == before
    companion.open_conversation(usual.conversation)
    assert visit.says == ["Bread needs flour.", "Yes."]
    assert isinstance(problem_of(lambda: companion.open_conversation(reply.conversation)), NotFound)
    assert isinstance(problem_of(lambda: companion.choose(reply.id)), NotFound)
    companion.close()
    for file in house.paths.data.rglob("*"):
        if file.is_file():
            assert b"zanzibar" not in file.read_bytes().lower(), file


def test_an_incognito_conversation_is_gone_with_the_program_even_while_it_is_open(house: House) -> None:
    visit = Visit(house)
    visit.companion.begin_conversation("incognito")
    visit.ask("xylophone zanzibar", "zanzibar it is")
    visit.companion.close()
    again = house.open(chat=True, model=FakeModel())
    assert again.transcript() == ()
    again.close()
    for file in house.paths.data.rglob("*"):
        if file.is_file():
            assert b"zanzibar" not in file.read_bytes().lower(), file


class AnyConversation(RuleBasedStateMachine):
    """Whatever is said, answered anew, said anew and chosen, and wherever the program is closed in between: every turn
    ever written is there to the letter, and what is shown is a path of them that begins with a first one."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        home = Path(self.folder.name)
        self.house = House(Paths(data=home, config=home), SetClock(START))
        self.house.embedder = None
        self.visit = Visit(self.house)
        self.visit.companion._talking.wait_until_loaded()
        self.written: dict[int, Turn] = {}
        self.numbers = itertools.count()

    def teardown(self) -> None:
        self.house.close()
        self.folder.cleanup()

    @property
    def companion(self) -> Companion:
        return self.visit.companion

    def _words(self, what: str) -> str:
        return f"{what} number {next(self.numbers)} about my sister Lena"

    def _look(self) -> None:
        self.companion._talking.wait()
        for item in self.companion.transcript(limit=1000):
            self.written.setdefault(item.turn.id, item.turn)

    @rule(fails=st.booleans())
    def send(self, fails: bool) -> None:
        self.house.model.enqueue(ModelFailed("broke") if fails else self._words("reply"))
        self.companion.send(self._words("said"))
        self._look()

    @precondition(lambda self: any(t.role == "companion" for t in self.written.values()))
    @rule(data=st.data(), fails=st.booleans(), goes_on=st.booleans())
    def answer_anew(self, data: st.DataObject, fails: bool, goes_on: bool) -> None:
        reply = data.draw(st.sampled_from([t.id for t in self.written.values() if t.role == "companion"]))
        self.house.model.enqueue(ModelFailed("broke") if fails else self._words("another"))
        self.companion.continue_reply(reply) if goes_on else self.companion.regenerate(reply)
        self._look()

    @precondition(lambda self: self.written)
    @rule(data=st.data())
    def say_anew(self, data: st.DataObject) -> None:
        turn = data.draw(st.sampled_from([t.id for t in self.written.values() if t.role == "person"]))
        self.house.model.enqueue(self._words("reply"))
        self.companion.resend(turn, self._words("instead"))
        self._look()

    @precondition(lambda self: self.written)
    @rule(data=st.data())
    def choose(self, data: st.DataObject) -> None:
        turn = data.draw(st.sampled_from(sorted(self.written)))
        self.companion.choose(turn)
        self._look()
        assert turn in [item.turn.id for item in self.companion.transcript(limit=1000)]

    @rule()
    def think(self) -> None:
        self.companion.settle()

    @rule()
    def restart(self) -> None:
        self.companion.close()
        self.house.model = FakeModel()
        self.visit = Visit(self.house)
        self.companion._talking.wait_until_loaded()

    @invariant()
    def every_turn_is_there_and_the_path_holds_together(self) -> None:
        if not getattr(self, "written", None):
            return
        store = self.companion._opened
        assert store.turns.many(sorted(self.written)) == self.written
        assert store.turns.count() == len(self.written)
        shown = [item.turn for item in self.companion.transcript(limit=1000)]
        parents = [store.branches.parent(turn.id) for turn in shown]
        assert parents == [0, *(turn.id for turn in shown)][: len(shown)]
        assert store.branches.leaf(1) == shown[-1].id
        assert all(a.role != b.role or a.role == "person" for a, b in itertools.pairwise(shown))

    @invariant()
    def what_is_recalled_was_said(self) -> None:
        if not getattr(self, "written", None):
            return
        store = self.companion._opened
        for memory in store.memories.by_status(("active",)):
            turns = [e.turn for e in store.memories.get(memory.id).evidence]
            assert set(turns) - store.branches.off(turns), memory


AnyConversation.TestCase.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)
TestAnyConversation = AnyConversation.TestCase


def test_events_tell_of_a_version_like_of_any_reply(visit: Visit) -> None:
    reply = visit.ask("hello", "good day")
    visit.again(reply, "good evening")
    finished = visit.house.events.of(ReplyFinished)
    assert [event.report.turn.text for event in finished] == ["good day", "good evening"]
    assert visit.house.events.of(ReplyFailed) == []


def test_why_a_reply_says_what_it_says_is_told_after_a_restart_too(house: House) -> None:
    visit = Visit(house)
    visit.ask("hello my friend", "good day")
    visit.companion.add_memory("My sister Lena lives in Rome.")
    visit.companion.settle()
    reply = visit.ask("Where does my sister Lena live?", "In Rome.")
    memory = visit.companion.transcript()[-1].recalled[0].memory
    report = house.events.of(ReplyFinished)[-1].report
    told = visit.companion.why(reply.id)
    turns = [item.turn for item in visit.companion.transcript()]
    assert [(s.key, s.kind) for s in told.segments] == [
        ("persona", "persona"), (f"turn:{turns[0].id}", "history"), (f"turn:{turns[1].id}", "history"),
        (f"memory:{memory.id}", "memory"), ("message", "message"),
    ]  # fmt: skip
    texts = [s.text for s in told.segments]
    assert texts[1:] == ["hello my friend", "good day", memory.text, "Where does my sister Lena live?"]
    assert sum(s.tokens for s in told.segments) == report.prompt_tokens
    assert all(s.tokens > 0 for s in told.segments)
    assert [s.droppable for s in told.segments] == [False, True, True, True, False]
    assert (told.model, told.context_tokens, told.changed) == ("fake", report.context_tokens, False)
    visit.companion.close()
    again = house.open(chat=True, model=FakeModel())
    assert again.why(reply.id) == told
    again.edit_memory(memory.id, "My sister Lena lives in Bologna.")
    changed = again.why(reply.id)
    assert changed.changed
    assert [s.text for s in changed.segments if s.kind == "memory"] == ["My sister Lena lives in Bologna."]
    again.forget_memory(memory.id)
    assert not any(s.kind == "memory" for s in again.why(reply.id).segments)


def test_what_was_left_out_is_told_and_what_is_forgotten_is_not(visit: Visit) -> None:
    visit.ask("My favourite tea is green tea.", "I see.")
    visit.standing()
    reply = visit.ask("It rains.", "Oh.")
    assert any("green tea" in s.text for s in visit.companion.why(reply.id).segments)
    second = visit.again(reply, "It does.", ("turn:1", "portrait"))
    told = visit.companion.why(second.id)
    assert told.without == ("portrait", "turn:1")
    assert not any(s.key == "turn:1" for s in told.segments)
    (row, *_) = visit.companion.list_memories(MemoryFilter(kinds=("thought",)))
    visit.companion.forget_memory(row.memory.id)
    told = visit.companion.why(reply.id)
    assert told.changed
    assert not any("green tea" in s.text for s in told.segments)
    assert isinstance(problem_of(lambda: visit.companion.why(1)), NotFound)


def test_a_long_conversation_tells_of_its_gist(house: House) -> None:
    house.model = FakeModel(context=1024, default="That is interesting, tell me more about it. " * 3)
    visit = Visit(house)
    replies = [visit.companion.ask(f"This is message number {n} about the weather today").turn for n in range(20)]
    told = visit.companion.why(replies[-1].id)
    kinds = [s.kind for s in told.segments]
    assert kinds.index("gist") == 1
    assert 2 < kinds.count("history") < 38
    assert sum(s.tokens for s in told.segments) == house.events.of(ReplyFinished)[-1].report.prompt_tokens


def test_each_conversation_is_held_with_its_persona(house: House) -> None:
    visit = Visit(house)
    companion = visit.companion
    copy = companion.copy_persona("companion", "Ada")
    companion.edit_persona(replace(copy, system="You are Ada, who builds engines."))
    plain = visit.ask("hello", "good day")
    begun = companion.begin_conversation("usual", copy.key)
    assert (begun.persona, begun.speaker) == (copy.key, "Ada")
    reply = visit.ask("hello", "good day")
    assert reply.speaker == "Ada"
    assert "who builds engines" in house.model.calls[-1].messages[0].text
    companion.open_conversation(plain.conversation)
    assert visit.ask("again", "yes").speaker == "Companion"
    assert "who builds engines" not in house.model.calls[-1].messages[0].text
    companion.close()
    house.model = FakeModel()
    again = Visit(house)
    assert again.companion.open_conversation(reply.conversation).speaker == "Ada"
    again.ask("are you there?", "yes")
    assert "who builds engines" in house.model.calls[-1].messages[0].text
    again.companion.remove_persona(copy.key)
    again.companion.open_conversation(plain.conversation)
    again.companion.open_conversation(reply.conversation)
    assert again.ask("and now?", "yes").text == "yes"


def test_a_profile_that_cannot_be_written_can_be_talked_to_incognito(house: House) -> None:
    Visit(house).ask("hello", "good day")
    house.opened[0].close()
    house.model = FakeModel()
    visit = Visit(house)
    visit.companion._opened.db.read_only = True
    try:
        visit.companion.begin_conversation("incognito")
        assert visit.ask("xylophone", "zanzibar").text == "zanzibar"
        assert visit.says == ["xylophone", "zanzibar"]
    finally:
        visit.companion._opened.db.read_only = False


def test_nothing_asked_in_the_first_minute_is_written_into_what_is_incognito(visit: Visit) -> None:
    visit.companion.begin_conversation("incognito")
    assert isinstance(problem_of(lambda: visit.companion.answer_question("Who are you?", "Me.")), InvalidInput)
    assert visit.says == []


def test_a_second_reply_that_was_being_written_when_the_program_ended_takes_its_place(talk: Talk) -> None:
    store, old = talk.store, "The red fox hid under the old wooden bridge."
    talk.model.enqueue(old)
    first = talk.answer("Tell me a story.")
    assert first is not None
    while (job := store.jobs.next()) is not None:
        talk.reflection.work(job)
    asked = first.turn.answers or 0
    empty = store.turns.add(1, "companion", "", START, state="streaming", answers=asked, parent=asked)
    recover(store, talk.reflection)
    assert [turn.text for turn in store.turns.conversation(1)] == ["Tell me a story.", old]
    reply = store.turns.add(1, "companion", "", START, state="streaming", answers=asked, parent=asked)
    store.turns.checkpoint(reply.id, "The grey whale swam past the icy harbour")
    recover(store, talk.reflection)
    while (job := store.jobs.next()) is not None:
        talk.reflection.work(job)
    moments = [memory.text for memory in store.memories.by_status(("active",)) if memory.subject == "companion"]
    assert moments == ["The grey whale swam past the icy harbour"]
    assert [turn.id for turn in store.turns.replies_to(asked)] == [first.turn.id, reply.id]
    assert empty.id not in [turn.id for turn in store.turns.latest(10)]
