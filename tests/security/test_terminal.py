"""Whatever a text holds, what reaches a real terminal are the app's own control sequences and harmless characters."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from companion.text import MOST_MARKS, one_line, sanitise
from tests.security.payloads import ALL, FLOODS, HIDING, MARK, SEQUENCES
from tests.security.pty_app import READY, TYPED
from tests.security.terminal import Taken, acting, taken_apart

if os.name == "posix":
    import pexpect

ROOT = Path(__file__).parents[2]
PASTED = [text for name, text in SEQUENCES.items() if "all of c0" not in name]


def app_bytes(home: Path, kind: str) -> bytes:
    """What the app writes to its terminal while it walks through its screens."""
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COMPANION_HOME": str(home), "LANG": "C.UTF-8",
        "COMPANION_UI__LANGUAGE": "en",
    }  # fmt: skip
    child = pexpect.spawn(
        sys.executable, ["-m", "tests.security.pty_app", kind], dimensions=(30, 100), timeout=240, env=environment,
        cwd=str(ROOT),
    )  # fmt: skip
    seen = bytearray()
    child.expect_exact(READY.encode())
    seen += (child.before or b"") + READY.encode()
    for text in PASTED if kind == "harmful" else ["31337x"] * len(PASTED):
        child.send(b"\x1b[200~" + text.encode("utf-8", "surrogatepass") + b"\x1b[201~ ")
    child.send(TYPED.encode())
    child.expect(pexpect.EOF)
    seen += child.before or b""
    child.close()
    return bytes(seen)


@pytest.mark.nightly
@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_all_screens_write_only_their_own_sequences(tmp_path: Path) -> None:
    harmless = taken_apart(app_bytes(tmp_path / "a", "harmless"))
    raw = app_bytes(tmp_path / "b", "harmful")
    harmful = taken_apart(raw)
    assert "left-in-order True" in harmful.text, harmful.text[-2000:]
    assert "left-in-order True" in harmless.text
    assert harmful.broken == []
    assert harmful.strings <= harmless.strings, harmful.strings - harmless.strings
    assert harmful.kinds <= harmless.kinds, harmful.kinds - harmless.kinds
    assert MARK not in harmful.numbers
    assert acting(harmful.text) == set()
    assert f"{MARK};1H" in harmful.text or MARK in harmful.text, "it is shown, as what it is"


def test_the_reader_of_the_terminal_sees_what_gets_through() -> None:
    """The positive control: written as they are, nearly all payloads are noticed."""
    missed = [name for name, text in {**SEQUENCES, **HIDING}.items() if _harmless(taken_apart(_bytes(text)))]
    assert set(missed) <= {"entities", "noncharacters"}, "harmless until read as HTML, and by no terminal"


def _bytes(text: str) -> bytes:
    return f"left {text} right".encode("utf-8", "surrogateescape" if "\udc9b" in text else "surrogatepass")


def _harmless(taken: Taken) -> bool:
    shown = acting(taken.text.replace("\r\n", "\n")) | ({"\r"} if "\r" in taken.text else set())
    return not (taken.broken or taken.strings or taken.kinds or shown)


@pytest.mark.parametrize("text", ALL.values(), ids=ALL.keys())
def test_no_payload_survives_whole_or_split_anywhere(text: str) -> None:
    """A reply comes in tokens; a sequence may be split between any two."""
    parts = [(text,), *((text[:at], text[at:]) for at in range(1, min(len(text), 200)))]
    parts.append(tuple(text[:500]))
    for part in parts:
        for shown in (sanitise("".join(part)), "".join(map(sanitise, part)), "".join(map(one_line, part))):
            assert not acting(shown)
            assert "\x1b" not in shown


def test_accents_that_pile_up_are_cut_and_those_of_languages_are_not() -> None:
    assert len(sanitise("H" + "\u0301" * 500)) == 1 + MOST_MARKS
    for word in ("Việt Nam", "e\u0301te\u0301", "ก็ที่นั่น", "עִבְרִית", "हिन्दी", "👩\u200d👧", "می\u200cخواهم"):
        assert sanitise(word) == word
    assert all(len(sanitise(text)) <= len(text) for text in FLOODS.values())
