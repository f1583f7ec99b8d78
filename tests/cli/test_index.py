"""`companion index`: what the index is, without opening it; trying Chroma again."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from companion.memory.index_note import IndexNote
from companion.paths import Paths, default_paths
from companion.store.store import Store
from tests.memory.test_index_damage import CHROMA, REPORT

RUN = (sys.executable, "-m", "companion")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*RUN, *words], capture_output=True, text=True, timeout=120, check=False)


def test_after_two_crashes_it_says_so_and_takes_the_persons_word(paths: Paths) -> None:
    store = Store.open(paths)
    note = IndexNote(store, paths.index)
    for _ in range(2):
        (report := paths.logs / "crashed.txt").write_text(REPORT.format(file=CHROMA, other=""))
        note.count_crash(report)
    store.close()
    told = run("index")
    assert told.returncode == 0
    assert "companion index --again" in told.stdout
    assert "2 times" in told.stdout
    assert json.loads(run("index", "--json").stdout)["off"] is True
    assert "tried again" in run("index", "--again").stdout
    found = json.loads(run("index", "--json").stdout)
    assert found == {"whole": False, "vectors": 0, "bytes": 0, "crashes": 0, "off": False}


def test_no_command_of_the_command_line_opens_chroma_in_its_own_process() -> None:
    """A native crash there would take the command down; the engine process is what may die. One after the other in one
    process, which need not import everything anew."""
    code = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'chromadb': raise RuntimeError('chromadb was imported')\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from companion.cli.app import main\n"
        "for line in sys.argv[1:]:\n"
        "    sys.argv = ['companion', *line.split()]\n"
        "    try: main()\n"
        "    except SystemExit as end: print('ended', line, 'with', end.code or 0, file=sys.stderr)\n"
    )
    lines = ("say hello", "--plain", "sleep", "doctor", "memories list", "index")
    ran = subprocess.run(
        [sys.executable, "-c", code, *lines], input="hello\n", capture_output=True, text=True, timeout=300, check=False
    )
    assert "chromadb" not in ran.stderr
    ended = re.findall(r"^ended (.*) with (\d+)$", ran.stderr, re.MULTILINE)
    assert [line for line, _ in ended] == list(lines), ran.stderr
    assert {line for line, code in ended if code != "0"} <= {"doctor"}, ran.stderr
    assert not any("chromadb" in log.read_text() for log in default_paths().logs.glob("*.log"))
