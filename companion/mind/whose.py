"""Whether an English sentence tells of the person: by its subject, else by what is done to them."""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.bodies import tells_of_the_body
from companion.mind.dropped import drops_i
from companion.mind.grammar import WORD, alternatives, is_finite, is_one_of, is_past, is_verb
from companion.mind.grammar import words as grammar_words
from companion.mind.rules import Rules, rules
from companion.mind.subjects import subject_of

_FIRST = r"(?:i|i'm|i've|i'd|i'll|im|ive|we|we're|we've|we'll|my|our|mine|myself)\b"
_BEGINS = re.compile(
    rf"{_FIRST}|me and (?:my|the|[a-z]+)\b|(?:both|neither|none|all|one|some|most|part|half) of (?:us|my|our)\b|"
    rf"neither my |the real me |(?:mum|mom|dad|mama|papa|grandma|grandpa|granny|nana)'s ",
    re.IGNORECASE,
)
_BY_ITSELF = re.compile(r"(?:i|we|my|our|me|i'm|i've|we're|we've)\b", re.IGNORECASE)
_INSIDE = re.compile(rf"(?:^|[ ,;:—–-]){_FIRST}", re.IGNORECASE)
_ME = frozenset({"me", "us", "my", "our"})
_NOT_A_SUBJECT = re.compile(
    r"^(?:it|this|that|these|those|there|here|what|how|who|why|when|where|which|if|as|so|such|let|please|no|not|"
    r"yes|then|"
    r"you|your|you're|can|could|would|will|should|do|does|did|is|are|was|were|make|makes|makes sure|give|gives|"
    r"tell|help|"
    r"show|to|for|from|with|in|on|at|by|about|of|option|step|part|phase|point|version|plan|idea)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(?:who|whose|whom|that|which)\b", re.IGNORECASE)
_TAGGED = re.compile(r", me\W*$", re.IGNORECASE)
"""As in "Never smoked, me.\""""
_ASKED = re.compile(r"\basked (?:me|us) (?:out|to (?:be|marry|move|stay|join|leave|come|dance))\b", re.IGNORECASE)
_LET_GO = re.compile(r"\b(?:let|lets) (?:me|us) (?:go|off|down|in)\b", re.IGNORECASE)
_MOST_WORDS = 8
_REACH = 5
"""Words between a verb in the past and "my" or "me" behind it."""
_FOR_ME = re.compile(
    r"^(?!it|this|that|these|those|what|which|sounds|looks|works)(?:[\w'-]+ ){1,5}(?:is|are|isn't|aren't|was|"
    r"were|'s|tastes?|"
    r"smells?|feels?|agrees?|doesn't agree|don't agree|disagrees?|matters?|means?|comes?|don't come|doesn't come) "
    r"(?:[\w'-]+ ){0,5}(?:for|to|with|on) me\b",
    re.IGNORECASE,
)
_LATELY = (
    r"(?:at the moment|right now|lately|these days|this (?:week|month|year|morning)|today|tonight|tomorrow|"
    r"again|since|so far|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|next|soon|yesterday|last)"
)


@lru_cache(maxsize=1)
def _own_life() -> re.Pattern[str]:
    """Work, sleep, the flat: whose they are goes without saying, when it is told how they were or are just now."""
    subject = rf"(?:{alternatives('own_life')}|(?:(?:the|all the|this) )?(?:[\w-]+ )?(?:{alternatives('own_things')}))"
    lasted = (
        r"(?:'s|'ve| has| have|s have) (?:just |only |finally |always |never |not )?(?:been|got|gone|started|"
        r"become|come|turned|fallen)"
    )
    now = rf"(?: is| are|'s|'re| was| were| went| got| starts?| ends?| isn't| aren't| wasn't)\b.*\b{_LATELY}\b"
    home = r"^home(?: for me)? (?:is|was) (?!where|not|everything)\w"
    booked = (
        r"^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?(?: and | & |, )?)+(?: nights| mornings|"
        r" evenings)? (?:is|are|means?) (?!when|the|a|an|not|good|bad|fine|ok)\w+"
    )
    strong = (
        r"(?:'s| is| was| are| were)(?: absolutely| really| so| pretty| a bit| proper| just|"
        r" still)? (?:a )?(?:brutal|mad|crazy|hectic|"
        r"hell|nightmare|manic|tight|exhausting|killing me|driving me|doing my|getting to me|a mess|shit|awful|"
        r"grim|rough|"
        r"chaos|dead|due|over|off|back|gone|worse|better|benign|malignant|clear|negative|positive|final|falling|"
        r"going (?:well|badly|ok|"
        r"fine|great))"
    )
    doing = r"(?:'s|'re| is| are) (?:\w+ing) (?:up|out|off|over|through|down|ahead|away|back|to|on|in|me|us|my)\b"
    came = (
        r" (?:came|fell through|went (?:through|well|badly|wrong)|kept me|is on|are on|was on|got cancelled|"
        r"is booked|'s booked|didn't)\b"
    )
    return re.compile(rf"^{subject}(?:{lasted}|{now}|{strong}|{came}|{doing})|{booked}|{home}", re.IGNORECASE)


