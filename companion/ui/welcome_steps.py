"""What the first minute asks, step by step. A step that has nothing to ask is left out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from companion.errors import CompanionError
from companion.offers import ModelList, ModelOffer
from companion.strings import text
from companion.text import has_cjk, one_line
from companion.ui import theme
from companion.ui.format import amount

if TYPE_CHECKING:
    from companion.ui.app import CompanionApp

Choice = tuple[str, str]
"""The value, and what it is called."""
LONGEST_NAME, LONGEST_CJK_NAME = 30, 4
"""Characters."""
SENTENCE_MARKS = ".,;:!?。，；：！？/"
SMALL = 1_000_000_000
"""Bytes of a model's file under which it is called small."""


@dataclass(frozen=True, slots=True)
class Step:
    """Without `choices` it is answered in words. `take` does what the answer means and raises CompanionError;
    `preview` shows a choice before it is made, and the one it began with when it is not."""

    title: str
    take: Callable[[CompanionApp, str], Awaitable[None]]
    about: str = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    chosen: str = ""
    preview: Callable[[CompanionApp, str], None] | None = None
    answered_by: Callable[[str], bool] = lambda _: False
    """Whether what was written in the prompt answers it, rather than being a message."""


def is_name(written: str) -> bool:
    """What somebody may be called: a few words that are neither a sentence nor a greeting."""
    words = written.split()
    most = LONGEST_CJK_NAME if has_cjk(written) else LONGEST_NAME
    sentence = any(mark in written for mark in SENTENCE_MARKS)
    return 0 < len(words) <= 3 and len(written) <= most and not sentence and not _greets(written)


def is_answer(written: str) -> bool:
    """To a question just above: anything but a question or a greeting."""
    return not written.endswith(("?", "？")) and not _greets(written)


def _greets(written: str) -> bool:
    return written.casefold().strip(" .!,。！，") in text("welcome.greetings").split("|")


async def name_step(app: CompanionApp) -> Step | None:
    if app.preferences.overridden("", "name"):
        return None
    return Step(text("welcome.name"), _take_name, text("welcome.begin"), text("welcome.name_hint"), answered_by=is_name)


async def _take_name(app: CompanionApp, name: str) -> None:
    app.set_setting("", "name", name)
    # It is told the name when it starts; what the next step asks is answered once it is there again.
    await app.renew_engine().wait()


async def persona_step(app: CompanionApp) -> Step | None:
    try:
        cards = [card for card in await app.engine.personas() if not card.problem]
    except CompanionError:
        return None  # it can be chosen later
    if len(cards) < 2 or app.preferences.overridden("", "persona"):
        return None
    choices = tuple((card.key, f"{card.name}  {card.about}" if card.about else card.name) for card in cards)
    chosen = next((card.key for card in cards if card.in_use), cards[0].key)

    async def take(app: CompanionApp, key: str) -> None:
        card = next(card for card in cards if card.key == key)
        if not card.in_use:
            await app.talk_to(card)

    return Step(text("welcome.persona"), take, text("welcome.persona_about"), choices=choices, chosen=chosen)


async def theme_step(app: CompanionApp) -> Step | None:
    if app.preferences.overridden("ui", "theme"):
        return None
    choices = tuple((name, theme.title(name)) for name in theme.NAMES)

    async def take(app: CompanionApp, name: str) -> None:
        app.set_setting("ui", "theme", name)

    def preview(app: CompanionApp, name: str) -> None:
        app.theme = name

    about = text("welcome.theme_about")
    return Step(text("welcome.theme"), take, about, choices=choices, chosen=app.theme, preview=preview)


async def model_step(app: CompanionApp) -> Step | None:
    try:
        found = await app.engine.models()
    except CompanionError:
        return None
    in_use = next((model for model in found.models if model.in_use), None)
    if in_use is None:
        return Step(
            text("welcome.no_model"),
            _take_model,
            text("welcome.no_model_about"),
            choices=(("see", text("welcome.see_models")), ("stay", text("welcome.later"))),
        )
    return Step(
        text("welcome.model", name=one_line(in_use.name, 40)),
        _take_model,
        _about_model(in_use, found),
        choices=(("stay", text("welcome.stay")), ("see", text("welcome.see_models"))),
    )


def _about_model(model: ModelOffer, found: ModelList) -> str:
    """What it is, and what this computer has room for."""
    size = amount(model.size_bytes) if model.size_bytes else ""
    what = text("welcome.model_small", size=size) if 0 < model.size_bytes < SMALL else text("welcome.model_about")
    larger = [each for each in found.models if each.fit == "fits" and each.size_bytes > model.size_bytes]
    if not larger:
        return what
    return text("welcome.both", first=what, second=text("welcome.model_fits", count=len(larger)))


async def _take_model(app: CompanionApp, choice: str) -> None:
    if choice == "see":
        app.action_models()


def first_questions() -> tuple[Callable[[CompanionApp], Awaitable[Step | None]], ...]:
    """Three, one after another; each answer is a memory."""
    return tuple(
        _asking(question, number)
        for number, question in enumerate(
            (text("welcome.question_days"), text("welcome.question_people"), text("welcome.question_care")), 1
        )
    )


def _asking(question: str, number: int) -> Callable[[CompanionApp], Awaitable[Step | None]]:
    async def take(app: CompanionApp, answer: str) -> None:
        await app.engine.answer_question(question, answer)
        await app.chat.show_anew()

    async def make(_: CompanionApp) -> Step | None:
        about = text("welcome.questions_about") if number == 1 else ""
        return Step(question, take, about, text("welcome.question_hint", number=number), answered_by=is_answer)

    return make
