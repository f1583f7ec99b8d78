"""An import waits until it is confirmed, is never doubled, keeps its dates, and goes whole when it is removed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from companion.companion import Companion
from companion.errors import FileRefused, InvalidInput, NotFound
from companion.events import ReplyFinished
from companion.exchange.foreign import planning, taking_in
from companion.records import STATUSES, Memory, MemoryFilter
from companion.store.verifying import verify
from tests.exchange import exports
from tests.exchange.exports import JUNE, png, write, zipped
from tests.house import House
from tests.security.poison import PAGES

ALL = MemoryFilter(statuses=STATUSES, limit=1000)
WAITING = MemoryFilter(statuses=("quarantined",), waiting=True, limit=1000)
SISTER = "My sister Petra moved to Aberdeen and works as a marine biologist there."


def memories(companion: Companion, filter: MemoryFilter = MemoryFilter(limit=1000)) -> list[Memory]:  # noqa: B008
    return [row.memory for row in companion.list_memories(filter)]


def found(companion: Companion, words: str) -> list[str]:
    return [each.memory.text for each in companion.search_memories(words, 20)]


def bring(house: House, tmp_path: Path, value: object = None) -> tuple[Companion, int]:
    companion = house.opened[-1] if house.opened else house.open()
    done = companion.import_from(str(write(tmp_path / "export.json", value or exports.chatgpt())))
    assert done.source is not None
    return companion, done.source


def think(house: House) -> None:
    """Until the past was thought about."""
    companion = house.opened[-1]
    companion.measure_when_idle()
    house.events.wait_until(lambda _: companion._opened.jobs.next_past() is None)
    companion._minding.measure_when_idle = False
    companion.settle()


def test_planning_changes_nothing_and_tells_what_is_new(house: House, tmp_path: Path):
    companion = house.open()
    path = str(zipped(tmp_path / "export.zip", conversations__json=exports.chatgpt()))
    plan = companion.plan_import(path)
    assert (plan.form, plan.conversations, plan.turns, plan.new_turns) == ("chatgpt", 2, 6, 6)
    assert plan.first == JUNE
    assert companion.conversations() == ()
    assert not house.paths.scratch.exists()
    companion.import_from(path)
    again = companion.plan_import(path)
    assert again.empty
    assert again.turns == 6


def test_it_waits_and_is_recalled_by_nothing(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    (waits,) = companion.quarantined()
    assert (waits.id, waits.name) == (source, "export.json")
    assert len(memories(companion, WAITING)) == waits.memories == 5
    assert memories(companion) == []
    assert found(companion, "Petra Aberdeen marine biologist") == []
    house.model.enqueue("I don't know.")
    companion.ask("Where does my sister Petra live?")
    assert "Aberdeen" not in "".join(m.text + m.memories for m in house.model.calls[-1].messages)
    assert [page.title for page in companion.conversations() if page.turns == 4] == ["Sister by the sea"]


@pytest.mark.parametrize("page", PAGES[:6], ids=lambda page: page.name)
def test_no_page_in_an_export_becomes_a_memory(house: House, tmp_path: Path, page):
    companion, _ = bring(house, tmp_path, exports.chatgpt(page.text))
    companion.settle()
    assert not [each for each in memories(companion) if page.word in each.text]
    assert not [each for each in found(companion, page.word) if page.word in each]
    assert page.word not in " ".join(line.memory.text for line in companion.portrait())
    house.clock.advance(days=1)
    companion.sleep()
    assert not [each for each in memories(companion) if page.word in each.text]


def test_a_restart_does_not_think_about_what_waits(house: House, tmp_path: Path):
    bring(house, tmp_path)
    house.opened.pop().close()
    companion = house.open()
    companion.settle()
    assert memories(companion) == []


def test_dates_and_speakers_are_kept(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    companion.confirm_source(source)
    by_text = {memory.text: memory for memory in memories(companion)}
    assert by_text[SISTER].recorded_at == JUNE
    assert by_text[SISTER].subject == "person"
    assert by_text["What a lovely cat."].subject == "ChatGPT"
    assert verify(companion._opened.db).faults == {}


@pytest.mark.parametrize("curve", ["fsrs", "exponential"])
def test_the_first_nights_let_none_of_it_fade(house: House, tmp_path: Path, curve: str):
    house.settings.memory.curve = curve
    companion, source = bring(house, tmp_path)
    companion.confirm_source(source)
    think(house)
    for _ in range(6):
        house.clock.advance(days=1)
        companion.sleep()
    kept = [m for m in memories(companion, ALL) if m.kind in ("moment", "thought")]
    assert len(kept) > 6
    assert {m.status for m in kept} == {"active"}


def test_it_is_never_doubled(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    grown = exports.chatgpt()
    grown[1]["mapping"]["b3"] = {
        **grown[1]["mapping"]["b1"], "id": "b3", "parent": "b2",
        "message": {**grown[1]["mapping"]["b1"]["message"], "id": "b3", "content": {
            "content_type": "text", "parts": ["The garlic from the allotment was eaten by a badger."]}},
    }  # fmt: skip
    grown[1]["current_node"] = "b3"
    done = companion.import_from(str(write(tmp_path / "later.json", grown)))
    assert done.plan.new_turns == 1
    assert done.source == source, "what waits still goes on under its source"
    assert [c.turns for c in companion.conversations() if c.title == "Allotment"] == [3]
    assert len(companion.conversations()) == 2


def test_one_that_is_broken_off_goes_on_where_it_was(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(taking_in, "PART", 2)
    companion = house.open()
    path = str(write(tmp_path / "export.json", exports.chatgpt()))
    steps = []

    def stop(taking: taking_in.TakingIn, *rest: object) -> object:
        steps.append(1)
        if len(steps) == 2:
            raise OSError(5, "pulled out")
        return writing(taking)

    writing = taking_in.TakingIn._write
    monkeypatch.setattr(taking_in.TakingIn, "_write", stop)
    with pytest.raises(FileRefused):
        companion.import_from(path)
    left = companion.plan_import(path)
    assert 0 < left.new_turns < left.turns
    monkeypatch.setattr(taking_in.TakingIn, "_write", writing)
    companion.import_from(path)
    assert companion.plan_import(path).empty
    (source,) = companion.quarantined()
    assert source.memories == 5
    assert sorted(c.turns for c in companion.conversations()) == [2, 4]


def test_a_conversation_that_waits_is_not_gone_on_with(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    (chat, *_) = companion.conversations()
    with pytest.raises(InvalidInput, match="waits"):
        companion.open_conversation(chat.id)
    companion.confirm_source(source)
    assert companion.open_conversation(chat.id).id == chat.id


def test_no_version_of_what_waits_is_written_either(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    mine, reply = 1, 2
    for again in (
        lambda: companion.regenerate(reply),
        lambda: companion.resend(mine, "Other words."),
        lambda: companion.choose(mine),
    ):
        with pytest.raises(InvalidInput, match="waits"):
            again()
    companion.confirm_source(source)
    companion.regenerate(reply)
    house.events.wait(ReplyFinished)


def test_what_was_removed_while_one_talked_about_it_is_in_no_prompt(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    companion.confirm_source(source)
    (chat, *_) = companion.conversations()
    companion.open_conversation(chat.id)
    companion.send("And now?")
    house.events.wait(ReplyFinished)
    companion.remove_source(source)
    with pytest.raises(InvalidInput, match="removed"):
        companion.send("And then?")
    companion.close()
    later = house.open(chat=True)
    assert later.conversation().id == 0, "a restart does not go on with it either"
    later.undo()
    assert later.open_conversation(chat.id).id == chat.id
    later.send("And then?")


def test_where_nothing_waits_there_is_nothing_to_confirm(house: House, tmp_path: Path):
    companion = house.open()
    chat = exports.claude()
    chat[0]["chat_messages"] = [{"uuid": "m", "sender": "human", "created_at": 1_700_000_000, "text": "Hi!"}]
    done = companion.import_from(str(write(tmp_path / "export.json", chat)))
    assert done.source is None
    (found,) = companion.conversations()
    assert companion.open_conversation(found.id).id == found.id


def test_the_chat_goes_on_with_what_was_said_here(house: House, tmp_path: Path):
    companion = house.open(chat=True)
    house.model.enqueue("Good.")
    companion.ask("I bought a red kayak.")
    here = companion.conversation().id
    companion.import_from(str(write(tmp_path / "export.json", exports.chatgpt())))
    house.opened.pop().close()
    companion = house.open(chat=True)
    assert companion.conversation().id == here
    companion.begin_conversation()
    assert {item.turn.conversation for item in companion.transcript()} <= {here}


def test_play_makes_no_thoughts_and_is_recalled_in_play(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path, exports.character_ai_dump())
    companion.confirm_source(source)
    think(house)
    assert {(m.kind, m.scope) for m in memories(companion)} == {("moment", "play:")}
    house.model.enqueue("Aye.")
    companion.ask("Where did we sail with the map of the moon?")
    assert "dawn" not in house.model.calls[-1].messages[-1].memories


def test_a_confirmed_past_is_thought_about_in_the_order_of_time(house: House, tmp_path: Path):
    companion = house.open()
    house.model.enqueue("Nice.")
    companion.ask("I moved to Porto.")
    companion.settle()
    now = {m.text for m in memories(companion) if m.kind == "thought"}
    turns = [
        ("2019-05-01T10:00:00Z", "I live in Lyon."), ("2021-05-01T10:00:00Z", "I moved to Turin."),
        ("2021-05-02T10:00:00Z", "My brother Anselm is allergic to walnuts."),
    ]  # fmt: skip
    messages = [
        {"uuid": f"m{n}", "sender": "human", "created_at": at, "text": words} for n, (at, words) in enumerate(turns)
    ]
    _, source = bring(house, tmp_path, [{"uuid": "k", "name": "", "chat_messages": messages[::-1]}])
    companion.confirm_source(source)
    assert companion._opened.jobs.past() == (0, 3)
    assert any("past: 0 of 3" in check.detail for check in companion.doctor())
    think(house)
    assert companion._opened.jobs.past() == (0, 0)
    thoughts = {m.text: m for m in memories(companion, ALL) if m.kind == "thought"}
    anselm = next(m for m in thoughts.values() if "walnuts" in m.text)
    assert anselm.status == "active"
    assert f"{anselm.recorded_at:.0f}" == "1619949600"
    assert [m.status for text, m in thoughts.items() if "Lyon" in text] == ["superseded"]
    assert [m.status for text, m in thoughts.items() if "Turin" in text] == ["superseded"]
    assert {text for text in now if thoughts[text].status == "active"} == now, "what is true now stays"


def test_undoing_the_confirmation_takes_back_what_was_made_of_it(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    companion.confirm_source(source)
    think(house)
    assert any("Petra" in m.text for m in memories(companion) if m.kind == "thought")
    companion.undo()
    assert memories(companion) == []
    assert [m for m in memories(companion, ALL) if m.kind == "thought"] == []
    assert companion._opened.jobs.next_past() is None
    assert [each.id for each in companion.quarantined()] == [source]
    assert verify(companion._opened.db).faults == {}
    companion.redo()
    think(house)
    assert any("Petra" in m.text for m in memories(companion) if m.kind == "thought"), "and it is thought about again"
    assert verify(companion._opened.db).faults == {}


def test_removing_forgets_what_was_made_of_it_too(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    companion.confirm_source(source)
    think(house)
    companion.remove_source(source)
    assert memories(companion) == []
    assert found(companion, "Petra Aberdeen") == []
    companion.undo()
    think(house)
    assert {m.kind for m in memories(companion)} >= {"moment", "thought"}
    companion.remove_source(source)
    with pytest.raises(NotFound):
        companion.remove_source(source)


def test_it_is_removed_at_once(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    companion.remove_source(source)
    assert companion.quarantined() == ()
    assert memories(companion, WAITING) == []
    assert companion._opened.jobs.next_past() is None


def test_whoever_talks_stops_the_thinking_and_it_goes_on_after_a_restart(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    companion.confirm_source(source)
    companion.settle()  # one-shot commands do not wait for the past
    assert companion._opened.jobs.past() == (0, 3)
    house.opened.pop().close()
    companion = house.open()
    house.model.gate = threading.Event()
    sent = companion.send("I bake rye bread on Saturdays.")
    companion.measure_when_idle()
    assert companion._opened.jobs.next_past() is not None
    assert companion._opened.jobs.past() == (0, 3), "nothing while the person is answered"
    house.model.gate.set()
    think(house)
    assert sent.turn > 0
    assert companion._opened.jobs.past() == (0, 0)


def test_what_is_fresh_comes_first(house: House, tmp_path: Path):
    companion, source = bring(house, tmp_path)
    companion.confirm_source(source)
    house.model.enqueue("Fine.")
    companion.ask("I bake rye bread on Saturdays.")
    companion.settle()
    assert companion._opened.jobs.next() is None
    assert companion._opened.jobs.past() == (0, 3)


def test_no_night_of_the_years_before_is_caught_up(house: House, tmp_path: Path):
    companion, _ = bring(house, tmp_path)
    house.clock.advance(days=2)
    assert len(companion.sleep().nights) == 2


def test_a_card_becomes_a_persona_once(house: House, tmp_path: Path):
    companion = house.open()
    path = str(png(tmp_path / "orla.png", exports.CARD))
    assert companion.plan_import(path).personas == ("Orla",)
    companion.import_from(path)
    (orla,) = [card for card in companion.personas() if card.name == "Orla"]
    assert (orla.built_in, orla.memory, orla.problem) == (False, "own", "")
    assert companion.plan_import(path).empty
    assert companion.use_persona(orla.key)
    house.model.enqueue("Tea.")
    companion.ask("Hello.")
    assert "keeps a tea house" in house.model.calls[-1].messages[0].text


def test_a_backup_is_made_first(house: House, tmp_path: Path):
    companion, _ = bring(house, tmp_path)
    assert [copy.reason for copy in companion.backups()] == ["import"]


def test_a_diary_is_the_same_in_another_file(house: House, tmp_path: Path):
    companion = house.open()
    companion.import_from(str(write(tmp_path / "spring.md", exports.DIARY)))
    assert companion.plan_import(str(write(tmp_path / "all" / "year.md", exports.DIARY))).empty


def test_nothing_of_it_can_be_read_where_there_is_a_passphrase(house: House, tmp_path: Path, monkeypatch):
    companion = house.open()
    companion.protect("four blue herons at dawn")
    seen: list[bytes] = []
    planning_plan = planning.plan

    def look(*arguments: Any) -> Any:
        seen.extend(file.read_bytes() for file in house.paths.scratch.rglob("*") if file.is_file())
        return planning_plan(*arguments)

    monkeypatch.setattr(planning, "plan", look)
    path = str(zipped(tmp_path / "export.zip", conversations__json=exports.chatgpt()))
    done = companion.import_from(path)
    assert any(b"marine biologist" in each for each in seen), "the control: it was unpacked there meanwhile"
    assert done.source is not None
    companion.confirm_source(done.source)
    think(house)
    house.opened.pop().close()
    written = [file for file in house.paths.data.rglob("*") if file.is_file()]
    assert len(written) > 2
    assert not [file for file in written if b"marine biologist" in file.read_bytes()]
    assert not house.paths.scratch.exists()


@pytest.mark.nightly
def test_ten_thousand_messages(house: House, tmp_path: Path):
    companion = house.open()
    path = write(tmp_path / "export.json", many(10_000))
    done = companion.import_from(str(path))
    assert done.plan.new_turns == 10_000
    assert companion.plan_import(str(path)).empty


def many(turns: int, each: int = 50) -> list[object]:
    """Claude's form, `each` messages a conversation, a day between two of them."""

    def message(n: int, day: int) -> dict[str, object]:
        told = f"On day {day} we repaired fence post {n} beside the {n * 7 % 911}th oak with Hugo and carried stones."
        reply = f"Hugo's fence post {n} will need tar before winter comes to the valley."
        sender, words = ("assistant", reply) if n % 2 else ("human", told)
        return {"uuid": f"m{n}", "sender": sender, "text": words, "created_at": 1_500_000_000 + day * 86_400 + n}

    return [
        {"uuid": f"k{first}", "chat_messages": [message(n, first // each) for n in range(first, first + each)]}
        for first in range(0, turns, each)
    ]


def test_pages_of_an_own_export_and_letters_in_a_vault_are_no_diary(house: House, tmp_path: Path):
    """They would say once more, as the person's words, what is remembered already."""
    companion = house.open()
    companion.ask("My sister Petra moved to Aberdeen.")
    vault = tmp_path / "Vault"
    vault.mkdir()
    (vault / "2024-05-05.md").write_text("---\ntags: [travel]\n---\n\nI went to Oslo with Ada.")
    (vault / "2026-W47.md").write_text("---\nweek: 2026-W47\nkind: companion letter\n---\n\n# A letter")
    pages = companion.export_to(str(vault / "Companion")).files - 7
    plan = companion.plan_import(str(vault))
    assert (plan.form, plan.turns) == ("text", 1)
    assert any(f"{pages + 1} pages" in note for note in plan.notes)
    for path in (vault / "Companion" / "Me.md", vault / "2026-W47.md"):
        with pytest.raises(InvalidInput, match="of Companion's own"):
            companion.plan_import(str(path), "text")
