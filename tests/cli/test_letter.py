"""`companion letter`."""

from __future__ import annotations

from datetime import timedelta

from companion.clock import SystemClock
from companion.mind.weeks import Week
from companion.paths import Paths
from companion.store.store import Store
from tests.cli.conftest import Shell
from tests.support import add


def test_it_shows_the_letter_and_keeps_it_once(shell: Shell, paths: Paths) -> None:
    today = SystemClock().now().date()
    last = today - timedelta(days=today.weekday() + 1)  # Sunday
    if SystemClock().now().hour < 4 and last == today - timedelta(days=1):
        last -= timedelta(days=7)  # its night has not come
    week = Week(last)
    store = Store.open(paths)
    at = SystemClock().now().timestamp() - (today - last).days * 86_400
    add(store, "I started pottery classes.", recorded_at=at)
    store.close()

    rehearsed = shell.json("letter", "--week", week.name, "--dry-run")
    assert (rehearsed["week"], rehearsed["path"], rehearsed["written"]) == (week.name, None, False)
    assert "I started pottery classes." in rehearsed["text"]
    assert not paths.letters.exists()

    shown = shell("letter", "--week", week.name)
    assert "I started pottery classes." in shown.stdout
    assert str(paths.letters / f"{week.name}.md") in shown.stderr
    again = shell.json("letter", "--week", week.name)
    assert (again["written"], again["path"]) == (False, str(paths.letters / f"{week.name}.md"))

    empty = shell.json("letter", "--week", "2001-W01")
    assert (empty["empty"], empty["path"], empty["memories"]) == (True, None, [])
    assert "nothing to tell" in shell("letter", "--week", "2001-W01").stdout


def test_in_the_first_week_it_says_how_to_see_that_one(shell: Shell) -> None:
    told = shell("letter")
    assert "nothing to tell" in told.stdout
    words = told.stderr.split("companion ")[1].split()
    week = shell.json(*words)
    assert week["first"] <= SystemClock().now().date().isoformat() <= week["last"]


def test_what_is_no_week_is_said_so(shell: Shell) -> None:
    for week in ("soon", "2026-W60", "2999-W01"):
        refused = shell("letter", "--week", week)
        assert refused.exit_code == 2
        assert week in refused.stderr
