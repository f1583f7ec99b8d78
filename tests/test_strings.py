"""Words on the screen: complete in every language, and each one that the code asks for is there."""

from __future__ import annotations

import ast
import pickle
import re
import string
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import companion
from companion.chats import ChatMode, CheckInKind, SegmentKind, Verdict
from companion.days import day_heading, full_date, full_day, month_of_year, short_date
from companion.errors import CompanionError, NotFound
from companion.memory.features import FEATURES
from companion.memory.reasons import SPEAKING
from companion.memory_pages import GroupAction
from companion.model.catalog import read_catalog
from companion.paths import models_list
from companion.records import KINDS, STATUSES, Actor, Emotion, Layer, LinkType, Modality
from companion.store.aside import SET_ASIDE
from companion.store.changes import NAMED
from companion.strings import LANGUAGES, Strings, text, texts, use_language
from companion.ui.commands import ENTRIES
from companion.ui.format import Noun, filled
from companion.wording import reason_told

CODE = Path(companion.__file__).parent
ENGLISH = Strings("en")


def _fields(found: object) -> set[str]:
    parts = found.values() if isinstance(found, dict) else (found,)
    return {name for part in parts for _, name, _, _ in string.Formatter().parse(str(part)) if name}


def _asked() -> set[str]:
    """Keys that the code passes to `text` or `texts` as they are."""
    keys: set[str] = set()
    for file in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and "text" in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    keys.add(str(first.value))
    return keys


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_text_is_there_in_every_language_with_the_same_values(language: str) -> None:
    other = Strings(language)
    assert set(other.sections()) == set(ENGLISH.sections())
    for section in ENGLISH.sections():
        here, there = ENGLISH.section(section), other.section(section)
        assert here.keys() == there.keys(), section
        for key, found in here.items():
            # A language without plurals need not repeat the number in both forms.
            assert _fields(found) == _fields(there[key]), f"{section}.{key}"


def test_every_text_the_code_asks_for_is_there() -> None:
    missing = [key for key in sorted(_asked()) if key.rpartition(".")[2] not in ENGLISH.section(key.rpartition(".")[0])]
    assert missing == []


def _sentences(file: Path) -> set[str]:
    """English sentences in `file` that are no docstrings."""
    tree = ast.parse(file.read_text("utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
        if re.fullmatch(r"[A-Z][a-z]* [^\n]* \w+\. ?", node.value)
    }


def test_no_sentence_for_a_person_stands_in_the_code() -> None:
    files = {file.relative_to(CODE).as_posix(): file for file in CODE.rglob("*.py")}
    # Help of commands is translated as it is shown; what is measured, and what a model is measured with, is English.
    apart = ("cli/", "bench/", "model/bare.py", "model/tuner.py", "model/probe.py", "model/prompt.py")
    found = {name: _sentences(file) for name, file in files.items() if not name.startswith(apart)}
    assert {name: sentences for name, sentences in found.items() if sentences} == {}


def test_every_command_has_its_texts() -> None:
    for entry in ENTRIES:
        assert entry.command.title
        assert entry.command.about


def test_a_text_with_a_count_has_a_form_for_one() -> None:
    with pytest.raises(KeyError):
        text("language.nothing")


def _errors(kind: type[CompanionError] = CompanionError) -> list[type[CompanionError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in _errors(below))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_says_what_happened_and_what_to_do(language: str) -> None:
    use_language(language)
    for kind in _errors():
        assert kind.title
        assert kind.hint
    told = pickle.loads(pickle.dumps(NotFound("x", hint="y")))  # noqa: S301 - our own
    assert (str(told), told.hint) == (text("errors.with_detail", title=NotFound.title, detail="x"), "y")


def test_every_check_of_doctor_has_its_word() -> None:
    named = {
        node.args[0].value
        for file in CODE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check" and node.args
        if isinstance(node.args[0], ast.Constant)
    }
    assert len(named) > 10
    assert named == texts("check").keys()


def test_what_is_named_at_run_time_has_its_words() -> None:
    """Keys that are put together when they are asked for, which the scan above cannot see."""
    assert set(get_args(Noun)) <= texts("count").keys()
    assert SPEAKING - {"words", "words_whole", "words_dense", "both", "named"} <= texts("reason").keys()
    assert set(FEATURES) <= texts("habit").keys()
    assert set(STATUSES) == texts("state").keys()
    assert set(KINDS) == texts("kind").keys()
    assert {layer.replace("-", "_") for layer in get_args(Layer)} == texts("layer").keys()
    assert {link.replace("-", "_") for link in get_args(LinkType)} == texts("link").keys()
    assert set(get_args(Actor)) == texts("actor").keys()
    assert set(get_args(Modality)) == texts("modality").keys()
    assert set(get_args(Emotion)) == texts("emotion").keys()
    assert texts("fields").keys() >= NAMED
    assert set(get_args(CheckInKind)) == texts("checkin_kind").keys()
    assert set(get_args(ChatMode)) <= texts("plain_mode").keys() & texts("plain_begun").keys()
    assert set(get_args(SegmentKind)) <= texts("plain_segment").keys()


def test_what_ships_with_a_note_has_it_in_every_language(home: Path) -> None:
    notes = {model.name: model.notes for model in read_catalog(models_list())}
    assert notes == dict(ENGLISH.section("model_note"))
    for card in Path(CODE.parent / "assets" / "personas").glob("*.toml"):
        assert card.stem in ENGLISH.section("persona_about")


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_page_of_help_is_there_in_every_language(language: str) -> None:
    folder = CODE.parent / "assets" / "help"
    assert {page.name for page in (folder / language).glob("*.md")} == {page.name for page in folder.glob("*.md")}


def test_dates_are_told_as_a_language_tells_them() -> None:
    day, now = date(2025, 6, 3), datetime(2026, 6, 4, 12)
    at = datetime(2025, 6, 3, 21, 40, tzinfo=UTC).timestamp()
    told = [full_day(day), full_date(at, 0), day_heading(at, 0, now), short_date(at, 0, now), month_of_year(day)]
    assert told == ["3 June 2025", "3 June 2025, 21:40", "Tuesday 3 June 2025, 21:40", "3 Jun 25", "June 2025"]
    use_language("zh")
    told = [full_day(day), full_date(at, 0), day_heading(at, 0, now), short_date(at, 0, now), month_of_year(day)]
    assert told == ["2025年6月3日", "2025年6月3日 21:40", "2025年6月3日 星期二 21:40", "25/6/3", "2025年6月"]
    assert day_heading(at, 0, datetime(2025, 6, 3, 23)) == "今天 21:40"
    assert day_heading(at, 0, datetime(2025, 6, 4, 8)) == "昨天 21:40"


@pytest.mark.parametrize("language", LANGUAGES)
@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)))
def test_a_short_date_never_takes_more_than_its_column(language: str, moment: datetime) -> None:
    use_language(language)
    try:
        assert cell_len(short_date(moment.replace(tzinfo=UTC).timestamp(), 0, datetime(2026, 6, 4))) <= 9
    finally:
        use_language("en")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_word_fills_its_column_whatever_its_width(code: str) -> None:
    use_language(code)
    assert {cell_len(filled(str(word), 12)) for word in texts("state").values()} == {12}


