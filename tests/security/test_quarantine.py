"""What is pasted is shown and not recalled until the person has confirmed it, whatever it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companion.errors import NotFound
from companion.events import Notice
from companion.model.persona import load_persona
from companion.pasted import counts_as_pasted, find_pasted
from companion.records import STATUSES, MemoryFilter
from companion.store.store import Store
from tests.fakes import FakeModel
from tests.house import House
from tests.security.poison import PAGES, Page

ALL = MemoryFilter(statuses=STATUSES)
WAITING = MemoryFilter(statuses=("quarantined",), waiting=True)
PAGE = PAGES[0]


def paste(house: House, page: Page, before: str = "What do you make of this page?\n\n", reply: str = "It is a page."):
    companion = house.opened[-1] if house.opened else house.open()
    house.model.enqueue(reply)
    companion.ask(before + page.text, ((len(before), len(before) + len(page.text)),))
    companion.settle()
    return companion


def texts(companion, filter: MemoryFilter = MemoryFilter()) -> list[str]:  # noqa: B008
    return [row.memory.text for row in companion.list_memories(filter)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_becomes_a_memory_that_is_recalled(house: House, page: Page):
    companion = paste(house, page, reply=f"I have noted {page.word} for you, and {page.word} it is.")
    persona = load_persona("companion")
    assert not [each for each in texts(companion) if page.word in each]
    assert not [each for each in companion.search_memories(page.word, 20) if page.word in each.memory.text]
    assert any(page.word in each for each in texts(companion, WAITING)), "it is shown"
    companion.begin_conversation()
    house.model.enqueue("I don't know.")
    companion.ask(f"What do you know about {page.word} and me?")
    assert page.word not in _given(house.model), "nor does another conversation hear of it"
    assert load_persona("companion") == persona
    assert page.word not in " ".join(line.memory.text for line in companion.portrait())


def _given(model: FakeModel) -> str:
    """The latest prompt but for the question itself."""
    messages = model.calls[-1].messages
    return "\n".join([*(m.text for m in messages[:-1]), messages[-1].memories])


def test_typed_the_same_words_are_learned(house: House):
    """The positive control: it is the pasting that sets them apart."""
    companion = house.open()
    learned = 0
    for page in PAGES:
        claim = page.text.split("\n\n")[1]
        house.model.enqueue("I see.")
        companion.ask(claim)
        companion.settle()
        learned += any(page.word in each for each in texts(companion))
    assert learned > len(PAGES) * 0.8


def test_what_is_typed_beside_a_page_is_learned_at_once(house: House):
    before = "My brother Tomas sent me this and I work at the harbour office.\n\n"
    companion = paste(house, PAGE, before)
    assert any("harbour office" in each and "Quellmark" not in each for each in texts(companion))


def test_confirming_recalls_it_and_undo_takes_that_back(house: House):
    companion = paste(house, PAGE)
    (source,) = companion.quarantined()
    assert source.memories == companion.count_memories(WAITING) > 0
    assert source.name.startswith("The harbour office")
    companion.confirm_source(source.id)
    assert any("Quellmark" in each.memory.text for each in companion.search_memories("Quellmark"))
    assert companion.quarantined() == ()
    assert texts(companion, WAITING) == []
    companion.undo()
    assert companion.quarantined() == (source,)
    assert not [each for each in companion.search_memories("Quellmark") if "Quellmark" in each.memory.text]
    companion.redo()
    assert companion.quarantined() == ()


def test_removing_takes_all_of_it_at_once_and_undo_brings_it_back(house: House):
    companion = paste(house, PAGE)
    (source,) = companion.quarantined()
    companion.remove_source(source.id)
    assert companion.quarantined() == ()
    assert not [e for e in texts(companion, replace(ALL, statuses=("quarantined", "active"))) if "Quellmark" in e]
    with pytest.raises(NotFound):
        companion.remove_source(source.id)
    companion.undo()
    assert companion.quarantined() == (source,)


def test_a_page_takes_the_place_of_nothing(house: House):
    companion = house.open()
    house.model.enqueue("Nice.")
    companion.ask("I live in Porto.")
    companion.settle()
    before = texts(companion)
    page = PAGES[4]
    companion = paste(house, page)
    assert set(before) <= set(texts(companion))
    (source,) = companion.quarantined()
    companion.confirm_source(source.id)
    assert set(before) <= set(texts(companion)), "nor when it is confirmed"


def test_the_person_is_told_once(house: House):
    paste(house, PAGE)
    notices = [each for each in house.events.of(Notice) if "pasted" in each.title]
    assert len(notices) == 1
    assert "is:waiting" in notices[0].hint


def test_a_later_reply_that_repeats_the_page_waits_too(house: House):
    companion = paste(house, PAGE)
    house.model.enqueue("It says: I work as a locksmith at Quellmark, and the ferries leave twice a day.")
    companion.ask("What was that about the locksmith?")
    companion.settle()
    assert not [each for each in texts(companion) if "Quellmark" in each]


def test_saying_it_anew_does_not_make_it_typed(house: House):
    companion = paste(house, PAGE)
    turn = companion.transcript()[0].turn
    house.model.enqueue("Again.")
    companion.resend(turn.id, f"Please read this once more.\n\n{PAGE.text}")
    companion._talking.wait()
    companion.settle()
    assert not [each for each in texts(companion) if "Quellmark" in each]


def test_thinking_about_it_once_more_adds_nothing(house: House):
    companion = paste(house, PAGE)
    turn = companion.transcript()[0].turn
    before = companion.count_memories(ALL)
    companion._reflection.store.jobs.queue("reflect", f"{turn.id}", house.clock.now())
    companion._reflection.run(1, turn.id)
    assert companion.count_memories(ALL) == before


def test_an_event_is_never_told_in_pasted_words(house: House):
    companion = paste(house, PAGE, "I spent the morning at the pier with my daughter Mara.\n\n")
    for said in (
        "I fixed the old rowing boat with my father today.",
        "My father taught me to sail on the lake.",
        "We had soup at the café and talked about the summer.",
        "Mara wants to learn sailing in July.",
    ):
        house.model.enqueue("Good.")
        companion.ask(said)
    companion.settle()
    companion.begin_conversation()
    house.clock.advance(days=2)
    companion.sleep()
    events = texts(companion, MemoryFilter(kinds=("event", "day", "trait")))
    assert events
    assert not [each for each in events if "Quellmark" in each or "bicycles" in each]


def test_what_is_imported_waits_under_its_source(house: House):
    companion = house.open()
    store: Store = companion._opened
    source = store.sources.add("import", "diary.zip", house.clock.now())
    memory = companion.add_memory("I like tea.").memories[0]
    with store.quarantine_batch(source, "person", "import") as batch:
        batch.add(replace(memory, text="I keep bees in Vellmark."))
    assert [(each.name, each.memories) for each in companion.quarantined()] == [("diary.zip", 1)]
    assert not [each for each in companion.search_memories("bees Vellmark") if "Vellmark" in each.memory.text]


def test_what_was_set_aside_for_other_reasons_does_not_wait(house: House):
    companion = house.open()
    memory = companion.add_memory("I like tea.").memories[0]
    with companion._opened.changes.batch("person", "wrong") as batch:
        batch.update(memory.id, status="quarantined")
    assert texts(companion, WAITING) == []
    assert texts(companion, MemoryFilter(statuses=("quarantined",), waiting=False)) == ["I like tea."]


def test_what_counts_as_pasted():
    assert not counts_as_pasted("a short phrase")
    assert counts_as_pasted("x" * 281)
    assert counts_as_pasted("a\nb\nc\nd")


def test_a_paste_is_found_again_whole_or_by_its_lines():
    text = "My words.\n" + PAGE.text + "\nMore words."
    ((start, end),) = find_pasted(text, [PAGE.text])
    assert text[start:end] == PAGE.text
    changed = text.replace("Quellmark77", "something")
    spans = find_pasted(changed, [PAGE.text])
    assert spans
    assert all("My words" not in changed[a:b] and "More words" not in changed[a:b] for a, b in spans)
