"""What becomes of memories, titles and the open conversation when another version is chosen, or the program ends."""

from __future__ import annotations

import pytest

from companion.companion import Companion
from companion.errors import DiskFull
from companion.records import MemoryFilter
from tests.house import House
from tests.test_conversing import Visit

ALL = MemoryFilter(statuses=())
STANDS = MemoryFilter(statuses=("active",))
LENA, BRUNO = "My sister Lena lives in Rome.", "My sister Lena lives in Rome with her dog Bruno."
BARN = (
    "I planted tomatoes in the garden behind our house.",
    "I bought a red bicycle at the market for my daughter.",
    "My neighbour Otto repaired the roof of the barn.",
    "We ate pancakes with plum jam in the kitchen.",
)


@pytest.fixture
def visit(house: House) -> Visit:
    visit = Visit(house)
    visit.companion._talking.wait_until_loaded()
    return visit


def told(companion: Companion) -> str:
    companion.settle()
    return "\n".join(row.memory.text for row in companion.list_memories(STANDS))


def test_what_took_an_older_memory_in_goes_with_its_own_words_and_comes_back_with_them(visit: Visit) -> None:
    first = visit.ask(LENA)
    visit.standing()
    second = visit.ask(BRUNO)
    before = visit.standing()
    assert BRUNO in before
    anew = visit.resend(second.answers or 0, "Nothing much.")
    assert visit.standing() == [LENA, LENA]
    visit.resend(first.answers or 0, "Hello.")
    assert visit.standing() == []
    visit.companion.choose(anew.id)
    assert visit.standing() == [LENA, LENA]
    visit.companion.choose(second.id)
    assert visit.standing() == before


def test_what_the_person_put_together_stays_while_any_of_it_is_said(visit: Visit) -> None:
    visit.ask("I like strong coffee in the morning.")
    second = visit.ask("I like green tea in the evening.")
    visit.companion.settle()
    thoughts = visit.companion.list_memories(MemoryFilter(kinds=("thought",)))
    visit.companion.merge_memories(tuple(row.memory.id for row in thoughts), "I like coffee and tea.")
    visit.resend(second.answers or 0, "Nothing much.")
    assert "I like coffee and tea." in visit.standing()


@pytest.mark.parametrize("how", ["undone and done again", "forgotten and brought back", "called back and left"])
def test_what_was_set_aside_comes_back_with_its_words_whatever_was_taken_back_meanwhile(visit: Visit, how: str) -> None:
    reply = visit.ask(LENA)
    before = visit.standing()
    visit.resend(reply.answers or 0, "Hello.")
    companion = visit.companion
    (thought,) = companion.list_memories(MemoryFilter(kinds=("thought",), statuses=("quarantined",)))
    if how == "undone and done again":
        companion.undo()
        companion.redo()
    elif how == "forgotten and brought back":
        companion.forget_memory(thought.memory.id)
        companion.undo()
    else:
        companion.restore_memory(thought.memory.id)
        companion.undo()
    assert visit.standing() == []
    companion.choose(reply.id)
    assert visit.standing() == before


def test_what_is_wrong_or_forgotten_does_not_come_back_with_its_words(visit: Visit) -> None:
    reply = visit.ask(LENA)
    visit.companion.settle()
    visit.resend(reply.answers or 0, "Hello.")
    (thought,) = visit.companion.list_memories(MemoryFilter(kinds=("thought",), statuses=("quarantined",)))
    visit.companion.forget_memory(thought.memory.id)
    visit.companion.undo()
    visit.companion.redo()
    visit.companion.choose(reply.id)
    assert visit.standing() == []


