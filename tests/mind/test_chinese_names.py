"""People and animals of the person's life by their names in Chinese, which nothing marks as names."""

from __future__ import annotations

import pytest

from companion.memory.cue import Cue
from companion.memory.recall import Recall
from companion.mind.subjects import introduces
from companion.store.store import Store
from tests.mind.test_reflect import Thinking
from tests.support import add, meaning


@pytest.fixture
def mind(store: Store) -> Thinking:
    mind = Thinking(store)
    for text in ("我交了新男朋友，叫小涛。", "我养了一只猫，叫饼干。", "我姐姐小敏在上海。"):
        mind.hear(text)
        mind.think()
    return mind


@pytest.mark.parametrize(
    ("text", "whose"),
    [("小涛是木匠。", "小涛"), ("饼干今天早上死了，被车撞了。", "饼干"), ("小敏下个月结婚。", "小敏")],
)
def test_what_is_told_of_somebody_known_is_kept_as_theirs(mind: Thinking, text: str, whose: str) -> None:
    mind.hear(text)
    mind.think()
    (kept,) = [memory for memory in mind.thoughts() if memory.text == text]
    assert kept.subject == whose


@pytest.mark.parametrize("text", ["小明是木匠。", "今天天气很好。", "天空很蓝，海很美。", "小涛说他想辞职？"])
def test_what_is_told_of_nobody_known_is_not(mind: Thinking, text: str) -> None:
    before = len(mind.thoughts())
    mind.hear(text)
    mind.think()
    assert len(mind.thoughts()) == before


def test_a_name_is_introduced_by_a_word_for_it() -> None:
    assert introduces("我养了一只猫，叫饼干。", "饼干")
    assert introduces("我姐姐小敏在上海。", "小敏")
    assert not introduces("我吃了饼干。", "饼干")


FACTS = ("我住在杭州，和妹妹一起住。", "我养了一只猫，叫饼干。", "我每天喝五杯咖啡。", "我喜欢看天空和海。")


@pytest.mark.parametrize("by_meaning", [True, False])
def test_who_asks_about_somebody_by_name_alone_is_told_of_them(store: Store, by_meaning: bool) -> None:
    for fact in FACTS:
        add(store, fact)
    add(store, "小涛是木匠。", subject="小涛")
    recall = Recall(store, meaning(store) if by_meaning else None)
    assert recall(Cue("小涛是做什么的？"), 3).memories[0].memory.text == "小涛是木匠。"
    for asked in ("法国的首都是哪里？", "为什么天空是蓝的？", "一年有几个月？", "讲个笑话吧", "什么是量子力学？"):
        assert recall(Cue(asked), 3).memories == ()


def test_words_that_only_ask_are_no_words_to_look_for(store: Store) -> None:
    add(store, "我生日是五月十二号。"), add(store, "明天我去看牙医。")
    (first, *_) = Recall(store)(Cue("我的生日是哪天？"), 3).memories
    assert first.memory.text == "我生日是五月十二号。"
    assert first.coverage == 1.0
