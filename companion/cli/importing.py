"""`companion import PATH`: bring in a past: exports of other programs, characters, diaries, and Companion's own.

First it is told what would be done; then it is asked, unless --yes was given. With --json nobody is asked: without
--yes it only plans. --json: {"plan": {"form", "name", "conversations", "turns", "memories", "new_turns",
"new_memories", "personas": [name, …], "first", "last" (ISO 8601, or null), "edits": [{"action", "memory" (or null),
"before", "after", "conflict"}, …], "whole", "notes": [sentence, …], "empty"}, "result": null, or {"source" (number
under which it waits, or null), "batch" (number in the journal, or null), "new_turns", "new_memories"}}.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from companion.cli.changing import print_lines
from companion.cli.output import Json, print_json, say
from companion.cli.progress import Bar
from companion.cli.session import opened
from companion.clock import iso
from companion.errors import InvalidInput
from companion.events import Event, ExchangeProgress
from companion.strings import text
from companion.transfers import IMPORT_FORMS, Imported, ImportForm, ImportPlan
from companion.ui.import_text import done_lines, plan_lines


def import_(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A file, an archive or a folder.")],
    form: Annotated[
        str, typer.Option("--from", metavar="FORM", help="What it is, where that is not told from its content.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """Bring in a past: chats of other programs, characters, diaries. What they tell waits until you confirm it."""
    if form and form not in IMPORT_FORMS:
        raise InvalidInput(text("importing.no_form", forms=", ".join(IMPORT_FORMS)))
    wanted: ImportForm | None = form if form else None
    with opened() as companion:
        plan = companion.plan_import(path, wanted)
        if not as_json:
            print_lines(plan_lines(plan))
        if dry_run or plan.empty or (as_json and not yes):
            if as_json:
                print_json({"plan": plan_json(plan), "result": None})
            return
        if not yes:
            if not sys.stdin.isatty():
                raise InvalidInput(text("importing.not_asked"), hint=text("importing.not_asked_hint"))
            typer.confirm(text("importing.sure"), abort=True)
        with Bar() as bar:

            def hear(event: Event) -> None:
                if isinstance(event, ExchangeProgress):
                    bar(text("importing.progress"), event.done, event.total)

            companion.subscribe(hear)
            done = companion.import_from(path, wanted)
    if as_json:
        print_json({"plan": plan_json(plan), "result": result_json(done)})
        return
    print_lines(done_lines(done))
    if done.source is not None:
        say(text("importing.then", source=done.source))


def plan_json(plan: ImportPlan) -> Json:
    times = [None if at is None else iso(at, plan.utc_offset) for at in (plan.first, plan.last)]
    names = ("form", "name", "conversations", "turns", "memories", "new_turns", "new_memories", "whole", "empty")
    return {
        **{name: getattr(plan, name) for name in names},
        "personas": list(plan.personas),
        "first": times[0],
        "last": times[1],
        "edits": [
            {name: getattr(edit, name) for name in ("action", "memory", "before", "after", "conflict")}
            for edit in plan.edits
        ],
        "notes": list(plan.notes),
    }


def result_json(done: Imported) -> Json:
    plan = done.plan
    return {
        "source": done.source,
        "batch": done.batch,
        "new_turns": plan.new_turns,
        "new_memories": plan.new_memories,
    }
