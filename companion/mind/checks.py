"""The checks a sentence passes before it may be remembered: each is a named reason to leave it out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from companion.mind import grammar, whose
from companion.mind.blanking import blanked
from companion.mind.dropped import drops_i
from companion.mind.rules import Rules, rules
from companion.mind.slots import slot_of
from companion.mind.subjects import subject_of

LONGEST_SENTENCE = 600
_MARKS = re.compile(r"\s*(?:[-*+•·◦–—#]+|\(?\d{1,3}[.)、]|[a-zA-Z]\))\s+")
_NOISE = re.compile(r"[^\w_*>`\"“「'(\[]+")
_LETTERS = re.compile(r"[^\W\d_]")
_LETTERS_OR_DIGITS = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence as it is looked at: without its opening words, and with what is not the person's own blanked."""

    rules: Rules
    raw: str
    """The words themselves (straight apostrophes), cut like `body`."""
    body: str
    start: int
    end: int
    requested: bool = False
    correction: bool = False
    whole: str = ""
    """The sentence before anything was cut off."""
    told: bool = False
    """It tells though it has the form of a question or a command ("Did I mention that …?")."""

    def says(self, table: str) -> bool:
        return self.rules.says(table, self.body)

    def cut(self, begin: int, end: int) -> Said:
        """[begin, end) of it, as if it were a sentence."""
        body = self.body[begin:end]
        stop = self.end if end >= len(self.raw) else self.start + end
        return replace(self, raw=self.raw[begin:end], body=body, whole=body, start=self.start + begin, end=stop)


def said(tables: Rules, sentence: str, start: int) -> Said:
    """The sentence that begins at `start` of its turn, made ready for the checks."""
    text = blanked(sentence[: LONGEST_SENTENCE + 1])
    position, requested, correction, told = 0, False, False, False
    mark = _MARKS.match(text)
    position = mark.end() if mark else 0
    for _ in range(6):
        noise = _NOISE.match(text, position)
        position = noise.end() if noise else position
        cut = tables.cut("requested", text, position)
        requested |= cut > position
        if cut == position:
            cut = tables.cut("correction", text, position)
            correction |= cut > position and _puts_right(text[position:cut], text[cut:])
        if cut == position:
            cut = tables.cut("reminding", text, position)
            told |= cut > position
        if cut == position:
            cut = tables.cut("lead", text, position)
        if cut == position or not _LETTERS.search(text, cut):
            break
        position = cut
    noise = _NOISE.match(text, position)
    position = noise.end() if noise and noise.end() < len(text) else position
    straight = sentence.replace("’", "'").replace("\n", " ")
    return Said(
        tables,
        straight[position:],
        text[position:],
        start + position,
        start + len(sentence),
        requested,
        correction,
        text,
        told or (requested and position > 0),
    )


_WEAK = re.compile(r"^(?:no|nope|sorry|wait|oops|hold on|不|不是的)\W*$", re.IGNORECASE)
_CONTRAST = re.compile(r",? (?:not|instead of|rather than) |不是|而是")


def _puts_right(marker: str, rest: str) -> bool:
    """ "No," and "sorry," put something right only with a contrast: "no, it's May, not June"."""
    return not _WEAK.match(marker) or _CONTRAST.search(rest) is not None


def whole_turn(parts: list[str], length: int) -> str:
    """A reason to leave out the whole turn, or "": a letter, or pasted text with little of the person in it."""
    letters = sum(rules("en").says("letter", part) or rules("zh").says("letter", part) for part in parts)
    if letters >= 2:
        return "letter"
    if length < _LONG:
        return ""
    words = [word for part in parts for word in part.split()]
    own = sum(bool(_OWN_WORD.match(word)) for word in words) + sum(part.count("我") for part in parts)
    amount = len(words) + sum(len(_HAN.findall(part)) for part in parts) // 2
    return "pasted" if own < max(4, 0.025 * amount) else ""


_LONG = 1500
_OWN_WORD = re.compile(r"\W*(?:i|i['’](?:m|ve|ll|d)|me|my|mine|myself|we|our|us)\W*$", re.IGNORECASE)
_HAN = re.compile("[\u4e00-\u9fff]")


def was_a_joke(said: Said) -> bool:
    return said.says("joke") and not said.rules.says("in_earnest", said.whole)