def tells_of_the_person(tables: Rules, body: str) -> bool:
    """Whether the sentence, its opening words cut off, has the person as the one it is about."""
    if subject_of(body, "en") != "person":
        return True
    somebody = is_about_another(body)
    if _BEGINS.match(body) and not (somebody and not _BY_ITSELF.match(body)):
        return True
    if tables.says("of_mine", body) and not somebody:
        return True
    inside = _INSIDE.search(body)
    if inside and tables.says("opener", body) and not somebody:
        head = body[: inside.start()]
        if not tables.says("reported", head) or _authority_says(body):
            return True
    if (
        _TAGGED.search(body)
        or drops_i(body)
        or _own_life().match(body)
        or _authority_says(body)
        or tells_of_the_body(body)
    ):
        return True
    if tables.says("done_to_me", body) and not tables.says("reported", body):
        return True
    return not somebody and (
        affects_the_person(body) or _FOR_ME.match(body) is not None or _holds_the_person(tables, body)
    )


_OF_ME = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|me|my|mine|we|we're|we've|us|our)\b", re.IGNORECASE)
_TALK = re.compile(
    r"^(?:it|this|these|those|what|how|who|why|which|so|such|best|worst|lol|lets|everybody|everyone|people|"
    r"somebody|someone|let|please|not|yes|no (?:need|idea|problem|doubt|wonder|way)|your?|"
    r"you're|can|could|would|will|should|do|does|did|is|are|was|were|make|makes|give|tell|help|show|to|for|from|with|"
    r"as|if|option|step|part|phase|point|version|plan|idea|thanks?|sounds?|looks?|seems?|works?|and|or|here|"
    r"sorry|glad|good|great|"
    r"nice|perfect|okay|ok|right|sure|all|any|some|only|just|maybe|perhaps|hope|he|she|they|his|her|their|[\w-]+ing)\b"
    r"|\b(?:give|show|send|provide|tell|help|write|list) (?:me|us)\b|^that(?!'s (?:my|our) \w+ \w+)\b|\b(?:you|"
    r"your|yours|you're)\b|^(?:the|an?) (?:\w+ )?(?:plan|idea|list|"
    r"answer|response|"
    r"suggestions?|options?|points?|steps?|example|version|draft|text|summary|table|structure|approach|format|"
    r"recipe|story|poem|"
    r"code|script|function|questions?|details?|explanation|breakdown|data|numbers?|figures?|document|report|"
    r"tool|app|user|"
    r"goal|focus|key|aim|purpose|title|name|first|second|third|next|last|main|other|rest|fact|way|best|most|more)\b",
    re.IGNORECASE,
)
_MY_NTH = re.compile(
    r"^(?:this|that|today|tomorrow|yesterday)(?:'s| is| was| will be| would have been) (?:my|our) ", re.IGNORECASE
)
_REPORTING = re.compile(
    r"\b(?:says?|said|asks?|asked|tells?|told|thinks?|thought|wrote|writes|claims?|claimed|goes|reckons?|who|"
    r"whose|whom|if|whether|"
    r"made|knows?|wants?|wanted|hopes?|means?)\b|[:\"_]",
    re.IGNORECASE,
)


