"""The care card in words, for every screen."""

from __future__ import annotations

from companion.safekeeping import CareCard, HelpLine
from companion.strings import text
from companion.text import one_line
from companion.ui.format import aside

FIRST = {"crisis": 2, "gentle": 1}
"""Lines that are shown before the person asks for all of them."""


def says(card: CareCard) -> str:
    if card.kind == "gentle":
        return text("care.gentle") if card.about == "self" else text("care.gentle_other")
    return {
        "self": text("care.crisis"),
        "other": text("care.crisis_other"),
        "danger": text("care.crisis_danger"),
    }[card.about]


def line(each: HelpLine) -> tuple[str, str]:
    """The number, and what it is."""
    return one_line(each.contact), f"{one_line(each.name)} · {one_line(each.about)}"


def month(card: CareCard) -> str:
    """Of which country the numbers are, and as of when they were known to be right."""
    known = min((each.checked for each in card.lines), default="")
    if not card.region:
        return text("care.as_of", month=known)
    return text("care.as_of_in", country=card.region, month=known)


def from_program(card: CareCard) -> str:
    """Who says it, and as of when."""
    return text("care.not_a_service") + text("format.between") + aside(month(card))


def plain_lines(card: CareCard, *, asked: bool = False) -> list[str]:
    """The card line by line, as the plain chat and `say` write it. `asked`: the person wants the numbers, and may have
    said nothing."""
    listed = [f"{number}  {what}" for number, what in map(line, card.lines)]
    return [text("care.asked") if asked else says(card), *listed, from_program(card)]


def region_line(country: str) -> str:
    setting = text("settings.care_region")
    if not country:
        return text("care.none_known", setting=setting)
    return text("care.none_needed", country=country, setting=setting)
