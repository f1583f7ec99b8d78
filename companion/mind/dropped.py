"""Sentences whose "I" is left out, as in a diary or a text message: "Moved to Leeds.", "Not sleeping.", "Gutted."

English only. A sentence that could be a command to the companion as well ("Put my coat away") is none of these without
a sign of time or of having been done.
"""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.grammar import alternatives, is_one_of, is_past, is_third, words
from companion.mind.headlines import is_headline
from companion.mind.rules import rules

_AHEAD = re.compile(
    r"(?:(?:(?:only )?just|finally|recently|already|still|also|never|not|no longer|nearly|almost|actually|"
    r"literally|really|"
    r"then|now|today|yesterday|last (?:night|week|month|year|summer|winter|spring|autumn)|this (?:morning|week|"
    r"year)|so|"
    r"once|always|mostly|currently|probably|definitely|barely|hardly|ever|eventually|somehow|accidentally|"
    r"officially|\w+ly)"
    r"[ ,]+)+",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|last|this (?:morning|afternoon|evening|week|month|year)|ago|since|"
    r"again|finally|"
    r"on (?:mon|tues|wednes|thurs|fri|satur|sun)day|at the weekend|for (?:\w+ ){1,2}(?:years?|months?|weeks?|days?)|"
    r"in (?:january|february|march|april|may|june|july|august|september|october|november|december|\d{4}))\b",
    re.IGNORECASE,
)
_NOBODYS = re.compile(
    r"^(?:went (?:\w+ )?(?:well|fine|ok|okay|great|badly|smoothly|wrong)|turned out|worked(?: \w+)?\W*$|"
    r"happened|seemed|"
    r"sounded|looked|meant|depended|helped|got it|got you|gotcha|made (?:my day|sense)|done\W|did (?:i|you|he|"
    r"she|it|the|"
    r"they|we|this|that|any)|had (?:i|we|he|she|it|they)\b|was (?:it|he|she|this|that|i|there|the)\b|"
    r"were (?:we|they|the|"
    r"you|there)|said|thought (?:so|not)|told (?:you|ya)|closed|opened|happened|came (?:up|out)|named|called|"
    r"used in|found \d|"
    r"forgot|saw (?:that|this|it)|heard|read (?:that|this|it)|\w+ed (?:by|on the|below|above)\b)",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"^\W*(?:[\w'-]+ )?(?:it|that|this|them|those|these|so|one|too|all|here|there)?\W*$", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"^[\w'-]+ (?:[\w'-]+ )?(?:is|are|was|were|can|will|should|do|does|would|could|must|need|needs|tend)\b",
    re.IGNORECASE,
)
_IRREAL = re.compile(r"\b(?:would|could have|might have|should have|i'd|he'd|she'd|we'd|they'd|it'd)\b", re.IGNORECASE)
_YOU = re.compile(r"\b(?:you|your|yours|you're|please)\b", re.IGNORECASE)
_NEGATED = re.compile(
    r"^(?:can't|cannot|cant|couldn't|didn't|haven't|hadn't|wasn't|won't|didnt|couldnt|havent|ain't) "
    r"(?!(?:i|you|we|they|he|she|it|there|the|this|that|these|my|wait|help|work|matter|seem|go|hurt|find|see|"
    r"get|be (?:that|so|too|hard|easy|good|bad|right|true|sure)|have"
    r" been (?:easier|better))\b)"
    r"|^(?:don't|dont|do not) (?:really |even |actually |ever )?(?:own|eat|drink|smoke|drive|sleep|live|trust|"
    r"speak|have "
    r"(?:any|a|an|kids|children|much|many|siblings|family|pets|friends|time))\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"^(?:have (?:been|had|got|two|three|four|no|never|just|always|recently|decided|started|lived|worked|"
    r"a (?:son|daughter|"
    r"sister|brother|dog|cat|degree|bad|job|interview|doctor)|an? (?:\w+ )?(?:appointment|interview|exam))\b"
    r"|am (?!i\b)[a-z]|will (?:be|have|probably|never|finally) (?!you|it|that)|used to (?!be (?:that|when|a time)))",
    re.IGNORECASE,
)
_STATIVE = re.compile(
    r"^(?:love|hate|miss|prefer|adore|loathe|dread|enjoy|own|detest|can't stand|cannot stand) "
    r"(?!it\b(?! when)|this|that|these|those|the (?:idea|plan|sound|suggestion|concept|approach|way|look|detail|name)|"
    r"how|what|your|"
    r"all\b|to (?:see|hear|know|help)|when)[\w']+"
    r"|^born (?:deaf|blind|premature|early|with|without|and (?:bred|raised))\b|^live(?:d)? (?:in|with|on|at|"
    r"near|alone|by)\b|^work(?:ed)? (?:as|at|for|nights|full-time|part-time|from home|in (?:an?|the "
    r"|it\b|hr\b|\w+ing\b))",
    re.IGNORECASE,
)
_STATE = re.compile(
    rf"^(?:(?:so|very|pretty|really|absolutely|completely|totally|utterly|a bit|quite|half|dead|well|too|"
    rf"severely|newly|"
    rf"happily|recently|badly|proper|bloody) )*(?:{alternatives('states')})\b"
    r"(?=\W*$|[,;.!]| (?:and|but|so|because|since|as|to|of|with|about|by|for|in|at|on|from|that|after|before|now|today|"
    r"again|tonight|me|over|by|these|this|lately|all|since|when|every|most|twice|\d+)\b)",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"^(?:off|back|home|out|away|up|down|stuck|on|in|at|under|over|between|from|without|not|never|no longer|due) "
    r"(?=.*\b(?:my|me|i|hospital|debt|therapy|rehab|recovery|leave|holiday|sick|nights?|shift|shifts|work|"
    r"labour|labor|love|"
    r"antidepressants|statins|medication|meds|insulin|tomorrow|tonight|today|since|years?|months?|weeks?|person|"
    r"fan|drinker|"
    r"believer|reader|eater|sleeper|smoker|swimmer|religious|married|allowed|speaking terms|the wagon|jobs?)\b)",
    re.IGNORECASE,
)
_NOT_SO = re.compile(
    r"^not (?:sure|really|now|bad|yet|a (?:problem|bad|good|great|big|single|chance|word|lot|bit)|the|too|so|"
    r"that|this|only|"
    r"just|all|every|any|everyone|everything|necessarily|quite|exactly|to|in (?:this|that|the)|what|as|if|for|"
    r"with|from|sth)\b"
    r"|^(?:in|on|at|from|under|over|between) (?:my|our)\b.*\b(?:is|are|was|were|has|had|lives?|lived|works?|sits?|"
    r"stands?)\b"
    r"|^(?:in|on|at|from|without|over|under|up|out|down|between) (?:the|this|that|these|those|your|any|each|"
    r"every|all|general|short|fact|"
    r"theory|addition|case|terms|order|particular|other|my opinion|my (?:view|experience|case|head|mind)|top|"
    r"point|which|what)\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"^(?:no|zero|hardly any|barely any) "
    r"(?:kids|children|siblings|pets|job|family|friends|brothers|sisters|parents|money|car|degree|partner|appetite|"
    r"feeling in|sensation in|energy|strength|sense of (?:smell|taste)|"
    r"boyfriend|girlfriend|husband|wife|savings|licence|license|pension|sleep)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|"
    r"nearly \w+) "
    r"(?:weeks?|months?|years?|days?) (?:pregnant|sober|clean|married|old|into? |without|smoke-free|single|"
    r"divorced|dry|off|"
    r"post|in (?:the|an?)|out of|since|at (?:the|my)|with (?:the same|my|this|them|him|her)|together|of (?:marriage|"
    r"sobriety|waiting|teaching|nights|chemo|this job))"
    r"|^(?:on |still on |only on )?(?:day|week|month|round|cycle|night) (?:\d+|one|two|three|four|five|six|seven|eight|"
    r"nine|ten) (?:of|on|without|since)\b",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"^(?:(?:first|last|big|another|new|my|second|final|night|early|double) )+(?:[\w-]+ )?(?:day|week|night|job|"
    r"interview|exam|wedding|funeral|surgery|"
    r"operation|scan|shift|appointment|date|round|session|meds|flat|house|baby|boss|puppy|kitten|hip|knee|tattoo)\b"
    r"(?! (?:the|my|our|an?|some|i|we|he|she|they)\b)",
    re.IGNORECASE,
)


_AILING = re.compile(
    r"^(?:insomnia|migraine|hay fever|panic attacks?|period pains?|morning sickness|toothache|back ?ache|"
    r"hangover|heartburn|"
    r"flu|covid|food poisoning|cramps|jet lag|writer's block|burnout|night terrors|sciatica|gout|shingles|"
    r"conjunctivitis)\b"
    r"(?= again|,| since| for|\W*$| all| so| this| today)",
    re.IGNORECASE,
)
_FAN = re.compile(
    r"^(?:big|huge|massive|lifelong|secret) (?:fan|believer|lover|reader) (?:of|in)\b"
    r"|^can (?:barely|hardly|only just|no longer|just about|finally) \w",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"^(?:just )?(?:(?:back|home) (?:from|in|at|to work|on)|off to (?!bed|sleep|work|eat|lunch|dinner|tea|shower|cook|"
    r"go|the (?:shops?|loo|toilet|gym))|"
    r"out of (?:hospital|bed|work)) \w",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(
    r"^(?:just |finally )?quit (?:smoking|drinking|vaping|gambling|sugar|caffeine|coffee|meat|alcohol|weed|"
    r"social media|uni|"
    r"school|my|the (?:job|gym|band|choir|team))\b",
    re.IGNORECASE,
)
_AGED = re.compile(
    r"^(?:(?:male|female|m|f|man|woman),? ?)?[1-9]\d(?:,| years old,?| and) ?(?:and |m\b|f\b)?\w", re.IGNORECASE
)


@lru_cache(maxsize=1)
def _role() -> re.Pattern[str]:
    """What somebody is, with nothing in front of it: "Plumber by trade.", "Mother of three." """
    return re.compile(
        rf"^(?:(?:ex|retired|trained|freelance|former|night|single|proud|new|"
        rf"first-time)[ -]?)*(?:{rules('en').jobs}|mother|father|mum|mom|dad|parent|only child|"
        r"middle child|night owl|early bird|(?:dog|cat|morning|people) person|insomniac|introvert|extrovert|"
        r"lefty|carer|widow|widower|grandmother|"
        r"grandfather|nan)\b(?: by (?:trade|training|day)| of (?:\d|one|two|three|four|five|six|twins|triplets)|"
        r",? (?:for|since) |, (?!(?:i|you|he|she|we|they|it|please|can|what|how)\b)|\W*$)",
        re.IGNORECASE,
    )


def _after_adverbs(body: str) -> tuple[str, str]:
    """(adverbs in front, the rest)."""
    ahead = _AHEAD.match(body)
    return (body[: ahead.end()], body[ahead.end() :]) if ahead else ("", body)


_TAG = re.compile(
    r"(?:,| [—–-]) ?(?:if you (?:can |could |will |would )?(?:believe (?:it|that|me)|credit it|must know|please)|would "
    r"you (?:believe|credit)(?: it)?|can you believe it|believe it or not|you know|you see|mind you|if you ask me|"
    r"i'll have you know|thank you very much)(?=\W*$)",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def drops_i(body: str) -> bool:
    """Whether a sentence, its opening words cut off, is of the person though it has no "I" in front."""
    body = _TAG.sub("", body)
    if _YOU.search(body) or _ATTRIBUTE.match(body):
        return False
    if _RETURNED.match(body) or _GAVE_UP.match(body) or _AILING.match(body) or _AGED.match(body) or _role().match(body):
        return True
    if is_headline(body):
        return True
    if _NONE.match(body) or _COUNTED.match(body) or (_EVENT.match(body) and _WHEN.search(body)):
        return True
    ahead, rest = _after_adverbs(body)
    placed = any((_PLACED.match(part) or _STATE.match(part)) and not _NOT_SO.match(part) for part in (body, rest))
    if placed or _FAN.match(body):
        return True
    if _NEGATED.match(rest) or _AUXILIARY.match(rest) or _STATIVE.match(rest) or (ahead and _STATE.match(rest)):
        return not _OBJECT.match(rest)
    first = words(rest)[:2]
    if not first or not rest.casefold().startswith(first[0].casefold()) or _NOBODYS.match(rest) or _IRREAL.search(rest):
        return False
    verb = first[0].casefold()
    if is_one_of("same", verb):
        done = bool(ahead) or _WHEN.search(rest) is not None or (verb == "quit" and " my " in rest)
        return done and not _OBJECT.match(rest)
    if verb in ("being", "having"):
        return False
    if is_one_of("doing", verb):
        return not _ATTRIBUTE.match(rest) and len(words(rest)) > 2 and not _gerund_subject(rest)
    return is_past(verb) and not _OBJECT.match(rest)


_BE = re.compile(r"\b(?:is|was|isn't|makes|helps|means|can|will|seems|sounds|would|should)\b", re.IGNORECASE)
_JOINED = re.compile(r"[,;:—–]| (?:and|but|because|so|that|when|who|which|while|as|since|if) ")


def _gerund_subject(rest: str) -> bool:
    """ "Working nights is hard" tells of working, "Working nights, so I'm tired" of the person."""
    return _BE.search(_JOINED.split(rest)[0]) is not None


@lru_cache(maxsize=256)
def drops_he(body: str) -> bool:
    """Whether it says what somebody spoken of just before does: "Works nights at the mortuary." """
    _, rest = _after_adverbs(body)
    first = words(rest)[:1]
    return bool(first) and rest.casefold().startswith(first[0].casefold()) and (
        is_third(first[0]) or first[0].casefold() in ("has", "hasn't", "doesn't", "isn't")
    ) and not _ATTRIBUTE.match(rest)  # fmt: skip
