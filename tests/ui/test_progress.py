"""The few words of the status line."""

from __future__ import annotations

from companion.events import PromptRead, ReplyStarted, StatusChanged
from companion.status import EngineStatus
from companion.ui.progress import Progress


def facts(status: EngineStatus) -> list[str]:
    progress = Progress()
    progress.note(StatusChanged(status))
    return progress.facts()


def test_the_tier_is_shown_once_there_is_a_model() -> None:
    assert facts(EngineStatus("ready", "smollm2", 4096))[-1] == "tier 0"
    assert facts(EngineStatus("ready", "smollm2", 4096, tier=2))[-1] == "tier 2"
    assert not any("tier" in fact for fact in facts(EngineStatus("loading", "smollm2", tier=2)))
    assert not any("tier" in fact for fact in facts(EngineStatus("no-model")))


def test_measuring_is_a_fact_and_leaves_room_for_the_keys() -> None:
    status = EngineStatus("ready", "smollm2", 4096, measuring=True)
    assert facts(status)[-1] == "tier 0, measuring"
    progress = Progress()
    progress.note(StatusChanged(status))
    assert progress.doing == ""


def test_where_words_go_stands_first_and_is_there_from_the_start() -> None:
    status = EngineStatus("ready", "smollm2", 4096, model_host="localhost:8080")
    assert facts(status)[0] == "→ localhost:8080"
    assert facts(EngineStatus("no-model", model_host="localhost:8080", read_only=True))[0] == "→ localhost:8080"
    assert not any("→" in fact for fact in facts(EngineStatus("ready", "smollm2", 4096)))


def test_where_vectors_go_is_said_too() -> None:
    assert facts(EngineStatus("ready", "smollm2", 4096, index_host="far:8000"))[0] == "vectors → far:8000"
    both = EngineStatus("ready", "smollm2", 4096, model_host="near:8080", index_host="far:8000")
    assert facts(both)[:2] == ["→ near:8080", "vectors → far:8000"]
    assert facts(EngineStatus("ready", model_host="near:80", index_host="near:80")).count("→ near:80") == 1


def test_a_wait_is_told_beforehand() -> None:
    progress = Progress(EngineStatus("ready", "smollm2", 4096))
    progress.note(ReplyStarted(1, 2))
    progress.note(PromptRead(2, 0, 812, 4.2))
    assert progress.doing == "reading 812 tokens, about 4 s"
    progress.note(PromptRead(2, 512, 812, 0.4))
    assert progress.doing == "reading 300 tokens"
    progress.note(PromptRead(2, 812, 812))
    assert progress.doing == "read 812 tokens"


def test_what_waits_for_power_says_so() -> None:
    progress = Progress(EngineStatus("ready", "smollm2", 4096, pending_jobs=2, waiting_for="mains power"))
    assert progress.doing == "2 to think about, waiting for mains power"
