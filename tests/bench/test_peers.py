"""`companion bench peers`: others told and asked the same, in processes without a network; who cannot is told why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from typer.testing import CliRunner, Result

from companion.bench.embeddings import CachedEmbedder
from companion.bench.peers import measuring, process
from companion.bench.peers.measuring import Contestant, PeersReport, measure_peers
from companion.bench.peers.tables import report_json, table_lines
from companion.cli import app
from companion.memory.embedder import find_embedder
from companion.paths import asset
from companion.settings import Settings
from tests.bench.histories import QUESTIONS, TURNS, history, question, turn, write
from tests.support import FakeEmbedder

TOYS = ("shared", "curious", "raising", "dying", "telling")


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small peers in the place of the real ones, and a small embedder."""
    monkeypatch.setattr(process, "ADAPTER", Path(__file__).with_name("toy_peers.py"))
    monkeypatch.setattr(process, "PACKAGES", dict.fromkeys(TOYS, "packaging") | {"absent": "no-such-package-of-ours"})
    monkeypatch.setattr(measuring, "PEERS", (measuring.PLAIN, *TOYS, "absent"))
    monkeypatch.setattr(measuring, "find_embedder", lambda path: tmp_path / "embedder")
    monkeypatch.setattr(measuring, "open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *names, **options: str(tmp_path / "cache"))


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return write(tmp_path / "ours.jsonl", history(TURNS, QUESTIONS), history(TURNS[:3], QUESTIONS[:1], id="less"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["bench", "peers", *map(str, arguments)], prog_name="companion")


def measured(file: Path, *peers: str) -> tuple[PeersReport, dict[str, Any]]:
    report = measure_peers([file], Settings(), peers=peers)
    return report, report_json(report)


def named(report: PeersReport, name: str) -> Contestant:
    return next(one for one in report.contestants if one.name == name)


@pytest.mark.usefixtures("toys")
def test_all_are_measured_side_by_side_on_the_same(ours: Path) -> None:
    result = run(ours, "--peers", "bm25,shared", "--k", "1,5", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert list(told["sets"]["ours"]) == ["companion", "bm25", "shared"]
    for name, figures in told["sets"]["ours"].items():
        assert (figures["histories"], figures["turns"], figures["questions"]) == (2, 7, 4), name
        assert figures["recall"] == {"1": 100.0, "5": 100.0}, name
        assert figures["write_ms"]["p95"] >= figures["write_ms"]["p50"] >= 0
        assert figures["read_ms"]["p95"] >= figures["read_ms"]["p95_without_embedding"] >= 0
    sizes = {name: figures["bytes"] for name, figures in told["sets"]["ours"].items()}
    assert sizes["bm25"] is None
    assert sizes["companion"] > 2 * 4096
    assert 300 < sizes["shared"] < 1000, "its file alone, and that of both histories"
    assert (
        told["sets"]["ours"]["companion"]["waited_ms"]["mean"] <= told["sets"]["ours"]["companion"]["write_ms"]["mean"]
    )


@pytest.mark.usefixtures("toys")
def test_who_is_not_installed_is_skipped_and_it_is_said_how_to_get_it(ours: Path, tmp_path: Path) -> None:
    result = run(ours, "--peers", "absent,shared", "--env", tmp_path / "none", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert "absent" not in told["sets"]["ours"]
    assert "shared" in told["sets"]["ours"]
    (reason,) = [one["skipped"] for one in told["contestants"] if one["name"] == "absent"]
    assert f"-m venv {tmp_path / 'none'}" in reason
    assert str(asset("peers", "requirements.txt")) in reason
    table = run(ours, "--peers", "absent", "--env", tmp_path / "none").stdout
    assert "absent was skipped: no-such-package-of-ours is not installed." in table


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize(
    ("peer", "reason"),
    [("raising", "KeyError: 'no room'"), ("dying", "its process ended with 7: native code fell over")],
)
def test_who_fails_is_skipped_with_its_reason_and_the_others_finish(ours: Path, peer: str, reason: str) -> None:
    report, told = measured(ours, peer, "shared")
    assert named(report, peer).missing == f"at ours: {reason}"
    assert list(told["sets"]["ours"]) == ["companion", "shared"]
    assert told["sets"]["ours"]["shared"]["histories"] == 2
    assert f"{peer} was skipped: at ours: {reason}" in table_lines(report)


@pytest.mark.usefixtures("toys")
def test_a_peer_reaches_nobody_and_what_it_wanted_to_reach_is_told(ours: Path) -> None:
    report, told = measured(ours, "curious", "shared")
    assert named(report, "curious").tried == ("192.0.2.7", "telemetry.invalid")
    assert named(report, "shared").tried == ()
    assert "curious" in told["sets"]["ours"]
    assert any("refused 192.0.2.7, telemetry.invalid" in line for line in table_lines(report))


@pytest.mark.usefixtures("toys")
def test_a_peer_sees_nothing_of_the_person(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "MEM0_API_KEY", "COMPANION_PASSPHRASE_FILE"):
        monkeypatch.setenv(name, "theirs")
    report, _ = measured(ours, "telling")
    seen = json.loads(named(report, "telling").settings)
    assert "theirs" not in seen.values()
    assert seen["HOME"] == seen["MEM0_DIR"]
    assert not Path(seen["HOME"]).exists(), "and what it wrote is gone"
    assert (seen["MEM0_TELEMETRY"], seen["ANONYMIZED_TELEMETRY"]) == ("False", "False")


@pytest.mark.usefixtures("toys")
def test_turns_that_the_prompt_holds_take_no_place(tmp_path: Path) -> None:
    """RealMem's way: a question is a turn of a conversation, of which the rest is in the prompt already."""
    turns = [*TURNS, turn("e", "Biscuit and thunder again.", session="9", time="2026-03-09T10:00:00Z"),
             turn("f", "Is my dog Biscuit afraid?", session="9", time="2026-03-09T10:01:00Z")]  # fmt: skip
    cue = question("q", "Is my dog Biscuit afraid of thunder?", ["a"], before="f", time="2026-03-09T10:01:00Z")
    file = write(tmp_path / "before.jsonl", history(turns, [cue]))
    report, told = measured(file, "shared")
    (answer,) = report.sets["before"]["shared"].replays[0].answers
    assert answer.turns[0] == "a"
    assert {"e", "f"}.isdisjoint(answer.turns)
    assert told["sets"]["before"]["shared"]["recall"]["5"] == 100.0


@pytest.mark.usefixtures("toys")
def test_only_as_much_is_measured_as_was_asked_for(ours: Path) -> None:
    told = json.loads(run(ours, "--peers", "shared", "--histories", "1", "--limit", "1", "--json").stdout)
    figures = told["sets"]["ours"]["shared"]
    assert (figures["histories"], figures["questions"]) == (1, 1)


def test_whom_nobody_knows_is_a_mistake(ours: Path) -> None:
    result = run(ours, "--peers", "chroma,elephant")
    assert result.exit_code != 0
    assert "bm25, chroma, mem0" in result.output


def test_timing_goes_past_the_cache_also_within_another_timing(tmp_path: Path) -> None:
    inner = FakeEmbedder()
    embedder = CachedEmbedder(inner, tmp_path)
    with embedder.live():
        with embedder.live():
            embedder.encode(["sea"])
        embedder.encode(["sea"])
    embedder.encode(["sea"])
    embedder.encode(["sea"])
    assert inner.encoded == ["sea"] * 3


def test_every_peer_is_pinned_for_the_environment_of_theirs() -> None:
    lines = asset("peers", "requirements.txt").read_text("utf-8").splitlines()
    pinned = {
        one.name: str(one.specifier)
        for one in map(Requirement, (line.split("#")[0] for line in lines if line[0] != "#"))
    }
    assert set(process.PACKAGES.values()) <= pinned.keys()
    assert all(version.startswith("==") for version in pinned.values())


@pytest.mark.nightly
def test_the_real_chroma_finds_what_exact_search_finds(
    tmp_path: Path, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a dependency of ours, so it is always there; mem0 is not."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *names, **options: str(tmp_path / "cache"))
    assert find_embedder(None).is_dir()
    report = measure_peers([ours], Settings(), peers=("chroma",), environment=tmp_path / "none", ks=(1, 5))
    told = report_json(report)
    assert named(report, "chroma").missing == ""
    assert named(report, "chroma").tried == ()
    assert told["sets"]["ours"]["chroma"]["recall"] == {"1": 100.0, "5": 100.0}
    assert told["sets"]["ours"]["chroma"]["bytes"] > 10_000
