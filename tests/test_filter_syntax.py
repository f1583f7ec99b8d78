"""What a person types to filter memories, and what is made of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.filter_syntax import complete, parse
from companion.filter_words import table
from companion.records import KINDS, STATUSES, MemoryFilter
from companion.store.store import Store
from companion.strings import LANGUAGES, texts, use_language
from tests.support import add

NOW = datetime(2026, 3, 18, 12, tzinfo=timezone(timedelta(hours=1)))  # a Wednesday


def day(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=NOW.tzinfo).timestamp()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("lena", {"text": "lena"}),
        ("kind:thought after:may lena", {"kinds": ("thought",), "after": day("2025-05-01"), "text": "lena"}),
        ("kind:thought,event", {"kinds": ("thought", "event")}),
        ("kind:thought kind:event", {"kinds": ("thought", "event")}),
        ("kind:tho", {"kinds": ("thought",)}),
        ("KIND:Thoughts", {"kinds": ("thought",)}),
        ("-kind:moment", {"kinds": ("thought", "event", "day", "trait")}),
        ("status:archived", {"statuses": ("archived",)}),
        ("is:faded", {"statuses": ("dormant", "archived")}),
        ("is:replaced", {"statuses": ("superseded", "merged")}),
        ("status:all", {"statuses": STATUSES}),
        ("-status:dormant", {"statuses": ("candidate", "active")}),
        ("is:pinned", {"pinned": True}),
        ("pinned:yes", {"pinned": True}),
        ("pinned:no", {"pinned": False}),
        ("about:Lena", {"subjects": ("Lena",)}),
        ('about:"my sister" about:me', {"subjects": ("sister", "person")}),
        ("feeling:joy,sad", {"emotions": ("joy", "sadness")}),
        ("emotion:lonely", {"emotions": ("loneliness",)}),
        ("layer:long-term", {"layers": ("long-term",)}),
        ("persona:mira", {"scopes": ("mira",)}),
        ("scope:shared", {"scopes": ("",)}),
        ("is:play", {"scopes": ("play:",)}),
        ("sort:kept", {"order": "kept"}),
        ("after:2026-03", {"after": day("2026-03-01")}),
        ("before:2025", {"before": day("2025-01-01")}),
        ("on:2025", {"after": day("2025-01-01"), "before": day("2026-01-01")}),
        ("after:last week tea", {"after": day("2026-03-09"), "text": "tea"}),
        ("after:last-week tea", {"after": day("2026-03-09"), "text": "tea"}),
        ('after:"last week"', {"after": day("2026-03-09")}),
        ("on:3 May 2025", {"after": day("2025-05-03"), "before": day("2025-05-04")}),
        ("on:yesterday", {"after": day("2026-03-17"), "before": day("2026-03-18")}),
        ("on:december", {"after": day("2025-12-01"), "before": day("2026-01-01")}),
        ("after:2024 after:2025", {"after": day("2025-01-01")}),
        ("after:5月", {"after": day("2025-05-01")}),
        ("类型:想法 关于:莉娜 之后：上周", {"kinds": ("thought",), "subjects": ("莉娜",), "after": day("2026-03-09")}),
        ("状态：淡忘", None),
        ("是:淡忘 排序:最早", {"statuses": ("dormant", "archived"), "order": "oldest"}),
        ("感受:高兴，难过", {"emotions": ("joy", "sadness")}),
        ('"green tea" lena', {"text": '"green tea" lena'}),
        ('"green te', {"text": "green te"}),
        ('tea -coffee -"black tea"', {"text": "tea", "without": ("coffee", "black tea")}),
        ("kind:", {}),
        ("", {}),
        ("http://example.org 10:30", {"text": "http://example.org 10:30"}),
        ("- milk", {"text": "- milk"}),
    ],
)
def test_it_reads(typed: str, said: dict[str, Any] | None) -> None:
    parsed = parse(typed, NOW)
    if said is None:
        assert parsed.notes
        return
    assert parsed.notes == ()
    assert {name: getattr(parsed.filter, name) for name in parsed.given} == said


@pytest.mark.parametrize(
    ("typed", "note", "text"),
    [
        ("kind:thougt tea", "There is no kind “thougt”; did you mean thought?", "kind:thougt tea"),
        ("kind:xyzzy", "There is no kind “xyzzy”.", "kind:xyzzy"),
        ("knd:thought", "There is no field “knd”; did you mean kind?", "knd:thought"),
        ("after:gibberish tea", "“gibberish” is no date that can be read.", "after:gibberish tea"),
        ("after:2025-13", "“2025-13” is no date that can be read.", "after:2025-13"),
        ("-about:Lena", "about:Lena cannot be left out.", "-about:Lena"),
    ],
)
def test_what_is_not_understood_is_searched_for_and_said(typed: str, note: str, text: str) -> None:
    parsed = parse(typed, NOW)
    assert parsed.notes == (note,)
    assert parsed.filter == MemoryFilter(text=text)


def test_what_is_not_said_stays_as_it_was() -> None:
    base = MemoryFilter(kinds=("day",), statuses=("forgotten",), limit=7)
    assert parse("tea", NOW, base).filter == MemoryFilter(text="tea", kinds=("day",), statuses=("forgotten",), limit=7)
    assert parse("kind:event", NOW, base).filter.kinds == ("event",)


WORDS = st.sampled_from(
    [
        "kind:",
        "after:",
        "是:",
        "about:",
        "-",
        '"',
        "“",
        "”",
        ":",
        "：",
        "thought",
        "may",
        "lena",
        "last week",
        " ",
        ",",
        "类型",
    ]
)


@given(st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=8).map("".join)))
def test_any_text_is_understood_somehow(text: str) -> None:
    parsed = parse(text, NOW)
    assert set(parsed.filter.kinds) <= set(KINDS)
    assert set(parsed.filter.statuses) <= set(STATUSES)
    for each in complete(text, ("Lena",)):
        assert each.text.startswith(text[: len(text) - len(text.split(":")[-1])].rstrip(":：")[:1])
        parse(each.text, NOW)


@pytest.mark.parametrize(
    "text", ['"', '""', '"! "', "-!", "*", "AND OR NOT", "a\x00b", "'", '-"\'"', "巴黎 -黎", "🙂", "-🙂"]
)
def test_any_text_can_be_looked_for(store: Store, text: str) -> None:
    kept = add(store, "Nothing of that kind.")
    found = store.memories.find(parse(text, NOW).filter)
    assert found in ([], [kept])


def test_words_can_be_left_out(store: Store) -> None:
    tea, coffee = add(store, "I love green tea."), add(store, "I love coffee and tea that is green.")
    chinese = add(store, "我喜欢绿茶。")

    def found(typed: str) -> set[int]:
        return {memory.id for memory in store.memories.find(parse(typed, NOW).filter)}

    assert found("tea -coffee") == {tea.id}
    assert found('"green tea"') == {tea.id}
    assert found('-"green tea"') == {coffee.id, chinese.id}
    assert found("-绿茶") == {tea.id, coffee.id}


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ki", ["kind:"]),
        ("lena kind:th", ["lena kind:thought"]),
        ("kind:thought,ev", ["kind:thought,event"]),
        ("about:le", ["about:Lena", 'about:"Leo Max"']),
        ("after:last-w", ["after:last-week"]),
        ("kind:thought", []),
        ("kind:thought ", []),
        ('"ki', []),
        ("", []),
    ],
)
def test_the_word_under_way_is_completed(typed: str, offered: list[str]) -> None:
    assert [each.text for each in complete(typed, ("Lena", "Leo Max"))] == offered


def test_a_completion_is_read(store: Store) -> None:
    for each in complete("after:"):
        assert parse(each.text, NOW).notes == ()


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_the_screens_call_a_thing_is_what_the_filter_takes_for_it(code: str) -> None:
    use_language(code)
    try:
        for group, of in (("kind", "kind"), ("state", "status"), ("emotion", "feeling"), ("layer", "layer")):
            for key, said in texts(group).items():
                meaning = table(of).meanings[str(said).replace(" ", "-")]
                assert meaning.replace("-", "_") == key
                if code == "zh":
                    assert table(of).offer()[meaning] == said
    finally:
        use_language("en")
