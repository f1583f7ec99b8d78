"""What an import would do, and did, and an export, as lines to be read."""

from __future__ import annotations

from companion.clock import local_date
from companion.days import full_day
from companion.strings import text
from companion.text import one_line
from companion.transfers import Exported, HandEdit, Imported, ImportForm, ImportPlan

MOST_EDITS = 20
"""Changes made by hand that are shown."""
_SHOWN = 100
"""Characters of a name or a memory."""


def plan_lines(plan: ImportPlan) -> list[str]:
    lines = [text("importing.what", name=one_line(plan.name, _SHOWN), form=form_name(plan.form))]
    counts = []
    if plan.conversations:
        counts.append(text("importing.conversations", count=plan.conversations))
    if plan.turns:
        told = text("importing.entries", count=plan.turns) if plan.form == "text" else ""
        counts.append((told or text("importing.turns", count=plan.turns)) + _new(plan.new_turns, plan.turns))
    if plan.memories:
        counts.append(text("importing.memories", count=plan.memories) + _new(plan.new_memories, plan.memories))
    if counts:
        lines.append(text("format.comma").join(counts))
    if plan.first is not None and plan.last is not None:
        first, last = (full_day(local_date(at, plan.utc_offset)) for at in (plan.first, plan.last))
        lines.append(text("importing.between", first=first, last=last) if first != last else first)
    lines += [text("importing.persona", name=one_line(name, _SHOWN)) for name in plan.personas]
    lines += [_edit(edit) for edit in plan.edits[:MOST_EDITS]]
    if len(plan.edits) > MOST_EDITS:
        lines.append(text("importing.more_edits", count=len(plan.edits) - MOST_EDITS))
    if plan.whole:
        lines.append(text("importing.whole"))
    lines += [one_line(note, 300) for note in plan.notes]
    if plan.empty:
        lines.append(text("importing.nothing_new"))
    elif not plan.whole and plan.form != "card" and (plan.new_turns or plan.new_memories):
        lines.append(text("importing.will_wait"))
    return lines


def done_lines(done: Imported) -> list[str]:
    plan = done.plan
    lines = []
    if plan.empty:
        return [text("importing.nothing_new")]
    if plan.new_turns:
        lines.append(text("importing.done_turns", count=plan.new_turns))
    lines += [text("importing.done_persona", name=one_line(name, _SHOWN)) for name in plan.personas]
    if plan.edits:
        lines.append(text("importing.done_edits", count=sum(not edit.conflict for edit in plan.edits)))
    if done.source is not None:
        lines.append(text("importing.done_memories", count=plan.new_memories))
    return lines


def export_lines(done: Exported) -> tuple[str, str]:
    """Where it is, and what."""
    return (
        text("importing.exported", count=done.files, folder=one_line(done.folder, 400)),
        text(
            "importing.exported_counts",
            conversations=text("importing.conversations", count=done.conversations),
            turns=text("importing.turns", count=done.turns),
            memories=text("importing.memories", count=done.memories),
        ),
    )


def form_name(form: ImportForm) -> str:
    """What a form is called on the screen."""
    return {
        "companion": text("importing.form_companion"),
        "chatgpt": text("importing.form_chatgpt"),
        "claude": text("importing.form_claude"),
        "character-ai": text("importing.form_character_ai"),
        "sillytavern": text("importing.form_sillytavern"),
        "card": text("importing.form_card"),
        "text": text("importing.form_text"),
        "histories": text("importing.form_histories"),
    }[form]


def _new(new: int, total: int) -> str:
    if new == total:
        told = text("importing.all_new")
    else:
        told = text("importing.new", count=new) if new else text("importing.none_new")
    return text("importing.aside", told=told)


def _edit(edit: HandEdit) -> str:
    before, after = one_line(edit.before, _SHOWN), one_line(edit.after, _SHOWN)
    if edit.conflict:
        return text("importing.edit_conflict", before=before)
    return {
        "add": text("importing.edit_add", after=after),
        "edit": text("importing.edit_edit", before=before, after=after),
        "forget": text("importing.edit_forget", before=before),
        "pin": text("importing.edit_pin", after=after),
        "unpin": text("importing.edit_unpin", after=after),
    }[edit.action]
