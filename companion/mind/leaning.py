"""Sentences that mean nothing without the one before: "She's called Lena.", "It's on Tuesday.", "From Arequipa."

Such a sentence is kept together with the statement it leans on, as one passage of the person's own words.
"""

from __future__ import annotations

import re

from companion.memory.words import content_words
from companion.mind.dropped import drops_he, drops_i
from companion.mind.said import Said
from companion.mind.subjects import first_name
from companion.mind.whose import is_about_another
from companion.text import has_cjk

LONGEST = 320
"""Characters of a passage; more is no longer one thing."""
SETTING = 480
"""Characters of a statement with what stands around it."""
SAYS = 3
"""Content words from which a sentence says how things are."""
LEFT_OUT = frozenset({"not their own", "says little", "points elsewhere", "idle", "told in full by the next"})
"""Reasons for which a sentence may have been left out that still says something of the statement before it."""

_SOMEBODY = re.compile(
    r"^(?:now |then |so )?(?:she|he|they)(?:'s| is| are|'re| was| were| has| have| had|'ve| \w+s| \w+ed)?\b"
    r"|^(?:his|her|their) name(?:'s| is)\b",
    re.IGNORECASE,
)
_SOMEBODY_ZH = re.compile("^(?:她|他|它|她们|他们)(?!们?(?:说|问|告诉|觉得|认为)|的(?!名字))")
_ONE_OF_THEM = re.compile(
    r"^the (?:\w+ )?(?:one|other|others|eldest|oldest|youngest|older|younger|elder)\b", re.IGNORECASE
)
_THING = re.compile(
    r"^(?:it|it's|its|this|that|that's|these|those|there|there's|which|because|so|just|only|not|no|mostly|mainly|or|and"
    r"|also|plus|from|in|at|on|as|with|for|since|by|near|until|till|have been|has been|maybe"
    r"|everything|everyone|nobody|nothing|all of it"
    r"|then|now|still|too|the)\b",
    re.IGNORECASE,
)
_DONE_TO_ME = re.compile(r"^they \w+ (?:me|us)\b", re.IGNORECASE)
_YOU = re.compile(r"\b(?:you|your|thanks?|please|ok|okay|yes|no|sure|great|good|nice|wow|haha|lol)\b", re.IGNORECASE)
_OTHER_PERSON = re.compile(r"\b(?:he|she|they|him|her|his|their|them)\b", re.IGNORECASE)
_NEW_SUBJECT_ZH = re.compile("[我你您他她它]|^(?:昨天|今天|明天)?(?:听说|据说|新闻)")
_GOES_ON = re.compile(
    r"^\W*(?:and |but |so |or |plus |also |then )*(?:because|since|that's why|that is why|which|so (?:now )?(?:i|we)\b"
    r"|and (?:now |then |so )?(?:i|my|we|it)\b|but (?:now |then |still )?(?:i|my|we|it)\b"
    r"|it (?:makes|made|has|feels|felt)\b"
    r"|then i\b|now i\b)|^\W*(?:所以|因此|而且|但是?|不过|然后|结果)",
    re.IGNORECASE,
)


def on_somebody(said: Said) -> bool:
    """Whether it begins with a pronoun for somebody, or with one of several, named just before."""
    if said.rules.language == "zh":
        return _SOMEBODY_ZH.match(said.body) is not None
    return _SOMEBODY.match(said.body) is not None or _ONE_OF_THEM.match(said.body) is not None


def on_one_person(said: Said) -> str:
    """The pronoun for one person with which it begins, "he" or "she", or ""."""
    found = _ONE.match(said.body)
    return _PRONOUNS[found[1].casefold()] if found else ""


_ONE = re.compile(r"(?:(?:and|now|then|so|but) )?(he\b|she\b|[她他](?!们|说|问|告诉|的(?!名字)))", re.IGNORECASE)
_PRONOUNS = {"he": "he", "she": "she", "他": "he", "她": "she"}