_NO_NAME = frozenset(
    [
        "nothing",
        "everything",
        "something",
        "anything",
        "home",
        "work",
        "life",
        "school",
        "money",
        "sleep",
        "the",
        "a",
        "an",
        "one",
        "two",
        "none",
    ]
)


def _may_be_named(body: str) -> bool:
    """Whether it begins with what may be somebody's name and a verb: "Ronaldo has five children." """
    found = grammar_words(body)[:2]
    if len(found) < 2 or not found[0][0].isupper():
        return False
    first = found[0].casefold().removesuffix("'s")
    return first not in _NO_NAME and not first.endswith("s") and (found[0].endswith("'s") or is_finite(found[1]))


def _holds_the_person(tables: Rules, body: str) -> bool:
    """Whether the person is in what is told of a thing: "Shift work plays havoc with my diabetes." Neither remarks
    on the talk nor what somebody says."""
    if _MY_NTH.match(body):
        return True
    inside = _OF_ME.search(body)
    first = grammar_words(body)[:1]
    if first and is_one_of("verbs", first[0]):  # a command
        return False
    if inside is None or inside.start() > 120 or _TALK.search(body) or _may_be_named(body):
        return False
    return _REPORTING.search(body[: inside.start()]) is None and (
        any(is_finite(word) for word in grammar_words(body)[:12])
    )


def affects_the_person(body: str) -> bool:
    """Whether its subject does something to the person, or to what is theirs: "The bank turned me down.", "Peanuts make
    my throat swell.", "A tree fell on our shed." Telling them something is not enough."""
    if _NOT_A_SUBJECT.match(body) and not _LET_GO.search(body):
        return False
    tokens = [token.group().casefold() for token in WORD.finditer(body[:200])][: _MOST_WORDS + _REACH]
    verb = next((at for at, word in enumerate(tokens[:_MOST_WORDS]) if at and _is_verb_here(tokens, at)), None)
    if verb is None or _ME & set(tokens[:verb]) or _RELATIVE.search(" ".join(tokens[:verb])):
        return False
    if is_one_of("telling", tokens[verb]):
        return _LET_GO.search(body) is not None or _ASKED.search(body) is not None
    behind = tokens[verb + 1 : verb + 1 + (_REACH if is_past(tokens[verb]) else 2)]
    while behind and is_verb(behind[0]) and is_one_of("auxiliary", tokens[verb]):
        verb, behind = verb + 1, behind[1:]
        if is_one_of("telling", tokens[verb]):
            return False
    reported = any(
        word in ("that", "said", "says", "he", "she", "they", "who", "how", "if", "about", "like") for word in behind
    )
    return bool(_ME & set(behind)) and not reported


def says_much(body: str) -> bool:
    """Whether a short sentence tells something all the same: what happens to the person, or how their life goes."""
    own = affects_the_person(body) or _own_life().match(body) is not None
    return own or drops_i(body) or tells_of_the_body(body)


def _is_verb_here(tokens: list[str], at: int) -> bool:
    """A plain form is a verb behind a plural only ("peanuts make", not "a make of car")."""
    return is_finite(tokens[at]) or (is_one_of("verbs", tokens[at]) and tokens[at - 1].endswith("s"))


@lru_cache(maxsize=1)
def _authorities() -> re.Pattern[str]:
    who = rf"(?:the |a |my |our |this )?(?:[\w-]+ ){{0,1}}(?:{alternatives('authority')})|they"
    says = (
        r"(?:'ve|'s| have| has)?(?: just| finally| also)? (?:says?|said|thinks?|told (?:me|us)|tells me|"
        r"confirmed?|confirms|found|reckons?|wants me to|advised me to|ordered me to|showed?|shows)"
    )
    return re.compile(
        rf"^(?:{who}){says}(?: that)? (?:i|i'm|i've|i'll|we|we're|my|our|it's my|no \w+ing|"
        rf"no (?:more )?\w+ (?:until|till|for)|nothing but|plenty of|lots of|to (?:rest|stop|take|avoid|lose|"
        rf"cut|give up|quit|keep off))\b",
        re.IGNORECASE,
    )


