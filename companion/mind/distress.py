"""Whether a message speaks of suicide, self-harm or violence ("crisis"), or of despair without naming it ("gentle").

Rules over words, sentence by sentence (assets/rules/distress.toml): offline, half a millisecond, the same with every
model, persona and kind of conversation. What is denied, over, told of a story or meant as a joke is left. Where it is
in doubt, it speaks up: a card that nobody needed costs a glance. How often it is wrong stands in docs/care.md.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

from companion.paths import asset
from companion.safekeeping import HelpAbout, HelpKind
from companion.sentences import sentences
from companion.text import has_cjk, sanitise

LONGEST = 20_000
"""Characters of a message that are looked at, half of them from its end."""
LONGEST_SENTENCE = 600
Pattern = re.Pattern[str]
_CLAUSE = re.compile(r"[,;:，；、—–]| - |\b(?:but|and|because|though|although|so that|yet)\b|但是?|可是|不过|而且")
_QUOTED = re.compile(
    r"\"[^\"]{1,200}\"|“[^”]{1,200}”|(?<!\w)'[^']{1,200}'(?!\w)|‘[^’]{1,200}’|《[^》]{1,60}》|「[^」]{1,200}」"
)
_SAYS = re.compile(r"\b(?:says?|said|tells?|told|texted|wrote|saying|posted)\b|[说道写]")
_APOSTROPHES = str.maketrans("", "", "'’‘`")
_BESIDE_CJK = re.compile(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Distress:
    """What the words call for, and whom it is about: the person, somebody near them, or violence against them."""

    kind: HelpKind
    about: HelpAbout = "self"


def distress(text: str) -> Distress | None:
    """What `text`, a message of the person's, calls for; None when nothing."""
    text = sanitise(text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}\n{text[-LONGEST // 2 :]}")
    found: list[Distress] = []
    spans = [text[start:end][:LONGEST_SENTENCE] for start, end in sentences(text)]
    framed = any(_says(each, "frames") for each in spans)
    for each in spans:
        this = _in_sentence(each, framed)
        if this is not None:
            found.append(this)
    if not framed and len(spans) > 1 and len(text) <= LONGEST_SENTENCE and _as_a_whole(text):
        found.append(Distress("crisis"))
    if any(_says(each, "lied") for each in spans) and any(_says(each, "direct") for each in spans):
        found.append(Distress("crisis"))
    order = {("crisis", "danger"): 0, ("crisis", "self"): 1, ("crisis", "other"): 2}
    return min(found, key=lambda each: order.get((each.kind, each.about), 3), default=None)


def _as_a_whole(text: str) -> bool:
    """Whether what no sentence of it says alone stands in a short message: leave is taken, and why."""
    tables = _tables(text)
    plain = tables.without("idioms", tables.plain(text))
    return tables.holds("together", plain, tables.says("topics", plain))


def _in_sentence(raw: str, framed: bool) -> Distress | None:
    tables = _tables(raw)
    reported = tables.plain(raw)
    # What is quoted is another's words, or a title; it counts where somebody near says it.
    text = tables.plain(_QUOTED.sub(" ", raw))
    text, reported = tables.without("idioms", text), tables.without("idioms", reported)
    if framed:
        return None
    about_world = tables.says("topics", text)
    if tables.holds("danger", text, about_world, fun=True):
        return Distress("crisis", "danger")
    if tables.holds("direct", text, about_world):
        # Where the words are the same, whoever's they are, only who stands in front tells.
        other = tables.holds("other", text, about_world) and not tables.says("own", text)
        return Distress("crisis", "other" if other else "self")
    quoted = reported if _SAYS.search(reported) else text
    if tables.holds("other", quoted, about_world or tables.says("topics", quoted)):
        return Distress("crisis", "other")
    if tables.holds_softly(text):
        return Distress("gentle")
    return None


@dataclass(frozen=True, slots=True)
class _Tables:
    language: str
    tables: dict[str, Pattern]
    each: dict[str, tuple[Pattern, ...]]
    spelled: tuple[tuple[Pattern, str], ...] = ()

    def plain(self, text: str) -> str:
        """As the rules are written: in lower case, without apostrophes, one space between words (none beside Chinese,
        where they mean nothing), spelt in full."""
        text = _BESIDE_CJK.sub("", " ".join(text.translate(_APOSTROPHES).lower().split()))
        for pattern, full in self.spelled:
            text = pattern.sub(full, text)
        return text

    def says(self, table: str, text: str) -> bool:
        return self.tables[table].search(text) is not None

    def without(self, table: str, text: str) -> str:
        return self.tables[table].sub(" _ ", text)

    def holds(self, table: str, text: str, about_world: bool, fun: bool = False) -> bool:
        """Whether an entry of `table` is in `text`, and meant."""
        return any(
            self._is_meant(text, match, about_world, fun)
            for pattern in self.each[table]
            for match in pattern.finditer(text)
        )

    def holds_softly(self, text: str) -> bool:
        """Whether it speaks of despair, and of nothing small."""
        return self.says("indirect", text) and not self.says("small", text) and not self.says("trifles", text)

    def _is_meant(self, text: str, match: re.Match[str], about_world: bool, fun: bool) -> bool:
        clause, words = _clause(text, match), match.group()
        if self.says("games", text):
            return False
        if any(self.says("past", part) and not self.says("present", part) for part in (text, clause)):
            return False
        before = text[_opens(text, match.start()) : match.start()]
        if self.says("negation", before) and not self.says("denied_in_vain", before):
            return False
        if about_world and not (self.says("own_wish", clause) or self.says("own_wish", words)):
            return False
        if fun and self.says("fun", text):
            return False
        if self.says("accidents", text) and self.says("harmful", words) and not self.says("meant", text):
            return False
        if self.says("jump", words) and self.says("fun", text):
            return False
        return not (self.says("wish_to_die", words) and self.says("trifles", text) and not self.says("myself", text))


def _opens(text: str, position: int) -> int:
    """Where the clause that holds `position` begins."""
    return max((match.end() for match in _CLAUSE.finditer(text, 0, position)), default=0)


def _clause(text: str, match: re.Match[str]) -> str:
    after = _CLAUSE.search(text, match.end())
    return text[_opens(text, match.start()) : after.start() if after else len(text)]


def _says(sentence: str, table: str) -> bool:
    tables = _tables(sentence)
    return tables.says(table, tables.plain(sentence))


def _tables(text: str) -> _Tables:
    return tables("zh" if has_cjk(text) else "en")


@lru_cache(maxsize=2)
def tables(language: str) -> _Tables:
    """The tables for "en" or "zh", compiled."""
    raw = tomllib.loads(asset("rules", "distress.toml").read_text(encoding="utf-8"))[language]
    parts: dict[str, str] = raw.pop("parts", {})
    spelled: dict[str, str] = raw.pop("spelled", {})
    each: dict[str, tuple[Pattern, ...]] = {}
    for name, entries in raw.items():
        listed = [entries] if isinstance(entries, str) else entries
        each[name] = tuple(re.compile(_filled(entry, parts)) for entry in listed)
    whole = {name: re.compile("|".join(f"(?:{p.pattern})" for p in patterns)) for name, patterns in each.items()}
    return _Tables(language, whole, each, tuple((re.compile(typed), full) for typed, full in spelled.items()))


def _filled(entry: str, parts: dict[str, str]) -> str:
    """With the named parts in their places; they may hold each other."""
    for _ in range(3):
        for name, part in parts.items():
            entry = entry.replace("{" + name + "}", part)
    return entry
