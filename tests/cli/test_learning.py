"""`companion memories learning`"""

from __future__ import annotations

import pytest

from companion.cli.learning import learning_lines
from companion.records import Habit, Learning, Lesson
from tests.cli.conftest import Shell


@pytest.fixture
def taught(shell: Shell) -> Shell:
    """After a reply that used one of two memories."""
    for text in ("I love tea", "We went sailing in Greece", "My car is red"):
        shell.json("memories", "add", text)
    shell.json("memories", "add", "My dentist is Dr. Okafor")
    shell.json("memories", "add", "My dentist has a dog")
    shell.model.enqueue("Dr. Okafor, as far as I know.")
    told = shell.json("say", "Who is my dentist?")
    assert len(told["recalled"]) >= 2
    return shell


def test_nothing_is_learned_at_first(shell: Shell) -> None:
    assert shell.json("memories", "learning") == {"replies": 0, "can_undo_reset": False, "habits": [], "lessons": []}
    assert shell("memories", "learning").stdout == "Recall has not learned anything from your conversations yet.\n"
    refused = shell("memories", "learning", "--reset")
    assert refused.exit_code == 2
    assert "recall has learned nothing that could be reset" in refused.stderr
    refused = shell("memories", "learning", "--undo")
    assert refused.exit_code == 1
    assert "Nothing to undo: what recall learned was not reset" in refused.stderr


def test_what_was_learned_is_shown_reset_and_brought_back(taught: Shell) -> None:
    learned = taught.json("memories", "learning")
    assert learned["replies"] == 1
    assert set(learned["habits"][0]) == {"mode", "feature", "words", "shipped", "delta", "bound"}
    (lesson,) = learned["lessons"]
    assert lesson["reason"] == "used in a reply"
    shown = taught("memories", "learning").stdout
    assert "Recall has learned from 1 reply, the latest on " in shown
    assert "When you ask, a memory counts" in shown
    assert learned["habits"][0]["words"] in shown

    assert taught("memories", "learning", "--reset").stdout.splitlines() == [
        "Recall is again what it is for everybody.",
        "Take the last reset back with: companion memories learning --undo",
    ]
    assert taught.json("memories", "learning")["habits"] == []
    assert taught("memories", "learning", "--undo").stdout.startswith("The reset is taken back.\nRecall has learned")
    after = taught.json("memories", "learning")
    assert (after["habits"], after["replies"], after["can_undo_reset"]) == (learned["habits"], 1, False)


def test_reset_and_undo_at_once_make_no_sense(shell: Shell) -> None:
    refused = shell("memories", "learning", "--reset", "--undo")
    assert refused.exit_code == 2
    assert "contradict each other" in refused.stderr


def test_the_strongest_are_shown_and_said_in_words() -> None:
    habits = tuple(Habit("talking", f"f{n}", f"is so ({n})", 1.0, 0.24 - 0.02 * n, 0.25) for n in range(11))
    less = Habit("asked", "near", "is close in meaning", 0.5, -0.01, 0.125)
    lessons = (Lesson(2, 0.0, 0, "reset by you", {}), Lesson(1, 86_400.0, 0, "used in a reply", {}, reply=7))
    lines = learning_lines(Learning((*habits, less), 12, lessons))
    assert lines[0] == "Recall has learned from 12 replies, the latest on 2 January 1970, 00:00."
    assert "  a little less when it is close in meaning (weight 0.50 → 0.49)" in lines
    assert "  much more     when it is so (0) (weight 1.00 → 1.24)" in lines
    assert "  … and 3 smaller changes (--json shows all)" in lines
    assert lines[-1] == "Make it what it is for everybody with: companion memories learning --reset"
