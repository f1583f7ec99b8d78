"""Other versions of what was said, and what a reply was written from."""

from __future__ import annotations

from collections import Counter

from companion.cli.output import say
from companion.cli.plain_commands.base import Run, Session, done, number, tell
from companion.days import full_date
from companion.errors import InvalidInput
from companion.records import RecalledMemory
from companion.strings import text, texts
from companion.text import one_line
from companion.ui.format import counted, filled, percent

LATEST = 20
"""Turns among which the last reply is looked for."""


def _again(session: Session, _: str) -> None:
    reply = session.reply
    session.follow(lambda: session.engine.regenerate(reply))


def _resend(session: Session, rest: str) -> None:
    """ "/resend words" says the last message in other words, "/resend #12 words" the one with that number."""
    turn, words = session.message, rest
    if rest.startswith("#"):
        first, _, words = rest.partition(" ")
        turn = number(first)
    session.follow(lambda: session.engine.resend(turn, words.strip()))


def _continue(session: Session, _: str) -> None:
    reply = session.reply
    session.follow(lambda: session.engine.continue_reply(reply))


def _versions(session: Session, rest: str) -> None:
    """Those of the last message and the last reply; a number makes that one the one that counts."""
    if rest:
        session.engine.choose(number(rest))
        say(text("plain.chosen"))
    items = {item.turn.id: item for item in session.engine.transcript(limit=LATEST)}
    shown = False
    for item in list(items.values())[-2:]:
        for place, id in enumerate(item.siblings, 1):
            mark = "*" if id == item.turn.id else " "
            who = text("plain.you") if item.turn.role == "person" else text("plain.companion")
            words = f"  {who}{one_line(item.turn.text, 120)}" if id == item.turn.id else ""
            say(f"{mark} {place}/{len(item.siblings)}  #{id}{words}")
            shown = True
    if not shown:
        say(text("plain.one_version"))


def _why(session: Session, rest: str) -> None:
    """The segments of the prompt with their shares; "/why without KEY …" writes the reply again without them."""
    words = rest.split()
    if words[:1] == [text("plain.without")] or words[:1] == ["without"]:
        reply, keys = session.reply, tuple(words[1:])
        if not keys:
            raise InvalidInput(text("plain.without_what"))
        session.follow(lambda: session.engine.regenerate(reply, keys))
        return
    found = session.engine.why(number(rest) if rest else session.reply)
    total = sum(segment.tokens for segment in found.segments) or 1
    kinds = texts("plain_segment")
    for segment in found.segments:
        key = segment.key if segment.droppable else ""
        share, kind = percent(segment.tokens / total), str(kinds[segment.kind])
        say(f"{share:>4}  {counted(segment.tokens, 'token')}  {kind}  {key}\n      {one_line(segment.text, 200)}")
    say(text("plain.context_used", used=total, all=found.context_tokens, model=one_line(found.model, 60)))
    if found.without:
        say(text("plain.written_without", keys=text("format.comma").join(found.without)))
    if found.changed:
        say(text("plain.changed_since"))
    say(text("plain.why_how"))


def _context(session: Session, _: str) -> None:
    """How much of the model's context each part of the last prompt took."""
    found = session.engine.why(session.reply)
    kinds, sums = texts("plain_segment"), Counter[str]()
    for segment in found.segments:
        sums[segment.kind] += segment.tokens
    free = max(0, found.context_tokens - sum(sums.values()))
    for name, tokens in [*((str(kinds[kind]), tokens) for kind, tokens in sums.items()), (text("plain.free"), free)]:
        say(f"{percent(tokens / max(1, found.context_tokens)):>4}  {filled(name, 10)}  {counted(tokens, 'token')}")


def recalled(session: Session) -> tuple[RecalledMemory, ...]:
    """Those that the last reply was given. Raises NotFound."""
    reply = session.reply
    items = session.engine.transcript(limit=LATEST)
    return next((item.recalled for item in items if item.turn.id == reply), ())


def recalled_lines(found: tuple[RecalledMemory, ...]) -> list[str]:
    """A line for each memory with its number, and below it when it was noted and why it came to mind."""
    lines = []
    for each in found:
        memory = each.memory
        lines.append(f"{memory.id:>5}  {one_line(memory.text, 300)}")
        why = text("format.comma").join(each.reasons)
        lines.append(
            f"       {full_date(memory.recorded_at, memory.utc_offset)}{'; ' if why else ''}{one_line(why, 200)}"
        )
    return lines or [text("plain.nothing_recalled")]


def _recalled(session: Session, _: str) -> None:
    found = recalled(session)
    tell(recalled_lines(found))
    if found:
        say(text("plain.recalled_how"))


def _not_relevant(session: Session, rest: str) -> None:
    done(session.engine.judge(session.reply, number(rest), "not relevant"))


def _wrong(session: Session, rest: str) -> None:
    done(session.engine.judge(session.reply, number(rest), "wrong"))


COMMANDS: dict[str, Run] = {
    "regenerate": _again,
    "resend": _resend,
    "continue": _continue,
    "versions": _versions,
    "why": _why,
    "context": _context,
    "recalled": _recalled,
    "relevant": _not_relevant,
    "wrong": _wrong,
}