def test_no_event_and_no_day_tells_what_was_said_anew_in_other_words(visit: Visit) -> None:
    replies = [visit.ask(text) for text in BARN]
    visit.companion.settle()
    visit.house.clock.advance(days=1)
    visit.companion.sleep()
    assert "Otto" in told(visit.companion)
    visit.resend(replies[2].answers or 0, "We ate soup.")
    events = visit.companion.list_memories(MemoryFilter(kinds=("event",), statuses=("active",)))
    assert not any("Otto" in row.memory.text for row in events)
    visit.house.clock.advance(days=1)
    visit.companion.sleep()
    assert "Otto" not in told(visit.companion)
    assert "pancakes" not in told(visit.companion)
    visit.companion.choose(replies[3].id)
    visit.house.clock.advance(days=1)
    visit.companion.sleep()
    assert all(text in told(visit.companion) for text in BARN)


def test_a_second_reply_that_the_end_of_the_program_came_before_leaves_memory_in_step(house: House) -> None:
    fox, whale = "The red fox hid under the old wooden bridge.", "The grey whale swam past the icy harbour."
    visit = Visit(house)
    first = visit.ask("Tell me a story.", fox)
    visit.companion.settle()
    visit.again(first, whale)
    visit.companion.settle()
    visit.companion.choose(first.id)
    assert fox in visit.standing()
    turns = visit.companion._opened.turns
    turns.add(
        first.conversation, "companion", "", house.clock.now(), state="streaming", answers=first.answers,
        parent=first.answers,
    )  # fmt: skip
    visit.companion.close()
    companion = house.open(chat=True)
    says = [item.turn.text for item in companion.transcript()]
    assert (fox in told(companion), whale in told(companion)) == (fox in says, whale in says)


def test_no_title_says_what_was_forgotten(visit: Visit) -> None:
    visit.ask("My secret friend is called Esmeralda.", "Esmeralda is a lovely name for a secret friend.")
    visit.ask("It rains in the harbour tonight.", "Oh.")
    visit.companion.settle()
    (thought,) = visit.companion.list_memories(MemoryFilter(kinds=("thought",)))
    visit.companion.forget_memory(thought.memory.id)
    assert visit.companion.conversations()[0].title == "It rains in the harbour tonight."
    assert visit.companion.conversation().title == "It rains in the harbour tonight."
    assert {found.title for found in visit.companion.search_turns("harbour")} == {"It rains in the harbour tonight."}
    visit.companion.undo()
    assert "Esmeralda" in visit.companion.conversation().title


