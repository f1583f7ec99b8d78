"""What the person answers to a question of the companion's, as memories that stand alone.

"Lena, my sister" says nothing without its question, and the rules of admission leave it alone. A name becomes "My name
is Sam.", somebody who is introduced "My sister is called Lena."; a whole sentence stays as it is; anything else is kept
with the question it answers.
"""

from __future__ import annotations

import re

from companion.memory.affect import emotion, valence
from companion.memory.forgetting import first_strength
from companion.mind import naming
from companion.mind.admit import admit
from companion.mind.resting import evidence, happened
from companion.mind.rules import language_of
from companion.mind.statement import Statement
from companion.records import Memory, Modality, Turn
from companion.text import has_cjk

IMPORTANCE = 4
LONGEST_NAME = 4
"""Words."""
LONGEST_CHINESE_NAME = 6
LONGEST_LIST = 24
"""Words of an answer that may be a list of people and not a tale."""
_ASKS_NAME = re.compile(r"\b(?:call you|your name|calls? you)\b|怎么称呼|叫什么|称呼你|名字", re.IGNORECASE)
_BEFORE_NAME = re.compile(
    r"^\W*(?:(?:you (?:can|may) |please |just )*call me|my name is|my name's|i am|i'm|it's|it is|"
    r"(?:就|请|可以|你可以)*叫我|我的名字是|我的名字叫|我叫|我是)\s*",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"^\W*(?:i|i'm|i've|i'd|i'll|we|we're|we've)\b"
    r"|\b(?:is|are|was|were|am|has|have|had|will|lives?|works?|died|got|moved)\b|(?<=\w)'(?:s|re|ve|ll) (?!\w+ ?$)",
    re.IGNORECASE,
)
_WHOLE_CHINESE = re.compile("[是叫有在住要会爱想做养]|喜欢")
_GREETING = re.compile(r"^\W*(?:hi|hello|hey|你好|您好)\W+", re.IGNORECASE)
_AFTER_NAME = re.compile("(?:就好|就行|就可以|吧|了|哦|啦)+$")


def answered(question: str, turn: Turn, scope: str = "") -> list[Memory]:
    """Memories, under no id yet, of what `turn` answers to `question`; at least one."""
    answer = " ".join(turn.text.replace("’", "'").split())
    whole = [each for each in admit(turn.text) if _is_whole(each.text) and each.slot != "name"]
    name = _name(question, answer)
    if name:
        said = f"我叫{name}。" if has_cjk(name) else f"My name is {name}."
        named = _memory(turn, said, scope, slot="name", importance=5)
        more = [each for each in whole if _BEFORE_NAME.sub("", each.text).strip(" .!").casefold() != name.casefold()]
        return [named, *(_of(turn, each, scope) for each in more)]
    whole = [each for each in admit(turn.text) if _is_whole(each.text)]
    if whole:
        return [_of(turn, each, scope) for each in whole]
    people = naming.introduced(answer, language_of(answer)) if len(answer.split()) <= LONGEST_LIST else []
    if people:
        return [_memory(turn, f"My {relation} is called {who}.", scope, subject=who) for who, relation in people]
    return [_memory(turn, _asked(question, answer), scope)]


def _name(question: str, answer: str) -> str:
    """What they are called, where that was asked and is answered."""
    if not _ASKS_NAME.search(question):
        return ""
    first, *more = re.split(r"[,;.!。，；！]\s*", _GREETING.sub("", answer))
    told = _BEFORE_NAME.sub("", first)
    if any(word.lower() not in ("", "please", "thanks") for word in more) and told == first:
        return ""  # nothing says that the first of several clauses is the name
    name = _AFTER_NAME.sub("", told.strip(" ~:\"'“”")) or told
    words = name.split()
    fits = 0 < len(words) <= LONGEST_NAME and len(name) <= 40 and not re.search(r"[?？\d]", name)
    as_names_are = len(words) == 1 or all(word[0].isupper() for word in words)
    if not fits or not as_names_are or (has_cjk(name) and len(name) > LONGEST_CHINESE_NAME):
        return ""
    return name[:1].upper() + name[1:] if name.islower() else name


def _is_whole(text: str) -> bool:
    """Whether it is a sentence of its own, and not only the name of somebody or something."""
    pattern = _WHOLE_CHINESE if has_cjk(text) else _WHOLE
    return pattern.search(text.replace("’", "'")) is not None


def _asked(question: str, answer: str) -> str:
    question = " ".join(question.split()).strip('“”"')
    if has_cjk(question + answer):
        return f"被问到“{question}”时，我说：{answer}"
    return f"Asked “{question}”, I said: {answer}"


def _of(turn: Turn, statement: Statement, scope: str) -> Memory:
    """As reflection would keep it."""
    return _memory(
        turn,
        statement.text[:1].upper() + statement.text[1:],
        scope,
        subject=statement.subject,
        slot=statement.slot,
        importance=max(IMPORTANCE, statement.importance),
        modality=statement.kind_of,
        span=(statement.start, statement.end),
    )


def _memory(
    turn: Turn,
    text: str,
    scope: str,
    *,
    subject: str = "person",
    slot: str | None = None,
    importance: int = IMPORTANCE,
    modality: Modality | None = None,
    span: tuple[int, int] | None = None,
) -> Memory:
    starts, ends = happened(turn.text if span is None else turn.text[slice(*span)], turn)
    ahead = starts is not None and starts > turn.at
    modality = modality or ("plan" if ahead else "fact")
    words = turn.text.strip()
    begin = turn.text.index(words)
    return Memory(
        0,
        "thought",
        text,
        "active",
        turn.at,
        turn.utc_offset,
        subject=subject,
        slot=slot,
        modality=modality,
        importance=importance,
        strength=first_strength("thought", modality, importance, slot, lasting=True),
        valence=valence(turn.text),
        emotion=emotion(turn.text),
        event_start=starts,
        event_end=ends,
        scope=scope,
        evidence=(evidence(turn, *(span or (begin, begin + len(words)))),),
    )
