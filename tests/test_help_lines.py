"""Help lines: each with a number, a form and a month; the country told by the setting, the zone, the locale."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from companion.help_lines import care_card, countries, country_of, lines_for
from companion.paths import asset

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
NUMBER = re.compile(r"[*#+]?[\d][\d ()-]*")
"""What can be dialled; a text line names the word to send before an arrow."""
TEXT = re.compile(r"[A-Z]+ → \d[\d ]*")
OLDEST = 24
"""Months."""
LISTED = tomllib.loads(asset("care", "lines.toml").read_text("utf-8"))


def age(month: str, now: datetime) -> int:
    year, of_year = map(int, month.split("-"))
    return (now.year - year) * 12 + now.month - of_year


@pytest.mark.parametrize("country", sorted(LISTED))
def test_every_entry_has_a_form_and_a_month(country: str) -> None:
    found = LISTED[country]
    assert re.fullmatch(r"[A-Z]{2}", country)
    assert re.fullmatch(r"\d{3}", found["emergency"])
    assert found["zones"]
    assert all(re.fullmatch(r"[A-Z][A-Za-z_/-]+", zone) for zone in found["zones"])
    assert any(each["for"] == "self" for each in found["lines"]), "somebody to talk to"
    for each in (found, *found["lines"]):
        assert MONTH.fullmatch(each["checked"])
    for each in found["lines"]:
        form = NUMBER if "call" in each["ways"] else TEXT
        assert form.fullmatch(each["contact"]), each
        assert each["name"].strip()
        assert each["languages"].strip()
        assert set(each["ways"]) <= {"call", "text"}
        assert each["for"] in ("self", "danger")
        assert re.fullmatch(r"24/7|\d\d?:\d\d–\d\d?:\d\d", each.get("hours", "24/7"))


def test_a_zone_tells_one_country() -> None:
    zones = [zone for found in LISTED.values() for zone in found["zones"]]
    assert len(zones) == len(set(zones))


@pytest.mark.nightly
def test_no_entry_is_older_than_two_years_at_a_release() -> None:
    """Fails when it is time to look at the lines again; nothing on the machine of a person depends on it."""
    now = datetime.now(UTC)
    old = [code for code, found in LISTED.items() if any(age(e["checked"], now) > OLDEST for e in found["lines"])]
    assert old == []


def test_the_setting_comes_first_then_the_zone_then_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "Europe/Dublin")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert country_of("nz") == "NZ"
    assert country_of("UK") == "GB"
    assert country_of("auto") == "IE"
    monkeypatch.setenv("TZ", "UTC")
    assert country_of("auto") == "US"
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setattr("locale.getlocale", lambda: ("en_US", "UTF-8"))  # what Python makes of that
    assert country_of("auto") == ""


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Africa/Lagos", "Europe/Istanbul"])
def test_numbers_of_another_country_are_never_shown_for_a_locale_where_the_zone_names_a_place(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setenv("TZ", zone)
    assert country_of("auto") == ""
    for place, country in (
        ("US/Eastern", "US"),
        ("America/Indiana/Knox", "US"),
        ("America/Belem", "BR"),
        ("Japan", "JP"),
    ):
        monkeypatch.setenv("TZ", place)
        assert country_of("auto") == country


@pytest.mark.parametrize(
    ("country", "police"), [("JP", "110"), ("KR", "112"), ("TW", "110"), ("SG", "999"), ("BR", "190")]
)
def test_where_ambulance_and_police_have_numbers_of_their_own_violence_gets_the_police(
    country: str, police: str
) -> None:
    assert lines_for(country, "danger")[0].contact == police
    assert lines_for(country, "self")[1].contact == LISTED[country]["emergency"] != police


def test_a_country_without_lines_gets_the_numbers_that_work_in_most() -> None:
    for region in ("XX", "nowhere"):
        card = care_card("crisis", "self", region)
        assert card.region == ""
        assert [line.contact for line in card.lines] == ["112", "findahelpline.com"]


@pytest.mark.parametrize("country", countries())
def test_who_despairs_is_first_given_somebody_to_talk_to_who_is_in_danger_the_police(country: str) -> None:
    emergency = LISTED[country]["emergency"]
    police = LISTED[country].get("police", emergency)
    despair, danger = (lines_for(country, about) for about in ("self", "danger"))  # type: ignore[arg-type]
    assert despair[1].contact == emergency
    assert danger[0].contact == police
    assert {line.contact for line in despair} - {emergency} == {line.contact for line in danger} - {police}
    assert all(MONTH.fullmatch(line.checked) for line in despair)


def test_nothing_here_knows_the_network() -> None:
    source = Path(care_card.__code__.co_filename).read_text("utf-8")
    assert not re.search(r"^\s*(?:import|from) (?:socket|http|urllib|requests|httpx)", source, re.MULTILINE)
