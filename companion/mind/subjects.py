"""Whose life a statement is about: the person's, or that of somebody they name."""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.grammar import is_finite
from companion.mind.grammar import words as words_of
from companion.mind.rules import rules
from companion.mind.slots import NAME
from companion.text import has_cjk

# "my sister is", "Mum's on the list" and "my sister's ill", but neither "my sister's wedding" nor "my sister and I".
_NOUNS_IN_ING = (
    "wedding|building|painting|ceiling|clothing|feelings?|meeting|evening|morning|earrings?|drawing|upbringing|hearing"
)
AFTER_IS = (
    r"(?:an?|the|in|at|on|off|out|up|back|away|over|under|from|with|not|never|no|very|so|too|been|got|gone|going|just|"
    r"always|still|only|also|really|now|all|about|as|like|to|"
    rf"(?!(?:{_NOUNS_IN_ING})\b)\w+ing|\w+ed (?:her|his|their|a|the|my|me|us|it|to|from|in|on|at|by|with|up|out|"
    rf"off|into)|"
    r"stopped|finished|passed|failed|escaped|arrived|turned|retired|graduated|disappeared|vanished|decided|refused|"
    r"learned|learnt|joined|applied|eaten|bitten|fallen|come|begun|won|quit|taken|given|made|had|left|lost|found|bought|sold|become|moved|started|"
    r"ill|sick|here|there|dead|fine|pregnant|happy|sad|ok|okay|well|better|worse|home|alive|well|due|half|nearly|"
    r"\d+|three|four|five|six|seven|eight|nine|ten|eleven|twelve|called|named|dying)\b"
)
_IS_SUBJECT = rf"(?! and (?:I|me|my)\b| & I|'s (?!{AFTER_IS}))"
# Time or place in front of the subject: "Yesterday my neighbour …", "Last week, Mum …".
_FRONT = re.compile(
    r"^(?:(?:yesterday|today|tonight|tomorrow|recently|lately|apparently|sadly|luckily|meanwhile|nowadays|"
    r"these days|so|"
    r"now|then|once|turns out|it turns out|(?:last|next|this|every|one|the other) \w+|on (?:\w+day)s?(?: night|"
    r" morning)?|"
    r"in (?:\w+|the (?:morning|evening|end|meantime|summer|winter))|at (?:\w+|the weekend|the moment)|"
    r"(?:\w+|a few|a couple of) (?:days|weeks|months|years) ago|for (?:\w+ ){1,2}(?:days|weeks|months|years))\b,? )+"
    r"(?=(?:my|our|mum|mom|dad|gran|nan|grandma|grandad|grandpa|one of|(?-i:[A-Z][a-z]+))\b)",
    re.IGNORECASE,
)
# What somebody says of another is about the other: "The vet says our dog has arthritis."
_REPORTED = re.compile(
    r"^(?:(?:the|my|our|his|her|a) )?(?:[\w'-]+ ){1,2}?(?:says?|said|thinks?|reckons?|told (?:me|us)|"
    r"tells (?:me|us)|confirmed|found|"
    r"believes?|suspects?)(?: that)? (?=(?:my|our|mum|mom|dad|gran|nan|grandma|grandad|(?-i:[A-Z]\w+), (?:my|our))\b)",
    re.IGNORECASE,
)
_BARE_KIN = (
    r"[Mm]um|[Mm]om|[Dd]ad|[Mm]ama|[Pp]apa|[Mm]ummy|[Dd]addy|[Gg]randma|[Gg]randpa|[Gg]ran|[Gg]ranny|[Nn]an|[Nn]ana|"
    r"[Nn]anna|[Gg]randad|[Gg]randdad|[Hh]ubby"
)
_KIN_ZH = (
    "室友|老婆|老公|儿子|女儿|妈妈?|爸爸?|奶奶|爷爷|外婆|外公|"
    "姥姥|姥爷|弟弟?|妹妹?|哥哥?|姐姐?|闺蜜|男朋友|女朋友|家里的?[狗猫]"
)
_PETS = (
    "dog|puppy|cat|kitten|rabbit|hamster|guinea pig|parrot|budgie|hen|tortoise|goldfish|ferret|pony|horse|goat|gerbil|"
    "canary|lizard|gecko|snake|donkey|rat|duck"
)
_THE_KIN = (
    r"wife|husband|missus|kids?|kiddos?|baby(?!(?: is|'s) (?:here|due|coming|arriving|overdue|born|kicking))|"
    r"twins|boys|girls|children|dog|cat|puppy|kitten|cats|dogs|in-laws|"
    r"little one|"
    r"other half|toddler|grandkids|grandchildren|girlfriend|boyfriend|parents|lad|lads|fella|ex"
)
_NO_ADJECTIVE = (
    "is|are|was|were|has|have|had|do|does|did|can|will|would|and|or|but|of|for|to|from|in|at|on|as|with|by|about|after|"
    "before|an?|the|who|that|which|whose|because|than|like|my|his|her|their|me|job|life|work|career|new job|made|got|"
    "makes|gets|let|lets|keeps|kept|took|takes|gave|gives|wants|needs|means|meant"
)
_COMPOUND = re.compile(
    r"^ (?:allergy|allergies|training|loans?|licen[cs]e|walker|food|hair|fees|debts?|meetings?|work|days|years|"
    r"life|house|"
    r"card|job|business|status|visa|course|school|practi[cs]e|shifts?|appointment|office|salary|insurance|bed|"
    r"sitter|show|"
    r"phobia|therapy|situation|drama|issues|history|tree|home|photos?|album|role|group|project|event|outing|dynamics?|"
    r"morale|spirit|performance|name|hood|and i)\b",
    re.IGNORECASE,
)
"""Words that make "dog" or "student" the first part of a thing: "my dog walker", "my student loan"."""


