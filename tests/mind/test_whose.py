"""Whom a sentence tells of when it does not begin with "I"."""

from __future__ import annotations

import pytest

from companion.mind.admit import admit
from companion.mind.dropped import drops_he, drops_i
from companion.mind.subjects import introduces, subject_of
from companion.mind.whose import affects_the_person, is_about_another, tells_of_a_stranger

OWN = """
Work's been brutal.
The doctor put me on statins.
The bank rejected our mortgage application.
Peanuts make my throat swell up.
Somebody nicked my bike outside the gym.
Turns out I'm coeliac.
The dentist says I need a crown.
Loud bangs set off my PTSD.
Tuesdays and Thursdays are choir.
Swimming is how I stay sane.
The physio says no running till September.
This is my first winter without her.
Did I mention I'm a twin?
Lost my keys and my temper on the same morning.
"""
ANOTHERS = """
The bloke who fixes our lifts has climbed Kilimanjaro.
The woman I sit next to on the train knits socks.
There's a woman on my ward who swam the Channel.
I know someone who lives on a boat.
A man at the gym told me he used to be a monk.
She's got three kids and a mortgage.
"""


@pytest.mark.parametrize("text", OWN.strip().splitlines())
def test_it_is_the_persons(text: str) -> None:
    assert [statement.subject for statement in admit(text)] == ["person"]


@pytest.mark.parametrize("text", ANOTHERS.strip().splitlines())
def test_it_is_anothers(text: str) -> None:
    assert not [statement for statement in admit(text) if statement.subject == "person"]


@pytest.mark.parametrize(
    "text", ["Moved to Leeds.", "Never touched a cigarette", "Quit my job on Friday", "Terrified.", "10 weeks pregnant"]
)
def test_the_person_is_left_out(text: str) -> None:
    assert drops_i(text)


@pytest.mark.parametrize(
    "text", ["Put my coat away", "Got it.", "Agreed.", "Read my essay", "Used cars are cheap", "Working nights is hard"]
)
def test_nobody_is_left_out(text: str) -> None:
    assert not drops_i(text)


def test_what_goes_on_about_a_relative_is_theirs() -> None:
    assert drops_he("Works nights at the mortuary.")
    found = admit("Teo has been my boyfriend since March. Works nights at the mortuary.")
    assert {statement.subject for statement in found} == {"Teo"}
    assert not admit("The new girl at work is from Oslo. Speaks five languages. Lives on a boat.")
    assert not admit("The bloke next door is odd. Bought a boat last week.")


def test_strangers_and_what_is_done() -> None:
    assert affects_the_person("The council finally gave us a house.")
    assert not affects_the_person("The bumper sticker in front of me read something rude.")
    assert is_about_another("The couple downstairs are getting divorced.")
    assert tells_of_a_stranger("I met a man who has six toes.")


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Mum's on the waiting list.", "mother"),
        ("My sister's expecting again.", "sister"),
        ("My sister's wedding was lovely.", "person"),
        ("Yesterday my mum fell down the stairs.", "mother"),
        ("The vet says Rufus, our labrador, has arthritis.", "Rufus"),
        ("One of my colleagues is a fencer.", "colleagues"),
        ("A cousin of mine drowned last summer.", "cousin"),
        ("My student loan is paid off.", "person"),
        ("My gym has a great trainer.", "person"),
        ("My wife Anna and I live in Ghent.", "person"),
        ("Biscuit (the rabbit) had two teeth out.", "Biscuit"),
    ],
)
def test_whose_life(text: str, subject: str) -> None:
    assert subject_of(text, "en") == subject


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I have a dog called Rex.", "Rex"),
        ("We have two cats, Salt and Pepper.", "Salt"),
        ("We have two cats, Salt and Pepper.", "Pepper"),
        ("I have three kids: Tom, Ben and Ida.", "Ida"),
        ("My kids are Tom and Ben.", "Ben"),
    ],
)
def test_all_who_are_named_are_introduced(text: str, name: str) -> None:
    assert introduces(text, name)
    assert [each.subject for each in admit(f"{name} died last week.", frozenset({name.casefold()}))] == [name]


@pytest.mark.parametrize("text", ["My dog chased Rex.", "I have a dog and Rex is a friend's.", "My cats like Pepper."])
def test_who_is_only_mentioned_is_not_introduced(text: str) -> None:
    assert not introduces(text, "Rex")
    assert not introduces(text, "Pepper")
