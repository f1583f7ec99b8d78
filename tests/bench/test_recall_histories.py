"""Reading histories: order in time, and every mistake named with file, line and reason."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.bench.histories import read_histories
from companion.errors import InvalidInput
from tests.bench.histories import QUESTIONS, TURNS, history, question, turn, write


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be set here")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def ids(path: Path) -> list[str]:
    (found,) = read_histories(path)
    return [turn.id for turn in found.turns]


@pytest.mark.parametrize("name", ["ours.jsonl", "ours.jsonl.gz"])
def test_a_history_is_read_plain_or_compressed(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, history(TURNS, QUESTIONS), "", history([], id="nothing"))
    first, second = read_histories(path)
    assert [turn.role for turn in first.turns] == ["person", "companion", "person", "person"]
    assert first.questions[0].evidence == (frozenset({"a", "b"}),)
    assert (second.id, second.turns, second.questions) == ("nothing", (), ())


@pytest.mark.usefixtures("in_berlin")
def test_zones_may_be_mixed_and_a_time_without_one_is_local(tmp_path: Path) -> None:
    times = {"late": "2026-07-01T12:00:00Z", "local": "2026-07-01T13:30:00", "early": "2026-07-01T07:00:00-04:00"}
    path = write(tmp_path / "f.jsonl", history([turn(id, "Hi", time=at) for id, at in times.items()]))
    assert ids(path) == ["early", "local", "late"]
    (found,) = read_histories(path)
    assert all(said.time.tzinfo is not None for said in found.turns)


@pytest.mark.usefixtures("in_berlin")
def test_wall_clocks_keep_their_order_where_summer_time_begins(tmp_path: Path) -> None:
    # 02:40 did not exist that night: taken by the zone it would come after 03:20.
    turns = [turn("a", "Hi", time="2026-03-29T02:40:00"), turn("b", "Hi", time="2026-03-29T03:20:00")]
    assert ids(write(tmp_path / "f.jsonl", history(turns))) == ["a", "b"]


@given(st.lists(st.integers(0, 3), max_size=12))
def test_turns_of_one_time_never_change_places(hours: list[int]) -> None:
    import tempfile

    turns = [turn(f"{at}", "Hi", time=f"2026-03-02T{hour:02d}:00:00Z") for at, hour in enumerate(hours)]
    with tempfile.TemporaryDirectory() as folder:
        found = ids(write(Path(folder) / "f.jsonl", history(turns)))
    assert found == [str(at) for at in sorted(range(len(hours)), key=lambda at: hours[at])]


def test_a_turn_of_a_megabyte_is_read(tmp_path: Path) -> None:
    (found,) = read_histories(write(tmp_path / "f.jsonl", history([turn("a", "word " * 210_000)])))
    assert len(found.turns[0].text) > 1_000_000


def test_half_a_character_becomes_one_that_can_be_stored(tmp_path: Path) -> None:
    line = json.dumps(history([turn("a", "x\ud800y")]))
    (found,) = read_histories(write(tmp_path / "f.jsonl", line))
    found.turns[0].text.encode()


def _without(data: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


BAD: dict[str, tuple[dict[str, Any] | str, str]] = {
    "no JSON": ('{"id": "x", ', "not JSON"),
    "no object": ("[]", "not an object"),
    "nested": ("[" * 200_000, "nested"),
    "no id": (_without(history(TURNS), "id"), "no id"),
    "no turns": (_without(history(TURNS), "turns"), "no turns"),
    "no questions": (_without(history(TURNS), "questions"), "no questions"),
    "turns no list": ({**history([]), "turns": 3}, "turns must be a list"),
    "turn no object": ({**history([]), "turns": [3]}, "turn 1 is not an object"),
    "no time": (history([_without(turn("a", "Hi"), "time")]), "turn 1 (a) has no time"),
    "no text": (history([_without(turn("a", "Hi"), "text")]), "turn 1 (a) has no text"),
    "text a number": (history([{**turn("a", "Hi"), "text": 3}]), "text must be a text"),
    "a bad time": (history([turn("a", "Hi", time="yesterday")]), "'yesterday' is not ISO 8601"),
    "month 13": (history([turn("a", "Hi", time="2026-13-01T00:00:00")]), "is not ISO 8601"),
    "year 1": (history([turn("a", "Hi", time="0001-01-01T00:00:00")]), "out of range"),
    "a bad role": (history([turn("a", "Hi", role="king")]), "'king'"),
    "one turn twice": (history([turn("a", "Hi"), turn("a", "Ho")]), "'a' stands in the history twice"),
    "one question twice": (history(TURNS, [QUESTIONS[0]] * 2), "'dog' stands in the history twice"),
    "unknown evidence": (history(TURNS, [question("q", "?", ["a"], ["zz"])]), "evidence names the turn 'zz'"),
    "no evidence": (history(TURNS, [_without(question("q", "?"), "evidence")]), "question 1 (q) has no evidence"),
    "flat evidence": (history(TURNS, [{**question("q", "?"), "evidence": ["a"]}]), "list of lists"),
    "empty evidence": (history(TURNS, [question("q", "?", [])]), "none of them empty"),
    "unknown session turn": (history(TURNS, [question("q", "?", evidence_sessions=[["zz"]])]), "evidence_sessions"),
    "unknown before": (history(TURNS, [question("q", "?", before="zz")]), "before names the turn 'zz'"),
    "answerable a text": (history(TURNS, [question("q", "?", answerable="yes")]), "answerable"),
    "context a text": (history(TURNS, [question("q", "?", context="Hi")]), "context must be a list"),
    "context of numbers": (history(TURNS, [question("q", "?", context=[1])]), "context must be a list"),
    "an answer of words": (history(TURNS, [question("q", "?", answer=["tea"])]), "answer must be a text"),
    "must a text": (history(TURNS, [question("q", "?", must="tea")]), "must must be a list"),
    "must of texts": (history(TURNS, [question("q", "?", must=["tea"])]), "list of lists of texts"),
    "must of numbers": (history(TURNS, [question("q", "?", must=[["tea", 3]])]), "list of lists of texts"),
    "must of nothing": (history(TURNS, [question("q", "?", must=[["tea"], []])]), "none of them empty"),
    "must of blanks": (history(TURNS, [question("q", "?", must=[["tea", " "]])]), "none of them empty"),
    "an id of nothing": (history([turn("", "Hi")]), "id must be"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, case: str) -> None:
    line, told = BAD[case]
    path = write(tmp_path / "bad.jsonl", history(TURNS, id="good"), line)
    with pytest.raises(InvalidInput) as caught:
        list(read_histories(path))
    assert f"{path}, line 2: " in str(caught.value)
    assert told in str(caught.value)


def test_one_history_twice_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"line 2: the history 'ours' stands in the file twice"):
        list(read_histories(write(tmp_path / "f.jsonl", history(TURNS), history(TURNS))))


def test_bytes_that_are_no_text_and_files_that_are_no_gzip(tmp_path: Path) -> None:
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"id": "Zoë"}\n'.encode("latin-1"))
    with pytest.raises(InvalidInput, match="line 1: not UTF-8"):
        list(read_histories(latin))
    plain = tmp_path / "plain.jsonl.gz"
    plain.write_text("{}")
    with pytest.raises(InvalidInput, match="gzip"):
        list(read_histories(plain))
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(json.dumps(history(TURNS)).encode())[:-12])
    with pytest.raises(InvalidInput, match="gzip"):
        list(read_histories(cut))
    with pytest.raises(InvalidInput, match="none"):
        list(read_histories(tmp_path / "none.jsonl"))


def test_times_of_questions_are_aware(tmp_path: Path) -> None:
    (found,) = read_histories(
        write(tmp_path / "f.jsonl", history(TURNS, [question("q", "?", time="2026-06-01T10:00:00")]))
    )
    assert found.questions[0].time == datetime(2026, 6, 1, 10).astimezone()


def test_an_answer_and_what_it_must_say_may_be_given(tmp_path: Path) -> None:
    told = question("told", "?", answer="Green tea", must=[["tea", "茶"], ["green"]])
    questions = [told, question("untold", "?"), question("null", "?", answer=None, must=None)]
    (found,) = read_histories(write(tmp_path / "f.jsonl", history(TURNS, questions)))
    assert (found.questions[0].answer, found.questions[0].must) == ("Green tea", (("tea", "茶"), ("green",)))
    assert [(asked.answer, asked.must) for asked in found.questions[1:]] == [(None, ())] * 2
