"""`companion memories learning`: what recall has learned from use, in words, and a way back."""

from __future__ import annotations

from typing import Annotated

import typer

from companion.cli.output import Json, print_json, say
from companion.cli.session import opened
from companion.clock import iso
from companion.errors import InvalidInput
from companion.records import MODES, Habit, Learning
from companion.strings import text, texts
from companion.ui.format import counted, filled, full_date

MOST = 8
"""Habits shown of each mode."""


def learning(
    reset: Annotated[bool, typer.Option("--reset", help="Make recall again what it is for everybody.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last reset back.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """What recall has learned from the memories that replies used: what counts more for you, and what less."""
    if reset and undo:
        raise InvalidInput(text("learning.contradict"), hint=text("learning.give_one"))
    with opened() as companion:
        act = companion.reset_learning if reset else companion.restore_learning if undo else companion.learning
        learned = act()
    if as_json:
        print_json(learning_json(learned))
        return
    done = [text("learning.reset_done")] if reset else [text("learning.reset_undone")] if undo else []
    for line in [*done, *learning_lines(learned)]:
        say(line)


def learning_lines(learned: Learning) -> list[str]:
    """The strongest habits of each mode, and how to put them back."""
    if not learned.habits:
        lines = [text("learning.nothing")] if not learned.can_restore else []
    else:
        latest = next(
            (text("learning.latest", at=full_date(x.at, x.utc_offset)) for x in learned.lessons if x.reply), ""
        )
        lines = [text("learning.learned_from", replies_counted=counted(learned.replies, "reply"), latest=latest)]
        for mode in MODES:
            mine = [habit for habit in learned.habits if habit.mode == mode]
            if mine:
                lines += [
                    "",
                    text(
                        "learning.counts",
                        when=text("learning.when_asked") if mode == "asked" else text("learning.when_telling"),
                    ),
                ]
                lines += [
                    "  " + text("learning.habit", how=filled(_how(habit), 13), what=habit.words, weight=_figures(habit))
                    for habit in mine[:MOST]
                ]
            if len(mine) > MOST:
                lines.append(text("learning.more", mine_counted=counted(len(mine) - MOST, "smaller_change")))
        lines += ["", text("learning.reset_with")]
    if learned.can_restore:
        lines.append(text("learning.undo_with"))
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
    degree = "little" if share < 1 / 3 else "much" if share > 2 / 3 else "plain"
    return str(texts("learning_how")[f"{degree}_{'more' if habit.delta > 0 else 'less'}"])


def _figures(habit: Habit) -> str:
    return text("learning.weight", shipped=habit.shipped, shipped_2=habit.shipped + habit.delta)
