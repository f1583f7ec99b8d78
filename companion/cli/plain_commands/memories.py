"""Memories, to read and to change."""

from __future__ import annotations

from companion.cli.erasing import done_lines
from companion.cli.listing import detail_lines, history_lines, memory_lines
from companion.cli.output import say
from companion.cli.plain_commands.base import (
    SEPARATOR,
    Run,
    Session,
    done,
    now,
    number,
    numbers,
    numbers_and_text,
    tell,
)
from companion.cli.quarantine import source_lines
from companion.errors import InvalidInput
from companion.filter_syntax import parse
from companion.memory_pages import GroupAction
from companion.records import MemoryFilter
from companion.strings import text
from companion.text import one_line
from companion.ui.erasure_text import erasure_lines
from companion.ui.format import filled
from companion.wording import word

SHOWN = 50


def _memories(session: Session, words: str) -> None:
    """All of them, or those that fit a filter such as "kind:thought after:may lena"."""
    parsed = parse(words, now(), MemoryFilter(replies=bool(words), limit=SHOWN + 1))
    tell(parsed.notes)
    show(session, parsed.filter, bool(words))


def show(session: Session, wanted: MemoryFilter, filtered: bool) -> None:
    """The first SHOWN of those wanted."""
    rows = session.engine.list_memories(wanted)
    tell(memory_lines(rows[:SHOWN]))
    if not rows:
        say(text("plain.no_memory_fits") if filtered else text("plain.no_memory"))
    elif len(rows) > SHOWN:
        say(text("plain.more_memories", count=SHOWN))


def _memory(session: Session, rest: str) -> None:
    tell(detail_lines(session.engine.memory(number(rest))))


def _links(session: Session, rest: str) -> None:
    """What a memory is connected with."""
    found = session.engine.linked(number(rest))
    for each in found:
        arrow = "→" if each.outgoing else "←"
        say(f"{arrow} {filled(word('link', each.type), 14)}  {each.memory.id:>5}  {one_line(each.memory.text, 200)}")
    if not found:
        say(text("plain.no_links"))


def _remember(session: Session, words: str) -> None:
    done(session.engine.add_memory(words))


def _edit(session: Session, rest: str) -> None:
    first, _, words = rest.partition(" ")
    done(session.engine.edit_memory(number(first), words.strip()))


def _together(action: GroupAction) -> Run:
    """The same for one memory or for several."""

    def change(session: Session, rest: str) -> None:
        ids = numbers(rest)
        if len(ids) > 1:
            done(session.engine.change_memories(ids, action))
        elif action == "forget":
            done(session.engine.forget_memory(ids[0]))
        elif action == "restore":
            done(session.engine.restore_memory(ids[0]))
        else:
            done(session.engine.pin_memory(ids[0], action == "pin"))

    return change


def _erase(session: Session, rest: str) -> None:
    """ "/erase 3 5" shows what would go, "/erase 3 5 for good" does it."""
    first, good, _ = rest.partition(text("plain.for_good"))
    ids = numbers(first.strip())
    if good:
        tell(done_lines(session.engine.erase(ids)))
    else:
        tell(erasure_lines(session.engine.plan_erasure(ids)))
        say(text("plain.erase_how", ids=" ".join(map(str, ids)), for_good=text("plain.for_good")))


def _merge(session: Session, rest: str) -> None:
    """ "/merge 3 5 what both say": without words, what the first of them says."""
    ids, words = numbers_and_text(rest)
    done(session.engine.merge_memories(ids, words or session.engine.memory(ids[0]).memory.text))


def _split(session: Session, rest: str) -> None:
    """ "/split 3 one thing | another"."""
    ids, words = numbers_and_text(rest)
    parts = tuple(part.strip() for part in words.split(SEPARATOR) if part.strip())
    if len(ids) != 1 or len(parts) < 2:
        raise InvalidInput(text("plain.split_into"), hint=text("plain.split_hint"))
    done(session.engine.split_memory(ids[0], parts))


def _undo(session: Session, rest: str) -> None:
    done(session.engine.undo(number(rest) if rest else None))


def _redo(session: Session, _: str) -> None:
    done(session.engine.redo())


def _history(session: Session, rest: str) -> None:
    entries = session.engine.history(number(rest) if rest else None, SHOWN)
    tell(history_lines(entries) or [text("plain.no_history")])


def _waiting(session: Session, rest: str) -> None:
    """ "/waiting", "/waiting confirm 3", "/waiting remove 3"."""
    action, _, which = rest.partition(" ")
    if not action:
        tell(source_lines(session.engine.quarantined()))
    elif action == "confirm":
        done(session.engine.confirm_source(number(which.strip())))
    elif action == "remove":
        done(session.engine.remove_source(number(which.strip())))
    else:
        raise InvalidInput(text("quarantine.no_action", name=one_line(action, 30)), hint=text("quarantine.actions"))


COMMANDS: dict[str, Run] = {
    "memories": _memories,
    "memory": _memory,
    "links": _links,
    "remember": _remember,
    "edit": _edit,
    "pin": _together("pin"),
    "unpin": _together("unpin"),
    "forget": _together("forget"),
    "erase": _erase,
    "restore": _together("restore"),
    "merge": _merge,
    "split": _split,
    "undo": _undo,
    "redo": _redo,
    "history": _history,
    "waiting": _waiting,
}
