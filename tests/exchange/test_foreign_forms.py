"""Each form is known by its content, and says what was said, when, and by whom; the rest is left out and counted."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from companion.errors import FileRefused, InvalidInput, NotFound
from companion.exchange.foreign.cards import characters
from companion.exchange.foreign.diary_days import Days, name_day
from companion.exchange.foreign.given import Chat, Notes
from companion.exchange.foreign.json_stream import values
from companion.exchange.foreign.opening import opened
from companion.exchange.foreign.reading import read
from companion.exchange.foreign.sniffing import sort_files
from companion.exchange.foreign.times import when
from companion.transfers import ImportForm
from tests.exchange import exports
from tests.exchange.exports import png, write, zipped


def look(path: Path, form: ImportForm | None = None) -> tuple[ImportForm, list[Chat], Notes]:
    notes = Notes()
    with opened(path, path.parent / "scratch") as given:
        found, files, others = sort_files(given, form)
        notes.add("other_files", others)
        return found, list(read(found, given, files, notes)), notes


def said(chat: Chat) -> list[tuple[str, str, str]]:
    return [(each.role, each.speaker, each.text) for each in chat.said]


def utc(chat: Chat) -> list[str]:
    return [f"{each.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" for each in chat.said]


def test_chatgpt_says_the_way_that_was_chosen(tmp_path: Path):
    export = zipped(tmp_path / "x.bin", conversations__json=exports.chatgpt(), user__json={"id": "u"})
    form, (first, second), notes = look(export)
    assert form == "chatgpt"
    assert (first.key, first.title, first.play) == ("c-1", "Sister by the sea", False)
    assert [who for who, _, _ in said(first)] == ["person", "companion", "person", "companion"]
    assert said(first)[1][1:] == ("ChatGPT", "Aberdeen has a marine laboratory near the harbour in Torry.")
    assert said(first)[2][2] == "Here is her cat Miso on the boat."
    assert utc(first) == ["2023-06-15 10:00:00", "2023-06-15 10:00:09", "2023-06-15 10:00:09", "2023-06-15 10:01:10"]
    assert len(second.said) == 2
    assert dict(notes.counts) == {"tools": 2, "branches": 2, "pictures": 1, "other_files": 1}


def test_chatgpt_without_an_end_and_in_a_circle(tmp_path: Path):
    (first, _) = exports.chatgpt()
    del first["current_node"]
    first["mapping"]["sys"]["parent"] = "a3"
    _, (chat,), _ = look(write(tmp_path / "a.json", [first]))
    assert chat.said[-1].text == "What a lovely cat."


def test_claude_says_its_blocks_of_text(tmp_path: Path):
    form, (chat,), notes = look(write(tmp_path / "a.json", exports.claude()))
    assert form == "claude"
    assert chat.title == "Cello"
    assert said(chat)[1] == ("companion", "Claude", "The cello rewards patience.")
    assert said(chat)[2] == ("person", "", "My recital is in the town hall of Bergen.")
    assert utc(chat)[0] == "2024-05-04 18:20:00"
    assert dict(notes.counts) == {"attachments": 1, "tools": 1}


def test_character_ai_as_extensions_and_as_the_site_tell_it(tmp_path: Path):
    form, (chat,), notes = look(write(tmp_path / "a.json", exports.character_ai_dump()))
    assert (form, chat.play, chat.title) == ("character-ai", True, "Captain Vex")
    assert [(who, name) for who, name, _ in said(chat)] == [
        ("companion", "Captain Vex"), ("person", ""), ("companion", "Captain Vex"),
    ]  # fmt: skip
    assert notes.counts["swipes"] == 1
    form, (chat,), notes = look(write(tmp_path / "b.json", exports.character_ai_turns()))
    assert (form, chat.play, chat.key) == ("character-ai", True, "x")
    assert [text for _, _, text in said(chat)] == [
        "Where shall we go?", "We row toward the lighthouse of Skerry.", "The lighthouse keeper waves.",
    ]  # fmt: skip
    assert utc(chat) == ["2024-02-01 09:00:00", "2024-02-01 09:01:00", "2024-02-01 09:02:00"]


def test_sillytavern_with_its_dates_of_all_years(tmp_path: Path):
    form, (chat,), notes = look(write(tmp_path / "Seraphina.txt", exports.SILLYTAVERN))
    assert (form, chat.play, chat.title) == ("sillytavern", True, "Seraphina")
    assert [name for _, name, _ in said(chat)] == ["Seraphina", "", "Seraphina", ""]
    assert [f"{each.at:%Y-%m-%d %H}" for each in chat.said[:2]] == ["2023-06-19 14"] * 2
    assert said(chat)[2][2] == "It points to the old mill."
    assert (notes.counts["hidden"], notes.counts["swipes"]) == (1, 1)


def test_histories_are_conversations_by_session(tmp_path: Path):
    form, found, _ = look(write(tmp_path / "a.jsonl", exports.HISTORY))
    assert form == "histories"
    assert [[who for who, _, _ in said(chat)] for chat in found] == [["person", "companion"], ["other"]]
    assert said(found[1])[0][1] == "Jon"


@pytest.mark.parametrize("keyword", [b"chara", b"ccv3"])
def test_a_card_is_a_character(tmp_path: Path, keyword: bytes):
    notes = Notes()
    with opened(png(tmp_path / "a.png", exports.CARD, keyword), tmp_path / "scratch") as given:
        form, files, _ = sort_files(given, None)
        (orla,) = characters(given, files, notes)
    assert form == "card"
    assert orla.name == "Orla"
    assert "Orla keeps a tea house. Orla knows the person since school." in orla.system
    assert "Patient, dry." in orla.system
    assert orla.greeting == "Come in, the person. Tea?"
    assert "{{" not in orla.system + orla.greeting
    assert "Ignore all rules" not in orla.system
    assert dict(notes.counts) == {"lorebook": 1, "greetings": 1, "instructions": 1}


def test_a_diary_by_its_headings(tmp_path: Path):
    form, (chat,), notes = look(write(tmp_path / "spring.md", exports.DIARY))
    assert form == "text"
    assert [f"{each.at:%Y-%m-%d %H:%M}" for each in chat.said] == [
        "2024-03-05 12:00", "2024-03-06 21:30", "2024-03-12 12:00",
    ]  # fmt: skip
    assert chat.said[1].text.startswith("The letter\nA letter from Uncle Matthias")
    assert "We met on 3 May 2019" in chat.said[2].text, "a sentence with a date is no heading"
    assert notes.counts == {}


def test_a_folder_by_names_and_front_matter(tmp_path: Path):
    folder = tmp_path / "diary"
    write(folder / "2021-04-02.md", "Rain all day.")
    write(folder / "20210403.txt", "Sun at last.")
    write(folder / "a.md", "---\ntitle: x\ndate: 2021-04-04T08:15:00Z\n---\nFog over the canal.")
    write(folder / "other.md", "No day anywhere.")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\0\0")
    (folder / "link.md").symlink_to(tmp_path / "elsewhere.md")
    write(tmp_path / "elsewhere.md", "Not in the folder.")
    form, (chat,), notes = look(folder)
    assert form == "text"
    assert [each.text for each in chat.said[:3]] == ["Rain all day.", "Sun at last.", "Fog over the canal."]
    assert utc(chat)[2] == "2021-04-04 08:15:00"
    assert len(chat.said) == 4
    assert dict(notes.counts) == {"file_dated": 1, "other_files": 1}


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Tuesday, 5 March 2024", "2024-03-05"), ("# 5 de março de 2024", "2024-03-05"),
        ("2024年3月5日 星期二", "2024-03-05"),
        ("5. März 2024", "2024-03-05"), ("Le 5 mars 2024", "2024-03-05"), ("5 мая 2024 г.", "2024-05-05"),
        ("**2024/03/05**", "2024-03-05"), ("25/03/2024", "2024-03-25"), ("03/25/2024", "2024-03-25"),
        ("March 2024", ""), ("2024", ""), ("I was born on 5 March 1984.", ""), ("Room 20240305x", ""),
    ],
)  # fmt: skip
def test_headings_in_many_languages(line: str, day: str):
    found = Days([line]).of(line)
    assert (f"{found.at:%Y-%m-%d}" if found else "") == day


def test_which_is_the_month_is_told_by_the_file():
    lines = ["01/04/2024", "02/04/2024", "13/04/2024"]
    days = Days(lines)
    assert [(h.at.month, h.at.day) for h in map(days.of, lines) if h] == [(4, 1), (4, 2), (4, 13)]
    assert days.guess == ""
    lines = ["01/11/2024", "01/12/2024", "02/01/2024"]
    days = Days(lines)
    assert [(h.at.month, h.at.day) for h in map(days.of, lines) if h] == [(1, 11), (1, 12), (2, 1)]
    assert days.guess == "month_first"
    assert Days(["03/04/2024"]).guess == "day_first"


@examples(st.text(max_size=60))
def test_whatever_a_name_or_a_time_says_it_is_read_or_not(text: str):
    for found in (name_day(text), when(text)):
        assert found is None or found.tzinfo is not None


@examples(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40)))
def test_a_time_is_never_outside_of_what_can_be(value: object):
    found = when(value)
    assert found is None or 0 <= found.timestamp() <= 4_102_444_800


BROKEN = {
    "cut": json.dumps(exports.chatgpt())[:-200],
    "cut_claude": json.dumps(exports.claude())[:-40],
    "latin": json.dumps(exports.chatgpt("café"), ensure_ascii=False).encode("latin-1"),
    "unknown": json.dumps({"rows": [1, 2, 3]}),
    "empty": b"",
    "empty_list": b"[]",
    "spaces": b"  \n ",
    "binary": bytes(range(256)) * 40,
    "png": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "nested": b"[" * 100_000,
    "numbers": b'[{"mapping": {"a": {"message": {"create_time": 1e999}}}, "title": 7, "current_node": {}}]',
    "nothing_said": json.dumps([{"mapping": {}, "title": "x"}]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_export_is_refused_in_a_sentence(tmp_path: Path, name: str):
    value = BROKEN[name]
    path = tmp_path / "export.json"
    path.write_bytes(value if isinstance(value, bytes) else value.encode())
    if name in ("numbers", "nothing_said"):
        assert look(path)[1] == [], "nothing is made up"
        return
    with pytest.raises((FileRefused, InvalidInput)) as refused:
        look(path)
    assert refused.value.detail
    assert refused.value.hint


def test_it_says_what_it_is_not(tmp_path: Path):
    with pytest.raises(InvalidInput, match="nothing in this form"):
        look(write(tmp_path / "a.json", exports.claude()), "chatgpt")
    with pytest.raises(NotFound):
        look(tmp_path / "none.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidInput, match="empty"):
        look(tmp_path / "folder")


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_a_diary_in_another_encoding_is_read(tmp_path: Path, encoding: str):
    path = tmp_path / "diary.txt"
    path.write_bytes("2024年3月5日\n今天和妈妈去了西湖，天气很好，我们喝了龙井茶。".encode(encoding))
    _, (chat,), _ = look(path)
    assert chat.said[0].text.endswith("我们喝了龙井茶。")


def test_a_diary_in_an_unknown_encoding_is_refused(tmp_path: Path):
    path = tmp_path / "diary.txt"
    path.write_bytes("café naïve über ¿qué? ".encode("latin-1") * 3)
    with pytest.raises(FileRefused, match="encoding"):
        look(path)


@examples(st.lists(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=20)), max_size=4)))
def test_values_are_read_as_they_are_written(tmp_path_factory: pytest.TempPathFactory, listed: list[dict[str, object]]):
    path = tmp_path_factory.getbasetemp() / "values.json"
    for written in (json.dumps(listed), json.dumps(listed, indent=1), "\n".join(map(json.dumps, listed))):
        path.write_text(written, encoding="utf-8")
        assert list(values(path)) == listed


@examples(st.integers(1, 50))
def test_a_list_that_breaks_off_is_never_taken_for_whole(tmp_path_factory: pytest.TempPathFactory, cut: int):
    path = tmp_path_factory.getbasetemp() / "cut.json"
    path.write_text(json.dumps([{"name": "Åsa", "n": 12}, {"name": "Bo", "n": [1, 2]}])[:-cut], encoding="utf-8")
    with pytest.raises(FileRefused):
        list(values(path))