def was_sarcasm(said: Said) -> bool:
    """Whether it says that what stands before it was not meant."""
    return said.rules.says("sarcasm", said.whole.strip()) and not said.rules.says("in_earnest", said.whole)


def speaks_for_themselves_again(said: Said) -> bool:
    return said.rules.says("real_again", said.whole.strip())


def opens_foreign_matter(said: Said) -> str:
    """Why the rest of the turn from here is not the person speaking for themselves, or ""."""
    text = replace(said, body=said.whole.strip())
    if text.says("injection"):
        return "injection"
    if said.says("role_play") or text.says("role_play"):
        return "role-play"
    return "material" if said.says("material") or text.says("material") else ""


def left_out(said: Said) -> str:
    """The first check that holds, or "" when the sentence may stay."""
    for reason, holds in _CHECKS:
        if holds(said):
            return reason
    return ""


def tells_by_itself(said: Said) -> bool:
    """Whether a clause begins with the person and passes every check."""
    return _I_OR_MINE.match(said.body) is not None and not left_out(said)


_I_OR_MINE = re.compile(r"(?:i|i'm|i've|im|ive|we|we're|we've|my|our)\b", re.IGNORECASE)


def _code(said: Said) -> bool:
    return said.whole.lstrip().startswith(("```", "~~~"))


def _quoted_line(said: Said) -> bool:
    return said.whole.lstrip().startswith((">", "|", "$ ", "# ", "//"))


def _no_words(said: Said) -> bool:
    """Nothing but quotations, actions, addresses or signs."""
    words = said.body.replace("_", " ")
    return len(_LETTERS_OR_DIGITS.findall(words)) < (2 if said.rules.language == "zh" else 4)


def _too_long(said: Said) -> bool:
    return len(said.whole) > LONGEST_SENTENCE


def _log(said: Said) -> bool:
    return said.rules.says("log", said.whole)


def _other_language(said: Said) -> bool:
    return said.rules.language == "en" and len(said.rules.tables["foreign"].findall(said.body)) >= 2


def _boundary(said: Said) -> bool:
    return said.says("boundary")


def _question(said: Said) -> bool:
    if said.whole.rstrip(" \"'”’)*_」』").endswith(("?", "？")) and not said.told:
        return True
    return said.says("question")


def _irony(said: Said) -> bool:
    if said.says("figurative"):
        return True
    return said.rules.says("irony", said.whole.strip()) and not said.rules.says("in_earnest", said.whole)


def _request(said: Said) -> bool:
    return not _boundary(said) and said.says("request") and not _dropped(said)


def _dropped(said: Said) -> bool:
    """Whether its "I" is left out: such a sentence begins as a command does ("Never touched a cigarette")."""
    return said.rules.language == "en" and drops_i(said.body)


def _acknowledgement(said: Said) -> bool:
    return not said.says("telling") and said.says("acknowledgement")


def _about_the_assistant(said: Said) -> bool:
    return said.says("assistant")


def _idle(said: Said) -> bool:
    return not said.says("telling") and said.says("idle_verbs")


def _not_their_own(said: Said) -> bool:
    """No first person as the one it is about."""
    if said.requested or _boundary(said) or said.says("elliptical"):
        return False
    if said.rules.language == "zh":
        return _not_their_own_chinese(said)
    if said.correction and _CONTRAST.search(said.body):
        return False
    return not whose.tells_of_the_person(said.rules, said.body)


_SAYS_ME = re.compile("(?:(?<!医生)(?<!大夫)说|问|告诉|骂|夸)我")
_OWN_ZH = re.compile("我|咱|俺|本人")


def _not_their_own_chinese(said: Said) -> bool:
    own = _OWN_ZH.search(said.body)
    if said.correction and "不是" in said.whole:
        return False
    if subject_of(said.body, "zh") != "person":
        return False
    return own is None or own.start() > 30 or _SAYS_ME.search(said.body) is not None


_QUOTED = re.compile(r"[\"“„«「『‘']([^\"”“»」』’]{4,})[\"”“»」』’']")
_MENTIONED = 2
"""Words in quotation marks that may only be named."""
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|my|me)\b|我", re.IGNORECASE)
_MY_WORDS = re.compile(
    r"\bi (?:just |also |then |once |often )?(?:said|told|wrote|texted|shouted|asked|replied|answered)\b", re.IGNORECASE
)


