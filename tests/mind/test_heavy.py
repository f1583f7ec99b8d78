"""What is heavy is not brought up unasked, and is remembered when the person speaks of it."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.mind.heavy import bearable, is_heavy, weighs
from companion.records import Memory, RecalledMemory
from companion.settings import CareSettings, Settings
from tests.fakes import FakeModel
from tests.house import House

TOLD = (
    "My father died of cancer in March, in the hospice in Ghent.",
    "I was abused by my uncle when I was nine.",
    "Last winter I wanted to die and swallowed pills.",
    "My cat Miso was put to sleep, her death broke me.",
    "我妈妈去年因为癌症去世了。",
    "I lost the baby in the seventh month.",
    "We had to put our dog Biscuit down, he was in so much pain.",
    "我爷爷上个月走了。",
    "I love growing tomatoes on the balcony.",
    "I work as a baker in Leeds and start at four.",
    "My sister Lena plays the cello.",
)
HEAVY = ("Ghent", "uncle", "pills", "Miso", "癌", "baby", "Biscuit", "爷爷")
"""Of what was told: told by their words, not by the rules."""
UNASKED = (
    "Hello!", "Good morning.", "How are you?", "What a lovely day.", "I baked bread today.",
    "What should I cook tonight?", "The tomatoes are growing well.", "I am bored.", "Tell me something nice.",
    "What do you know about me?", "What did I tell you about my job?", "Lena played at a wedding.",
    "I had a good day at work.", "Any plans for the weekend?", "What makes me happy?", "Tell me a joke.",
    "今天天气真好。", "你好！", "我今天做了蛋糕。", "Do you remember what I like?",
    "I'm going to plant beans this weekend.", "Let's talk about my week.", "What should I bake for the party?",
)  # fmt: skip
ASKED = (
    ("Do you remember what happened to my father?", "father"),
    ("I miss my father so much today.", "father"),
    ("Do you remember the baby?", "baby"),
    ("I keep thinking of Miso, my cat.", "Miso"),
    ("你还记得我妈妈的事吗？", "妈妈"),
)


@pytest.fixture
def told(house: House, clock: SetClock) -> House:
    companion = house.open()
    for text in TOLD:
        clock.advance(minutes=5)
        companion.ask(text)
    companion.settle()
    companion.close()
    clock.advance(days=2)
    return house


def mentions(house: House) -> int:
    """Heavy memories that replies to unasking messages were given, each message in a conversation of its own."""
    companion = house.open(model=FakeModel())
    count = 0
    for text in UNASKED:
        companion.begin_conversation()
        recalled = companion.ask(text).recalled
        count += sum(any(word in each.memory.text for word in HEAVY) for each in recalled)
    companion.close()
    return count


def test_unasked_it_is_mentioned_never(told: House) -> None:
    assert mentions(told) == 0


def test_with_the_setting_it_may_be(told: House) -> None:
    told.settings = Settings(care=CareSettings(bring_up_heavy=True))
    assert mentions(told) > 0, "the messages above would bring something up"


@pytest.mark.parametrize(("text", "word"), ASKED)
def test_it_is_remembered_when_the_person_speaks_of_it(told: House, text: str, word: str) -> None:
    companion = told.open(model=FakeModel())
    companion.begin_conversation()
    found = [each.memory for each in companion.ask(text).recalled]
    assert any(word in memory.text and is_heavy(memory) for memory in found), [memory.text for memory in found]


def test_the_morning_leaves_it_out(told: House) -> None:
    report = told.open(model=FakeModel()).morning()
    assert report.learned
    assert not any(is_heavy(memory) for memory in report.learned)
    assert not weighs(report.yesterday)


@pytest.mark.parametrize(
    "text",
    ["My phone died.", "I am dead tired.", "We had cake.", "I moved to Leeds.", "我喜欢茶。", "This heat kills me."],
)
def test_what_is_light(text: str) -> None:
    assert not weighs(text)


@pytest.mark.parametrize(
    "text",
    [
        "My nan passed in her sleep.", "We buried him on Monday.", "My dog had to be put to sleep.",
        "He didn't make it.", "I was in a car crash.", "I got diagnosed with MS.", "my grandfather is gone",
        "奶奶上个月走了。", "我家猫没了", "他出了车祸",
    ],
)  # fmt: skip
def test_what_is_heavy_without_its_plain_name(text: str) -> None:
    assert weighs(text)


@pytest.mark.parametrize(
    "text",
    [
        "I put my daughter to sleep and watched the dog.", "She didn't make it to the party.", "The team was beaten.",
        "The terminal is open on my laptop.", "The summer is gone now.", "朋友今天走了很多路", "弟弟的手机没了电",
    ],
)  # fmt: skip
def test_what_only_sounds_like_it(text: str) -> None:
    assert not weighs(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("My father-in-law is visiting today.", False), ("What was my dad like?", True), ("I miss my dog.", True)],
)
def test_one_called_otherwise_is_the_same_and_one_by_marriage_is_not(text: str, expected: bool) -> None:
    memory = Memory(1, "thought", TOLD[0], "active", recorded_at=0.0, utc_offset=0)
    assert bool(bearable([RecalledMemory(memory, 1.0, 1)], text)) == expected
