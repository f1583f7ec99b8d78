"""Whom to call, by country: assets/care/lines.toml. Nothing here asks the network; the country is told by the setting,
else by the system's time zone, else, where that names no place, by its locale."""

from __future__ import annotations

import locale
import os
import re
import tomllib
from contextlib import suppress
from functools import lru_cache
from typing import Any

from companion.paths import asset
from companion.safekeeping import CareCard, HelpAbout, HelpKind, HelpLine
from companion.strings import text

ANYWHERE = "112"
"""The emergency number of mobile networks in most of the world, where nothing better is known."""
DIRECTORY = "findahelpline.com"
_TERRITORY = re.compile(r"_([A-Z]{2})\b")
_SAME = {"UK": "GB", "EL": "GR"}


def care_card(kind: HelpKind, about: HelpAbout, region: str = "auto") -> CareCard:
    """The card for a region of the settings. Whom it is for decides which lines come first."""
    country = country_of(region)
    return CareCard(kind, country, lines_for(country, about), about)


def country_of(region: str) -> str:
    """The code of a country there are lines for; empty where there is none."""
    chosen = region.strip().upper()
    chosen = _SAME.get(chosen, chosen)
    if chosen and chosen != "AUTO":
        return chosen if chosen in _countries() else ""
    zone = _zone()
    told = next((code for code, found in _countries().items() if zone in found["zones"]), "")
    if told or ("/" in zone and not zone.startswith("Etc/")):
        return told  # a zone with a place in it knows better than a locale, which is often the maker's
    by_locale = _by_locale()
    return by_locale if by_locale in _countries() else ""


def countries() -> tuple[str, ...]:
    return tuple(_countries())


def lines_for(country: str, about: HelpAbout) -> tuple[HelpLine, ...]:
    """The number for danger to life, then those who listen; for one who is being hurt, those first who help with
    that."""
    found = _countries().get(country)
    if found is None:
        emergency = HelpLine(text("care.emergency"), ANYWHERE, text("care.emergency_anywhere"), _oldest())
        return (emergency, HelpLine(text("care.directory"), DIRECTORY, text("care.directory_about"), _oldest()))
    number = found.get("police", found["emergency"]) if about == "danger" else found["emergency"]
    emergency = HelpLine(text("care.emergency"), number, text("care.emergency_about"), found["checked"])
    listed = sorted(found["lines"], key=lambda each: (each["for"] == "danger") != (about == "danger"))
    lines = tuple(HelpLine(each["name"], each["contact"], _about(each), each["checked"]) for each in listed)
    more = HelpLine(text("care.directory"), DIRECTORY, text("care.directory_about"), found["checked"])
    # Who despairs is given somebody to talk to first, whoever is in danger the police.
    first = (emergency, *lines) if about == "danger" else (*lines[:1], emergency, *lines[1:])
    return (*first, more)


def _about(line: dict[str, Any]) -> str:
    """ "call or text · at any hour · English, Español"."""
    ways = {"call": text("care.call"), "text": text("care.write")}
    parts = [text("care.or").join(ways[way] for way in line["ways"])]
    if hours := line.get("hours"):
        parts.append(text("care.any_hour") if hours == "24/7" else hours)
    parts.append(line["languages"])
    if line["for"] == "danger":
        parts.insert(0, text("care.for_violence"))
    return " · ".join(parts)


@lru_cache(maxsize=1)
def _countries() -> dict[str, dict[str, Any]]:
    return tomllib.loads(asset("care", "lines.toml").read_text(encoding="utf-8"))


def _oldest() -> str:
    return min(str(found["checked"]) for found in _countries().values())


def _zone() -> str:
    zone = os.environ.get("TZ", "").removeprefix(":")
    if not zone:
        with suppress(Exception):  # whatever a system's clock is set up like, the locale may tell
            from tzlocal import get_localzone_name  # not before a card is wanted

            zone = get_localzone_name() or ""
    return zone


def _by_locale() -> str:
    names = [os.environ.get(name) or "" for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next(filter(None, names), "")
    if chosen.partition(".")[0] in ("C", "POSIX"):
        return ""  # no place at all, which Python takes for the United States
    with suppress(ValueError):
        names.append(locale.getlocale()[0] or "")
    found = next((match for name in names if (match := _TERRITORY.search(name))), None)
    return found[1] if found else ""
