"""`companion --plain`: the chat line by line."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.cli.asking import Interrupted, Talk
from companion.companion import Companion
from companion.paths import Paths
from companion.settings import Settings
from tests.cli.conftest import Process, Shell
from tests.fakes import FakeModel
from tests.support import FakeEmbedder


def test_a_conversation_through_a_pipe(shell: Shell) -> None:
    shell.model.enqueue("Hello!", "Goodbye!")
    result = shell("--plain", input="Hi there\n\nBye now\n")
    assert result.exit_code == 0, result.stderr
    assert "You: Hi there\nCompanion: Hello!\n" in result.stdout
    assert "You: Bye now\nCompanion: Goodbye!\n" in result.stdout
    assert [len(call.messages) for call in shell.model.calls] == [2, 4]


def test_where_words_go_is_said_before_any_are_asked_for(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "goes to" not in shell("--plain", input="/quit\n").stdout
    monkeypatch.setenv("COMPANION_MODEL__URL", "http://there.example:8080/v1")
    shown = shell("--plain", input="/quit\n").stdout
    assert shown.index("goes to there.example:8080") < shown.index("You: ")


def test_quit_ends_it(shell: Shell) -> None:
    result = shell("--plain", input="/quit\nnever sent\n")
    assert result.exit_code == 0
    assert shell.model.calls == []


def test_commands(shell: Shell) -> None:
    shell("memories", "add", "I like the sea.")
    script = "/memories\n/pin 1\n/undo\n/edit 1 I love the sea.\n/memories sea\n/forget 1\n/memories\n/sleep\n/help\n"
    shown = shell("--plain", input=script).stdout
    assert "I like the sea." in shown
    assert "Pinned: I like the sea." in shown
    assert "I love the sea." in shown
    assert "Forgotten: I love the sea." in shown
    assert "Nothing is remembered yet." in shown
    assert "There is no night to catch up on." in shown
    assert "/quit" in shown
    assert shell.model.calls == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/forget", "the number of a memory is missing"),
        ("/forget x", "is not the number of a memory"),
        ("/forget -1", "is not the number of a memory"),
        ("/forget 99", "no memory 99"),
        ("/edit 1", "needs words"),
        ("/edit 1 words", "no memory 1"),
        ("/undo", "Nothing to undo"),
        ("/nonsense", "no command /nonsense"),
        ("/", "no command /"),
    ],
)
def test_a_wrong_command_is_explained_and_the_chat_goes_on(shell: Shell, line: str, said: str) -> None:
    shell.model.enqueue("Still here.")
    result = shell("--plain", input=f"{line}\nHello?\n")
    assert said in result.stderr
    assert "Companion: Still here." in result.stdout
    assert result.exit_code == 0


def test_a_message_may_begin_with_a_slash(shell: Shell) -> None:
    shell("--plain", input="//usr/bin is a folder\n")
    assert [call.messages[-1].text for call in shell.model.calls] == ["/usr/bin is a folder"]


def test_only_text_is_written(shell: Shell) -> None:
    shell.model.enqueue("\x1b[1mbold\x1b[0m \x1b]0;title\x07 \u202eback\u202c")
    shown = shell("--plain", input="Say \x1b[31mred\x1b[0m\n").stdout
    assert all(c == "\n" or c >= " " for c in shown)
    assert "\u202e" not in shown


def test_without_a_terminal_the_chat_says_how(shell: Shell) -> None:
    result = shell()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "companion --plain" in result.stderr


def test_a_real_process_reads_a_pipe(process: Process, starter: Path) -> None:
    result = process("--plain", input="/help\nHello!\n/quit\n", COMPANION_MODEL__CONTEXT="1024")
    assert result.returncode == 0, result.stderr
    assert "You: Hello!\nCompanion: " in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_keys_in_a_real_terminal(home: Path, starter: Path) -> None:
    pexpect = pytest.importorskip("pexpect")
    chat = pexpect.spawn(
        sys.executable,
        ["-m", "companion", "--plain"],
        env={**os.environ, "COMPANION_MODEL__CONTEXT": "1024", "TERM": "xterm-256color"},
        encoding="utf-8",
        timeout=120,
    )
    chat.expect("You: ")
    chat.sendline("Tell me a long story about a river.")
    chat.expect(r"Companion: \w+")
    chat.sendintr()
    chat.expect(r"\(stopped\)")
    chat.expect("You: ")
    chat.sendintr()
    chat.expect("again")
    chat.expect("You: ")
    chat.sendintr()
    chat.expect(pexpect.EOF)
    chat.close()
    assert chat.exitstatus == 0
    assert "\x1b" not in (chat.before or "")


@pytest.fixture
def gated(tmp_path: Path) -> Iterator[tuple[Companion, FakeModel]]:
    """A Companion whose model writes a word whenever the gate is opened."""
    model = FakeModel(default="one two three four five six")
    model.gate, model.step = threading.Event(), True
    companion = Companion(Paths(tmp_path, tmp_path), Settings(), index=False, model=model, embedder=FakeEmbedder())
    companion.start()
    yield companion, model
    model.gate.set()
    model.step = False
    companion.close()


def test_ctrl_c_stops_the_reply_and_keeps_it(
    gated: tuple[Companion, FakeModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    companion, model = gated
    gate = model.gate
    assert gate is not None
    gate.set()  # one word; the next only once the stop has been asked for
    stop = companion.stop

    def stop_then_go_on() -> bool:
        stopping = stop()
        model.step = False
        gate.set()
        return stopping

    monkeypatch.setattr(companion, "stop", stop_then_go_on)
    seen: list[str] = []

    def interrupt(text: str) -> None:
        seen.append(text)
        if len(seen) == 1:
            raise KeyboardInterrupt

    report = Talk(companion).exchange("Count!", interrupt)
    assert report.turn.state == "stopped"
    assert report.turn.text == "one"


def test_ctrl_c_twice_leaves(gated: tuple[Companion, FakeModel]) -> None:
    companion, model = gated
    assert model.gate is not None
    model.gate.set()
    pressed = 0

    def interrupt(_: object) -> None:
        nonlocal pressed
        pressed += 1
        raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        Talk(companion).exchange("Count!", interrupt, interrupt)
    assert pressed <= 2
