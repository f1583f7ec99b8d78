"""The answer check: what a reply makes up about the person is found, and nothing else is ever marked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.mind.answer_check import LONGEST, supported_text, unsupported
from companion.mind.supports import Support
from companion.records import Span

NOW = datetime(2026, 6, 10, 15, 0, tzinfo=UTC)  # a Wednesday
TOLD = (
    "My sister Lena lives in Rome with her two cats, Milo and Luna.",
    "I work at the bakery and I have an exam on Friday.",
    "I was born on 12 May 1990.",
)
CHINESE = ("我妹妹小雨住在上海，她养了一只猫叫豆豆。", "我今年三十岁，5月12日生日，在银行工作。")

MADE_UP = [
    ("You told me you moved to Porto in May 2019.", ["Porto", "May 2019"]),
    ("You moved to Porto last year.", ["Porto", "last year"]),
    ("You live in Lisbon, don't worry.", ["Lisbon"]),
    ("Your sister Marta lives in Rome.", ["Marta"]),
    ("I remember your trip to Porto with Anna.", ["Porto", "Anna"]),
    ("You have seven cats.", ["seven"]),
    ("You said you had 3 children.", ["3"]),
    ("Your exam is on 14 July.", ["14 July"]),
    ("In March 2018, you bought a boat.", ["March 2018"]),
    ("Your birthday is on 13 May.", ["13 May"]),
    ("You were born in 1985.", ["1985"]),
    ("You turned 40 last week.", ["40", "last week"]),
    ("You work at Siemens.", ["Siemens"]),
    ("You're from Helsinki, and your sister's name is Lena.", ["Helsinki"]),
    ("Your dentist appointment was at 3:30 pm.", ["3:30 pm"]),
    ("You ran 17 km yesterday.", ["17", "yesterday"]),
    ("You mentioned that you wanted to visit Tokyo.", ["Tokyo"]),
    ("Lena moved to Berlin in 2020.", ["Berlin", "2020"]),
    ("Lena has three children.", ["three"]),
    ("You told me about Uncle Bob.", ["Bob"]),
    ("You've been married for 15 years.", ["15"]),
    ("You paid $250 for it.", ["250"]),
    ("I know how hard it is. You lost your dog Biscuit in April 2021.", ["Biscuit", "April 2021"]),
    ("- You moved to Porto.\n- You love tea.", ["Porto"]),
    ("You have a brother, Thomas.", ["Thomas"]),
    ("Your exam is on Monday.", ["Monday"]),
    ("You walked 20 minutes yesterday.", ["20", "yesterday"]),
    ("You told me you would visit Vienna.", ["Vienna"]),
    ("You live in Lisbon and work for Google.", ["Lisbon", "Google"]),
    ("You went to Porto three years ago.", ["Porto", "three years ago"]),
    ("你住在北京。", ["北京"]),
    ("你说过你有三个孩子。", ["三"]),
    ("你妹妹叫小雪。", ["小雪"]),
    ("你的生日是6月3日。", ["6月3日"]),
    ("你去年去了巴黎，我记得很清楚。", ["去年", "巴黎"]),
    ("你今年45岁了。", ["45"]),
    ("你的朋友王强来看过你。", ["王强"]),
    ("你昨天跑了17公里。", ["昨天", "17"]),
    ("你在读《三体》。", ["三体"]),
    ("你2015年毕业了。", ["2015年"]),
    ("小雨搬到了广州。", ["广州"]),
    ("你和Anna一起去了东京。", ["Anna", "东京"]),
]  # fmt: skip

NOT_MARKED = [
    # what it was given
    "Your sister Lena lives in Rome.",
    "You have an exam on Friday.",
    "Lena has 2 cats, and you love them.",
    "You were born in 1990.",
    "You are 36 years old.",
    "Your birthday is on May 12th.",
    "You turned 36.",
    "You told me that your sister's cats are Milo and Luna.",
    "Your sister LENA lives in rome.",
    "You work at the bakery, and your exam is the day after tomorrow.",
    "Your exam is in two days.",
    "You told me about Lena's cat Milo.",
    "You were born 36 years ago.",
    "Your Roman sister is lucky.",
    "Luna's birthday came up when you told me about Lena.",
    # what everybody knows
    "Paris is the capital of France.",
    "Paris has 2 million people, and the Seine runs through it.",
    "Rome was founded in 753 BC.",
    "The Great Gatsby was written by Fitzgerald in 1925.",
    "Mozart was born on 27 January 1756 in Salzburg.",
    "A marathon is 42 km long.",
    "Your body needs 8 hours of sleep.",
    "Your heart beats 100000 times a day.",
    "As Einstein said, imagination is everything. You know that.",
    "You love Rome, which was built by Romulus.",
    # lists, code, headings
    "1. You work hard.\n2. You rest.\n3. You sleep.",
    "Here are 3 ideas for you:\n1. Walk\n2. Read",
    "```python\nyour_age = 45\nname = 'Porto'  # you moved in 2019\n```",
    "Your `Porto.save(45)` is fine.",
    "# Your Plan for Porto 2027",
    "> You moved to Porto in 2019.",
    # questions
    "Did you move to Porto in 2019?",
    "How was your trip to Vienna with Anna?",
    "You moved to Porto in May, right?",
    "What would you do with 500 euros?",
    # suggestions, hypotheticals, requests
    "You could walk 20 minutes every Monday.",
    "Maybe on Monday you visit Anna.",
    "You should try the Louvre in Paris.",
    "If you moved to Porto in 2030, you would need 3 suitcases.",
    "How about a trip to Porto on 4 July, just you and Lena.",
    "Imagine you are in Tokyo in 2050.",
    "Try to drink 8 glasses of water, and walk 20 minutes.",
    "Take your time: read Moby Dick, then write 500 words.",
    "You might enjoy Murakami.",
    "Let's say you have 40 apples and give 12 to Peter.",
    "For example, you spend 30 euros at Aldi.",
    "I recommend Kyoto for your holidays.",
    "You need 200 g of flour and 3 eggs.",
    "Add 200 g of flour to your bowl and bake it for 40 minutes.",
    "Your walk is 20 minutes long.",
    "Perhaps you met Anna on Tuesday.",
    "I hope your Monday goes well.",
    "It sounds like you had 12 things on your mind.",
    "I don't know whether you moved to Porto.",
    "I don't remember your brother Thomas.",
    "You haven't told me about Vienna.",
    # small talk
    "Thank you, and have a great Friday!",
    "Good night, see you on Monday.",
    "I'm here for you 24/7.",
    "You are 100% right.",
    "You two are lovely.",
    "You have three options.",
    "You gave me 5 reasons.",
    "You had a long day today.",
    "You're doing great this week.",
    "You've got this!",
    "Happy Birthday to you!",
    "You're like a modern Sherlock.",
    "You are AMAZING.",
    "I love the way you described it, I really do.",
    "Merry Christmas to you and your sister.",
    "You have one or two days for that.",
    "You have a few options: Spotify, Apple Music or Deezer.",
    "In Python 3.12, you have new syntax.",
    "You've been working hard at the bakery, and your exam on Friday must feel close.",
    "Losing someone is hard, and you don't have to go through it alone. If you're in crisis, call 988 in the US.",
    "You have 48 hours until your exam, so you have two evenings left.",
    "Rome is 1,400 km from Berlin, so your trip takes 2 hours by plane.",
    "You mean the world to Lena. She loves you.",
    "You know, Lena once told me that Rome is beautiful.",
    "You are one in a million, and you've done this a thousand times.",
    "You know what? You've earned a break. Netflix it is!",
    "You're asking a good question. In the 1960s, people thought differently.",
    "You have good taste. The Beatles released Abbey Road in 1969.",
]  # fmt: skip

NOT_MARKED_CHINESE = [
    "你妹妹小雨住在上海。",
    "你今年30岁。",
    "你的生日是五月十二号。",
    "你妹妹养了一只猫，叫豆豆。",
    "巴黎是法国的首都。",
    "你住在上海，上海是中国最大的城市之一。",
    "你可以每天走20分钟。",
    "也许你可以下周一去杭州。",
    "你去过北京吗？",
    "要不我们聊聊你的三个愿望吧。",
    "我给你三个建议：多喝水，早睡，散步。",
    "谢谢你，祝你周末愉快！",
    "你今天辛苦了。",
    "如果你有一百万，你想做什么？",
    "你十分努力，我为你高兴。",
    "你真的很棒，一直在进步。",
    "你朋友结婚了，真好。",
    "我不记得你在哪里工作。",
    "你说过你在银行工作。",
    "人每天需要8小时睡眠。",
    "推荐你看《活着》。",
    "西湖在杭州，是中国十大风景名胜之一。",
    "你喜欢喝茶，龙井是杭州的名茶。",
    "你有两个选择：留下或者离开。",
    "做番茄炒蛋，你需要两个鸡蛋和三个番茄。",
    "新的一周开始了，祝你周一愉快。",
    "你是一个很有耐心的人，一步一步来。",
    "你同事聚会的时候很开心。",
]

REPLIES = [*(reply for reply, _ in MADE_UP), *NOT_MARKED, *NOT_MARKED_CHINESE]


def marks(reply: str, supports: tuple[str, ...]) -> list[str]:
    return [span.text for span in unsupported(reply, supports, NOW)]


@pytest.mark.parametrize(("reply", "expected"), MADE_UP)
def test_what_is_made_up_about_the_person_is_found(reply: str, expected: list[str]) -> None:
    assert marks(reply, CHINESE if not reply.isascii() else TOLD) == expected


@pytest.mark.parametrize("reply", NOT_MARKED)
def test_nothing_else_is_marked(reply: str) -> None:
    assert marks(reply, TOLD) == []


@pytest.mark.parametrize("reply", NOT_MARKED_CHINESE)
def test_nothing_else_is_marked_in_chinese(reply: str) -> None:
    assert marks(reply, CHINESE) == []


def test_a_number_spelled_out_is_its_figure() -> None:
    for said, told in [
        ("You have 12 plants.", "I own twelve plants."),
        ("You have twenty-one plants.", "There are 21 of them."),
        ("You have 2,500 stamps.", "I collected 2500 stamps."),
        ("You have two hundred stamps.", "200 stamps"),
        ("你有12盆花，你养了很久。", "我养了十二盆花。"),
        ("Your train is at 15:30.", "It leaves at half past three."),
        ("Your train is at 3 pm.", "It leaves at 15:00."),
        ("Your train is at 3 pm.", "我的火车下午三点开。"),
    ]:
        assert marks(said, (told,)) == [], said
        assert marks(said, ("I collect stamps.",)) != [] or "年" in said, said


def test_a_day_is_the_same_however_it_is_called() -> None:
    yesterday = NOW - timedelta(days=1)
    told = [Support("My interview is tomorrow.", yesterday)]
    assert unsupported("Your interview was on 10 June 2026.", told, NOW) == ()
    assert [s.text for s in unsupported("Your interview is tomorrow.", told, NOW)] == ["tomorrow"]
    assert unsupported("You had your interview on 9 June.", told, NOW) == (), "the day on which it was said"
    assert unsupported("You were ill last week.", [Support("I am ill.", NOW - timedelta(days=7))], NOW) == ()


def test_when_it_happened_supports_a_date() -> None:
    begins = datetime(2024, 8, 3, tzinfo=UTC)
    given = [Support("I married Sam.", datetime(2026, 1, 5, tzinfo=UTC), (begins, begins + timedelta(days=1)))]
    assert unsupported("You married Sam on 3 August 2024.", given, NOW) == ()
    assert unsupported("You married Sam in August 2024.", given, NOW) == ()
    assert unsupported("You married Sam 2 years ago.", given, NOW) == ()
    assert [s.text for s in unsupported("You married Sam on 4 August 2024.", given, NOW)] == ["4 August 2024"]


def test_spans_are_places_in_the_reply() -> None:
    reply = "I see. You moved to Porto in May 2019, and I'm glad."
    for span in unsupported(reply, (), NOW):
        assert reply[span.start : span.end] == span.text
    assert len(unsupported(reply, (), NOW)) == 2


def test_sentences_with_what_is_made_up_are_left_out() -> None:
    reply = "That is lovely. You moved to Porto in May. Rest well."
    spans = unsupported(reply, (), NOW)
    assert supported_text(reply, spans) == "That is lovely. Rest well."
    assert supported_text("You moved to Porto.", (Span(13, 18, "Porto"),)) is None
    assert supported_text(reply, ()) == reply
    assert supported_text(" ", ()) is None


def test_what_a_reply_made_up_does_not_support_the_next_one() -> None:
    first = "You moved to Porto."
    kept = supported_text(first, unsupported(first, (), NOW)) or ""
    assert marks("As I said, you moved to Porto.", (kept,)) == ["Porto"]


PARTS = st.sampled_from(
    [
        "you",
        " your ",
        "You moved to",
        " Porto",
        " on 12 May",
        " 3:30",
        "你",
        "去了",
        "北京",
        "三点半",
        "`",
        "```",
        "\n",
        "- ",
        ". ",
        ", ",
    ]
)


@given(reply=st.lists(PARTS | st.text(max_size=6), max_size=20).map("".join), support=st.text(max_size=40))
def test_it_never_fails_and_spans_never_overlap(reply: str, support: str) -> None:
    spans = unsupported(reply, (support, reply[:30]), NOW)
    for before, after in pairwise(spans):
        assert before.end <= after.start
    assert all(span.text == reply[span.start : span.end] and span.text.strip() for span in spans)
    kept = supported_text(reply, spans)
    assert kept is None or kept.strip()


@pytest.mark.parametrize("reply", REPLIES)
def test_what_a_reply_was_given_word_for_word_is_supported(reply: str) -> None:
    assert marks(reply, (reply,)) == []


def test_a_long_reply_is_read_in_time_that_grows_with_it() -> None:
    assert len(unsupported("You moved to Porto in May 2019. " * 3_000, (), NOW)) <= LONGEST // 32 * 2 + 2