@lru_cache(maxsize=2)
def _relation(language: str) -> tuple[re.Pattern[str], ...]:
    """Sentences whose subject is somebody in the person's life, by name where there is one."""
    tables = rules(language)
    if language == "zh":
        words = f"{tables.relations}|{tables.people}"
        named = r"叫(?P<name>[\u4e00-\u9fffA-Za-z]{2,4}?)(?=[，。！,是在今]|$)"
        called = rf"(?:{named}|(?P<nick>[小阿][\u4e00-\u9fff]))?"
        return (
            re.compile(
                rf"^(?:昨天|今天|最近|上周|上个?月|去年)?我(?:们|的|家的?)?(?P<relation>{words}){called}"
                r"(?!和我|跟我|一起|对我|给我|说我)"
            ),
            re.compile(
                r"^(?:昨天|今天|最近)?我们?(?:公司|学校|班|单位|部门|小区|办公室|组|店|村|宿舍|隔壁|楼[上下])[里上]?"
                rf"(?:新来的?|有个|那个|的)*(?P<relation>{words}){called}"
            ),
            re.compile(rf"^(?P<relation>{_KIN_ZH})(?P<nick>[小阿老][\u4e00-\u9fff])?(?![说的和跟])(?=\S{{3,}})"),
        )
    words = f"{tables.relations}|{tables.people}|{tables.jobs}"
    mine = rf"^(?:[Mm]y|[Oo]ur) (?:(?!(?:{_NO_ADJECTIVE})\b)[a-z0-9-]+ ){{0,3}}?"
    return (
        re.compile(
            rf"{mine}(?P<relation>{words})(?: is (?:called|named) |, | |'s name is | \()"
            rf"(?P<name>[A-Z][\w'-]+?)\b{_IS_SUBJECT}"
        ),
        re.compile(rf"{mine}(?P<relation>{words}) (?P<name>[A-Z][\w-]+)(?= (?!and (?:I|me|my)\b)[a-z']|\W*$)"),
        re.compile(
            rf"{mine}(?P<relation>{words})(?: (?:from|at|in) (?:[\w]+ ){{1,3}}|'?s? name |)(?:is|"
            rf"'s) (?P<name>[A-Z][a-z\w-]+)\W*$"
        ),
        re.compile(
            rf"^[Oo]ur (?P<name>(?!{_NOBODY})[A-Z][a-z]+)(?P<relation>)(?:'s {AFTER_IS}| (?:is|was|has|had|does|"
            rf"doesn't|won't|can't|never|always|\w+ed|\w+s)\b)"
        ),
        re.compile(rf"{mine}(?P<relation>{words})\b(?P<name>){_IS_SUBJECT}"),
        re.compile(
            rf"^(?:[Tt]he )?(?P<relation>[Aa]unt|[Aa]untie|[Uu]ncle|[Cc]ousin|"
            rf"{_BARE_KIN}) (?P<name>[A-Z][\w-]+)\b{_IS_SUBJECT}"
        ),
        re.compile(rf"^(?P<relation>{_BARE_KIN})\b(?P<name>){_IS_SUBJECT}(?=['\w ,]+\w)"),
        re.compile(rf"^[Tt]he (?P<relation>{_THE_KIN})\b(?P<name>){_IS_SUBJECT}(?= \w|'s)"),
        re.compile(
            rf"^(?P<name>[A-Z][\w-]+)(?:,| \(| is| was|'s| has (?:always )?been) (?:my|our) (?:[a-z-]+ ){{0,2}}"
            rf"(?P<relation>{words})\b"
        ),
        re.compile(
            rf"^(?P<name>[A-Z][\w-]+)(?:,| \() ?(?:the|our|my) (?:[a-z-]+ ){{0,2}}?(?P<relation>{_PETS}|"
            rf"{words})(?:,|\))"
        ),
        re.compile(
            rf"^(?:[Oo]ne|[Tt]wo|[Ss]ome|[Hh]alf|[Mm]ost|[Aa]ll|[Bb]oth|[Nn]one|[Ss]everal|[Mm]any) (?:of )?"
            rf"(?:my|our) (?:[a-z-]+ ){{0,2}}(?P<relation>{words})\b(?P<name>)"
        ),
        re.compile(rf"^[Aa]n? (?:[a-z-]+ ){{0,2}}(?P<relation>{words}) of (?:mine|ours)\b(?P<name>)"),
    )


