"""Whether a sentence of the companion's advises or promises something, by its words (assets/rules/own_en.toml, zh)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from companion.dates import resolve
from companion.memory.words import stems
from companion.mind.rules import language_of
from companion.paths import asset

Tables = dict[str, re.Pattern[str]]
ASKS = re.compile(r"[?？]\W*$")
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


@lru_cache(maxsize=2)
def tables_of(language: str) -> Tables:
    """The tables for "en" or "zh", by name; what each is for stands in the file."""
    raw = tomllib.loads(asset("rules", f"own_{language}.toml").read_text(encoding="utf-8"))
    return {
        name: re.compile("|".join(f"(?:{entry})" for entry in entries) or "(?!)", re.IGNORECASE)
        for name, entries in raw.items()
    }


def _clauses(body: str, tables: Tables) -> Iterator[tuple[int, bool]]:
    """Where the sentence begins, behind each of its opening words too (True), and where its clauses do (False)."""
    position = 0
    yield position, True
    while (lead := tables["lead"].match(body, position)) and lead.end() > position:
        position = lead.end()
        yield position, True
    for joint in tables["joint"].finditer(body, position):
        yield joint.end(), False


def advised(body: str, tables: Tables) -> set[str]:
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


def promised(body: str, tables: Tables, at: datetime) -> str:
    """What is promised for later, behind "I'll", with "@" ahead of it; "" when nothing is."""
    if ASKS.search(body) or tables["empty_promise"].search(body):
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


def points(promise: str, language: str) -> bool:
    """Whether a promise means nothing without what stands before it."""
    if language == "zh":
        return len(_FEW_HAN.sub("", promise)) < 2
    return not set(stems(promise)) - _PROMISING
