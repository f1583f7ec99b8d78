"""What a statement says in an explicit pattern: a slot with one value at a time, and whose life it is about."""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.rules import rules

IDENTITY = frozenset(
    {"name", "home_city", "birthplace", "birthday", "age", "employer", "job", "partner", "spouse", "school"}
)

_I_AM = r"(?:I|i)(?:'m| am|m)"
_NAME = r"(?P<value>[A-Z][\w'-]*(?:[ -][A-Z][\w'-]*){0,3})"
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
_CALLED = r"(?:is|'s)(?: called| named|)|(?:is|'s) name is|, called|,|called|named"
_ONLY_NAMED = r"(?<!ish)(?<!ese)(?<!ian)(?<!ican)(?<!eek)(?<!ench)(?<!utch)(?=\s*(?:[.,!;]|$|and I\b|and we\b))"
"""A name with nothing said of its bearer after it, and no "Peruvian" or "Irish"."""
_TRADE = r"(?P<value>[\w -]{3,40}?)(?=[.,;!]|$| (?:at|for|in|and|with|since) )"
_LIVE = r"(?:live|am living|'m living|am based|'m based|have lived|'ve lived|reside)(?: here)?(?: now)?"

_ENGLISH: tuple[tuple[str, str], ...] = (
    ("name", rf"\b[Mm]y (?:full |first |real )?name(?: is|'s) {_NAME}"),
    ("name", rf"\b(?:[Cc]all me|(?:{_I_AM} (?:called|named))|I go by|people call me|everyone calls me) {_NAME}"),
    ("name", rf"^{_I_AM} {_NAME}(?=[,.!]? (?:nice|good|pleased|glad) )"),
    ("home_city", rf"\b(?:I|i|We|we) ?{_LIVE} in {_PROPER}"),
    ("home_city", rf"\b(?:I|i|We|we)(?:'ve| have)?(?: just| recently| finally)? ?moved(?: back| here)? to {_PROPER}"),
    ("birthplace", rf"\b(?:I|i) was born(?: and raised)? in {_PROPER}"),
    ("birthday", rf"\b[Mm]y birthday(?: is|'s)(?: on)? {_DAY}"),
    ("birthday", rf"\b(?:I|i) was born on {_DAY}"),
    ("age", rf"\b{_I_AM} (?:now |already |almost )?(?P<value>\d{{1,2}})(?= years old|[.,!]|$| and )"),
    ("age", r"\b(?:I|i)(?: just|'ve just| have just)? turned (?P<value>\d{1,2})\b"),
    ("employer", rf"\b(?:I|i)(?: now| currently)? ?(?:work|am working|'m working)(?: \w+)? (?:at|for) {_PROPER}"),
    ("employer", rf"\b[Mm]y (?:employer|company) is {_PROPER}"),
    ("school", rf"\b(?:I|i)(?: go to| study at| attend|'m studying at) {_PROPER}"),
    ("job", rf"\b(?:I|i)(?: now| currently)? ?(?:work|am working|'m working) as (?:an? )?{_TRADE}"),
    ("job", rf"\b{_I_AM} (?:currently |now |also )?an? (?P<value>(?:[\w-]+ ){{0,3}}(?:JOBS))\b(?! (?:of|lover))"),
    ("job", rf"\b[Mm]y (?:job|profession|occupation) is {_TRADE}"),
    ("spouse", rf"\b[Mm]y (?:wife|husband|spouse)(?: {_CALLED}|{_CALLED})? {_NAME}{_ONLY_NAMED}"),
    (
        "partner",
        rf"\b[Mm]y (?:partner|girlfriend|boyfriend|fiancée?|fiance)(?: {_CALLED}|{_CALLED})? {_NAME}{_ONLY_NAMED}",
    ),
    ("diet", rf"\b{_I_AM}(?: a| strictly| mostly)? (?P<value>vegan|vegetarian|pescatarian)\b"),
)  # fmt: skip
_FAVOURITE = re.compile(
    r"\b[Mm]y (?:all-time )?favou?rite (?P<what>\w+(?: \w+)?) (?:is|are|has to be) (?P<value>[^.,;!?]{2,60})"
)

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
        return "favourite_" + favourite["what"].lower().replace(" ", "_"), favourite["value"].strip()
    return None


