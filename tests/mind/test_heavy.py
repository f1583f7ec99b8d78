"""What is heavy is not brought up unasked, and is remembered when the person speaks of it."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.mind.heavy import is_heavy, weighs
from companion.settings import CareSettings, Settings
from tests.fakes import FakeModel
from tests.house import House

TOLD = (
    "My father died of cancer in March, in the hospice in Ghent.",
    "I was abused by my uncle when I was nine.",
    "Last winter I wanted to die and swallowed pills.",
    "My cat Miso was put to sleep, her death broke me.",
    "我妈妈去年因为癌症去世了。",
    "I love growing tomatoes on the balcony.",
    "I work as a baker in Leeds and start at four.",
    "My sister Lena plays the cello.",
)
UNASKED = (
    "Hello!", "Good morning.", "How are you?", "What a lovely day.", "I baked bread today.",
    "What should I cook tonight?", "The tomatoes are growing well.", "I am bored.", "Tell me something nice.",
    "What do you know about me?", "What did I tell you about my job?", "Lena played at a wedding.",
    "I had a good day at work.", "Any plans for the weekend?", "What makes me happy?", "Tell me a joke.",
    "今天天气真好。", "你好！", "我今天做了蛋糕。", "Do you remember what I like?",
)  # fmt: skip
ASKED = (
    ("Do you remember what happened to my father?", "father"),
    ("I miss my father so much today.", "father"),
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
        count += sum(is_heavy(each.memory) for each in companion.ask(text).recalled)
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
