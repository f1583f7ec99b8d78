"""Words on the screen: complete in every language, and each one that the code asks for is there."""

from __future__ import annotations

import ast
import pickle
import string
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import companion
from companion.chats import ChatMode, SegmentKind
from companion.days import day_heading, full_date, full_day, month_of_year, short_date
from companion.errors import CompanionError, NotFound
from companion.memory.features import FEATURES
from companion.memory.reasons import SPEAKING
from companion.model.catalog import read_catalog
from companion.paths import models_list
from companion.records import KINDS, STATUSES, Actor, Emotion, Layer, LinkType
from companion.store.changes import NAMED
from companion.strings import LANGUAGES, Strings, text, texts, use_language
from companion.ui.commands import ENTRIES
from companion.ui.format import Noun, filled

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


def test_what_is_named_at_run_time_has_its_words() -> None:
    """Keys that are put together when they are asked for, which the scan above cannot see."""
    assert set(get_args(Noun)) <= texts("count").keys()
    assert SPEAKING - {"words", "words_whole", "words_dense", "both", "named"} <= texts("reason").keys()
    assert set(FEATURES) <= texts("habit").keys()
    assert set(STATUSES) <= texts("state").keys()
    assert set(KINDS) <= texts("kind").keys()
    assert set(get_args(Layer)) <= texts("layer").keys()
    assert set(get_args(LinkType)) <= texts("link").keys()
    assert set(get_args(Actor)) <= texts("actor").keys()
    assert set(get_args(Emotion)) <= texts("emotion").keys()
    assert texts("fields").keys() >= NAMED
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
