"""Whatever is typed, answered, remembered or reported is shown as it is: never markup, never terminal control."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it.token import Token

from companion.events import Notice
from companion.records import RecalledMemory
from companion.status import EngineStatus
from companion.text import sanitise
from companion.ui.markdown import parser
from companion.ui.pastes import Pastes
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.screens.memory import MemoryScreen
from companion.ui.streaming import split_open_fence
from companion.ui.widgets.literal import literal
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import replies, running, said, say, screen_text, wait_until

PAYLOADS = (
    "[/]",
    "[bold]not bold[/bold] [/red]",
    "[@click=app.quit]click[/]",
    "[link=file:///etc/passwd]x[/link]",
    "\x1b]52;c;aGVsbG8=\x07clip",
    "\x1b]0;title\x1b\\ \x9b31m \x1b[2J",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "[x](javascript:alert(1)) <script>x</script> &#x202e;abc",
    "$primary {braces} %s \\[ \\",
    "\ud800 lone",
    "```\n[/]\n",
    "| [/] | b |\n|---|---|\n| [@click=app.quit]x[/] | \x1b[31m |",
    "👩‍👩‍👧 ｗｉｄｅ 한글 e\u0301",
)
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_a_payload_everywhere_is_harmless(payload: str) -> None:
    engine = FakeEngine()
    memory = engine.remember(payload)
    turn = engine.said("person", f"a {payload} b")
    engine.rests_on(memory, turn, 2, 2 + len(payload))
    engine.said("other", payload, speaker=payload)
    engine.enqueue(payload, recalled=(RecalledMemory(memory, 1.0, 1),), thoughts=(f"+ {payload}",))
    async with running(engine) as (app, pilot):
        await say(app, pilot, f"typed {payload}")
        await wait_until(pilot, lambda: replies(app) == [payload])
        engine.set_status(
            EngineStatus("ready", payload, 4096, activity=payload, problem_title=payload, problem_hint=payload)
        )
        engine.emit(Notice("error", payload, payload))
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert said(app)[0] == f"a {payload} b"
        assert not FORBIDDEN.search(screen_text(app).replace("\n", ""))
        await pilot.press("f2")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
        await pilot.pause()
        assert not FORBIDDEN.search(screen_text(app).replace("\n", ""))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))
        await wait_until(pilot, lambda: "Remembered" in screen_text(app))
        assert not FORBIDDEN.search(screen_text(app).replace("\n", ""))
        assert not app._exit


async def test_markup_is_shown_as_typed() -> None:
    engine = FakeEngine()
    engine.enqueue("reply [/] [@click=app.quit]x[/]")
    async with running(engine) as (app, pilot):
        await say(app, pilot, "[bold]typed[/bold] [/]")
        await wait_until(pilot, lambda: "[bold]typed[/bold] [/]" in screen_text(app))
        await wait_until(pilot, lambda: "reply [/] [@click=app.quit]x[/]" in screen_text(app))


@given(st.lists(st.text(max_size=40), max_size=5))
def test_literal_shows_its_parts_sanitised(parts: list[str]) -> None:
    assert literal(*parts).plain == "".join(sanitise(part) for part in parts)


@given(st.text(st.sampled_from("[](){}<>`~#*_|-&;x2023e:/.! \n\t\x1b\u202e"), max_size=80) | st.text(max_size=80))
def test_markdown_never_holds_links_html_or_control_characters(text: str) -> None:
    def all_tokens(tokens: list[Token]) -> list[Token]:
        return [inner for token in tokens for inner in (token, *all_tokens(token.children or []))]

    for token in all_tokens(parser().parse(sanitise(text))):
        assert token.type not in ("link_open", "link_close", "image", "html_inline", "html_block")
        assert not FORBIDDEN.search(token.content.replace("\n", "").replace("\t", ""))


@given(st.text(st.sampled_from("`~ax-> 1.\n"), max_size=60))
def test_an_open_fence_never_loses_text(text: str) -> None:
    closed, code = split_open_fence(text)
    assert text.startswith(closed)
    assert text.endswith(code)
    assert len(closed) + len(code) <= len(text)
    if not code and closed != text:
        assert "```" in text[len(closed) :] or "~~~" in text[len(closed) :]


@given(st.text(max_size=30), st.text(max_size=300), st.text(max_size=30))
def test_a_folded_paste_is_unfolded_whole(before: str, pasted: str, after: str) -> None:
    pastes = Pastes()
    nested = pastes.fold("[pasted 1 KB, 1 line #2]" + pasted)
    second = pastes.fold(pasted)
    assert pastes.unfold(nested) == "[pasted 1 KB, 1 line #2]" + pasted
    assert pastes.unfold(second) == pasted
    if "[" not in before + after and "#" not in before + after:
        assert pastes.unfold(before + second + after) == before + pasted + after