def _quotes_another(said: Said) -> bool:
    """Whether it gives another's words: introduced as such, or with an "I" inside that is not the person's."""
    if said.rules.language == "en" and _only_mentions(said):
        return False
    if said.says("quoting"):
        return True
    if "____" not in said.body or _MY_WORDS.search(said.body):
        return False
    return any(_FIRST_PERSON.search(match.group(1)) for match in _QUOTED.finditer(said.raw))


def _only_mentions(said: Said) -> bool:
    """Whether what stands in quotation marks is only named, not said ("says 'actually' before every sentence")."""
    quoted = [match.group(1) for match in _QUOTED.finditer(said.raw)]
    return bool(quoted) and all(len(words.split()) <= _MENTIONED for words in quoted)


def opens_quotation(sentence: str) -> bool:
    """Whether a quotation begins with the sentence and does not end in it."""
    mark = sentence.lstrip()[:1]
    return mark in _CLOSING and _CLOSING[mark] not in sentence.lstrip()[1:]


def closes_quotation(sentence: str) -> bool:
    return any(mark in sentence for mark in _CLOSING.values())


_CLOSING = {'"': '"', "“": "”", "„": "“", "«": "»", "「": "」", "『": "』"}


_NAME_OR_NUMBER = re.compile(
    r"(?<=\s)[A-Z][a-z]{2,}|\d|\b(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b|\b[A-Z]{2,}\b"
)


def _says_little(said: Said) -> bool:
    """Too short to mean anything by itself."""
    words = said.body.replace("_", "x").strip(" .!…。！，,").split()
    if said.body.rstrip().endswith(("...", "…")) and len(words) < 4:
        return True
    if said.rules.language == "zh":
        return len(said.body.strip(" 。！~，")) < 3
    if len(words) == 1 and _dropped(said):
        return True
    if len(words) > 3 or said.requested or said.correction or _boundary(said) or said.says("elliptical"):
        return len(words) < 3 and not (said.rules.language == "en" and whose.says_much(said.body))
    told = any(said.says(table) for table in ("brief", "feeling", "preference", "wish", "plan", "weighty"))
    told = told or subject_of(said.raw, "en") != "person" or _I_AM.match(said.body) is not None
    told = told or slot_of(said.raw, "en") is not None or _does_something(said.body) or whose.says_much(said.body)
    return not told and _NAME_OR_NUMBER.search(said.raw) is None


_VAGUE = re.compile(r"^(?:it|that|this|them|those|so|one|you|too|now|more|less|all|what|why|how|something|anything)\b", re.IGNORECASE)


def _does_something(body: str) -> bool:
    """ "I deliver milk." says what somebody does, "I did that." does not."""
    if _HAVE.match(body):
        return True
    found = grammar.words(body)
    return len(found) == 3 and found[0].casefold() in ("i", "we") and not (_EMPTY.match(found[1]) or _VAGUE.match(found[2]))


_I_AM = re.compile(
    r"^(?:i'm|i am|im|we're) (?:(?!(?:not|so|just|still|also|talking|typing|joking|kidding|asking|saying|waiting|thinking|"
    r"listening|reading|testing|going|trying|doing|getting|looking|feeling|wondering|guessing)\b)\w+ing "
    r"(?!it|this|that|you|now|here|there|again|up|on|off|out|so|too)\w+|(?:the )?(?:best man|maid of honour|next of kin|godmother|"
    r"godfather|treasurer|chair|captain|designated driver))\W*$",
    re.IGNORECASE,
)
_HAVE = re.compile(r"^i(?:'ve| have)(?: got)?(?: an?)? (?!(?:questions?|concerns?|doubts?|ideas?|seen|read|got|noted|done|tried)\b)[\w'-]{2,}\W*$", re.IGNORECASE)
_EMPTY = re.compile(
    r"^(?:need|want|have|had|see|saw|get|got|mean|meant|appreciate|understand|hope|know|knew|choose|chose|prefer|like|think|guess|"
    r"should|must|can|can't|will|won't|would|could|do|did|don't|didn't|was|were|am|are|feel|agree|trust|require|expect|"
    r"demand|say|said|ask|asked|just|also|really|still)$",
    re.IGNORECASE,
)


