"""Conversations, what was said in them, and whom they are held with."""

from __future__ import annotations

from companion.chats import ChatMode, Conversation, PersonaCard
from companion.cli.output import say
from companion.cli.plain_commands.base import Run, Session, now, number
from companion.clock import local
from companion.days import full_day, short_date
from companion.errors import InvalidInput
from companion.records import CheckInKind
from companion.strings import text, texts
from companion.text import one_line
from companion.ui.format import counted, filled
from companion.wording import word

SHOWN = 30
KINDS: tuple[CheckInKind, ...] = ("after", "reminder", "anniversary", "absence")


def _conversations(session: Session, words: str) -> None:
    found = session.engine.conversations(words, SHOWN + 1)
    if not found:
        say(text("plain.no_conversation_holds") if words else text("plain.no_conversation"))
    open_now = session.engine.conversation().id
    for each in found[:SHOWN]:
        mark = "*" if each.id == open_now else " "
        when = filled(short_date(each.last_at, each.utc_offset, now().replace(tzinfo=None)), 9)
        say(f"{mark} {each.id:>4}  {when}  {one_line(each.title, 80)}{_aside(each)}")
    if len(found) > SHOWN:
        say(text("plain.newest_only", count=SHOWN))


def _aside(conversation: Conversation) -> str:
    told = [conversation.speaker] if conversation.speaker else []
    told += [str(texts("plain_mode")[conversation.mode])] if conversation.mode != "usual" else []
    return f"  ({text('format.then').join([*told, counted(conversation.turns, 'turn')])})"


def _begin(mode: ChatMode) -> Run:
    def begin(session: Session, persona: str) -> None:
        opened = session.engine.begin_conversation(mode, _card(session, persona).key if persona else "")
        say(str(texts("plain_begun")[mode]))
        if opened.speaker:
            say(text("plain.held_with", name=one_line(opened.speaker, 60)))

    return begin


def _open(session: Session, rest: str) -> None:
    opened = session.engine.open_conversation(number(rest))
    say(text("plain.opened", title=one_line(opened.title, 80)))
    for item in session.engine.transcript(limit=6):
        who = text("plain.you") if item.turn.role == "person" else text("plain.companion")
        say(f"{who}{one_line(item.turn.text, 300)}")


def _title(session: Session, words: str) -> None:
    conversation = session.engine.conversation()
    if not conversation.id:
        raise InvalidInput(text("plain.no_conversation"), hint=text("plain.no_reply_hint"))
    renamed = session.engine.rename_conversation(conversation.id, words)
    say(text("plain.titled", title=one_line(renamed.title, 80)))


def _search(session: Session, words: str) -> None:
    found = session.engine.search_turns(words, SHOWN)
    if not found:
        say(text("plain.nobody_said"))
    for each in found:
        who = text("plain.you") if each.turn.role == "person" else text("plain.companion")
        when = full_day(local(each.turn.at, each.turn.utc_offset))
        aside = "" if each.on_path else f" ({text('plain.other_version')})"
        title = one_line(each.title, 40)
        say(f"{when}  {title} ({each.turn.conversation}){aside}\n  {who}{one_line(each.excerpt, 300)}")


def _persona(session: Session, wanted: str) -> None:
    cards = session.engine.personas()
    if not wanted:
        for card in cards:
            mark = "*" if card.in_use else " "
            own = text("plain.own_memory") if card.memory == "own" else ""
            about = one_line(card.problem or card.about, 120)
            say(f"{mark} {filled(card.key, 14)}  {text('format.named', name=one_line(card.name, 30), what=about)}{own}")
        say(text("plain.persona_how"))
        return
    chosen = _card(session, wanted)
    session.engine.use_persona(chosen.key)
    say(text("plain.held_with", name=one_line(chosen.name, 60)))
    if chosen.greeting:
        say(f"{text('plain.companion')}{one_line(chosen.greeting, 400)}")


def _card(session: Session, wanted: str) -> PersonaCard:
    """The persona of that key or name. Raises InvalidInput."""
    folded = wanted.casefold()
    names = {name.casefold(): card for card in session.engine.personas() for name in (card.name, card.key)}
    if folded not in names:
        raise InvalidInput(text("plain.no_persona", name=one_line(wanted, 40)), hint=text("plain.no_persona_hint"))
    return names[folded]


def _checkins(session: Session, rest: str) -> None:
    if rest:
        wanted = next(
            (kind for kind in KINDS if rest.casefold() in (kind, word("checkin_kind", kind).casefold())), None
        )
        if wanted is None:
            kinds = text("format.comma").join(word("checkin_kind", kind) for kind in KINDS)
            raise InvalidInput(text("plain.no_checkin_kind", name=one_line(rest, 40), kinds=kinds))
        session.engine.less_like(wanted)
        say(text("plain.less_of_it"))
        return
    found = session.engine.checkins()
    if not found:
        say(text("plain.no_checkins"))
    for each in found:
        when = full_day(local(each.due_at, each.utc_offset))
        why = text("format.named", name=word("checkin_kind", each.kind), what=one_line(each.reason, 300))
        say(f"{when}  {one_line(each.text, 200)}\n  {why}")


def _less(session: Session, rest: str) -> None:
    """Of the kind that was brought up last, or of the one that is named."""
    if not rest and session.brought_up is None:
        raise InvalidInput(text("checkin.none_here"), hint=text("plain.less_hint"))
    _checkins(session, rest or str(session.brought_up))


COMMANDS: dict[str, Run] = {
    "conversations": _conversations,
    "new": _begin("usual"),
    "incognito": _begin("incognito"),
    "play": _begin("play"),
    "open": _open,
    "title": _title,
    "search": _search,
    "persona": _persona,
    "checkins": _checkins,
    "less": _less,
}
