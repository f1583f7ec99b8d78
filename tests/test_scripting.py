"""`from companion import Companion`: what docs/api.md promises to scripts."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import companion
from companion.errors import (
    CompanionError,
    InvalidInput,
    NotFound,
    NothingToUndo,
    ProfileLocked,
    ProfileSealed,
    WrongPassphrase,
)
from companion.scripting import Companion, Remembered
from tests.fakes import FakeModel
from tests.house import House

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")


def test_the_package_offers_it_without_loading_it() -> None:
    code = (
        "import sys, companion; before = sorted(n for n in sys.modules if n.startswith('companion'));"
        "print(before); assert before == ['companion'], before;"
        "from companion import Companion; assert Companion.__module__ == 'companion.scripting';"
        "late = [n for n in ('torch', 'chromadb', 'llama_cpp', 'textual', 'httpx', 'sentence_transformers')"
        " if n in sys.modules]; assert not late, late"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError):
        companion.Another  # type: ignore[attr-defined]  # noqa: B018
    assert companion.Companion is Companion


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_the_examples_of_the_page_run(code: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code.replace("Companion.open()", "Companion.open(meaning=False)"), "docs/api.md", "exec"), {})  # noqa: S102
    out = capsys.readouterr().out
    assert "print" not in code or out.strip()


def test_the_page_lists_every_call_and_nothing_else() -> None:
    table = PAGE.partition("## Companion")[2].partition("\n\nWhat comes back")[0]
    listed = set(re.findall(r"`(?:Companion\.)?(\w+)\(", table.replace("`with`", "")))
    offered = {name for name, member in inspect.getmembers(Companion) if not name.startswith("_")}
    assert listed == offered
    for name in offered:
        assert inspect.getdoc(getattr(Companion, name)), name
    fields = PAGE.partition("is a `Remembered`:")[2].partition("It is")[0]
    assert set(re.findall(r"`(\w+)`", fields)) == set(Remembered.__dataclass_fields__)


def test_what_is_remembered_is_recalled_changed_and_taken_back(home: Path) -> None:
    with Companion.open(meaning=False) as mine:
        kept = mine.remember("My sister Anna lives in Leipzig.")
        assert (kept.kind, kept.status, kept.pinned) == ("thought", "active", False)
        found = mine.recall("Where does my sister live?")
        assert found[0].id == kept.id
        assert found[0].why
        assert mine.about("Anna")[0].id == kept.id
        assert mine.about("Nobody at all") == ()
        assert mine.edit(kept.id, "My sister Anna lives in Ghent.").text == "My sister Anna lives in Ghent."
        mine.forget(kept.id)
        assert mine.memories() == ()
        assert [each.status for each in mine.memories(everything=True)] == ["forgotten"]
        assert mine.undo().startswith("Undone: forgotten")
        assert mine.memory(kept.id).status == "active"
        assert mine.quotes(kept.id) == ()
        assert mine.portrait() == ()
    with Companion.open(home, meaning=False) as again:
        assert [each.text for each in again.memories("Ghent")] == ["My sister Anna lives in Ghent."]


def test_errors_are_told_in_words(home: Path) -> None:
    with Companion.open(meaning=False) as mine:
        for call, error in (
            (lambda: mine.recall(" "), InvalidInput),
            (lambda: mine.remember(""), InvalidInput),
            (lambda: mine.memory(99), NotFound),
            (mine.undo, NothingToUndo),
            (lambda: Companion.open(meaning=False), ProfileLocked),
        ):
            with pytest.raises(error) as told:
                call()
            assert str(told.value)
            assert told.value.hint
    mine.close()
    with pytest.raises(CompanionError):
        mine.memories()
    Companion.open(meaning=False).close()  # it was released


def test_words_that_are_no_text_and_limits_that_are_none_find_nothing(home: Path) -> None:
    with Companion.open(meaning=False) as mine:
        mine.remember("My sister Anna lives in Leipzig.")
        for found in (mine.recall, mine.memories, mine.about):
            assert found("\ud800") == ()
        assert mine.memories(limit=-1) == mine.recall("Anna", -1) == ()


def test_a_script_can_talk(home: Path) -> None:
    with Companion.open(meaning=False) as mine:
        mine._open._given_model = FakeModel(default="I hear you.")
        assert mine.say("My sister Anna lives in Leipzig.") == "I hear you."
        assert mine.say("And my brother in Ghent.") == "I hear you."
        mine.wait()
        assert "thought" in {each.kind for each in mine.recall("Where does my sister live?")}


def test_a_passphrase_opens_what_has_one(house: House, home: Path) -> None:
    companion = house.open()
    companion.add_memory("I collect porcelain owls.")
    companion.protect("correct horse battery staple")
    companion.close()
    with pytest.raises(ProfileSealed) as locked:
        Companion.open(meaning=False)
    assert "passphrase=" in locked.value.hint
    with pytest.raises(WrongPassphrase):
        Companion.open(passphrase="another one altogether", meaning=False)  # noqa: S106
    with Companion.open(passphrase="correct horse battery staple", meaning=False) as mine:  # noqa: S106
        assert mine.memories("owls")


def test_the_stub_tells_what_the_package_has() -> None:
    stub = ast.parse((ROOT / "companion" / "__init__.pyi").read_text("utf-8"))
    names = {
        alias.asname or alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    names |= {
        node.target.id for node in stub.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assert {name for name in names if hasattr(companion, name)} == names == {"Companion", "__version__"}


@pytest.mark.parametrize("home", ["", " ", "a\0b"])
def test_no_folder_is_refused_not_taken_for_the_one_the_script_is_in(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match="no folder to open"):
        Companion.open(home, meaning=False)
    assert not list(tmp_path.iterdir())
