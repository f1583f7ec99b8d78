"""The emotion a text speaks of: named in English and Chinese, not named when it is denied, none where there is none."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.memory.affect import EMOTIONS, emotion
from companion.paths import asset

CASES = [
    ("I'm so happy today!", "joy"),
    ("We laughed all evening, it was fun.", "joy"),
    ("I can’t stop smiling.", "joy"),
    ("I couldn't be happier.", "joy"),
    ("I love you", "love"),
    ("I adore my little niece.", "love"),
    ("I'm really grateful for everything you did.", "gratitude"),
    ("Thanks!", "gratitude"),
    ("I'm so proud of my daughter.", "pride"),
    ("I feel calm and relaxed now.", "calm"),
    ("I was shocked, I didn't expect that.", "surprise"),
    ("My grandmother passed away last night.", "sadness"),
    ("I miss her terribly.", "sadness"),
    ("I feel down and keep crying.", "sadness"),
    ("I'm so lonely since I moved.", "loneliness"),
    ("I'm terrified of flying.", "fear"),
    ("I'm nervous about the exam and worried.", "fear"),
    ("I'm furious with my boss.", "anger"),
    ("I hate it, it's so unfair!", "anger"),
    ("The food was disgusting.", "disgust"),
    ("I feel ashamed and guilty.", "shame"),
    ("I'm exhausted, I barely slept.", "tiredness"),
    ("I was sad, but now I'm happy.", "joy"),
    ("I'm not only tired but furious.", "anger"),
    ("It was tiring, frustrating and annoying.", "anger"),
    ("我今天特别开心！", "joy"),
    ("我爱上了她。", "love"),
    ("谢谢你一直陪着我，我很感激。", "gratitude"),
    ("我为女儿自豪。", "pride"),
    ("终于松了一口气，心里很平静。", "calm"),
    ("没想到他居然来了！", "surprise"),
    ("奶奶去世了，我很难过。", "sadness"),
    ("我不开心。", "sadness"),
    ("我觉得很孤独，没有朋友。", "loneliness"),
    ("明天考试，我好紧张，有点害怕。", "fear"),
    ("老板气死我了！", "anger"),
    ("那味道真恶心。", "disgust"),
    ("我很内疚，都怪我。", "shame"),
    ("加班到半夜，太累了。", "tiredness"),
]  # fmt: skip
NONE = [
    "",
    " \n",
    "I'm not happy.",
    "I am not happy with it at all.",
    "I'm not sad any more.",
    "I'm never lonely.",
    "I wasn't really scared.",
    "I have no fear of heights.",
    "Without joy, without anything.",
    "I don't feel very proud of it.",
    "The table is brown.",
    "I live in Rome and work at a bakery.",
    "We are planning a surprise party.",
    "I bought gloves and a lovebird.",
    "I'd love to go, what time?",
    "Ich bin sehr traurig.",
    "我住在巴黎。",
    "我不累。",
    "我不是很高兴。",
    "我没有生气。",
    "别担心。",
    "我不害怕。",
    "我的爱好是游泳。",
    "祝你生日快乐",
    "👍🏽 12 %",
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_the_emotion_is_named(text: str, expected: str) -> None:
    assert emotion(text) == expected


@pytest.mark.parametrize("text", NONE)
def test_what_is_denied_or_not_there_is_not_named(text: str) -> None:
    assert emotion(text) is None


def test_every_emotion_has_words_and_cases() -> None:
    tables = tomllib.loads(asset("affect", "emotions.toml").read_text(encoding="utf-8"))
    for language in ("en", "zh"):
        assert set(tables[language]) == {*EMOTIONS, "none"}
        listed = [
            word
            for strengths in tables[language].values()
            for words in strengths.values()
            for entry in words.split(",")
            if (word := " ".join(entry.split()))
        ]
        assert [word for word, times in Counter(listed).items() if times > 1] == []
    assert {expected for _, expected in CASES} == set(EMOTIONS)


@given(text=st.text(st.sampled_from("开心难过不没有很 'not happysadlove") | st.characters(exclude_categories=["Cs"])))
def test_it_is_always_of_the_set(text: str) -> None:
    assert emotion(text) in {*EMOTIONS, None}


def test_a_long_text_takes_no_longer_than_its_beginning() -> None:
    assert emotion("not " * 100_000 + "happy") is None
