"""How the companion speaks where the person despairs, asks what it is, or leaves: a line for the model, and a gate that
its sentences have to pass, whoever the persona is (assets/care/manner.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

from companion.paths import asset
from companion.safekeeping import HelpAbout, HelpKind
from companion.text import has_cjk

Occasion = Literal["crisis", "other", "danger", "gentle", "after", "program", "leaving"]
GRAVE: frozenset[Occasion] = frozenset({"crisis", "other", "danger"})
_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s)\s*|[。！？]+[”’）」]*|\n+")
_APOSTROPHES = str.maketrans("", "", "'’‘`")
_BESIDE_CJK = re.compile(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")
SMALLEST = 1_500_000_000
"""Parameters from which a model is let answer where a life may be at stake."""
LONGEST_HELD = 1_000
"""Characters without an end of a sentence after which what is held is looked at as it is."""


def asks_what_it_is(text: str) -> bool:
    """Whether the person asks if they talk to a person or a program."""
    return len(text) <= 400 and _says("asks_what", text)


def leaves(text: str) -> bool:
    """Whether the person says goodbye."""
    return len(text) <= 200 and _says("leaves", text)


def occasions(kind: HelpKind | None, about: HelpAbout, text: str, after: bool = False) -> tuple[Occasion, ...]:
    """What there is to mind in the reply to `text`, the gravest first. `after`: a crisis was spoken of not long ago."""
    found: list[Occasion] = []
    if kind == "crisis":
        found.append("crisis" if about == "self" else about)
    elif kind == "gentle":
        found.append("gentle")
    elif after:
        found.append("after")
    if asks_what_it_is(text):
        found.append("program")
    if leaves(text):
        found.append("leaving")
    return tuple(found)


def guide(found: tuple[Occasion, ...]) -> str:
    """What the model reads before the message; empty where there is nothing to mind."""
    return "\n".join(str(_manner()["guide"][each]) for each in found)


def plain_reply(found: tuple[Occasion, ...], message: str, before: Sequence[str] = ()) -> str:
    """What is said in the place of the model, in the language of `message`; not what was said `before`, while there is
    another."""
    ways = _plain_ways(found, message)
    return next((way for way in ways if way not in before), ways[0])


def _plain_ways(found: tuple[Occasion, ...], message: str) -> list[str]:
    # Who asks what it is or says goodbye soon after a crisis is answered that.
    which = found[-1] if found[0] == "after" else found[0]
    ways: list[str] = _manner()["plain"]["zh" if has_cjk(message) else "en"][which]
    return ways


def speaks_for_itself(
    found: tuple[Occasion, ...], parameters: int, message: str = "", before: Sequence[str] = ()
) -> bool:
    """Whether the reply is not left to a model of so many parameters (0: it is not known how many): the smallest answer
    despair with tales of their own. Soon after as well, while there is something plain that was not said `before`."""
    if not 0 < parameters < SMALLEST or not found:
        return False
    if found[0] == "after":
        return len(found) > 1 or any(way not in before for way in _plain_ways(found, message))
    return bool(GRAVE & set(found))


def is_fit(sentence: str, found: tuple[Occasion, ...]) -> bool:
    """Whether a sentence of a reply may be said."""
    plain = _plain(sentence)
    return not any(pattern.search(plain) for name in _lists(found) for pattern in _patterns("unfit", name))


def _says(what: str, text: str) -> bool:
    return any(pattern.search(_plain(text)) for pattern in _patterns("says", what))


def _plain(text: str) -> str:
    """In lower case, without apostrophes, one space between words; none beside Chinese, where they mean nothing."""
    return _BESIDE_CJK.sub("", " ".join(text.translate(_APOSTROPHES).lower().split()))


def _lists(found: tuple[Occasion, ...]) -> list[str]:
    names = {"program": "person", "leaving": "leaving"}
    return list(dict.fromkeys(names.get(each, "crisis") for each in found))


class Gate:
    """Between the model and the person: sentences go on as they end, those that are not fit do not. Without an occasion
    everything goes on at once."""

    def __init__(
        self, found: tuple[Occasion, ...], message: str, say: Callable[[str], None], before: Sequence[str] = ()
    ) -> None:
        self._found = found
        self._message = message
        self._before = before
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
            self.speak()
        return "".join(self._said)

    def speak(self) -> None:
        """Something plain, in the place of the model."""
        self._pass(plain_reply(self._found, self._message, self._before))

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
def _patterns(table: str, name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(entry) for entry in _manner()[table][name])
