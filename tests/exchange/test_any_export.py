"""Whatever stands in an export, it is read or refused in a sentence: nobody promises that forms stay as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from companion.errors import CompanionError
from companion.exchange.foreign import cards
from companion.exchange.foreign.given import Given, Notes
from companion.exchange.foreign.reading import read
from companion.exchange.foreign.sniffing import kind_of
from companion.transfers import ImportForm
from companion.unpacking import UnpackedFile
from tests.exchange import exports

FORMS: dict[ImportForm, Any] = {
    "chatgpt": exports.chatgpt(),
    "claude": exports.claude(),
    "character-ai": [exports.character_ai_dump(), exports.character_ai_turns()],
    "sillytavern": [json.loads(line) for line in exports.SILLYTAVERN.splitlines()],
    "histories": json.loads(exports.HISTORY),
    "card": exports.CARD,
}
STRANGE: list[Any] = [
    None, True, 0, -1, 1e300, float("nan"), "", "x", "\ud800", "\x1b]52;c;eA==\x07", [], {}, [[]], [{}], {"a": [1]},
    ["x"], "9" * 400, 10**30, {"name": {"name": 1}},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    for key, inside in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        found += places(inside, (*path, key))
    return found


def changed(value: Any, path: tuple[Any, ...], strange: Any) -> Any:
    value = json.loads(json.dumps(value))
    at = value
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = strange
    return value


@pytest.mark.parametrize("form", FORMS)
@examples(data=st.data())
def test_a_field_may_be_anything(tmp_path_factory: pytest.TempPathFactory, form: ImportForm, data: st.DataObject):
    value = FORMS[form]
    for _ in range(data.draw(st.integers(1, 3))):
        there = places(value)
        if not there:
            break
        value = changed(value, data.draw(st.sampled_from(there)), data.draw(st.sampled_from(STRANGE)))
    check(tmp_path_factory.getbasetemp() / f"{form}.json", form, value)


@pytest.mark.nightly
@pytest.mark.parametrize("form", FORMS)
def test_every_field_may_be_each_of_these(tmp_path: Path, form: ImportForm):
    for path in places(FORMS[form]):
        for strange in STRANGE:
            check(tmp_path / "export.json", form, changed(FORMS[form], path, strange))


def check(path: Path, form: ImportForm, value: Any) -> None:
    lined = form == "sillytavern" and isinstance(value, list)
    path.write_text("\n".join(map(json.dumps, value)) if lined else json.dumps(value), encoding="utf-8")
    file = UnpackedFile("export.json", path)
    given = Given("export.json", path, (file,))
    try:
        kind_of(file)
        if form == "card":
            for character in cards.characters(given, (file,), Notes()):
                assert character.name.strip()
            return
        for chat in read(form, given, (file,), Notes()):
            for said in chat.said:
                assert said.text.strip()
                assert "\x1b" not in said.text + said.speaker + chat.title
                assert said.at.tzinfo is not None
                assert isinstance(said.key, str)
    except CompanionError as error:
        assert error.hint, error  # noqa: PT017 - refused or read, both are right