_LASTING = re.compile(r"^(?:i|we)\b.*\b(?:since \d{4}|for (?:\w+ ){1,3}years)\b", re.IGNORECASE)
_OWN_THING = re.compile(r"\b(?:my|our) \w", re.IGNORECASE)


def _points_elsewhere(said: Said) -> bool:
    """A short sentence about "this" or "it", which means nothing without what was said before."""
    if said.rules.language == "zh" or said.requested or said.correction or _boundary(said):
        return False
    if _LASTING.search(said.body):
        return False
    head = said.body.split(",")[0]
    told = head if _I_OR_MINE.match(head) and len(head.split()) > 1 else said.body
    return len(said.body.split()) <= 9 and said.rules.says("points", told) and not _OWN_THING.search(said.body)


_CHECKS: tuple[tuple[str, Callable[[Said], bool]], ...] = (
    ("code", _code),
    ("quoted line", _quoted_line),
    ("no words", _no_words),
    ("too long", _too_long),
    ("log", _log),
    ("other language", _other_language),
    ("question", _question),
    ("irony", _irony),
    ("denied", lambda said: said.says("denied")),
    ("hypothetical", lambda said: said.says("hypothetical") or said.rules.says("imagined", said.whole.strip())),
    ("request", _request),
    ("acknowledgement", _acknowledgement),
    ("about the chat", lambda said: said.says("meta")),
    ("about the companion", _about_the_assistant),
    ("idle", _idle),
    ("quoted", _quotes_another),
    ("not their own", _not_their_own),
    ("of a stranger", lambda said: not said.requested and whose.tells_of_a_stranger(said.body)),
    ("says little", _says_little),
    ("points elsewhere", _points_elsewhere),
)

_LEFT_OVER = re.compile(r"[\s,;:—–-]*\b(?:what|how|why|where|when|who|which|so|and|but)\s*$", re.IGNORECASE)
_CLAUSES_ZH = re.compile("[，,；;。！]")


def before_asking(said: Said) -> Said | None:
    """The statement in front of a question or request ("I'm vegan, what can I cook?"), or None."""
    if said.rules.language == "zh":
        cut = 0
        for match in _CLAUSES_ZH.finditer(said.body):
            clause = said.body[cut : match.start()]
            if said.rules.says("question", clause) or said.rules.says("request", clause):
                break
            cut = match.end()
        length = cut - 1
    else:
        asking = said.rules.find("asking", said.body)
        length = len(_LEFT_OVER.sub("", said.body[: asking.start()])) if asking else 0
    minimum = 4 if said.rules.language == "zh" else 8
    if length < minimum:
        return None
    body = said.body[:length]
    return replace(said, raw=said.raw[:length], body=body, whole=body, end=said.start + length)


_THEN_OWN = re.compile(
    r"(?:[,;]? but |,? and |, |; |: | because | ?[–—] ?| - )(?=(?:i|i'm|i've|my|we|we're)\b)", re.IGNORECASE
)
_I = re.compile(r"\bi\b", re.IGNORECASE)
_NOT_BEFORE = re.compile(
    r"\b(?:if|unless|whether|that|as|so|think|hope|like|just|sure|said|says|say|told|tell)\b", re.IGNORECASE
)


def after_chat(said: Said) -> Said | None:
    """The statement behind a remark on the talk ("Sounds good, but my knee hurts."), or None."""
    if said.rules.language == "zh":
        starts = [match.end() for match in _CLAUSES_ZH.finditer(said.body) if said.body.startswith("我", match.end())]
    else:
        starts = [found.end() for found in _THEN_OWN.finditer(said.body) if _stands_after(said.body, found)]
    for start in starts[:4]:
        body = said.body[start:]
        rest = replace(said, raw=said.raw[start:], body=body, whole=body, start=said.start + start)
        if not left_out(rest):
            return rest
    return None


def _stands_after(body: str, found: re.Match[str]) -> bool:
    """Whether what follows stands for itself, and is not said, hoped or asked in what is before it."""
    head, joint = body[: found.start()], found.group()
    if ":" in joint:
        return _I.search(head) is not None
    return "but" in joint or "because" in joint or _NOT_BEFORE.search(head) is None