def test_what_the_journal_holds_in_english_is_told_in_the_language_of_the_screens() -> None:
    use_language("zh")
    assert reason_told("from what was said in turn 3; in other words") == "来自说过的话; in other words"
    assert reason_told("night of 2026-11-27") == "2026年11月27日的夜间整理"
    assert reason_told("takes back restore as of (change 12)") == "恢复成从前（第 12 次更改）"
    assert reason_told("lines 3, 14") == ""
    assert reason_told("写下的") == "写下的"


def test_every_action_of_the_journal_has_its_word() -> None:
    """Those that the code hands to `batch` as they are, those of pages of several, and those of a reply."""
    acts = {*get_args(GroupAction), *get_args(Verdict), SET_ASIDE}
    for file in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            at = {"batch": 1, "quarantine_batch": 2}.get(getattr(getattr(node, "func", None), "attr", ""), 0)
            if isinstance(node, ast.Call) and at:
                acts |= {str(each.value) for each in node.args[at : at + 1] if isinstance(each, ast.Constant)}
    assert {"edit", "restore as of"} < acts
    assert {act.replace(" ", "_") for act in acts} == texts("act").keys()


READ_WHOLE = {
    "act", "actor", "backup_reason", "check", "checkin_kind", "cli_help", "command", "count", "emotion", "errors",
    "fields", "habit",
    "kind", "layer", "learning_how", "link", "modality", "model_note", "mood_word", "persona_about", "plain_about",
    "plain_begun", "plain_group", "plain_kind", "plain_mode", "plain_segment", "plain_use", "reason", "settings",
    "speech_sample",
    "state", "subject", "themes", "tier", "tune_note", "tune_step",
}  # fmt: skip
"""Sections whose keys are put together when they are asked for; other tests hold many of them."""


def test_no_text_is_left_that_nothing_asks_for() -> None:
    named = {
        node.value
        for file in CODE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    left = {
        f"{section}.{key}"
        for section in ENGLISH.sections()
        if section not in READ_WHOLE
        for key in ENGLISH.section(section)
    }
    assert left - named == set()


def test_no_command_and_no_help_is_left_in_the_texts_that_the_program_has_no_more() -> None:
    ids = {entry.command.id.replace(".", "_") for entry in ENTRIES}
    known = ids | {f"{id}_about" for id in ids} | {"theme", "theme_about"}
    assert texts("command").keys() == known