def goes_on_about_them(said: Said) -> bool:
    """Whether it may be of the one spoken of just before, though it names nobody: "Works nights.", "Got a place." """
    if said.rules.language == "zh":
        return (_UNNAMED_ZH.match(said.body) or _DONE_ZH.match(said.body)) is not None and _NEW_SUBJECT_ZH.search(
            said.body
        ) is None
    return drops_he(said.body) or (drops_i(said.body) and _OWN.search(said.body) is None)


_OWN = re.compile(r"\b(?:i|i'm|i've|me|my|mine|we|us|our)\b", re.IGNORECASE)
_DONE_ZH = re.compile("^(?!今天|昨天|最近|我)[\u4e00-\u9fff]{1,3}了")
_UNNAMED_ZH = re.compile(
    "^(?:名?叫|今年|刚|才|已经|特别|很|非常|可|最|还|每天|现在|住|在|养|是[只条个位]|超|天天|平时|一直)"
)


def of_another(sentence: str) -> bool:
    """Whether a sentence that was left out is about somebody else."""
    if has_cjk(sentence):
        return (_SOMEBODY_ELSE_ZH.search(sentence) or _HEARD_ZH.search(sentence)) is not None
    return is_about_another(sentence) or _OTHER_PERSON.search(sentence) is not None or first_name(sentence) != ""


def points_to_another(sentence: str) -> bool:
    """Whether somebody is in it by a pronoun alone, so that a later "he" or "she" may mean them."""
    return _OTHER_PERSON.search(sentence) is not None


def one_of_several(said: Said) -> bool:
    return said.rules.language == "en" and _ONE_OF_THEM.match(said.body) is not None


def on_something(said: Said, reason: str) -> bool:
    """Whether it says more of a thing spoken of just before, and nothing of another person. `reason`: why it means
    little alone."""
    if "__" in said.body:
        return False
    if reason in ("points elsewhere", "says little") or _DONE_TO_ME.match(said.body):
        return True
    if len(said.body.split()) <= 4 and said.rules.language == "en":
        return _OTHER_PERSON.search(said.body) is None and _YOU.search(said.body) is None
    if said.rules.language == "zh":
        return len(said.body) <= 16 and _NEW_SUBJECT_ZH.search(said.body) is None
    return _THING.match(said.whole.lstrip(" -*•\"'(")) is not None and _OTHER_PERSON.search(said.body) is None


def goes_on(said: Said) -> bool:
    """Whether a statement of the person's own begins as a part of the one before ("So I left.")."""
    return _GOES_ON.match(said.whole) is not None


def is_setting(said: Said, reason: str) -> bool:
    """Whether a sentence that was left out may stand with a statement beside it: it says how things are, of nobody
    else, in the person's words. "The app wouldn't load." beside "I was on the subway." """
    body = said.body
    if reason not in ("not their own", "points elsewhere", "says little") or "__" in body or '"' in said.raw:
        return False
    if _EXCLAIMS.match(body) or is_about_another(body) or len(content_words(body)) < SAYS:
        return False
    if said.rules.language == "zh":
        return _NEW_SUBJECT_ZH.search(body) is None and _SOMEBODY_ELSE_ZH.search(body) is None
    return _OTHER_PERSON.search(body) is None and _ADDRESSED.search(body) is None


_SOMEBODY_ELSE_ZH = re.compile(
    "大[叔妈爷娘姐哥]|阿姨|老(?:太太|头|人|板|师|婆|公)|小(?:伙子|姑娘|朋友|孩)|男[的人]|女[的人]|孩子|邻居|儿子|女儿|人家|[同室]事|室友|朋友|医生|司机|店主|保安"
)
_HEARD_ZH = re.compile("[他她]|听说|据说|隔壁|楼[上下]|新闻")
_EXCLAIMS = re.compile(
    r"^\W*(?:what an? |(?:the )?(?:best|worst|finest|greatest|highlight)\b|"
    r"how \w+[!.]|it isn't true|it's not true|没错)",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(r"\b(?:you|your|yours|thanks?|please)\b", re.IGNORECASE)
