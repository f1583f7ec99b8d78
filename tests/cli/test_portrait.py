"""`companion portrait`: each line with what was said and when."""

from __future__ import annotations

from companion.clock import SystemClock
from tests.cli.conftest import Shell


def test_before_the_first_night_it_says_so(shell: Shell) -> None:
    shell("say", "My name is Tom.")
    shown = shell("portrait")
    assert shown.exit_code == 0
    assert "drawn at night" in shown.stdout
    assert shell.json("portrait") == []


def test_after_a_night_it_shows_lines_and_what_they_rest_on(shell: Shell) -> None:
    shell("say", "My name is Tom.")
    today = SystemClock().now().date()
    shell("sleep", "--as-of", today.replace(year=today.year + 1, day=1).isoformat())
    shell("memories", "add", "--kind", "trait", "Prefers short \x1b[31manswers")
    shown = shell("portrait").stdout
    assert "Name: Tom" in shown
    assert f"{today.isoformat()}  “My name is Tom.”" in shown
    assert "You wrote it yourself." in shown
    assert "\x1b" not in shown
    assert shown.index("Prefers short") < shown.index("Name: Tom"), "what they wrote themselves is first"
    own, name = shell.json("portrait")
    assert (own["text"], own["quotes"]) == ("Prefers short \x1b[31manswers", [])
    assert (name["kind"], name["text"]) == ("trait", "Name: Tom")
    assert [quote["text"] for quote in name["quotes"]] == ["My name is Tom."]