def test_an_answer_that_could_not_be_kept_does_not_keep_the_next_message_out(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise DiskFull("full")

    with monkeypatch.context() as while_full:
        while_full.setattr(visit.companion._editing, "answer", full)
        with pytest.raises(DiskFull):
            visit.companion.answer_question("What is your name?", "Ada")
    visit.ask("I like plums.", "So do I.")
    assert visit.says == ["I like plums.", "So do I."]


def test_what_was_typed_stays_with_the_conversation_that_an_answer_began(visit: Visit) -> None:
    visit.companion.keep_draft("half a sentence")
    visit.companion.answer_question("What is your name?", "Ada")
    assert visit.companion.draft() == "half a sentence"
    visit.companion.begin_conversation()
    assert visit.companion.draft() == ""


def test_a_conversation_that_was_begun_is_begun_after_a_restart_too(house: House) -> None:
    visit = Visit(house)
    visit.ask("I like plums.")
    visit.companion.begin_conversation("play", "coach")
    visit.companion.keep_draft("half a sentence")
    visit.companion.close()
    companion = house.open(chat=True)
    now = companion.conversation()
    assert (now.id, now.mode, now.persona, companion.draft()) == (0, "play", "coach", "half a sentence")


def test_after_a_restart_the_chosen_persona_is_talked_to(house: House) -> None:
    visit = Visit(house)
    visit.ask("I like plums.")
    assert visit.companion.use_persona("coach").persona == "coach"
    house.settings = visit.companion._settings
    visit.companion.close()
    assert house.open(chat=True).conversation().persona == "coach"


@pytest.mark.parametrize("how", ["said", "opened", "late", "incognito"])
def test_one_that_was_begun_and_left_is_not_begun_again(house: House, how: str) -> None:
    visit = Visit(house)
    first = visit.ask("I like plums.")
    visit.companion.begin_conversation("incognito" if how == "incognito" else "play")
    if how == "said":
        first = visit.ask("I am a pirate.")
    elif how == "opened":
        visit.companion.open_conversation(first.conversation)
    elif how == "late":
        house.clock.advance(days=1)
    visit.companion.close()
    now = house.open(chat=True).conversation()
    assert (now.id, now.mode) == {
        "late": (0, "usual"), "said": (first.conversation, "play"),
    }.get(how, (first.conversation, "usual"))  # fmt: skip


def test_whoever_is_chosen_where_nothing_is_kept_keeps_nothing(house: House) -> None:
    visit = Visit(house)
    visit.companion.begin_conversation("incognito")
    visit.ask("A word that is kept nowhere.")
    assert visit.companion.use_persona("coach").mode == "incognito"
    visit.ask("Another word that is kept nowhere.")
    assert visit.standing() == []
    assert visit.companion.conversations() == ()


def test_versions_of_a_long_conversation_are_followed_without_reading_the_journal_for_each_memory(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = [visit.ask(f"I planted {count} plum trees behind the house.") for count in range(2, 22)]
    visit.companion.settle()
    visit.resend(replies[0].answers or 0, "Hello.")
    reads: list[str] = []
    database = visit.companion._opened.db
    read = database.all
    monkeypatch.setattr(database, "all", lambda sql, values=(): (reads.append(sql), read(sql, values))[1])
    visit.companion.choose(replies[-1].id)
    assert sum("FROM journal WHERE batch" in sql for sql in reads) == 1


def test_what_was_forgotten_does_not_come_back_through_what_was_said_of_it_later(visit: Visit) -> None:
    visit.ask("I was fired from Contoso yesterday.", "That is hard. I am sorry.")
    visit.ask("What happened to me?", "You were fired from Contoso yesterday.")
    visit.ask("What is Contoso?", "Contoso is a company that makes wooden furniture.")
    companion = visit.companion
    before = visit.standing()
    (thought,) = companion.list_memories(MemoryFilter(kinds=("thought",), subjects=("person",)))
    companion.forget_memory(thought.memory.id)
    assert not any("fired" in text for text in visit.standing())
    assert "Contoso is a company that makes wooden furniture." in visit.standing()
    assert companion.search_turns("fired") == ()
    visit.ask("Tell me about my work.")
    assert not any("fired" in message.text for message in visit.house.model.calls[-1].messages)
    companion.undo()
    assert set(before) <= set(visit.standing())


def test_what_was_put_right_does_not_come_back_through_what_was_said_of_it_later(visit: Visit) -> None:
    visit.ask("I was fired from Contoso yesterday.", "That is hard. I am sorry.")
    visit.ask("What happened to me?", "You were fired from Contoso yesterday.")
    visit.companion.settle()
    (thought,) = visit.companion.list_memories(MemoryFilter(kinds=("thought",), subjects=("person",)))
    visit.companion.edit_memory(thought.memory.id, "I left Contoso of my own will.")
    assert not any("fired" in text for text in visit.standing())


def test_what_was_forgotten_in_chinese_does_not_come_back_either(visit: Visit) -> None:
    visit.ask("我昨天被腾讯公司解雇了。", "真不容易。")
    visit.ask("我怎么了？", "你昨天被腾讯公司解雇了。")
    companion = visit.companion
    companion.settle()
    spoken = [row.memory for row in companion.list_memories(STANDS) if row.memory.subject == "companion"]
    mine = [row.memory.id for row in companion.list_memories(STANDS) if row.memory.subject == "person"]
    assert any("解雇" in memory.text for memory in spoken)
    companion.forget_memory(mine[0])
    assert not any("解雇" in text for text in visit.standing())
