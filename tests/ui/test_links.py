"""A link of a reply shows where it leads and opens only when the person says so; what could do harm never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Offset

from companion.ui import opener
from companion.ui.addresses import Refused, links_in, read_address
from companion.ui.screens import chat_links
from companion.ui.screens.choose import ChooseScreen
from companion.ui.screens.link import LinkScreen
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, running, screen_text, wait_until

REFUSED = {
    "script": "javascript:alert(1)", "data": "data:text/html;base64,PHNjcmlwdD4=", "file": "file:///etc/passwd",
    "settings": "ms-settings:privacy", "search": "search-ms:query=x&crumb=location:\\\\evil.test", "smb": "smb://evil.test/x",
    "view source": "view-source:https://evil.test", "steam": "steam://run/1", "telephone": "tel:+4912345", "ssh": "ssh://evil.test",
    "no scheme": "evil.test", "no slashes": "https:evil.test", "one slash": "https:/evil.test", "three": "https:///evil.test",
    "backslashes": "https:\\\\evil.test", "backslash at": "https://evil.test\\@good.test", "user": "https://good.test@evil.test/",
    "user and word": "https://good.test:443@evil.test/", "long user": f"https://good.test{'a' * 300}@evil.test/",
    "percent host": "https://good%2etest/", "space": "https://evil.test/a b", "bidi": "https://evil.test/\u202egnp.exe",
    "zero width": "https://go\u200bod.test/", "tag": "https://good.test/\U000e0041", "newline": "https://evil.test/\nx",
    "escape": "https://evil.test/\x1b]0;x\x07", "slash in a letter": "https://good.test℀evil.test/",
    "empty": "", "port": "https://evil.test:x/",
    "long": "https://evil.test/" + "a" * 3000, "option": "--help", "quoted": "https://evil.test\"&calc&\"/", "pipe": "https://evil|calc/",
    "mail option": "mailto:--attach=/etc/passwd", "mail to nobody": "mailto:?attach=/etc/passwd",
    "mail two": "mailto:a@b.test,c@d.test",
    "vbscript": "vbscript:msgbox", "upper": "JavaScript:alert(1)", "blob": "blob:https://evil.test/1", "nul": "https://evil.test/\0",
}  # fmt: skip
SHOWN = {
    "https://example.org/a?b=c#d": ("https://example.org/a?b=c#d", "example.org"),
    "HTTPS://Example.ORG": ("https://example.org", "example.org"),
    "http://example.org:8080/": ("http://example.org:8080/", "example.org"),
    "https://аррӏе.com/": ("https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com"),
    "https://例子.测试/路": ("https://xn--fsqu00a.xn--0zwm56d/%E8%B7%AF", "xn--fsqu00a.xn--0zwm56d"),
    "https://ｅxample.org/": ("https://example.org/", "example.org"),
    "https://2130706433/": ("https://2130706433/", "2130706433"),
    "https://[::1]/": ("https://[::1]/", "::1"),
    "https://evil.test/?u=https://good.test/": ("https://evil.test/?u=https://good.test/", "evil.test"),
    "https://evil.test/$(calc)`x`;rm": ("https://evil.test/$(calc)%60x%60;rm", "evil.test"),
    "mailto:a@example.org?attach=/etc/passwd": ("mailto:a@example.org", "example.org"),
}


@pytest.mark.parametrize("written", REFUSED.values(), ids=REFUSED.keys())
def test_what_hides_where_it_leads_or_starts_a_program_is_refused(written: str) -> None:
    with pytest.raises(Refused) as raised:
        read_address(written)
    assert str(raised.value)


@pytest.mark.parametrize(("written", "opened"), SHOWN.items())
def test_what_is_shown_is_what_is_opened(written: str, opened: tuple[str, str]) -> None:
    address = read_address(written)
    assert (address.url, address.host) == opened
    assert address.host in address.url


def test_letters_that_look_like_others_are_named() -> None:
    assert "аррӏе.com" in read_address("https://аррӏе.com/").remarks[0]
    assert read_address("https://apple.com/").remarks == ()


@given(st.text(max_size=80).map("https://".__add__) | st.text(max_size=60))
def test_whatever_is_opened_is_an_address_of_printable_ascii(written: str) -> None:
    try:
        address = read_address(written)
    except Refused:
        return
    assert address.url.startswith(("https://", "http://", "mailto:"))
    assert address.url.isascii()
    assert address.url.isprintable()
    assert not set(address.url) & set(" \"'<>\\^`{|}") - {"'"}
    assert read_address(address.url).url == address.url


def test_all_links_of_a_text_are_found_once() -> None:
    words = (
        "See [here](https://a.test/x), <https://b.test>, https://c.test/d. And `https://e.test`, again https://a.test/x\n"
        "```\ncurl https://f.test/g\n```\n[bad](javascript:alert(1)) [app](steam://run/1) （https://h.test/i）"
    )
    assert links_in(words) == [
        "https://a.test/x", "https://b.test", "https://c.test/d", "https://e.test", "https://f.test/g", "steam://run/1",
        "https://h.test/i",
    ]  # fmt: skip


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(chat_links, "open_address", found.append)
    return found


def replied(words: str) -> FakeEngine:
    engine = FakeEngine()
    person = engine.said("person", "Where?")
    engine.said("companion", words, answers=person.id)
    return engine


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_key_shows_the_host_and_only_o_opens_it(size: tuple[int, int], opened: list[str]) -> None:
    async with running(replied("Look at [my bank](https://аррӏе.com/login)."), size) as (app, pilot):
        await pilot.press("alt+up", "u")
        await wait_until(pilot, lambda: isinstance(app.screen, LinkScreen))
        assert "xn--80ak6aa92e.com" in screen_text(app)
        await pilot.press("enter", "space", "y")
        assert isinstance(app.screen, LinkScreen)
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)
        assert opened == []
        await pilot.press("u")
        await wait_until(pilot, lambda: isinstance(app.screen, LinkScreen))
        await pilot.press("o")
        await wait_until(pilot, lambda: opened == ["https://xn--80ak6aa92e.com/login"])


async def test_a_click_asks_as_well(opened: list[str]) -> None:
    async with running(replied("[bank](https://evil.test/)")) as (app, pilot):
        await wait_until(pilot, lambda: "bank (https://evil.test/)" in screen_text(app))
        line = next(y for y, each in enumerate(screen_text(app).splitlines()) if "bank (" in each)
        x = screen_text(app).splitlines()[line].index("bank")
        await pilot.click(offset=Offset(x + 1, line))
        await wait_until(pilot, lambda: isinstance(app.screen, LinkScreen))
        assert "evil.test" in screen_text(app)
        await pilot.press("n")
        await wait_until(pilot, lambda: app.screen is app.chat)
        assert opened == []


async def test_of_several_one_is_chosen_and_a_refused_one_says_so(opened: list[str]) -> None:
    async with running(replied("https://a.test and <steam://run/1>")) as (app, pilot):
        await pilot.press("alt+up", "u")
        await wait_until(pilot, lambda: isinstance(app.screen, ChooseScreen))
        await pilot.press("2")
        await wait_until(pilot, lambda: any("steam" in each for each in notices(app)))
        assert app.screen is app.chat
        assert opened == []


async def test_a_reply_without_links_says_so(opened: list[str]) -> None:
    async with running(replied("None here.")) as (app, pilot):
        await pilot.press("alt+up", "u")
        await wait_until(pilot, lambda: notices(app) == ["There is no link in it."])


def test_the_opener_gets_one_argument_and_no_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    if opener.sys.platform == "win32":
        pytest.skip("Windows opens addresses itself")
    started: list[object] = []
    monkeypatch.setattr(opener, "opener", lambda: ["/bin/xdg-open"])
    monkeypatch.setattr(
        opener.subprocess, "Popen", lambda command, **more: started.append((command, more.get("shell")))
    )
    url = read_address("https://evil.test/$(calc)").url
    opener.open_address(url)
    assert started == [(["/bin/xdg-open", url], None)]
