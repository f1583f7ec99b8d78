"""`companion sleep` and `companion doctor`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from companion.cli.sleep import parse_moment
from companion.errors import InvalidInput
from companion.paths import Paths
from companion.store.store import Store
from tests.cli.conftest import Shell
from tests.support import dump, memory, say


def _in_a_year() -> str:
    return (datetime.now().astimezone() + timedelta(days=365)).date().isoformat()


def test_nothing_to_sleep_through(shell: Shell) -> None:
    assert shell.json("sleep")["nights"] == []
    assert shell("sleep").stdout == "There is no night to catch up on.\n"


def test_a_year_fades_a_memory_once_and_undo_wakes_it(shell: Shell) -> None:
    shell("say", "I ate a sandwich at noon today, it was fine.")
    awake = {memory["id"]: memory["status"] for memory in shell.json("memories", "list")}
    rehearsal = shell.json("sleep", "--as-of", _in_a_year(), "--dry-run")
    assert rehearsal["dry_run"] is True
    assert rehearsal["dormant"] + rehearsal["archived"] > 0
    assert {memory["id"]: memory["status"] for memory in shell.json("memories", "list")} == awake

    report = shell.json("sleep", "--as-of", _in_a_year())
    assert set(report) == {"nights", "dormant", "archived", "woken", "batch", "dry_run", "changes"}
    assert len(report["nights"]) >= 364
    assert report["changes"] == rehearsal["changes"]
    assert shell.json("sleep", "--as-of", _in_a_year())["nights"] == []
    assert shell("memories", "undo", str(report["batch"])).exit_code == 0
    assert {memory["id"]: memory["status"] for memory in shell.json("memories", "list")} == awake


def test_a_rehearsal_tells_everything_and_writes_nothing(shell: Shell, paths: Paths) -> None:
    store = Store.open(paths)
    say(store, "hello")
    with store.changes.batch("system", "import") as batch:
        for number in range(60):
            batch.add(memory(f"small thing {number}", store.clock, strength=0.5 if number else 1000.0))
    store.close()
    pending = 1
    while pending:  # opening puts the words said down as work to do, and does it if there is time before it closes
        shell("memories", "list")
        store = Store.open(paths)
        pending = store.jobs.pending()
        store.close()
    store = Store.open(paths)
    rows = dump(store)
    store.close()
    before = (paths.database.read_bytes(), sorted(file.name for file in paths.data.iterdir()))

    told = shell.json("sleep", "--as-of", _in_a_year(), "--dry-run")
    assert (told["dormant"] + told["archived"], told["woken"], told["batch"]) == (59, 0, None)
    faded = [line for line in told["changes"] if not line.startswith("+ ")]  # a digest is made as well
    assert len(faded) == 59
    assert all(re.search(r"small thing \d+: active → \w+, faint since \d{4}-\d\d-\d\d$", line) for line in faded)
    text = shell("sleep", "--as-of", _in_a_year(), "--dry-run").stdout
    assert text.startswith(f"Would sleep through {len(told['nights'])} nights, {told['nights'][0]} to")
    assert all(f"  {line}\n" in text for line in told["changes"])
    assert (paths.database.read_bytes(), sorted(file.name for file in paths.data.iterdir())) == before
    store = Store.open(paths)
    assert dump(store) == rows
    store.close()

    done = shell.json("sleep", "--as-of", _in_a_year())
    assert done["changes"][:-1] == told["changes"][:20], "the night itself tells the first of it"
    assert done["changes"][-1] == "… and 40 more"
    assert (done["dormant"], done["archived"], done["nights"]) == (told["dormant"], told["archived"], told["nights"])


def test_with_no_night_due_it_says_how_to_look_ahead(shell: Shell) -> None:
    tomorrow = (datetime.now().astimezone() + timedelta(days=1)).date().isoformat()
    assert f"--dry-run --as-of {tomorrow}" in shell("sleep", "--dry-run").stdout


def test_a_date_is_the_end_of_its_day() -> None:
    assert parse_moment("2025-06-30").isoformat().startswith("2025-06-30T23:59:59")
    assert parse_moment("2025-06-30T12:30").isoformat().startswith("2025-06-30T12:30")
    assert parse_moment("2025-06-30T12:30+05:00").isoformat() == "2025-06-30T12:30:00+05:00"
    assert parse_moment("2025-06-30").tzinfo is not None


@pytest.mark.parametrize("text", ["", "soon", "2025-13-01", "30.06.2025", "0001-01-01", "9999-12-31", "\x1b[2J"])
def test_no_date(shell: Shell, text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_moment(text)
    result = shell("sleep", "--as-of", text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "\x1b" not in result.stderr


def test_doctor_finds_all_well(shell: Shell) -> None:
    found = shell.json("doctor")
    assert found["ok"] is True
    assert {"name", "level", "detail", "hint"} == set(found["checks"][0])
    assert {"versions", "profile", "model", "embedder"} <= {check["name"] for check in found["checks"]}
    assert "Everything is well." in shell("doctor").stdout


def test_doctor_tells_what_is_wrong(shell: Shell, home: Path) -> None:
    home.mkdir()
    (home / "companion.db").write_bytes(b"This is not a database. " * 100)
    result = shell("doctor")
    assert result.exit_code == 1
    assert "ERROR" in result.stdout
    assert "→" in result.stdout
    told = shell("doctor", "--json")
    assert told.exit_code == 1
    assert '"ok": false' in told.stdout
