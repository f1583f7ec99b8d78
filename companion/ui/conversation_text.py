"""Conversations, and what was found in them, as cells of a table. No widgets."""

from __future__ import annotations

from rich.text import Text

from companion.chats import Conversation, FoundTurn
from companion.records import MemoryRow, Span
from companion.strings import text
from companion.text import one_line
from companion.ui.format import memory_day, now, short_date
from companion.ui.widgets.literal import cell

LEAD = 24
"""Characters shown before the first word that was found."""


def marked(words: str, spans: tuple[Span, ...], before: str = "") -> Text:
    """One line of `words` with the characters of `spans` marked, beginning shortly before the first."""
    start = min((span.start for span in spans), default=0)
    cut = max(0, start - LEAD) if start > LEAD else 0
    line = Text(before, no_wrap=True, overflow="ellipsis", end="")
    if cut:
        line.append("…")
    at = cut
    end = min(len(words), cut + 300)
    for span in sorted(spans, key=lambda each: each.start):
        if at <= span.start < span.end <= end:
            line.append(_plain(words[at : span.start]))
            line.append(_plain(words[span.start : span.end]), style="bold reverse")
            at = span.end
    line.append(_plain(words[at:end]))
    return line


def spans_of(words: str, sought: str) -> tuple[Span, ...]:
    """Where the words that were searched for stand in `words`, whatever their case."""
    found: list[Span] = []
    folded = words.casefold()
    if len(folded) != len(words):  # some letters fold to two: then nothing is marked rather than the wrong letters
        return ()
    for word in {each.casefold() for each in sought.split()}:
        at = folded.find(word)
        while at >= 0 and word:
            found.append(Span(at, at + len(word), words[at : at + len(word)]))
            at = folded.find(word, at + len(word))
    return tuple(sorted(found, key=lambda span: span.start))


def _plain(words: str) -> str:
    """As `one_line`, but with the space at either end kept."""
    body = one_line(words, 400)
    lead = " " if words[:1].isspace() else ""
    trail = " " if body and words[-1:].isspace() else ""
    return f"{lead}{body}{trail}"


def conversation_cells(chat: Conversation, sought: str, here: bool) -> tuple[Text, Text, Text]:
    """Title, whom with and how many messages, when."""
    title = one_line(chat.title, 200) or text("conversations.untitled")
    mode = f"{text('conversations.play')} · " if chat.mode == "play" else ""
    about = f" {mode}{one_line(chat.speaker, 14)}"
    line = marked(title, spans_of(title, sought), "● " if here else "  ")
    return line, cell(f"{about} · {chat.turns:,}"), cell(" " + short_date(chat.last_at, chat.utc_offset, now()))


def turn_cells(found: FoundTurn) -> tuple[Text, Text, Text]:
    turn = found.turn
    who = {"person": text("conversations.you"), "companion": text("conversations.reply")}.get(turn.role, turn.speaker)
    version = "" if found.on_path else f" · {text('conversations.version')}"
    return (
        marked(found.excerpt, found.spans, "  "),
        cell(f" {one_line(who, 14)}{version}"),
        cell(" " + short_date(turn.at, turn.utc_offset, now())),
    )


def memory_cells(row: MemoryRow, sought: str) -> tuple[Text, Text, Text]:
    memory = row.memory
    words = one_line(memory.text, 2_000)
    return (
        marked(words, spans_of(words, sought), "  "),
        cell(f" {text('conversations.memory')}"),
        cell(" " + memory_day(memory)),
    )
