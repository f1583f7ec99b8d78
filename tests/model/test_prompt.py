"""How a conversation is fitted into the context: what always stays, what goes first, and that the prefix is stable."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.errors import InvalidInput
from companion.model.llama import LlamaModel
from companion.model.prompt import (
    GIST_SHARE,
    PORTRAIT_SHARE,
    SMALLEST_REPLY,
    Prompt,
    compose,
    lines_of,
    memory_block,
    portrait_block,
)
from companion.model.protocol import Message, Sampling
from companion.model.shorten import fits, shorten
from companion.records import Memory, RecalledMemory
from tests.fakes import FakeModel
from tests.support import memory as made

PERSONA = "You are Companion, warm and brief."


def ask(model: FakeModel | LlamaModel, message: str, **changes: object) -> Prompt:
    arguments: dict[str, object] = {
        "persona": PERSONA, "portrait": "", "history": (), "memory_block": "", "reserve": 100, "start": 0,
    }  # fmt: skip
    return compose(model, message=message, **(arguments | changes))  # type: ignore[arg-type]


def exchanges(count: int, words: int = 10) -> list[Message]:
    history = []
    for number in range(count):
        history.append(Message("user", f"question {number} " + "word " * words, memories="Memories: old"))
        history.append(Message("assistant", f"answer {number} " + "word " * words))
    return history


words = st.lists(st.sampled_from(["tea", "rain", "a", "Elena", "considerably", "日本語", "\n"]), max_size=400).map(
    " ".join
)


@given(
    message=words, portrait=words, memories=words, persona=words,
    history=st.lists(st.tuples(words, words), max_size=8),
    reserve=st.integers(1, 2000), context=st.integers(300, 1200),
)  # fmt: skip
def test_it_always_fits_and_persona_and_message_are_always_there(
    message: str, portrait: str, memories: str, persona: str,
    history: list[tuple[str, str]], reserve: int, context: int,
) -> None:  # fmt: skip
    model = FakeModel(context=context)
    turns = [Message(role, text) for pair in history for role, text in zip(("user", "assistant"), pair, strict=True)]
    prompt = ask(
        model, message, portrait=portrait, memory_block=memories, persona=persona, history=turns, reserve=reserve
    )
    tokens = model.count_messages(prompt.messages)
    assert tokens + min(reserve, SMALLEST_REPLY) <= context
    assert sum(prompt.segments.values()) == tokens
    assert all(value >= 0 for value in prompt.segments.values())
    system, *middle, last = prompt.messages
    assert system.role == "system"
    assert system.text.startswith(persona.strip()[:40])
    assert last.role == "user"
    assert (last.text == message) == (not prompt.shortened)
    assert last.text[:8] == message[:8]
    assert last.memories in (memories, "")
    assert [(m.role, m.memories) for m in middle] == [(m.role, "") for m in turns[prompt.start :]]


def test_the_order_is_persona_history_memories_message() -> None:
    prompt = ask(FakeModel(), "Hello", portrait="Likes tea.", history=exchanges(1), memory_block="I like tea")
    assert [m.role for m in prompt.messages] == ["system", "user", "assistant", "user"]
    assert prompt.messages[0].text == f"{PERSONA}\n\nLikes tea."
    assert prompt.messages[1].memories == ""
    assert prompt.messages[-1] == Message("user", "Hello", "I like tea")
    assert prompt.segments["memories"] == 3
    assert prompt.segments["message"] == 1


def test_the_prefix_stays_for_many_turns_and_the_start_only_grows() -> None:
    model, start, starts, history = FakeModel(context=600), 0, [], exchanges(60)
    for turn in range(0, len(history), 2):
        prompt = ask(model, history[turn].text, history=history[:turn], start=start)
        assert prompt.start == start + prompt.trimmed
        start = prompt.start
        starts.append(start)
        assert start == len(history[:turn]) or history[start].role == "user"
    assert starts == sorted(starts)
    moves = [turn for turn, (before, after) in enumerate(pairwise(starts)) if after > before]
    assert len(moves) >= 2
    assert min(later - earlier for earlier, later in pairwise(moves)) >= 5


def test_years_of_history_are_not_counted_word_by_word() -> None:
    counted = 0

    class Counting(FakeModel):
        def count(self, text: str) -> int:
            nonlocal counted
            counted += len(text)
            return super().count(text)

    prompt = ask(Counting(context=600), "Hello", history=exchanges(20_000))
    assert 39_900 < prompt.start < 40_000
    assert counted < 100_000


def test_a_long_message_makes_the_reserve_give_way_first_then_the_memories() -> None:
    model = FakeModel(context=600)
    memories = "remember " * 60
    fitting = ask(model, "word " * 440, memory_block=memories, reserve=300)
    assert fitting.messages[-1].memories == memories
    assert not fitting.shortened
    longer = ask(model, "word " * 500, memory_block=memories, reserve=300)
    assert longer.messages[-1].memories == ""
    assert not longer.shortened


def test_a_message_too_long_keeps_its_beginning_and_its_end() -> None:
    text = " ".join(f"w{number}" for number in range(5000))
    prompt = ask(FakeModel(context=600), text)
    assert prompt.shortened
    sent = prompt.messages[-1].text
    assert sent.startswith("w0 w1 ")
    assert sent.endswith(" w4999")
    kept = sum(word.startswith("w") for word in sent.replace("words", "").split())
    assert f"[… {5000 - kept:,} words left out …]" in sent


def test_the_turn_after_a_long_message_still_has_it_cut_the_same_way() -> None:
    model, text = FakeModel(context=1000), " ".join(f"w{number}" for number in range(5000))
    first = ask(model, text, reserve=100)
    history = [Message("user", text), Message("assistant", "That is long.")]
    second = ask(model, "What was it about?", history=history, reserve=100)
    assert second.messages[1].text == first.messages[-1].text


def test_a_portrait_that_is_too_long_loses_its_last_lines() -> None:
    portrait = "\n".join(f"Trait number {number}." for number in range(500))
    system = ask(FakeModel(context=600), "Hi", portrait=portrait).messages[0].text
    assert system.startswith(f"{PERSONA}\n\nTrait number 0.\n")
    assert system.endswith(".")


def test_the_portrait_has_its_share_the_most_important_lines_first(clock: SetClock) -> None:
    model = FakeModel(context=1200)
    assert portrait_block(model, []) == ""
    traits = [made(f"Trait number {number}.\nIts second line.", clock, kind="trait") for number in range(100)]
    block = portrait_block(model, traits)
    assert model.count(block) <= 1200 // PORTRAIT_SHARE
    assert "Trait number 0.\nIts second line.\nTrait number 1." in block
    assert "Trait number 50." not in block
    huge = [made("long " * 2000, clock, kind="trait"), made("Likes tea.", clock, kind="trait")]
    assert "Likes tea." in portrait_block(FakeModel(context=4096), huge), "one that has no room keeps none out"


def test_a_context_too_small_to_talk_is_refused() -> None:
    with pytest.raises(InvalidInput, match="leaves no room"):
        ask(FakeModel(context=130), "Hi")


@given(text=st.text(max_size=400), budget=st.integers(12, 60))
def test_shortening_never_takes_more_than_the_budget(text: str, budget: int) -> None:
    model = FakeModel()
    cut = shorten(model, text, budget)
    assert model.count(cut) <= budget
    assert (cut == text) == fits(model, text, budget)


def test_shortening_uses_most_of_the_budget() -> None:
    model, text = FakeModel(), "Some words of a letter that goes on. " * 9000
    assert 270 <= model.count(shorten(model, text, 300)) <= 300


def test_text_without_spaces_is_counted_in_characters() -> None:
    assert "characters left out" in shorten(FakeModel(), "語" * 5000, 50)


def test_a_paste_of_200_kb_in_a_small_context(starter: object, shared_model: LlamaModel) -> None:
    class Small(FakeModel):
        """The real tokeniser, a context of 512."""

        def count(self, text: str) -> int:
            return shared_model.count(text)

        def count_messages(self, messages: object) -> int:
            return shared_model.count_messages(messages)  # type: ignore[arg-type]

    prompt = ask(Small(context=512), "The quick brown fox jumps over the lazy dog, twice. " * 4000)
    assert prompt.shortened
    assert 256 < sum(prompt.segments.values()) <= 512 - SMALLEST_REPLY
    result = shared_model.generate(prompt.messages, Sampling(max_tokens=2), on_text=lambda _: None)
    assert result.prompt_tokens == sum(prompt.segments.values())


def memory(text: str, day: int, subject: str = "person") -> RecalledMemory:
    at = datetime(2026, 3, day, 12, tzinfo=UTC).timestamp()
    return RecalledMemory(Memory(day, "thought", text, "active", at, 0, subject=subject), score=1.0, rank=1)


def test_memories_are_listed_by_subject_and_time_with_their_day() -> None:
    now = datetime(2026, 3, 9, 20, tzinfo=UTC)
    recalled = [memory("Ann sings.", 2, "Ann"), memory("I like tea.", 9), memory("I run.", 8), memory("I ski.", 1)]
    lines = memory_block(recalled, now).splitlines()
    assert lines[1:-2] == [
        "I ski. (1 March 2026)", "I run. (yesterday)", "I like tea. (today)", "Ann sings. (2 March 2026)",
    ]  # fmt: skip


def test_nothing_recalled_is_no_block() -> None:
    assert memory_block([], datetime.now(UTC)) == ""


@given(st.permutations(range(5)), st.sets(st.integers(0, 4)))
def test_lines_that_were_read_come_first_and_none_is_lost(order: list[int], stay: set[int]) -> None:
    now = datetime(2026, 3, 9, tzinfo=UTC)
    all_of_them = [memory(f"memory number {n}", n + 1) for n in range(5)]
    read = lines_of(memory_block([all_of_them[n] for n in order], now))
    found = lines_of(memory_block([*[all_of_them[n] for n in stay], memory("a new one", 1)], now, read))
    assert found[:-1] == [line for line in read if any(f"number {n} " in line for n in stay)]
    assert found[-1].startswith("a new one")


def test_a_memory_is_one_line_whatever_it_holds() -> None:
    block = memory_block([memory("one\n\ntwo\x1b[31m " + "long " * 200, 1)], datetime(2026, 3, 9, tzinfo=UTC))
    assert len(block.splitlines()) == 4
    assert "\x1b" not in block
    assert len(block) < 500


# The gist of what was trimmed


@given(
    message=words, gist=words, memories=words, history=st.lists(st.tuples(words, words), max_size=8),
    reserve=st.integers(1, 2000), context=st.integers(300, 1200), spare=st.integers(0, 300),
)  # fmt: skip
def test_with_a_gist_it_always_fits_too(
    message: str, gist: str, memories: str, history: list[tuple[str, str]], reserve: int, context: int, spare: int
) -> None:
    model = FakeModel(context=context)
    turns = [Message(role, text) for pair in history for role, text in zip(("user", "assistant"), pair, strict=True)]
    folded: list[int] = []

    def fold(first: int) -> str:
        folded.append(first)
        return shorten(model, "said " * 999, context // GIST_SHARE)

    gist = shorten(model, gist, context // GIST_SHARE)
    prompt = ask(
        model, message, memory_block=memories, history=turns, reserve=reserve, gist=gist, fold=fold, spare=spare
    )
    tokens = model.count_messages(prompt.messages)
    assert tokens + min(reserve, SMALLEST_REPLY) <= context
    assert sum(prompt.segments.values()) == tokens
    assert all(value >= 0 for value in prompt.segments.values())
    assert folded == ([prompt.start] if prompt.trimmed else [])
    assert prompt.gist == (fold(prompt.start) if prompt.trimmed else gist)
    head = prompt.messages[1:3] if len(prompt.messages) - 2 > len(turns) - prompt.start else ()
    assert [m.text.partition("\n")[2] for m in head[:1]] in ([], [prompt.gist])
    assert [m.text for m in prompt.messages[1 + len(head) : -1]] == [m.text for m in turns[prompt.start :]]


@given(message=words, history=st.lists(st.tuples(words, words), max_size=6), context=st.integers(300, 1200))
def test_while_nothing_was_trimmed_the_prompt_is_what_it_was_without_gists(
    message: str, history: list[tuple[str, str]], context: int
) -> None:
    model = FakeModel(context=context)
    turns = [Message(role, text) for pair in history for role, text in zip(("user", "assistant"), pair, strict=True)]
    with_gists = ask(model, message, history=turns, fold=lambda first: "They like tea.")
    if not with_gists.trimmed:
        assert with_gists == ask(model, message, history=turns)


def test_the_gist_is_an_exchange_ahead_of_the_history_and_no_instruction() -> None:
    prompt = ask(FakeModel(), "Hello", history=exchanges(1), gist="I live in Rome.", portrait="Likes tea.")
    assert [m.role for m in prompt.messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert "Rome" not in prompt.messages[0].text
    assert prompt.messages[1].text.endswith("\nI live in Rome.")
    assert prompt.messages[3].text.startswith("question 0")


def test_the_gist_changes_with_a_trimming_only_and_the_prefix_stays_between() -> None:
    model, start, gist, history = FakeModel(context=600), 0, "", exchanges(60)
    before: Prompt | None = None
    trimmed = 0
    for turn in range(0, len(history), 2):
        prompt = ask(
            model, history[turn].text, history=history[:turn], start=start, gist=gist,
            fold=lambda first: f"I asked {first // 2} questions.",
        )  # fmt: skip
        if prompt.trimmed:
            trimmed += 1
            assert prompt.gist == f"I asked {prompt.start // 2} questions."
        elif before is not None:
            assert prompt.gist == gist
            assert prompt.messages[: len(before.messages) - 1] == before.messages[:-1]
        assert bool(prompt.gist) == (f"\n{prompt.gist}" in prompt.messages[1].text)
        start, gist, before = prompt.start, prompt.gist, prompt
    assert 2 <= trimmed <= 12


def test_room_that_is_spared_makes_trimming_come_earlier() -> None:
    model, history = FakeModel(context=600), exchanges(14)
    without = ask(model, "Hi", history=history)
    assert not without.trimmed
    free = 600 - 100 - sum(without.segments.values())
    assert not ask(model, "Hi", history=history, spare=free).trimmed
    assert ask(model, "Hi", history=history, spare=free + 1).trimmed


def test_a_long_message_makes_the_gist_give_way_for_once() -> None:
    model, gist = FakeModel(context=600), "said " * 30
    prompt = ask(model, "word " * 480, gist=gist, reserve=64)
    assert prompt.gist == gist
    assert len(prompt.messages) == 2
    assert len(ask(model, "word " * 300, gist=gist, reserve=64).messages) == 4
