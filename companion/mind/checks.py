"""The checks a sentence passes before it may be remembered: each is a named reason to leave it out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from companion.mind import short, whose
from companion.mind.absurd import is_absurd
from companion.mind.dropped import drops_i
from companion.mind.grammar import is_finite, is_verb, words
from companion.mind.rules import Rules as Rules
from companion.mind.rules import rules
from companion.mind.said import CONTRAST, LONGEST_SENTENCE
from companion.mind.said import Said as Said
from companion.mind.said import said as said
from companion.mind.subjects import subject_of

_LETTERS_OR_DIGITS = re.compile(r"[^\W_]")


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


def was_quoted(said: Said) -> bool:
    """Whether it says that what stands before it were another's words, or words given to be typed."""
    return said.rules.says("was_quoted", said.whole.strip())


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


def _question(said: Said) -> bool:
    if said.whole.rstrip(" \"'”’)*_」』").endswith(("?", "？")) and not said.told:
        return True
    return said.says("question") and not _tells_what_was_done(said)


_DONE = re.compile(r"(?:had|did) (?:my|our|the|an?|some)\b", re.IGNORECASE)


def _tells_what_was_done(said: Said) -> bool:
    """ "Had my appendix out last Thursday." begins as a question or a case does, and is neither."""
    return _DONE.match(said.body) is not None and not said.body.rstrip().endswith("?") and drops_i(said.body)


def _hypothetical(said: Said) -> bool:
    if said.says("hypothetical") and not _tells_what_was_done(said):
        return True
    return said.rules.says("imagined", said.whole.strip())


def _irony(said: Said) -> bool:
    if said.says("figurative") or said.says("fib") or is_absurd(said.body):
        return True
    return said.rules.says("irony", said.whole.strip()) and not said.rules.says("in_earnest", said.whole)


def _request(said: Said) -> bool:
    return not said.says("boundary") and said.says("request") and not short.drops_subject(said)


def _acknowledgement(said: Said) -> bool:
    return not said.says("telling") and said.says("acknowledgement")


def _about_the_assistant(said: Said) -> bool:
    return said.says("assistant")


def _idle(said: Said) -> bool:
    return not said.says("telling") and said.says("idle_verbs")


def _not_their_own(said: Said) -> bool:
    """No first person as the one it is about."""
    if said.requested or said.says("boundary") or said.says("elliptical"):
        return False
    if said.rules.language == "zh":
        return _not_their_own_chinese(said)
    if said.correction and CONTRAST.search(said.body):
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
    given = [said.raw[match.start() : match.end()] for match in _BLANKED.finditer(said.body)]
    return any(_FIRST_PERSON.search(words) for words in given)


_BLANKED = re.compile("_{4,}")


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


_LASTING = re.compile(r"^(?:i|we)\b.*\b(?:since \d{4}|for (?:\w+ ){1,3}years)\b", re.IGNORECASE)
_OWN_THING = re.compile(r"\b(?:my|our) \w", re.IGNORECASE)


def _points_elsewhere(said: Said) -> bool:
    """A short sentence about "this" or "it", which means nothing without what was said before."""
    if said.rules.language == "zh" or said.requested or said.correction or said.says("boundary"):
        return False
    if _LASTING.search(said.body):
        return False
    head = said.body.split(",")[0]
    stands = len(head.split()) > 1 and (
        _I_OR_MINE.match(head) is not None or (len(head.split()) > 2 and whose.tells_of_the_person(said.rules, head))
    )
    told = head if stands else said.body
    return len(said.body.split()) <= 9 and said.rules.says("points", told) and not _OWN_THING.search(said.body)


def _of_a_stranger(said: Said) -> bool:
    if said.requested:
        return False
    return said.says("stranger") if said.rules.language == "zh" else whose.tells_of_a_stranger(said.body)


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
    ("hypothetical", _hypothetical),
    ("fiction", lambda said: said.says("fiction")),
    ("request", _request),
    ("acknowledgement", _acknowledgement),
    ("about the chat", lambda said: said.says("meta")),
    ("about the companion", _about_the_assistant),
    ("idle", _idle),
    ("quoted", _quotes_another),
    ("not their own", _not_their_own),
    ("of a stranger", _of_a_stranger),
    ("says little", short.says_little),
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
        if length < _SHORTEST and not said.body.rstrip().endswith("?"):
            return _told_first(said)
    minimum = 4 if said.rules.language == "zh" else _SHORTEST
    if length < minimum:
        return None
    body = said.body[:length]
    return replace(said, raw=said.raw[:length], body=body, whole=body, end=said.start + length)


_SHORTEST = 8
_BEFORE_REQUEST = re.compile(r"\s*[,;:—–]\s*|,? so (?=no |please |don't |do not |never |keep |skip |leave |spare )")
_ORDERS = re.compile(
    r"(?:i|we)(?:'d| would|'ll| will)? (?:\w+ly |just |also )?(?:want|need|like|love|have|take|prefer)\b", re.IGNORECASE
)


def _told_first(said: Said) -> Said | None:
    """The longest part in front of a request that tells by itself: "I keep kosher, so no bacon jokes please." """
    if not _I_OR_MINE.match(said.body) or _ORDERS.match(said.body):
        return None
    for joint in reversed(list(_BEFORE_REQUEST.finditer(said.body[:200]))):
        head = said.cut(0, joint.start())
        if joint.start() >= _SHORTEST and _has_verb(head.body) and tells_by_itself(head):
            return head
    return None


def _has_verb(text: str) -> bool:
    first, *others = words(text)
    is_one = is_finite if first.casefold() in ("my", "our") else is_verb
    return is_finite(first) or any(is_one(word) for word in others)


def after_presupposing(said: Said) -> Said | None:
    """What a question takes for granted ("How do I tell my boss that I'm ill?"), or None."""
    found = said.rules.find("presupposes", said.body)
    if found is None:
        return None
    rest = said.cut(found.end(), len(said.body.rstrip(" ?!.")))
    return None if left_out(rest) else rest


_RESUMES = re.compile(
    r"(?:\.\.+|…|[—–]| - |[,;]) ?(?:but |so )?(?:anyway|anyways|long story short|the point is|what i mean is|"
    r"back to me|seriously though|whatever)[,:.…—–-]* (?=(?:i|i'm|i've|i'd|i'll|my|we|we're|we've|our)\b)",
    re.IGNORECASE,
)


def after_resuming(said: Said) -> Said | None:
    """What the person tells after they broke off: "If I had a pound … anyway, we moved today." """
    found = _RESUMES.search(said.body)
    if found is None:
        return None
    rest = said.cut(found.end(), len(said.raw))
    return None if left_out(rest) else rest


_THEN_OWN = re.compile(
    r"(?:[,;]? but |,? and |, |; |: | because | ?[–—] ?| - )(?=(?:i|i'm|i've|my|we|we're)\b)", re.IGNORECASE
)
_I = re.compile(r"\bi\b", re.IGNORECASE)
_THAT_IS = re.compile(r"^(?:that's|that is|that was|this is|this was) ", re.IGNORECASE)
_NOT_BEFORE = re.compile(
    r"\b(?:if|unless|whether|that|as|so|think|hope|like|just|sure|said|says|say|told|tell)\b", re.IGNORECASE
)


def after_chat(said: Said) -> Said | None:
    """The statement behind a remark on the talk ("Sounds good, but my knee hurts."), or None."""
    if ":" in said.body and said.says("quoting"):
        return None
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
    head = _THAT_IS.sub("", head)
    return "but" in joint or "because" in joint or _NOT_BEFORE.search(head) is None