_LEARNED = re.compile(
    r"^(?:i|we)(?:'ve| have)? (?:just |only |also |recently )*(?:found out|hear|heard|learned|learnt|discovered|"
    r"can't believe|"
    r"cannot believe|think|believe|suspect|reckon|realised|realized|was told|am told)(?: that)? (?=(?:my|our|"
    r"mum|mom|dad|gran|nan)\b)",
    re.IGNORECASE,
)
_WITH_ME = re.compile(r"^(?:my|our) (?:[\w'-]+ ){1,4}and (?:i|me)\b|^me and\b", re.IGNORECASE)
_SERVES = re.compile(
    r"^(?:boss|manager|colleague|neighbou?r|teacher|professor|therapist|doctor|coach|landlord|landlady|consultant|gp|"
    r"surgeon|physio|nurse|midwife|dentist|supervisor|line manager|employer|solicitor|lawyer)$"
)


def serves(relation: str) -> bool:
    """Whether somebody of that relation has a role in the person's life that another can take over."""
    return _SERVES.match(relation.casefold()) is not None


_OF_ME = re.compile(
    r"^(?:my|our) (?:[\w-]+ ){1,3}(?:says?|said|thinks?|told me|tells me|confirmed|reckons?|diagnosed me|believes?)"
    r"(?: that)? (?:i|i'm|i've|my|with|it's)\b",
    re.IGNORECASE,
)
_AND_I = re.compile(r"\b(?:and|so|which means|but) (?:now |so |then )?(?:i|i'm|i've|my|we|we're)\b", re.IGNORECASE)