_UNFILLED = re.compile(
    r"\b(?:used to|don't|do not|didn't|never|not|isn't|ain't|no longer|want to|wish|might|would|if|before|when i was)\b"
    r"(?!.*, not\b)|以前|曾经|不是|不在|没有|想|如果|要是",
    re.IGNORECASE,
)


# "my sister is" and "my sister's ill", but neither "my sister's wedding" nor "my sister and I".
_IS_SUBJECT = (
    r"(?! and (?:I|me|my)\b| & I|'s (?!(?:an?|in|at|not|very|so|been|got|having|getting|going|coming|moving|working|"
    r"living|doing|studying|leaving|dating|staying|ill|sick|here|back|dead|fine)\b))"
)


@lru_cache(maxsize=2)
def _relation(language: str) -> tuple[re.Pattern[str], ...]:
    """Sentences whose subject is somebody in the person's life, by name where there is one."""
    words = rules(language).relations
    if language == "zh":
        named = r"叫(?P<name>[\u4e00-\u9fffA-Za-z]{2,4}?)(?=[，。！,是在今]|$)"
        called = rf"(?:{named}|(?P<nick>[小阿][\u4e00-\u9fff]))?"
        return (
            re.compile(
                rf"^(?:昨天|今天|最近)?我(?:的|家的?)?(?P<relation>{words}){called}(?!和我|跟我|一起|对我|给我|说我)"
            ),
        )
    mine = r"^(?:[Mm]y|[Oo]ur) (?:[a-z-]+ ){0,2}?"
    return (
        re.compile(
            rf"{mine}(?P<relation>{words})(?: is (?:called|named) |, | |'s name is )"
            rf"(?P<name>[A-Z][\w'-]+?)\b{_IS_SUBJECT}"
        ),
        re.compile(rf"{mine}(?P<relation>{words}) (?P<name>[A-Z][\w-]+)(?= (?!and (?:I|me|my)\b)[a-z'])"),
        re.compile(rf"{mine}(?P<relation>{words})\b(?P<name>){_IS_SUBJECT}"),
        re.compile(
            r"^(?P<relation>[Aa]unt|[Aa]untie|[Uu]ncle|[Cc]ousin|[Gg]randma|[Gg]randpa) (?P<name>[A-Z][\w'-]+)\b"
        ),
        re.compile(rf"^(?P<name>[A-Z][\w-]+)(?:,| is| was|'s) my (?:[a-z-]+ ){{0,2}}(?P<relation>{words})\b"),
    )


_SERVES = re.compile(
    r"^(?:boss|manager|colleague|neighbou?r|teacher|professor|therapist|doctor|coach|landlord|landlady)$"
)
_OF_ME = re.compile(
    r"^(?:my|our) (?:[\w-]+ ){1,3}(?:says?|said|thinks?|told me|tells me|confirmed|reckons?|diagnosed me|believes?)"
    r"(?: that)? (?:i|i'm|i've|my|with|it's)\b",
    re.IGNORECASE,
)
_AND_I = re.compile(r"\b(?:and|so|which means|but) (?:now |so |then )?(?:i|i'm|i've|my|we|we're)\b", re.IGNORECASE)


def subject_of(sentence: str, language: str) -> str:
    """ "person", or the one named first: by name when it is given, else by relation ("my mum" → "mother"). What a
    doctor or boss says or does to the person is about the person."""
    for pattern in _relation(language):
        match = pattern.search(sentence)
        if match:
            relation = match["relation"].lower()
            if _OF_ME.match(sentence) or (_SERVES.match(relation) and _AND_I.search(sentence)):
                return "person"
            return _name_in(match) or rules(language).kin.get(relation, relation)
    return "person"


