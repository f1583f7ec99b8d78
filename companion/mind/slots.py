"""What a statement says in an explicit pattern: a slot with one value at a time."""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.rules import rules

IDENTITY = frozenset(
    {"name", "home_city", "birthplace", "birthday", "age", "employer", "job", "partner", "spouse", "school"}
)

_I_AM = r"(?:I|i)(?:'m| am|m)"
NAME = r"(?P<value>[A-Z][\w'-]*(?:[ -][A-Z][\w'-]*){0,3})"
# A place or firm: capitalised words, or for those who write all in small letters up to three that are no article.
_PROPER = (
    r"(?P<value>(?:the )?[A-Z][\w'&.-]*(?:[ -](?:de |of |the |and |am |upon )?[A-Z][\w'&-]*){0,4}"
    r"|(?!(?:an?|the|my|our|his|her|their|this|that|these|with|from|it|one|home|night|days?|least|times?|fear|peace)\b)"
    r"[a-z][\w'-]*(?: [a-z][\w'-]*){0,1}(?=\s*(?:[.,;!]|$|(?:and|with|now|since|but|for|in|last|this|because)\b)))"
)
_DAY = (
    r"(?P<value>(?:the )?\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Z][a-z]{2,8}(?:,? \d{4})?"
    r"|[A-Z][a-z]{2,8} (?:the )?\d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})"
)
_OWN = r"(?:\b(?:I|i|We|we) ?|^)"
"""The subject, or where it is left out."""
_CALLED = r"(?:is|'s)(?: called| named|)|(?:is|'s) name is|, called|,|called|named"
_ONLY_NAMED = r"(?<!ish)(?<!ese)(?<!ian)(?<!ican)(?<!eek)(?<!ench)(?<!utch)(?=\s*(?:[.,!;]|$|and I\b|and we\b))"
"""A name with nothing said of its bearer after it, and no "Peruvian" or "Irish"."""
_TRADE = r"(?P<value>[\w -]{3,40}?)(?=[.,;!]|$| (?:at|for|in|and|with|since) )"
_LIVE = r"(?:[Ll]ive|am living|'m living|am based|'m based|have lived|'ve lived|reside)(?: here)?(?: now)?"

_ENGLISH: tuple[tuple[str, str], ...] = (
    ("name", rf"\b[Mm]y (?:full |first |real )?name(?: is|'s) {NAME}"),
    ("name", r"\b[Mm]y (?:full |first |real )?name(?: is|'s) (?!not|the|a\b|spelt|spelled|in|on|unusual|"
    r"hard)(?P<value>[a-z][\w'-]+)(?=\s*(?:[.,!;]|$|and\b))"),
    ("name", rf"\b(?:[Cc]all me|(?:{_I_AM} (?:called|named))|I go by|(?:people|friends|everyone|everybody|"
    rf"they all|most people)(?: \w+){{0,3}} calls? me) {NAME}"),
    ("name", rf"^{_I_AM} {NAME}(?=[,.!]? (?:nice|good|pleased|glad) )"),
    ("home_city", rf"{_OWN}{_LIVE}(?: with (?:my|our) [\w ]{{2,25}}?)? in {_PROPER}"),
    ("home_city", rf"(?:\b(?:I|i|We|we)(?:'ve| have)?(?: just| recently| finally)? ?|^(?:[Jj]ust |[Rr]ecently |"
    rf"[Ff]inally )?)[Mm]oved(?: back| here)? to {_PROPER}"),
    ("birthplace", rf"(?:\b(?:I|i) was |^(?:was )?)[Bb]orn(?: and raised)? in {_PROPER}"),
    ("birthday", rf"\b[Mm]y birthday(?: is|'s)(?: on)? {_DAY}"),
    ("birthday", rf"\b(?:I|i) was born on {_DAY}"),
    ("age", rf"\b{_I_AM} (?:now |already |almost )?(?P<value>\d{{1,2}})(?= years old|[.,!]|$| and )"),
    ("age", r"\b(?:I|i)(?: just|'ve just| have just)? turned (?P<value>\d{1,2})\b"),
    ("employer", rf"{_OWN}(?:now |currently )?(?:[Ww]ork|am working|'m working)(?: \w+)? (?:at|for) {_PROPER}"),
    ("employer", rf"\b[Mm]y (?:employer|company) is {_PROPER}"),
    ("school", rf"\b(?:I|i)(?: go to| study at| attend|'m studying at) {_PROPER}"),
    ("job", rf"{_OWN}(?:now |currently )?(?:[Ww]ork|am working|'m working) as (?:an? )?{_TRADE}"),
    ("job", rf"\b{_I_AM} (?:currently |now |also )?an? (?P<value>(?:[\w-]+ ){{0,3}}(?:JOBS))\b(?! (?:of|lover))"),
    ("job", rf"\b[Mm]y (?:job|profession|occupation) is {_TRADE}"),
    ("spouse", rf"\b[Mm]y (?:wife|husband|spouse)(?: {_CALLED}|{_CALLED})? {NAME}{_ONLY_NAMED}"),
    (
        "partner",
        rf"\b[Mm]y (?:partner|girlfriend|boyfriend|fiancée?|fiance)(?: {_CALLED}|{_CALLED})? {NAME}{_ONLY_NAMED}",
    ),
    ("diet", rf"\b{_I_AM}(?: a| strictly| mostly)? (?P<value>vegan|vegetarian|pescatarian)\b"),
)  # fmt: skip
_FAVOURITE = re.compile(
    r"\b[Mm]y (?:all-time )?favou?rite (?P<what>\w+(?: \w+)?) (?:is|are|has to be) (?P<value>[^.,;!?]{2,60})"
)

