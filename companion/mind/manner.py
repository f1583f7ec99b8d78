"""How the companion speaks where the person despairs, asks what it is, or leaves: a line for the model, and a gate that
its sentences have to pass, whoever the persona is (assets/care/manner.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

from companion.paths import asset
from companion.safekeeping import HelpAbout, HelpKind
from companion.text import has_cjk

Occasion = Literal["crisis", "other", "danger", "gentle", "program", "leaving"]
_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s)\s*|[。！？]+[”’）」]*|\n+")
_APOSTROPHES = str.maketrans("", "", "'’‘`")
LONGEST_HELD = 1_000
"""Characters without an end of a sentence after which what is held is looked at as it is."""
_ASKS_WHAT = re.compile(
    r"\b(?:are|r) (?:you|u) (?:(?:really|actually|even|just|secretly|truly|like|only) )*(?:an? )?(?:(?:real|actual|living|"
    r"human|sentient|conscious) ?)*(?:human|person|being|real|robot|bot|ai|program|machine|computer|alive|chatbot|woman|man|"
    r"girl|guy|sentient|conscious|people|language model|a?\.?i\.?)\b(?! (?:gym|fan|estate|madrid|sad|happy))"
    r"|\b(?:am|was) i (?:\w+ )?(?:talking|speaking|chatting|writing|texting) (?:to|with) (?:an? )?(?:\w+ )?"
    r"(?:human|person|robot|bot|ai|machine|program|computer|someone|somebody)\b"
    r"|\bis (?:this|there) (?:an? )?(?:\w+ )?(?:human|person|bot|ai|robot|machine|somebody|someone)\b"
    r"|\bwhat are you\b(?=\W*$|,? really|,? exactly| made of)|\byou(?:re| are) (?:an? )?(?:ai|bot|robot|real person|human|program),? "
    r"(?:right|arent you|isnt it|no)\b"
    r"|你(?:到底|究竟|真的|其实|是不是)*是?(?:一个|个|不是)?(?:真)?(?:人|真人|人类|活人|机器人|程序|电脑|机器|AI|人工智能)(?:吗|么|嘛|呢|还是|？|\?|吧)"
    r"|你是(?:什么(?:东西)?|谁做的)[？?]?$|(?:跟|和)我(?:说话|聊天)的是(?:真)?(?:人|机器|AI)|你是真的吗",
    re.IGNORECASE,
)
_LEAVES = re.compile(
    r"^\W*(?:ok(?:ay)?,? |well,? |alright,? |right,? |so,? |sorry,? |anyway,? )*(?:(?:good ?)?bye(?: ?bye)?|good ?night|gn|"
    r"see (?:you|ya|u)(?: \w+){0,2}|cya|ciao|later|farewell|talk (?:to you )?(?:later|soon|tomorrow)|ttyl|night night|"
    r"take care)\b[^?]{0,60}$"
    r"|\bi(?:m| am|ve| have)?,? ?(?:really )?(?:have to|got to|gotta|need to|should|must|going to|gonna|better|off) "
    r"(?:go|run|leave|head|log|sleep|get going|be going|to bed|off|stop|bed|dash)\b(?! (?:through|on with|over|for|into|to the|"
    r"my (?:job|husband|wife)|him|her))[^?]{0,60}$"
    r"|\bim (?:leaving|off|heading (?:out|off|to bed)|out)\b[^?]{0,30}$"
    r"|^(?:好了|那|我)*[，,]?(?:再见|拜拜|晚安|回见|明天见|先走了|我走了|我先走|我要(?:走|睡|去睡|下线)|下次聊|先这样|我得走)\S{0,12}$",
    re.IGNORECASE,
)


def asks_what_it_is(text: str) -> bool:
    """Whether the person asks if they talk to a person or a program."""
    return len(text) <= 400 and _ASKS_WHAT.search(text.translate(_APOSTROPHES)) is not None


def leaves(text: str) -> bool:
    """Whether the person says goodbye."""
    return len(text) <= 200 and _LEAVES.search(text.translate(_APOSTROPHES).lower()) is not None


def occasions(kind: HelpKind | None, about: HelpAbout, text: str) -> tuple[Occasion, ...]:
    """What there is to mind in the reply to `text`, the gravest first."""
    found: list[Occasion] = []
    if kind == "crisis":
        found.append("crisis" if about == "self" else about)
    elif kind == "gentle":
        found.append("gentle")
    if asks_what_it_is(text):
        found.append("program")
    if leaves(text):
        found.append("leaving")
    return tuple(found)


def guide(found: tuple[Occasion, ...]) -> str:
    """What the model reads before the message; empty where there is nothing to mind."""
    return "\n".join(str(_manner()["guide"][each]) for each in found)


def plain_reply(found: tuple[Occasion, ...], language_of: str) -> str:
    """What is said where nothing of the model's could stand, in the language of the message `language_of`."""
    return str(_manner()["plain"]["zh" if has_cjk(language_of) else "en"][found[0]])


def is_fit(sentence: str, found: tuple[Occasion, ...]) -> bool:
    """Whether a sentence of a reply may be said."""
    plain = " ".join(sentence.translate(_APOSTROPHES).lower().split())
    return not any(pattern.search(plain) for name in _lists(found) for pattern in _unfit(name))


def _lists(found: tuple[Occasion, ...]) -> list[str]:
    names = {"program": "person", "leaving": "leaving"}
    return list(dict.fromkeys(names.get(each, "crisis") for each in found))


class Gate:
    """Between the model and the person: sentences go on as they end, those that are not fit do not. Without an occasion
    everything goes on at once."""

    def __init__(self, found: tuple[Occasion, ...], message: str, say: Callable[[str], None]) -> None:
        self._found = found
        self._message = message
        self._say = say
        self._held = ""
        self._said: list[str] = []
        self.dropped = 0

    def add(self, piece: str) -> None:
        if not self._found:
            self._pass(piece)
            return
        self._held += piece
        at = 0
        for match in _END.finditer(self._held):
            self._judge(self._held[at : match.end()])
            at = match.end()
        self._held = self._held[at:]
        if len(self._held) > LONGEST_HELD:
            self._judge(self._held)
            self._held = ""

    def end(self, instead: bool = True) -> str:
        """What was said in all. Where nothing could stand, something plain is said (`instead`)."""
        held, self._held = self._held, ""
        if held:
            self._judge(held)
        if instead and self.dropped and not "".join(self._said).strip():
            self._pass(plain_reply(self._found, self._message))
        return "".join(self._said)

    def _judge(self, sentence: str) -> None:
        if not sentence.strip() or is_fit(sentence, self._found):
            self._pass(sentence)
        else:
            self.dropped += 1

    def _pass(self, piece: str) -> None:
        self._said.append(piece)
        self._say(piece)


@lru_cache(maxsize=1)
def _manner() -> dict[str, Any]:
    return tomllib.loads(asset("care", "manner.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def _unfit(name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(entry) for entry in _manner()["unfit"][name])
