"""How things are lasts, what happened once does not. The rules were written without these sentences; of the first 39
they knew 37."""

from __future__ import annotations

import pytest

from companion.mind.lasting import lasts

LASTING = (
    "My grandson stutters when he is nervous.",
    "I run the post office in our village.",
    "We share the garden with two other families.",
    "She has three tattoos of birds.",
    "I can't swim.",
    "The code for the front door is 4711.",
    "I was born in a lorry on the way to Basel.",
    "I lost my left thumb in a sawmill when I was twenty.",
    "My uncle left me his accordion.",
    "I've moved to the third floor.",
    "I quit smoking two years ago.",
    "I don't trust banks.",
    "Our children sleep in bunk beds.",
    "My wife snores and denies it.",
    "I always cry at weddings.",
    "I used to box, so my nose is crooked.",
    "My mother was diagnosed with Parkinson's.",
    "I married Ludek in a lighthouse.",
    "I owe my neighbour a ladder.",
    "我对花粉过敏。",
    "我妹妹在医院工作。",
    "我从小怕狗。",
)
PASSING = (
    "I missed the tram and got soaked.",
    "We ate far too much cheese last night.",
    "I'm waiting for the oven to heat up.",
    "It's raining outside.",
    "She called me twice this morning.",
    "I just repaired the zip of my jacket.",
    "I burned the rice again.",
    "We argued about the dishes.",
    "I'm off to the dentist.",
    "I slept on the sofa.",
    "My neighbour waved at me from the bus.",
    "I feel a bit dizzy today.",
    "I have to wash my hair.",
    "The waiter spilled soup on my shoes.",
    "I ran into an old teacher at the kiosk.",
    "今天吃了面条。",
    "我刚买了一本书。",
)


@pytest.mark.parametrize("text", LASTING)
def test_how_things_are_lasts(text: str) -> None:
    assert lasts(text)


@pytest.mark.parametrize("text", PASSING)
def test_what_happened_once_does_not(text: str) -> None:
    assert not lasts(text)


def test_one_lasting_sentence_is_enough() -> None:
    assert lasts("I burned the rice again. My sister is a vet.")
    assert not lasts("I burned the rice again. I opened a window.")
