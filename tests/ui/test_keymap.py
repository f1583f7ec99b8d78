"""Keys: every binding can be named and given another key; what is wrong with a person's keys is told."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from textual.dom import DOMNode

from companion.settings import Settings, UiSettings
from companion.ui import keymap
from companion.ui.app import CompanionApp
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.screens.settings import SettingsScreen
from companion.ui.widgets.prompt import Prompt
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import notices, running, wait_until


def keys(**own: str) -> Settings:
    return Settings(ui=UiSettings(keys={id.replace("_", "."): key for id, key in own.items()}))


def test_every_binding_has_an_id_and_says_what_it_does() -> None:
    unnamed = [
        f"{each.owner.__name__}: {each.binding.key} {each.binding.action}"
        for each in keymap.declared()
        if not each.binding.id or not each.binding.description
    ]
    assert unnamed == []


def test_what_bindings_say_is_there_in_both_languages() -> None:
    code = (
        "import json, sys; from companion.strings import use_language; use_language(sys.argv[1]);"
        "from companion.ui import keymap; print(json.dumps(keymap.described()))"
    )
    english, chinese = (
        json.loads(subprocess.run([sys.executable, "-c", code, to], capture_output=True, text=True, check=True).stdout)
        for to in ("en", "zh")
    )
    assert english.keys() == chinese.keys()
    assert [id for id in english if english[id] == chinese[id]] == []


def test_an_id_means_one_thing() -> None:
    actions: dict[str, set[str]] = {}
    for each in keymap.declared():
        if not each.binding.action.startswith("run_command") and each.binding.id:
            actions.setdefault(each.binding.id, set()).add(each.binding.description)
    assert {id: sorted(words) for id, words in actions.items() if len(words) > 1} == {}


def test_no_two_bindings_of_one_screen_are_on_one_key() -> None:
    def own(cls: type[DOMNode]) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in keymap.declared():
            key, id = each.binding.key, each.binding.id or each.binding.action
            if issubclass(cls, each.owner) and key != keymap.NO_KEY and not issubclass(cls, CompanionApp):
                assert found.setdefault(key, id) == id, f"{cls.__name__}: {key} is {found[key]} and {id}"
        return found

    priority = {
        each.binding.key: each.binding.id
        for each in keymap.declared()
        if each.owner is CompanionApp and each.binding.priority
    }
    for cls in {each.owner for each in keymap.declared()}:
        for key, id in own(cls).items():
            assert priority.get(key, id) == id, f"{cls.__name__}: {key} is the app's {priority[key]}"


def test_keys_that_terminals_keep_are_not_used() -> None:
    used = {key for keys in keymap.default_keys().values() for key in keys}
    assert used & {"ctrl+s", "ctrl+q", "ctrl+m", "ctrl+i"} == set()


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"memory.panle": "f7"}, "memory.panel"),
        ({"memory.panel": "strg+x"}, "no key"),
        ({"memory.panel": "ctrl+s"}, "terminals"),
        ({"memory.panel": "f6"}, "models.open"),
        ({"app.quit": "f1"}, "help.show"),
    ],
)
def test_what_is_wrong_is_told(own: dict[str, str], told: str) -> None:
    problems = keymap.problems(own)
    assert len(problems) == 1
    assert told in problems[0]


def test_exchanging_two_keys_is_no_clash() -> None:
    assert keymap.problems({"memory.panel": "f6", "models.open": "f2"}) == ()


async def test_a_key_of_ones_own_is_heard_and_the_old_one_no_more() -> None:
    async with running(FakeEngine(), settings=keys(memory_panel="f14", settings_open="alt+x")) as (app, pilot):
        await pilot.press("f2")
        assert app.screen is app.chat
        await pilot.press("f14")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
        await pilot.press("escape", "alt+x")
        await wait_until(pilot, lambda: isinstance(app.screen, SettingsScreen))


async def test_a_command_without_a_key_can_be_given_one() -> None:
    async with running(FakeEngine(), settings=keys(theme_choose="f11")) as (app, pilot):
        await pilot.press("f11")
        await wait_until(pilot, lambda: app.screen is not app.chat)


async def test_the_keys_of_the_prompt_can_be_changed_too() -> None:
    engine = FakeEngine()
    async with running(engine, settings=keys(prompt_send="ctrl+t", learned_newest="f4")) as (app, pilot):
        await pilot.press(*"hi", "ctrl+t")
        await wait_until(pilot, lambda: engine.sent == ["hi"])
        assert app.chat.query_one(Prompt).text == ""


async def test_faults_are_told_at_the_start_and_the_rest_holds() -> None:
    own = keys(memory_panel="f14", nothing_such="f7")
    async with running(FakeEngine(), settings=own) as (app, pilot):
        await wait_until(pilot, lambda: any("nothing.such" in notice for notice in notices(app)))
        await pilot.press("f14")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
