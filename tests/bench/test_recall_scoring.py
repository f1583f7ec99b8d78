"""The figures of recall, on cases worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from companion.bench.histories import History, HistoryTurn, Question
from companion.bench.replay import Answer, Replay, context_of, estimated_tokens, fitting_memories
from companion.bench.scoring import first_sessions, met, score
from companion.records import Memory, RecalledMemory

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HISTORY = History(
    "h",
    tuple(HistoryTurn(f"t{n}", NOW, f"s{n // 2}", "Ada", "person", "…") for n in range(20)),  # two turns a session
    (),
)


def groups(*needed: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group.split()) for group in needed)


def answer(
    turns: str, *needed: str, kind: str = "k", answerable: bool = True, sessions: tuple[str, ...] = (), ms: float = 30.0
) -> Answer:
    asked = Question("q", NOW, "?", kind, answerable, groups(*needed), groups(*sessions))
    return Answer(asked, len(turns.split()), tuple(turns.split()), tuple(turns.split()[:2]), ms, 20.0)


def test_any_turn_of_a_needed_thing_will_do() -> None:
    assert met(groups("a b", "c"), ["b"]) == 0.5
    assert met(groups("a b", "c"), ["b", "a"]) == 0.5
    assert met(groups("a b", "c"), ["x", "c", "a"]) == 1.0
    assert met(groups("a"), []) == 0.0


def test_every_figure_of_a_set_worked_out_by_hand() -> None:
    replays = [
        Replay(
            HISTORY,
            [
                answer("t1 t2 t3 t4 t5 t6", "t1", "t6", kind="two", ms=21.0),  # @5: half; @10: all
                answer("t9 t8", "t8 t7", kind="one", ms=41.0),  # all of it, at once
                answer("", "t3", kind="one", ms=61.0),  # nothing came to mind
                answer("t1", answerable=False),
                answer("", "t2", answerable=False),  # evidence of an unanswerable question is not needed
                answer("t1", answerable=True),  # nothing is needed: not counted for recall
            ],
            chatter=60,
            injected=3,
        )
    ]
    found = score(replays, (5, 10))
    assert found["questions"] == 6
    assert found["recall"] == {"5": 50.0, "10": 66.7}
    assert found["all"] == {"5": 33.3, "10": 66.7}
    assert found["recall_tokens_512"] == 50.0  # the first two turns: half, all, nothing
    assert found["by_kind"] == {
        "one": {"questions": 2, "recall": {"5": 50.0, "10": 50.0}, "all": {"5": 50.0, "10": 50.0}},
        "two": {"questions": 1, "recall": {"5": 50.0, "10": 100.0}, "all": {"5": 0.0, "10": 100.0}},
    }
    assert found["abstain"] == 50.0
    assert found["false_injection"] == 5.0
    assert found["sessions_all5"] is None
    latency = found["latency_ms"]
    assert isinstance(latency, dict)
    assert latency["p50"] == 30.0
    assert latency["p50_without_embedding"] == 10.0


def test_sessions_are_counted_each_once_in_the_order_they_come() -> None:
    session_of = {turn.id: turn.session for turn in HISTORY.turns}
    assert first_sessions(["t0", "t1", "t9", "t8", "t4"], session_of, 2) == {"s0", "s4"}
    near = answer("t0 t1 t2 t3 t4 t6 t8", "t8", sessions=("t8 t9",))  # s0 s1 s2 s3 s4
    far = answer("t0 t2 t4 t6 t8 t10", "t10", sessions=("t0 t1", "t10 t11"))  # s5 is the sixth
    assert score([Replay(HISTORY, [near])], (5,))["sessions_all5"] == 100.0
    assert score([Replay(HISTORY, [near, far])], (5,))["sessions_all5"] == 50.0


def test_where_nothing_applies_there_is_no_figure() -> None:
    found = score([Replay(HISTORY)], (5,))
    assert found["questions"] == 0
    assert found["recall"] == {"5": None}
    assert all(found[name] is None for name in ("recall_tokens_512", "sessions_all5", "abstain", "false_injection"))
    assert found["latency_ms"] == dict.fromkeys(("p50", "p95", "p50_without_embedding", "p95_without_embedding"), None)


def recalled(*texts: str) -> list[RecalledMemory]:
    return [
        RecalledMemory(Memory(n, "moment", text, "active", NOW.timestamp(), 0), 1.0, n)
        for n, text in enumerate(texts, 1)
    ]


def test_what_fits_is_counted_from_the_first_memory() -> None:
    assert fitting_memories(recalled("short", "also short"), NOW) == 2
    assert fitting_memories([], NOW) == 0
    many = recalled(*["one two three four five six seven eight nine ten"] * 50)
    fitting = fitting_memories(many, NOW)
    assert 20 < fitting < 50  # about 14 tokens a line
    assert fitting_memories(many[:fitting], NOW) == fitting


def test_tokens_are_estimated_in_both_kinds_of_script() -> None:
    assert estimated_tokens("one two three") == 3 * 1.3
    assert estimated_tokens("我喜欢喝茶") == 5
    assert estimated_tokens("") == 0


def test_the_context_of_a_dialogue_is_what_was_said_before_and_tells_who_asks() -> None:
    lines = ("Ada: I am nervous.", "Assistant: Why?", "Ada: The exam is tomorrow.")
    asked = Question("q", NOW, "The exam is tomorrow.", "k", True, (), context=lines)
    assert context_of(asked) == (("I am nervous.", "Why?"), "Ada")
    assert context_of(Question("q", NOW, "Hello", "k", True, (), context=("Ada: Hello",))) == ((), "Ada")
    assert context_of(Question("q", NOW, "Hello", "k", True, (), context=("Ada: Hi",))) == (("Hi",), "")
    assert context_of(Question("q", NOW, "Hello", "k", True, ())) == ((), "")