@lru_cache(maxsize=512)
def subject_of(sentence: str, language: str) -> str:
    """ "person", or the one named first: by name when it is given, else by relation ("my mum" → "mother"). What a
    doctor or boss says or does to the person is about the person."""
    if language == "en":
        front = _FRONT.match(sentence)
        sentence = sentence[front.end() :] if front else sentence
        reported = _REPORTED.match(sentence)
        if reported:
            of_whom = subject_of(sentence[reported.end() :], language)
            return (
                of_whom
                if of_whom != "person" or _OF_ME.match(sentence)
                else subject_of(sentence[: reported.end()], language)
            )
        learned = _LEARNED.match(sentence)
        if learned and any(is_finite(word) for word in words_of(sentence[learned.end() :])[1:6]):
            return subject_of(sentence[learned.end() :], language)
    if _WITH_ME.match(sentence):
        return "person"
    for pattern in _relation(language):
        match = pattern.search(sentence)
        if match and _is_human(sentence, match):
            relation = match["relation"].lower()
            if _OF_ME.match(sentence) or (_SERVES.match(relation) and _AND_I.search(sentence)):
                return "person"
            return _name_in(match) or rules(language).kin.get(relation, relation)
    return "person"


def who_is_told_of(sentence: str, language: str) -> tuple[str, str, int] | None:
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


_NOBODY = (
    "January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|"
    "Thursday|Friday|Saturday|Sunday|Christmas|Easter|English|French|German|Spanish|Italian|Chinese|Internet|Airbnb|"
    "University|School|College|Company|Government|Church|Club|Team|Town|City|Street|Wi|Toyota|Ford|Honda|Volvo|Fiat|Skoda|Renault|Tesla"
)


def _is_human(sentence: str, match: re.Match[str]) -> bool:
    """Whether what matched is somebody, and not the first part of a thing's name."""
    return _name_in(match) != "" or _COMPOUND.match(sentence[match.end() :]) is None