_NOW = re.compile(r" (?:now|nowadays|these days|at the moment|currently|again)$", re.IGNORECASE)
"""What is said with a value and is no part of it."""
_HAN = r"(?P<value>[\u4e00-\u9fffA-Za-z·]{2,8}?)(?=[，。！,.!、]|$|今年|住|来自|是|在|工作|了|很|，)"
_CHINESE: tuple[tuple[str, str], ...] = (
    ("name", rf"(?:我(?:的名字)?(?:叫做?|的名字是|是叫)|我姓名是|^(?:请)?(?:以后)?(?:就)?叫我){_HAN}"),
    ("home_city", rf"我(?:现在|目前|一直|们)?(?:住在|定居在|搬到了?|搬去了?|生活在){_HAN}"),
    ("birthplace", rf"我(?:是)?(?:出生在|生于|在(?=[\u4e00-\u9fff]{{2,6}}出生)){_HAN}"),
    (
        "birthday",
        r"我的?生日(?:是|在)(?P<value>(?:农历)?[0-9一二三四五六七八九十]{1,4}月[0-9一二三四五六七八九十]{1,3}[日号]?)",
    ),
    ("age", r"我(?:今年|已经|现在|快|昨天|今天|刚|刚刚)?满?(?P<value>[0-9一二三四五六七八九十]{1,3})岁"),
    ("employer", r"我(?:现在|目前)?在(?P<value>[\u4e00-\u9fffA-Za-z]{2,12}?)(?:工作|上班|任职)"),
    ("school", r"我(?:现在|目前)?在(?P<value>[\u4e00-\u9fffA-Za-z]{2,12}?)(?:上学|读书|念书|读大学|读研)"),
    ("job", r"我(?:现在)?是(?:一?(?:名|个|位))?(?P<value>[\u4e00-\u9fff]{0,6}?(?:JOBS))"),
    ("spouse", rf"我的?(?:老婆|妻子|太太|丈夫|老公|爱人)(?:叫|的名字(?:是|叫)){_HAN}"),
    ("partner", rf"我的?(?:女朋友|男朋友|女友|男友|对象)(?:叫|的名字(?:是|叫)){_HAN}"),
)
_FAVOURITE_ZH = re.compile(r"我最(?:喜欢|爱)的(?P<what>[\u4e00-\u9fff]{1,6}?)(?:是|就是)(?P<value>[^，。！？,.]{1,20})")
_VERBS_AFTER = r"(?=[ ,']|$)"


@lru_cache(maxsize=2)
def _compiled(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    source = _CHINESE if language == "zh" else _ENGLISH
    jobs = rules(language).jobs
    return tuple((slot, re.compile(pattern.replace("JOBS", jobs))) for slot, pattern in source)


@lru_cache(maxsize=512)
def slot_of(sentence: str, language: str) -> tuple[str, str] | None:
    """(slot, value) when the words fill one explicitly. Denials and the past ("I used to live in …") fill none."""
    if _UNFILLED.search(sentence):
        return None
    for slot, pattern in _compiled(language):
        match = pattern.search(sentence)
        if match and match["value"].strip():
            return slot, match["value"].strip(" .")
    favourite = (_FAVOURITE_ZH if language == "zh" else _FAVOURITE).search(sentence)
    if favourite:
        return "favourite_" + favourite["what"].lower().replace(" ", "_"), _NOW.sub("", favourite["value"].strip())
    return None


_UNFILLED = re.compile(
    r"\b(?:used to|don't|do not|didn't|never|not|isn't|ain't|no longer|want to|wish|might|would|if|before|when i was)\b"
    r"(?!.*, not\b)|以前|曾经|不是|不在|没有|想|如果|要是",
    re.IGNORECASE,
)
