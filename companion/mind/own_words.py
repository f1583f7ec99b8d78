"""What the companion said of its own that is worth keeping: advice it gave, promises it made. Rules only, no model.

Each is one whole sentence of the reply, word for word; a promise that points to what stands before it ("I won't bring
it up again.") takes that sentence with it, or is left out. Few are kept and precision comes first: the reply itself is
remembered anyway. The words looked for are data (assets/rules/own_en.toml, own_zh.toml).

Left out: what was cut off; lists; what only says again what the person said or what came to mind; phrases; how a
machine is worked; what is written for somebody else; what the answer check marked.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from companion.dates import resolve
from companion.memory.words import stems
from companion.mind import checks
from companion.mind.blanking import blanked
from companion.mind.resting import NEW, new_share
from companion.mind.rules import language_of, rules
from companion.paths import asset
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
_STAGE = re.compile(r"(?<!\*)\*\w[^*]*\*(?!\*)\W*$|^\W*(?<!\*)\*\w[^*]*\*(?!\*)")
_ASKS = re.compile(r"[?？]\W*$")
_DENIED = re.compile(r"n't\b|\bnot\b|\bnever\b|不")


# What says that something is advised or promised, and not what.
ADVISING = frozenset(
    stems(
        "suggest suggestion recommend recommendation advise advice propose tip idea try tried consider considered"
        " thought encourage urge help helps worth good wise best better read heard seen watched"
    )
)
_PROMISING = frozenset(
    stems(
        "promise remind remember ask bring check mention keep mind forget note secret private write talk stop follow"
        " time next back call tell word"
    )
)
_FEW_HAN = re.compile("[的这那个件事它你您哦啦了吧过到再也起向对问提说记住得着下醒聊谈叫用次会我一定，,。！!@]")


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
    reply = reply[:LONGEST_REPLY]
    spans = sentences(reply)
    listed = [start for start, _ in spans if _in_list(reply, start)]
    is_list = len(listed) >= LISTED
    of_machines = any(_tables(language)["technical"].search(f"{told.said}\n{reply}") for language in ("en", "zh"))
    found: list[Own] = []
    quoting = False
    for number, (start, end) in enumerate(spans):
        sentence, language = reply[start:end], language_of(reply[start:end])
        tables, body = _tables(language), blanked(sentence)
        if is_list and start >= listed[0]:
            break
        if tables["draft"].search(body) or checks.opens_foreign_matter(checks.said(rules(language), sentence, start)):
            break
        if quoting or checks.opens_quotation(sentence):
            quoting = not (quoting and checks.closes_quotation(sentence))
            continue
        if _in_list(reply, start) or _is_marked(start, end, marks) or not _is_plain(sentence, body, tables):
            continue
        promised = _promised(body, tables, told.at)
        if promised:
            begin = _leaning(reply, spans, number, told, marks) if _points(promised, language) else start
            if begin is not None and not _echoes(sentence, told):
                found.append(Own(begin, end, "promise", language))
        elif not of_machines and new_share(_advised(body, tables), (told.said, *told.before, *told.recalled)) >= NEW:
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


def _clauses(body: str, tables: Tables) -> Iterator[tuple[int, bool]]:
    """Where the sentence begins, behind each of its opening words too (True), and where its clauses do (False)."""
    position = 0
    yield position, True
    while (lead := tables["lead"].match(body, position)) and lead.end() > position:
        position = lead.end()
        yield position, True
    for joint in tables["joint"].finditer(body, position):
        yield joint.end(), False


def _advised(body: str, tables: Tables) -> set[str]:
    """The stems of what is advised; empty when nothing is, or too little to be understood."""
    if tables["empty"].search(body) or tables["points"].search(body):
        return set()
    for at, begins in _clauses(body, tables):
        for table in ("names_a_work", "advice", "maybe", *(("urges",) if begins else ())):
            match = tables[table].match(body, at)
            if match is None:
                continue
            if language_of(body) == "zh":
                words = set(stems(body[match.end() :] or match.group()))
                least = 1 if table == "names_a_work" else 3
            else:
                words = set(stems(body[match.start() :])) - ADVISING
                least = 1 if table == "names_a_work" or tables["brief"].search(match.group()) else 2
            return (words or {"_"}) if table == "names_a_work" else words if len(words) >= least else set()
    return set()


def _promised(body: str, tables: Tables, at: datetime) -> str:
    """What is promised for later, behind "I'll", with "@" ahead of it; "" when nothing is."""
    if _ASKS.search(body) or tables["empty_promise"].search(body):
        return ""
    for position, _ in _clauses(body, tables):
        head = tables["promise"].match(body, position)
        if head is None:
            continue
        adverbs = tables["adverbs"].match(body, head.end())
        end = adverbs.end() if adverbs else head.end()
        rest = "@" + body[end:].lstrip()
        if tables["empty_promise"].search(rest):
            return ""
        if _DENIED.search(body[position:end]):
            return rest if tables["never_again"].search(rest) else ""
        if tables["kept_later"].search(rest):
            return rest
        later = tables["later"].search(body) or any(mention.ends > at for mention in resolve(body, at))
        return rest if later and tables["done_later"].search(rest) else ""
    return ""


def _points(promised: str, language: str) -> bool:
    """Whether a promise means nothing without what stands before it."""
    if language == "zh":
        return len(_FEW_HAN.sub("", promised)) < 2
    return not set(stems(promised)) - _PROMISING


def _leaning(
    reply: str, spans: Sequence[tuple[int, int]], number: int, told: Told, marks: Sequence[Span]
) -> int | None:
    """Where the sentence before begins, when it says what a promise points to: what the person spoke of."""
    if number == 0:
        return None
    (start, end), (_, stop) = spans[number - 1 : number + 1]
    before = reply[start:end]
    sound = _ENDED.search(before) and not _ASKS.search(before) and not _is_marked(start, end, marks)
    near = "\n" not in reply[end:stop] and stop - start <= LONGEST and not _in_list(reply, start)
    spoken_of = {stem[:5] for stem in stems(before)} & {stem[:5] for stem in stems(told.said)}  # "apply", "application"
    return start if sound and near and spoken_of else None


def _echoes(sentence: str, told: Told) -> bool:
    """Whether a promise is what came to mind, or what the person said that they will do, over again."""
    mine = set(stems(sentence))
    parts = [told.said[start:end] for start, end in sentences(told.said[:LONGEST_REPLY])]
    theirs = [part for part in parts if _WILL.search(part)]
    return any(1.0 - new_share(mine, (each,)) >= ECHO for each in (*theirs, *told.recalled))


_WILL = re.compile(
    r"\bi(?:['’]ll| will| won['’]t|['’]m going to|['’]m not going to)\b|我(?:会|要|不会|再也不)", re.IGNORECASE
)
Tables = dict[str, re.Pattern[str]]


@lru_cache(maxsize=2)
def _tables(language: str) -> Tables:
    raw = tomllib.loads(asset("rules", f"own_{language}.toml").read_text(encoding="utf-8"))
    return {
        name: re.compile("|".join(f"(?:{entry})" for entry in entries) or "(?!)", re.IGNORECASE)
        for name, entries in raw.items()
    }
