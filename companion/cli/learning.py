"""`companion memories learning`: what recall has learned from use, in words, and a way back."""

from __future__ import annotations

from typing import Annotated

import typer

from companion.cli.output import Json, print_json, say
from companion.cli.session import opened
from companion.clock import iso
from companion.errors import InvalidInput
from companion.records import MODES, Habit, Learning
from companion.ui.format import counted, full_date

MOST = 8
"""Habits shown of each mode."""
_WHEN = {"asked": "When you ask", "talking": "When you tell something"}


def learning(
    reset: Annotated[bool, typer.Option("--reset", help="Make recall again what it is for everybody.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last reset back.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """What recall has learned from the memories that replies used: what counts more for you, and what less."""
    if reset and undo:
        raise InvalidInput("--reset and --undo contradict each other", hint="Give one of them.")
    with opened() as companion:
        act = companion.reset_learning if reset else companion.restore_learning if undo else companion.learning
        learned = act()
    if as_json:
        print_json(learning_json(learned))
        return
    done = ["Recall is again what it is for everybody."] if reset else ["The reset is taken back."] if undo else []
    for line in [*done, *learning_lines(learned)]:
        say(line)


def learning_lines(learned: Learning) -> list[str]:
    """The strongest habits of each mode, and how to put them back."""
    if not learned.habits:
        lines = ["Recall has not learned anything from your conversations yet."] if not learned.can_restore else []
    else:
        latest = next((f", the latest on {full_date(x.at, x.utc_offset)}" for x in learned.lessons if x.reply), "")
        lines = [f"Recall has learned from {counted(learned.replies, 'reply')}{latest}."]
        for mode in MODES:
            mine = [habit for habit in learned.habits if habit.mode == mode]
            if mine:
                lines += ["", f"{_WHEN[mode]}, a memory counts"]
                lines += [f"  {_how(habit):<13} when it {habit.words} ({_figures(habit)})" for habit in mine[:MOST]]
            if len(mine) > MOST:
                lines.append(f"  … and {counted(len(mine) - MOST, 'smaller_change')} (--json shows all)")
        lines += ["", "Make it what it is for everybody with: companion memories learning --reset"]
    if learned.can_restore:
        lines.append("Take the last reset back with: companion memories learning --undo")
    return lines


def learning_json(learned: Learning) -> Json:
    """Every habit, and the latest lessons."""
    return {
        "replies": learned.replies,
        "can_undo_reset": learned.can_restore,
        "habits": [
            {
                "mode": habit.mode,
                "feature": habit.feature,
                "words": habit.words,
                "shipped": habit.shipped,
                "delta": habit.delta,
                "bound": habit.bound,
            }
            for habit in learned.habits
        ],
        "lessons": [
            {
                "id": lesson.id,
                "at": iso(lesson.at, lesson.utc_offset),
                "reason": lesson.reason,
                "reply_turn": lesson.reply,
                "undoes": lesson.undoes,
                "change": lesson.change,
            }
            for lesson in learned.lessons
        ],
    }


def _how(habit: Habit) -> str:
    """How far it is on the way to its bound."""
    share = abs(habit.delta) / habit.bound
    degree = "a little " if share < 1 / 3 else "much " if share > 2 / 3 else ""
    return f"{degree}{'more' if habit.delta > 0 else 'less'}"


def _figures(habit: Habit) -> str:
    return f"weight {habit.shipped:.2f} → {habit.shipped + habit.delta:.2f}"