def _name_in(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return groups.get("name") or groups.get("nick") or ""


@lru_cache(maxsize=2)
def _at_one_remove(language: str) -> re.Pattern[str]:
    words = f"{rules(language).relations}|{rules(language).people}"
    if language == "zh":
        return re.compile(rf"^(?:昨天|今天|最近)?我(?:的|家的?)?(?:{words})的(?:{words})")
    return re.compile(
        rf"^(?:[Mm]y|[Oo]ur) (?:[\w-]+ ){{0,2}}?(?:{words})'s? (?!got |had |has |seeing |dating |having )"
        rf"(?:[\w-]+ ){{0,2}}?(?:{words})\b",
        re.IGNORECASE,
    )


def at_one_remove(sentence: str, language: str) -> bool:
    """Whether it is about somebody whom the person knows through another ("my colleague's cousin")."""
    return _at_one_remove(language).match(sentence) is not None


@lru_cache(maxsize=2)
def _company(language: str) -> re.Pattern[str]:
    words = rules(language).relations
    if language == "zh":
        return re.compile(
            rf"(?:(?<![女男])|(?!孩子))(?P<relation>{words})(?:名?叫(?P<called>[\u4e00-\u9fff]{{2,3}})(?=[，。！,]|$)|"
            rf"(?:就?是)?(?P<name>[小阿][\u4e00-\u9fff]))?"
        )
    return re.compile(
        rf"\b(?P<relation>{words})\b(?: (?P<name>(?-i:[A-Z])[\w'-]+)|(?:,| is| was| called| named)+ "
        rf"(?P<called>(?!(?:{_NOBODY})\b)(?-i:[A-Z])[a-z]+)(?=\W*$|[.,;!)] ))?",
        re.IGNORECASE,
    )


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
    return found[-1]["name"] or found[-1].groupdict().get("called") or rules(language).kin.get(relation, relation)


_MINE = re.compile(r"\b(?:my|our) (?:(?!and\b|or\b)[\w-]+ ){0,2}$", re.IGNORECASE)


def of_mine_in(sentence: str, language: str) -> str:
    """The one person or animal of the person's that a sentence mentions ("my cat Bismarck"); "" for none or more."""
    found = list(_company(language).finditer(sentence))
    if len(found) != 1 or sentence[found[0].end() :].startswith(("'s", "’s")):
        return ""
    before = sentence[: found[0].start()]
    if not (before.endswith(("我", "我家", "我的")) if language == "zh" else _MINE.search(before)):
        return ""
    return somebody_in(sentence, language) or ""


_CALLED_NAME = re.compile(
    rf"\b(?:called|named|name is|name's|'s|is) {NAME}(?=[.,!]|$)|^[Tt]he (?:\w+ )?one, (?P<one>[A-Z][\w'-]+)"
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


def first_names(sentence: str) -> tuple[str, ...]:
    """What a sentence may begin by naming: of Chinese, where nothing marks a name, its first two to four characters."""
    if not has_cjk(sentence[:2]):
        return (first_name(sentence),) if first_name(sentence) else ()
    run = _HAN_RUN.match(sentence)
    length = len(run.group()) if run else 0
    return tuple(sentence[:size] for size in (4, 3, 2) if size < length and "我" not in sentence[:size])


_HAN_RUN = re.compile("[\u4e00-\u9fff]{3,}")


def known_first(sentence: str, known: frozenset[str]) -> str:
    """The one of the `known` names (case folded) that a sentence begins with; "" where it begins with none."""
    return next((name for name in first_names(sentence) if name.casefold() in known), "")


def introduces(sentence: str, name: str) -> bool:
    """Whether a sentence says who bears a name ("my dog Biscuit", "Lena is my sister")."""
    if has_cjk(name):
        words = rules("zh").relations
        return re.search(rf"(?:叫做?|名字是|{words}){re.escape(name)}(?=[，。！,!的是在今]|$)", sentence) is not None
    words = rules("en").relations
    called = r"(?:,? | is | are |: | is called | are called | called | named |'s name is )"
    others = r"(?:(?-i:[A-Z])[\w-]+(?:, and |, | and )){0,4}"
    whose = r"(?:my|our|an?|two|three|four|five|[2-5])"
    pattern = rf"\b{whose} (?:[\w-]+ ){{0,2}}?(?:{words})s?{called}{others}{re.escape(name)}\b"
    bearer = rf"\b{re.escape(name)}(?:,| is| was|'s) (?:my|our) (?:[\w-]+ ){{0,2}}?(?:{words})\b"
    return re.search(f"{pattern}|{bearer}", sentence, re.IGNORECASE) is not None


@lru_cache(maxsize=1)
def _introduction() -> re.Pattern[str]:
    words = rules("en").relations
    return re.compile(
        rf",? (?:with|and) (?=(?:my|our) (?:[a-z-]+ ){{0,2}}?(?:{words})(?:,| called| named)? [A-Z][\w-]+)"
    )


def introduced(sentence: str) -> tuple[int, int] | None:
    """Where company is introduced by name behind a statement: the joint's begin and end (" with |my dog Biscuit")."""
    match = _introduction().search(sentence)
    return match.span() if match else None


@lru_cache(maxsize=2)
def _have(language: str) -> re.Pattern[str]:
    words = rules(language).relations
    if language == "zh":
        return re.compile(
            rf"(?:有|养|领养|收养|捡|生)了?(?:[一两三四五1-9几][只条个位匹]|个)?\S{{0,6}}?(?:{words})[。，！]?$"
        )
    return re.compile(
        rf"\b(?:have|got|had|has|adopted|met|taken on|dating|seeing|married|bought|rescued|fostering|expecting)\b"
        rf"(?: \w+)? (?:an?|one|two|three|four|my|this|another|the) (?:[\w-]+ ){{0,3}}?(?:{words})\b"
        rf"(?:[^,;]{{0,20}}|, (?-i:[A-Z])[a-z]+\W*)$",
        re.IGNORECASE,
    )


def just_introduced(sentence: str, language: str) -> bool:
    """Whether a sentence ends in naming somebody of whom the next may go on to tell ("We have a new baby.")."""
    return _have(language).search(sentence) is not None
