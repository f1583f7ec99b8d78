"""Nothing in the program holds a person back, counts their days or blames them: a scan of every text there is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from companion.mind.manner import is_fit, plain_reply
from companion.model.personas import Personas
from companion.paths import asset
from companion.strings import LANGUAGES, Strings

HOLDS = re.compile(
    r"\bstreaks?\b|\bdays? in a row\b|\bdon't (?:go|leave|quit|break)\b|\bplease stay\b|\bmiss(?:es|ed)? you\b"
    r"|\bwe miss\b|\bcome back (?:soon|tomorrow|to)\b|\b(?:lonely|sad|alone|waiting) without you\b"
    r"|\bwaiting for you\b|\bare you sure you want to (?:leave|quit|go)\b|\bkeep (?:it|the chain) going\b"
    r"|\byou haven't (?:talked|written|been here)\b|\bwhere have you been\b|\blong time no see\b"
    r"|\babandon\w* me\b|\bneeds? you\b|\bdon't forget (?:me|to come)\b|\bbefore you (?:go|leave)\b"
    r"|连续\s?\d+\s?天|打卡|别走|不要走|别离开|舍不得|等你回来|早点回来|想你了|你好久没|怎么才来|没有你(?![的说])"
    r"|我需要你|再陪",
    re.IGNORECASE,
)


def texts() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        strings = Strings(language)
        for section in strings.sections():
            for key, value in strings.section(section).items():
                yield f"{language} {section}.{key}", str(value)
    for folder in ("prompts", "help"):
        for file in sorted(asset(folder).rglob("*.*")):
            yield file.name, file.read_text("utf-8")
    for file in sorted(asset("personas").glob("*.toml")):
        yield file.name, file.read_text("utf-8")


def test_no_text_holds_anybody_back() -> None:
    read = dict(texts())
    assert len(read) > 1_000, "the scan reads what there is"
    assert {name: found.group() for name, text in read.items() if (found := HOLDS.search(text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "You are on a 5-day streak!", "Please stay a little.", "I missed you.", "Are you sure you want to quit?",
        "You haven't talked to me for days.", "连续3天来聊天", "别走嘛", "你好久没来了",
    ],
)  # fmt: skip
def test_the_scan_would_find_it(text: str) -> None:
    assert HOLDS.search(text)


def test_every_persona_may_say_its_greeting_to_whoever_leaves() -> None:
    cards = Personas(asset("personas")).cards("companion")
    assert cards
    for card in cards:
        greeting = card.greeting
        assert all(is_fit(sentence, ("program",)) for sentence in re.split(r"(?<=[.!?。！？])", greeting)), card.key


@pytest.mark.parametrize("message", ["bye", "再见"])
def test_the_plain_goodbye_is_a_goodbye(message: str) -> None:
    said = plain_reply(("leaving",), message)
    assert said
    assert is_fit(said, ("leaving",))


@pytest.mark.parametrize("message", ["help", "帮帮我"])
@pytest.mark.parametrize("occasion", ["crisis", "other", "danger", "gentle", "after"])
def test_what_is_said_in_place_of_the_model_may_be_said(occasion: str, message: str) -> None:
    before: list[str] = []
    for _ in range(4):
        said = plain_reply((occasion,), message, before)  # type: ignore[arg-type]
        assert all(is_fit(each, ("crisis",)) for each in re.split(r"(?<=[.!?。！？])", said)), said
        before.append(said)
    assert len(set(before)) > 1, "not the same words again and again"