def _authority_says(body: str) -> bool:
    """Whether somebody who should know says it of the person: "The doctor says I have …"."""
    return _authorities().match(body) is not None


SOMEBODY = (
    "guy|girl|man|men|woman|women|boy|lady|ladies|bloke|chap|lad|person|people|somebody|someone|dude|couple|"
    "kids?|owner|"
    "idiot|moron|jerk|weirdo|drunk|tourist|teenager|passenger|commuter|stranger|actor|singer|character|fella|"
    "folks?|gentleman|presenter|author|writer|youtuber|lot"
)
"""Words for people who are nobody in particular."""


@lru_cache(maxsize=1)
def _another() -> re.Pattern[str]:
    tables = rules("en")
    who = rf"(?:{SOMEBODY}|{tables.people}|{tables.jobs}|{tables.relations})s?"
    return re.compile(
        rf"^(?:the|a|an|some|this|that|one|another|every|no) (?:[\w'-]+ ){{0,3}}?{who}"
        r"(?: (?:who|that|which|whose|in|at|on|from|next door|next to|behind|opposite|upstairs|downstairs|over|"
        r"with|of|down|"
        r"across|i|we|my|he|she|they|\w+ing)\b|,| [A-Z]\w+ (?:who|in|at|from|next)\b)"
        r"|^(?:he|she|his|her|their|whoever|whichever)\b"
        r"|^(?-i:[A-Z][\w-]+) (?:in|on|at|from|behind|opposite|across|next to) (?:my|our|the) (?-i:[a-z])"
        r"|^(?:half|most|all|some|none|many|both|several|one|two|three|a few|a couple|everyone|everybody|nobody)"
        r" (?:of|in|on|at|from) (?:my|our|the) (?:class|office|street|department|village|school|course|year|"
        r"building|road|block|estate)\b"
        r"|^(?:in|at|on) (?:my|our|the) [\w ]{2,20} (?:lives?|lived|sits?|works?|stands?) (?:an?|the|this|one)\b"
        r"|^(?:the|a|an|some|this|that) (?:[\w'-]+ ){0,3}?(?:next door|upstairs|downstairs|opposite|at (?:no|"
        r"number) \d+)\b",
        re.IGNORECASE,
    )


_WHEN = re.compile(
    r"^(?:yesterday|today|tonight|once|recently|last \w+|this (?:morning|week|afternoon|evening)|on \w+day|"
    r"the other day|"
    r"\w+ (?:days|weeks|months|years) ago),? (?=(?:the|a|an|some|this|one|he|she) )",
    re.IGNORECASE,
)


def is_about_another(body: str) -> bool:
    """Whether its subject is somebody described by where they are or what they do ("the woman who lives opposite"):
    what the person does in that description is not what is told."""
    front = _WHEN.match(body)
    return _another().match(body[front.end() :] if front else body) is not None


_STRANGER = re.compile(
    r"^(?:i|we) (?:just |also |once |actually )?(?:know|knew|met|saw|heard of|heard about|read about|read of|"
    r"watched|follow|remember|overheard|"
    r"sat next to|talked to|spoke to|bumped into|ran into|came across) (?:of |about )?(?:an?|this|some|one|the|"
    r"these|two|another|somebody|someone|"
    r"people)\b(?! (?:friend|colleague|cousin)? of mine)(?:(?! (?:my|me|i)\b)[^,.;]){0,60}? (?:who|whose|that|"
    r"which|with|called|named)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _there_is() -> re.Pattern[str]:
    tables = rules("en")
    who = rf"(?:{SOMEBODY}|{tables.people}|{tables.jobs})s?"
    return re.compile(
        rf"^(?:(?:in|at|on) (?:my|our|the) [\w ]{{2,20}},? )?there(?:'s| is| was| are| were) (?:this |an? |"
        rf"some |one |two |also )*(?:[\w'-]+ ){{0,3}}?{who}\b"
        r"(?! (?:of mine|in my (?:family|life|house|bed)))",
        re.IGNORECASE,
    )


def tells_of_a_stranger(body: str) -> bool:
    """ "I met a man who has six toes", "There's a woman on my ward, 91": what it holds is the stranger's."""
    return _STRANGER.match(body) is not None or _there_is().match(body) is not None
