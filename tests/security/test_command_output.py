# ruff: noqa: E501 - tables
"""What the commands and the plain chat write, whatever is remembered, holds nothing that acts on a terminal."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Shell, shell, unchanged
from tests.security.payloads import HIDING, MARKUP, SEQUENCES
from tests.security.terminal import acting

__all__ = ["shell", "unchanged"]
# Not what ends a line of input or the input itself, and no surrogates: a command line cannot hold them.
TEXTS = [
    text for text in (*SEQUENCES.values(), *HIDING.values(), *MARKUP.values())
    if not set(text) & {"\0", "\n", "\r", "\x85", "\x1c", "\x1d", "\x1e", "\u2028", "\u2029", "\x0b", "\x0c"}
    and not any("\ud800" <= c <= "\udfff" for c in text)
]  # fmt: skip
PLAIN = (
    "/memories\n/people\n/timeline\n/growth\n/history\n/recalled\n/why\n/conversations\n/waiting\n/persona\n/models\n"
)


def test_nothing_acts(shell: Shell) -> None:
    everything = " ".join(TEXTS)
    shell.model.enqueue(f"I see: {everything}", *(f"reply {text}" for text in TEXTS[:8]))
    shown = [shell("say", f"I live in Leeds {everything[:3000]}")]
    for text in TEXTS[::12]:
        shown.append(shell("memories", "add", f"I like tea {text} a lot"))
    commands = (
        ["memories", "list"], ["memories", "list", everything[:200]], ["memories", "search", everything[:300]],
        ["memories", "show", "1"], ["memories", "history"], ["memories", "topics"], ["memories", "timeline"],
        ["memories", "growth"], ["memories", "about", TEXTS[0]], ["memories", "quarantine", "list"], ["portrait"], ["mood"],
        ["morning"], ["models", "list"], ["models", "pull", TEXTS[3]], ["models", "use", TEXTS[60]], ["memories", "edit", "1", TEXTS[9]],
    )  # fmt: skip
    for command in commands:
        shown += [shell(*command), shell(*command, "--json")]
    shown.append(shell("--plain", input="".join(f"hello {text}\n" for text in TEXTS[:8]) + PLAIN))
    assert any("31337" in each.stdout for each in shown)
    for each in shown:
        assert acting(each.stdout) == set(), each
        assert acting(each.stderr) == set(), each
        assert not isinstance(each.exception, Exception) or isinstance(each.exception, SystemExit), each


@pytest.mark.parametrize("name", ["31337;1H", "title"])
def test_the_payloads_reach_the_commands(name: str) -> None:
    """The positive control: they are in what the commands are given."""
    assert any(name in text or "\x1b]0;" in text for text in TEXTS)
    assert acting("".join(TEXTS))
