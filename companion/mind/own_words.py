"""What the companion said of its own that is worth keeping: advice it gave, promises it made. Rules only, no model.

Each is one whole sentence of the reply, word for word; a promise that points to what stands before it ("I won't bring
it up again.") takes that sentence with it, or is left out. Few are kept and precision comes first: the reply itself is
remembered anyway. The words looked for are data (assets/rules/own_en.toml, own_zh.toml).

Left out: what was cut off; lists; what only says again what the person said or what came to mind; phrases; how a
machine is worked; what is written for somebody else; what the answer check marked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from companion.memory.words import stems
from companion.mind import checks
from companion.mind.blanking import blanked
from companion.mind.own_acts import ASKS, Tables, advised, points, promised, tables_of
from companion.mind.resting import NEW, new_share
from companion.mind.rules import language_of
from companion.records import Span
from companion.sentences import sentences
from companion.voices import Act

MOST = 2
"""Kept of one reply."""
LISTED = 3
"""Lines of a list from which a reply is one: then a single sentence ahead of it is kept."""
ESSAY = 1_500
"""Characters from which a reply is an essay, of which a single sentence is kept."""
LONGEST = 240
LONGEST_REPLY = 12_000
ECHO = 0.7
"""Share of the words of a promise that one thing it rests on must hold, to be that thing over again."""
_ENDED = re.compile(r"(?<![.…])[.!?。！？][\"'”’」』)）*_]*\s*$")
_LIST_LINE = re.compile(r"\s*(?:[-*+•·◦–—#]+\s|\(?\d{1,3}[.)、]|[a-zA-Z]\)|[一二三四五六七八九十]、|\*\*|>|\|)")
_ACTION = r"(?<!\*)\*[a-z\u4e00-\u9fff][^*]*\*(?!\*)"
_STAGE = re.compile(rf"{_ACTION}\W*$|^\W*{_ACTION}")
"""What is played stands between asterisks; so does a title, but it begins with a large letter."""

_WILL = re.compile(
    r"\bi(?:['’]ll| will| won['’]t|['’]m going to|['’]m not going to)\b|我(?:会|要|不会|再也不)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Own:
    """The span [start, end) of a reply that advises or promises. `language`: "en" or "zh"."""

    start: int
    end: int
    act: Act
    language: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply rests on. `said`: the person's turn, at the time `at` (aware); `before`: their turns before it;
    `recalled`: the texts of what came to mind."""

    said: str
    at: datetime
    before: Sequence[str] = ()
    recalled: Sequence[str] = ()


def own_words(reply: str, told: Told, marks: Sequence[Span] = ()) -> list[Own]:
    """The advice and promises in `reply`, in order, at most MOST. `marks`: what of it is unsupported."""
    if any(tables_of(language)["wants_a_text"].search(told.said) for language in ("en", "zh")):
        return []
    reply = reply[:LONGEST_REPLY]
    spans = sentences(reply)
    listed = [start for start, _ in spans if _in_list(reply, start)]
    is_list = len(listed) >= LISTED
    of_machines = any(tables_of(language)["technical"].search(f"{told.said}\n{reply}") for language in ("en", "zh"))
    found: list[Own] = []
    quoting = False
    for number, (start, end) in enumerate(spans):
        sentence, language = reply[start:end], language_of(reply[start:end])
        tables, body = tables_of(language), blanked(sentence)
        if is_list and start >= listed[0]:
            break
        if tables["draft"].search(body):
            break
        if quoting or checks.opens_quotation(sentence):
            quoting = not (quoting and checks.closes_quotation(sentence))
            continue
        if _in_list(reply, start) or _is_marked(start, end, marks) or not _is_plain(sentence, body, tables):
            continue
        promise = promised(body, tables, told.at)
        if promise:
            begin = _leaning(reply, spans, number, told, marks) if points(promise, language) else start
            if begin is not None and not _echoes(sentence, told):
                found.append(Own(begin, end, "promise", language))
        elif not of_machines and new_share(advised(body, tables), (told.said, *told.before, *told.recalled)) >= NEW:
            found.append(Own(start, end, "advice", language))
    most = 1 if is_list or len(reply) > ESSAY else MOST
    return sorted(sorted(found, key=lambda own: own.act != "promise")[:most], key=lambda own: own.start)


def _in_list(reply: str, start: int) -> bool:
    """Whether the line it stands in is one of a list, a heading or quoted."""
    return _LIST_LINE.match(reply, reply.rfind("\n", 0, start) + 1) is not None


def _is_marked(start: int, end: int, marks: Sequence[Span]) -> bool:
    return any(mark.start < end and mark.end > start for mark in marks)


def _is_plain(sentence: str, body: str, tables: Tables) -> bool:
    """Whether it is a whole sentence, and of the companion's own."""
    if not _ENDED.search(sentence) or len(sentence) > LONGEST or _STAGE.search(sentence):
        return False
    if sentence.count("(") != sentence.count(")"):
        return False
    return tables["again"].search(body) is None


def _leaning(
    reply: str, spans: Sequence[tuple[int, int]], number: int, told: Told, marks: Sequence[Span]
) -> int | None:
    """Where the sentence before begins, when it says what a promise points to: what the person spoke of."""
    if number == 0:
        return None
    (start, end), (_, stop) = spans[number - 1 : number + 1]
    before = reply[start:end]
    sound = _ENDED.search(before) and not ASKS.search(before) and not _is_marked(start, end, marks)
    near = "\n" not in reply[end:stop] and stop - start <= LONGEST and not _in_list(reply, start)
    spoken_of = {stem[:5] for stem in stems(before)} & {stem[:5] for stem in stems(told.said)}  # "apply", "application"
    return start if sound and near and spoken_of else None


def _echoes(sentence: str, told: Told) -> bool:
    """Whether a promise is what came to mind, or what the person said that they will do, over again."""
    mine = set(stems(sentence))
    parts = [told.said[start:end] for start, end in sentences(told.said[:LONGEST_REPLY])]
    theirs = [part for part in parts if _WILL.search(part)]
    return any(1.0 - new_share(mine, (each,)) >= ECHO for each in (*theirs, *told.recalled))