def introduced(sentence: str, language: str) -> tuple[str, str, int] | None:
    """(relation, name, where what is said of them begins) of a sentence about somebody in the person's life; the name
    is "" where it gives none. "My sister Lena moved." gives ("sister", "Lena", 14)."""
    for pattern in _relation(language):
        match = pattern.search(sentence)
        if match:
            relation = match["relation"].lower()
            return rules(language).kin.get(relation, relation), _name_in(match), match.end()
    return None


def relation_in(sentence: str, language: str) -> str:
    """The first word for a relation in a sentence, one word for all of a kind; "" where there is none."""
    match = _company(language).search(sentence)
    relation = match["relation"].lower() if match else ""
    return rules(language).kin.get(relation, relation)


def _name_in(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return groups.get("name") or groups.get("nick") or ""


@lru_cache(maxsize=2)
def _at_one_remove(language: str) -> re.Pattern[str]:
    words = rules(language).relations
    if language == "zh":
        return re.compile(rf"^(?:昨天|今天|最近)?我(?:的|家的?)?(?:{words})的(?:{words})")
    return re.compile(
        rf"^(?:[Mm]y|[Oo]ur) (?:[\w-]+ ){{0,2}}?(?:{words})'s? (?:[\w-]+ ){{0,2}}?(?:{words})\b", re.IGNORECASE
    )


def at_one_remove(sentence: str, language: str) -> bool:
    """Whether it is about somebody whom the person knows through another ("my colleague's cousin")."""
    return _at_one_remove(language).match(sentence) is not None


@lru_cache(maxsize=2)
def _company(language: str) -> re.Pattern[str]:
    words = rules(language).relations
    if language == "zh":
        return re.compile(rf"(?P<relation>{words})(?P<name>[小阿][\u4e00-\u9fff])?")
    return re.compile(rf"\b(?P<relation>{words})\b(?: (?P<name>(?-i:[A-Z])[\w'-]+))?", re.IGNORECASE)


_STRANGER = re.compile(
    r"\b(?:someone|somebody|an? (?:\w+ )?(?:guy|girl|man|woman|boy|lady))\b|有(?:个|一个)人", re.IGNORECASE
)


def somebody_in(sentence: str, language: str) -> str | None:
    """Whom the sentence mentions last, by name or relation, for "She's called Lena." after "I have a sister."; ""
    for somebody who has neither yet."""
    found = list(_company(language).finditer(sentence))
    if not found:
        return "" if _STRANGER.search(sentence) else None
    relation = found[-1]["relation"].lower()
    return found[-1]["name"] or rules(language).kin.get(relation, relation)


_CALLED_NAME = re.compile(
    rf"\b(?:called|named|name is|name's|'s|is) {_NAME}(?=[.,!]|$)|^[Tt]he (?:\w+ )?one, (?P<one>[A-Z][\w'-]+)"
    rf"|叫(?P<han>[\u4e00-\u9fffA-Za-z]{{1,4}})"
)


def name_given(sentence: str) -> str | None:
    """The name in "She's called Lena."."""
    match = _CALLED_NAME.search(sentence)
    return (match["value"] or match["one"] or match["han"]) if match else None


_FIRST_NAME = re.compile(r"^(?P<name>[A-Z][\w-]{1,20})(?:'s)? (?!and (?:i|me)\b)[a-z]")


def first_name(sentence: str) -> str:
    """The name that a sentence begins with, or what looks like one; "" where none does."""
    match = _FIRST_NAME.match(sentence)
    return match["name"] if match else ""


def introduces(sentence: str, name: str) -> bool:
    """Whether a sentence says who bears a name ("my dog Biscuit", "Lena is my sister")."""
    words = rules("en").relations
    called = r"(?:,? | is | is called | called | named |'s name is )"
    pattern = rf"\b(?:my|our) (?:[\w-]+ ){{0,2}}?(?:{words}){called}{re.escape(name)}\b"
    bearer = rf"\b{re.escape(name)}(?:,| is| was|'s) (?:my|our) (?:[\w-]+ ){{0,2}}?(?:{words})\b"
    return re.search(f"{pattern}|{bearer}", sentence, re.IGNORECASE) is not None
