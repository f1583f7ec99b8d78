"""Errors, paths, the clock and the log: small parts that everything leans on."""

from __future__ import annotations

import logging
import os
import pickle
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion import errors
from companion.clock import SetClock, SystemClock, iso, local, local_date, stamp
from companion.errors import CompanionError, ProfileUnavailable
from companion.logs import log_file, start_logging
from companion.paths import Paths, asset, default_paths, from_here, models_list, typed_path


def every_error(kind: type[CompanionError] = CompanionError) -> list[type[CompanionError]]:
    found = [kind]
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            found += every_error(child)
    return found


def drawn() -> dict[str, str]:
    """Each error in the drawn tree with its parent."""
    parents: list[str] = []
    tree: dict[str, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^ {4}([│├└─ ]*)([A-Z]\w+)", line)
        if match:
            depth = len(match[1]) // 4
            parents[depth:] = [match[2]]
            tree[match[2]] = parents[depth - 1] if depth else ""
    return tree


def test_the_drawn_tree_is_the_tree() -> None:
    real = {kind.__name__: kind.__bases__[0].__name__ for kind in every_error()}
    real["CompanionError"] = ""
    assert drawn() == real


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_says_what_happened_and_what_to_do_also_across_a_pipe(kind: type[CompanionError]) -> None:
    for error in (kind(), kind("a detail"), kind("a detail", hint="Do that.")):
        assert error.title
        assert error.hint.endswith(".")
        assert not error.title.endswith(".")
        assert 1 <= error.exit_code < 126 or error.exit_code == 130  # as shells tell of Ctrl+C
        back = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert (type(back), str(back), back.hint, back.detail) == (kind, str(error), error.hint, error.detail)


# Paths


def test_one_variable_moves_everything(home: Path) -> None:
    paths = default_paths()
    everything = (
        paths.data,
        paths.config,
        paths.database,
        paths.lock,
        paths.index,
        paths.models,
        paths.logs,
        paths.settings,
    )
    assert all(path == home or home in path.parents for path in everything)
    assert not home.exists(), "looking creates nothing"


def test_without_it_the_system_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("COMPANION_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert default_paths().data.name == "companion"
    monkeypatch.setenv("COMPANION_HOME", "~/somewhere")
    assert default_paths().data == Path.home() / "somewhere"


@pytest.mark.skipif(os.name != "posix", reason="POSIX file modes")
def test_an_open_folder_is_closed_to_others(paths: Paths) -> None:
    paths.data.mkdir(mode=0o755)
    paths.data.chmod(0o755)
    paths.prepare()
    paths.prepare()
    assert {stat.S_IMODE(p.stat().st_mode) for p in (paths.data, paths.logs)} == {0o700}


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(ProfileUnavailable, match="home"):
        Paths(tmp_path / "home", tmp_path / "home").prepare()


def test_what_is_shipped_is_found() -> None:
    assert asset("personas", "companion.toml").is_file()
    assert models_list().is_file()


# The clock


def test_a_set_clock_stands_still_until_it_is_moved() -> None:
    clock = SetClock(datetime(2026, 3, 2, 10, 0))
    assert clock.now() == clock.now()
    assert clock.now().tzinfo is not None
    clock.advance(days=1, hours=2)
    assert clock.now().replace(tzinfo=None) == datetime(2026, 3, 3, 12, 0)
    assert SystemClock().now().tzinfo is not None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 4, 14 * 4))
def test_a_moment_is_kept_as_the_wall_clock_showed_it(naive: datetime, quarters: int) -> None:
    moment = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    at, offset = stamp(moment)
    assert local(at, offset) == moment.replace(tzinfo=None)
    assert local_date(at, offset) == moment.date()
    assert datetime.fromisoformat(iso(at, offset)) == moment
    assert stamp(moment.astimezone(UTC))[0] == at


# The log


@pytest.fixture
def log(paths: Paths) -> Iterator[Path]:
    root = logging.getLogger()
    before, level, hook = list(root.handlers), root.level, threading.excepthook
    start_logging(paths)
    yield log_file(paths)
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    threading.excepthook = hook


def test_the_log_begins_with_the_first_trouble(log: Path, paths: Paths) -> None:
    start_logging(paths)
    logging.getLogger("companion.test").info("too quiet")
    assert not log.exists()
    logging.getLogger("companion.test").warning("something")
    assert log.read_text().count("something") == 1
    assert "too quiet" not in log.read_text()


def test_the_log_tells_where_it_failed_and_not_what_the_person_said(log: Path) -> None:
    def fail(secret: str) -> None:
        raise ValueError(secret)

    try:
        fail(" ".join(["I owe my", "brother money"]))
    except ValueError:
        logging.getLogger("companion.test").exception("it failed")
    written = log.read_text()
    assert "ValueError" in written
    assert "in fail" in written
    assert "my brother" not in written


def test_a_log_that_cannot_be_written_is_done_without(log: Path, paths: Paths) -> None:
    paths.data.mkdir(exist_ok=True)
    paths.logs.write_text("in the way")
    logging.getLogger("companion.test").warning("goes nowhere")
    assert paths.logs.read_text() == "in the way"


@pytest.mark.parametrize("command", [["--version"], ["memories", "list", "--json"]])
def test_garbage_is_collected_once_a_command_works(command: list[str], home: Path) -> None:
    """Only the start does without: whatever runs for long would grow."""
    code = (
        "import gc, sys; from companion.__main__ import main; import companion.cli.guard as guard\n"
        "import atexit; atexit.register(lambda: print('collects', gc.isenabled()))\n"
        f"sys.argv = ['companion', *{command!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith(f"collects {command != ['--version']}")


def test_a_path_that_was_dropped_into_the_terminal_is_that_path(tmp_path: Path) -> None:
    assert typed_path(" ~/my chats.zip ") == "~/my chats.zip"
    assert typed_path("'/home/a/my chats.zip'") == "/home/a/my chats.zip"
    assert typed_path('"/home/a/my chats.zip" ') == "/home/a/my chats.zip"
    assert typed_path("it's") == "it's"
    if os.sep == "/":
        assert typed_path(r"/home/a/my\ chats\ \(1\).zip") == "/home/a/my chats (1).zip"
        odd = tmp_path / r"a\b"
        odd.touch()
        assert typed_path(str(odd)) == str(odd)
        assert typed_path("\\" + "a" * 5000) == "\\" + "a" * 5000  # no system has such a name
    else:
        assert typed_path(r"C:\my chats.zip") == r"C:\my chats.zip"


def test_the_home_of_nobody_known_here_is_a_name_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPANION_HOME", "~nobody-of-that-name/companion")
    assert default_paths().data == tmp_path / "~nobody-of-that-name" / "companion"


@pytest.mark.skipif(os.name != "posix", reason="a folder that somebody is in cannot be removed elsewhere")
def test_where_the_folder_one_is_in_is_gone_a_full_path_is_one_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert from_here(tmp_path / "notes") == tmp_path / "notes"
    assert from_here(Path("notes")) == Path("notes")
