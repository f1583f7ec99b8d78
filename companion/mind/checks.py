"""The checks a sentence passes before it may be remembered: each is a named reason to leave it out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from companion.mind.blanking import blanked
from companion.mind.rules import Rules

LONGEST_SENTENCE = 600
_MARKS = re.compile(r"\s*(?:[-*+•·◦–—#]+|\(?\d{1,3}[.)、]|[a-zA-Z]\))\s+")
_NOISE = re.compile(r"[^\w_*>`\"“「'(\[]+")
_LETTERS = re.compile(r"[^\W\d_]")


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

    def says(self, table: str) -> bool:
        return self.rules.says(table, self.body)


def said(rules: Rules, sentence: str, start: int) -> Said:
    """The sentence that begins at `start` of its turn, made ready for the checks."""
    text = blanked(sentence[: LONGEST_SENTENCE + 1])
    position, requested, correction = 0, False, False
    mark = _MARKS.match(text)
    position = mark.end() if mark else 0
    for _ in range(6):
        noise = _NOISE.match(text, position)
        position = noise.end() if noise else position
        cut = rules.cut("requested", text, position)
        requested |= cut > position
        if cut == position:
            cut = rules.cut("correction", text, position)
            correction |= cut > position and _puts_right(text[position:cut], text[cut:])
        if cut == position:
            cut = rules.cut("lead", text, position)
        if cut == position or not _LETTERS.search(text, cut):
            break
        position = cut
    noise = _NOISE.match(text, position)
    position = noise.end() if noise and noise.end() < len(text) else position
    straight = sentence.replace("’", "'").replace("\n", " ")
    return Said(
        rules,
        straight[position:],
        text[position:],
        start + position,
        start + len(sentence),
        requested,
        correction,
        text,
    )


_WEAK = re.compile(r"^(?:no|nope|sorry|wait|oops|hold on|不|不是的)\W*$", re.IGNORECASE)
_CONTRAST = re.compile(r",? (?:not|instead of|rather than) |不是|而是")


def _puts_right(marker: str, rest: str) -> bool:
    """ "No," and "sorry," put something right only with a contrast: "no, it's May, not June"."""
    return not _WEAK.match(marker) or _CONTRAST.search(rest) is not None


def whole_turn(parts: list[str], length: int) -> str:
    """A reason to leave out the whole turn, or "": a letter, or pasted text with little of the person in it."""
    letters = sum(bool(_LETTER.match(part)) for part in parts)
    if letters >= 2:
        return "letter"
    if length < _LONG:
        return ""
    words = [word for part in parts for word in part.split()]
    own = sum(bool(_OWN_WORD.match(word)) for word in words) + sum(part.count("我") for part in parts)
    amount = len(words) + sum(len(_HAN.findall(part)) for part in parts) // 2
    return "pasted" if own < max(4, 0.025 * amount) else ""


_LONG = 1500
_LETTER = re.compile(
    r"(?:dear [\w .]{2,40}[,:]|(?:best|kind|warm) regards|(?:yours )?sincerely|subject:|from: .*@|to whom it may concern"
    r"|-----original message|尊敬的|此致|敬礼)",
    re.IGNORECASE,
)
_OWN_WORD = re.compile(r"\W*(?:i|i['’](?:m|ve|ll|d)|me|my|mine|myself|we|our|us)\W*$", re.IGNORECASE)
_HAN = re.compile("[\u4e00-\u9fff]")


def opens_foreign_matter(said: Said) -> str:
    """Why the rest of the turn from here is not the person speaking for themselves, or ""."""
    text = replace(said, body=said.whole.strip())
    if said.says("role_play") or text.says("role_play"):
        return "role-play"
    return "material" if said.says("material") or text.says("material") else ""


def left_out(said: Said) -> str:
    """The first check that holds, or "" when the sentence may stay."""
    for reason, holds in _CHECKS:
        if holds(said):
            return reason
    return ""


def _code(said: Said) -> bool:
    return said.whole.lstrip().startswith(("```", "~~~"))


def _quoted_line(said: Said) -> bool:
    return said.whole.lstrip().startswith((">", "|", "$ ", "# ", "//"))


def _no_words(said: Said) -> bool:
    """Nothing but quotations, actions, addresses or signs."""
    words = said.body.replace("_", " ")
    return len(_LETTERS.findall(words)) < (2 if said.rules.language == "zh" else 4)


def _too_long(said: Said) -> bool:
    return len(said.whole) > LONGEST_SENTENCE


_LOG = re.compile(
    r"^\W*(?:\d{4}-\d\d-\d\d[T ]\d\d:|\d\d:\d\d:\d\d|\[?(?:INFO|DEBUG|WARN|ERROR)\b|Traceback|at \w+\.\w+\()|[{};]\s*$|=>|==|\w\(\)"
)


def _log(said: Said) -> bool:
    return _LOG.search(said.whole) is not None


def _other_language(said: Said) -> bool:
    return said.rules.language == "en" and len(said.rules.tables["foreign"].findall(said.body)) >= 2


def _boundary(said: Said) -> bool:
    return said.says("boundary")


def _question(said: Said) -> bool:
    if said.whole.rstrip(" \"'”’)*_」』").endswith(("?", "？")):
        return True
    return said.says("question")


def _request(said: Said) -> bool:
    return not _boundary(said) and said.says("request")


def _acknowledgement(said: Said) -> bool:
    return not said.says("telling") and said.says("acknowledgement")


def _about_the_assistant(said: Said) -> bool:
    return said.says("assistant")


def _idle(said: Said) -> bool:
    return not said.says("telling") and said.says("idle_verbs")


_FIRST = r"(?:i|i'm|i've|i'd|i'll|im|ive|we|we're|we've|we'll|my|our|mine|myself)\b"
_BEGINS = re.compile(
    rf"{_FIRST}|me and my|(?:both|neither|none|all|one|some|most|part|half) of (?:us|my|our)\b", re.IGNORECASE
)
_OPENER = re.compile(
    r"(?:when|whenever|while|after|before|since|as|because|although|though|even|until|once|today|tonight|yesterday|"
    r"tomorrow|last|next|this (?:week|weekend|month|year|morning|afternoon|evening|summer|winter|spring|fall|time)|"
    r"every|each|on|in|at|for|during|from|with|by|over|under|some|sometimes|often|usually|always|normally|generally|"
    r"lately|recently|now|nowadays|currently|these days|later|growing|back|apart|besides|despite|unlike|like|maybe|"
    r"perhaps|\d+|one|two|three|four|five|six|a (?:few|couple|week|month|year|day|friend|colleague)|the (?:day|week|month|"
    r"year|weekend|other|morning|night|person|thing|best|worst|only|first|last|doctor|doctors)|there(?:'s| is| are| was|"
    r" were)|it(?:'s| is| was|'s been| has been)|that's (?:why|when|where|how)|that is (?:why|when)|what i|if i|if my|"
    r"thanks to|due to|the reason|most|many|ever since|not only|never|rarely|seldom|hopefully|both|soon|early|late|"
    r"half|all|another|ever|instead|due|despite|whether|having|being|as of|until|till|around|about)\b",
    re.IGNORECASE,
)
_INSIDE = re.compile(rf"(?:^|[ ,;:—–-]){_FIRST}", re.IGNORECASE)
_REPORTED = re.compile(
    r"\b(?:said|says|saying|thinks?|thought|asked|asks|wrote|writes|claims?|claimed|quote|told|reads?)\b", re.IGNORECASE
)
_OF_MINE = re.compile(
    r"^(?!that|this|it\b)(?:[\w'-]+ ){1,6}(?:is|are|was|were|became|has been|'s|means) (?:also |still |always |probably |by far )*"
    r"(?:(?:one|part|some) of )?(?:my|our)\b(?! (?:opinion|question|answer|point|guess))|\bmy favou?rite\b"
    r"|^[A-Z][\w-]+(?:, my | and i\b| and my | is my |, a friend of mine| and me\b)|\ba (?:friend|colleague|cousin) of mine\b"
    r"|\bmakes? me \w+",
    re.IGNORECASE,
)
_ME = re.compile(r"^(?!that|this|it|you|what|nothing|something)[\w' ]{2,60} (?:me|us)\b(?! know\b)", re.IGNORECASE)


def _not_their_own(said: Said) -> bool:
    """No first person as the one it is about."""
    if said.requested or _boundary(said) or said.says("elliptical"):
        return False
    if said.rules.language == "zh":
        return _not_their_own_chinese(said)
    body = said.body
    if _BEGINS.match(body) or _OF_MINE.search(body):
        return False
    if said.correction and _CONTRAST.search(body):
        return False
    inside = _INSIDE.search(body)
    if inside and _OPENER.match(body) and not _REPORTED.search(body[: inside.start()]):
        return False
    return not (_ME.match(body) and not _REPORTED.search(body) and said.says("weighty"))


_SAYS_ME = re.compile("(?:(?<!医生)(?<!大夫)说|问|告诉|骂|夸)我")
_OWN_ZH = re.compile("我|咱|俺|本人")


def _not_their_own_chinese(said: Said) -> bool:
    own = _OWN_ZH.search(said.body)
    if said.correction and "不是" in said.whole:
        return False
    return own is None or own.start() > 30 or _SAYS_ME.search(said.body) is not None


def _says_little(said: Said) -> bool:
    """Too short to mean anything by itself."""
    words = said.body.replace("_", "x").strip(" .!…。！，,").split()
    if said.rules.language == "zh":
        return len(said.body.strip(" 。！~，")) < 4
    return len(words) < 3 and not re.match(r"(?:i'm|im|call) \w{3,}|i \w{4,}", said.body, re.IGNORECASE)


_CHECKS: tuple[tuple[str, Callable[[Said], bool]], ...] = (
    ("code", _code),
    ("quoted", _quoted_line),
    ("no words", _no_words),
    ("too long", _too_long),
    ("log", _log),
    ("other language", _other_language),
    ("question", _question),
    ("hypothetical", lambda said: said.says("hypothetical")),
    ("request", _request),
    ("acknowledgement", _acknowledgement),
    ("about the chat", lambda said: said.says("meta")),
    ("about the companion", _about_the_assistant),
    ("idle", _idle),
    ("not their own", _not_their_own),
    ("says little", _says_little),
)

_TURNS_TO_ASKING = re.compile(
    r"(?:\s*[,;:—–-]+\s*|\s*\.\.\.\s*|\s*…\s*|\s+)(?:(?:so|but|and|then|now) )*(?:please\b|any (?:ideas|suggestions|tips|advice|thoughts)\b|"
    r"(?:what|how|why|where|which|who|can|could|would|will|do|does|did|is|are|should|have|isn't|don't) (?:i|you|we|they|it|there|"
    r"that|this|should|would|can|do|is|are|else|kind|my)\b|i (?:was wondering|wonder|need (?:your|some)|want you|need you|would like)|help me\b|what about)",
    re.IGNORECASE,
)
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
        asking = _TURNS_TO_ASKING.search(said.body)
        length = asking.start() if asking else 0
    minimum = 4 if said.rules.language == "zh" else 8
    if length < minimum:
        return None
    body = said.body[:length]
    return replace(said, raw=said.raw[:length], body=body, whole=body, end=said.start + length)
