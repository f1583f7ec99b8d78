"""A model on a server, against a scripted one: what is asked, what is made of the answers, and every way to fail."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import (
    CompanionError,
    ContextExceeded,
    InvalidInput,
    ModelFailed,
    NotOffered,
    ServerFailed,
    ServerRefused,
    ServerSilent,
    ServerUnreachable,
    ServerUnsuited,
    ThinkingStopped,
)
from companion.mind.thinkers import make_thinker
from companion.model.chat_messages import chat_messages
from companion.model.choosing import shares
from companion.model.counting import estimate
from companion.model.llama import LlamaModel
from companion.model.probe import ProbeState, identity, run_probe
from companion.model.protocol import Generation, Message, Sampling, StopSignal
from companion.model.remote import RemoteModel
from tests.servers import Request, ScriptedServer, scripted
from tests.support import PATIENCE

HELLO = [Message("system", "Be kind."), Message("user", "Hello")]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted() as server:
        yield server


def opened(server: ScriptedServer, *, name: str = "", timeout: float = PATIENCE, context: int = 4096) -> RemoteModel:
    return RemoteModel.open(server.url, name=name, timeout=timeout, context=context)


def ask(
    model: RemoteModel, messages: Sequence[Message] = HELLO, *, said: list[str] | None = None, grammar: str = ""
) -> Generation:
    on_text = said.append if said is not None else lambda _: None
    return model.generate(messages, Sampling(), on_text=on_text, grammar=grammar)


def test_a_reply_comes_as_it_is_written_with_its_figures(server: ScriptedServer) -> None:
    usage = {"prompt_tokens": 30, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 20}}
    server.replies("Hel", "lo ", "世界", " 👋", usage=usage)
    model, said, read = opened(server), list[str](), list[tuple[int, int]]()
    answer = model.generate(HELLO, Sampling(seed=3), on_text=said.append, on_progress=lambda *at: read.append(at))
    assert said == ["Hel", "lo ", "世界", " 👋"]
    assert (answer.text, answer.finish) == ("Hello 世界 👋", "end")
    assert (answer.prompt_tokens, answer.read_tokens, answer.reply_tokens) == (30, 10, 5)
    assert 0 < answer.first_token_ms <= answer.total_ms
    assert answer.surprise is None
    assert read[0][0] == 0
    assert read[-1][0] == read[-1][1] > 0
    (body,) = server.sent()
    assert body["messages"] == [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
    assert (body["model"], body["stream"], body["seed"]) == ("a-model", True, 3)
    assert 0 < body["max_tokens"] <= 400


def test_the_end_at_the_limit_is_told_and_a_server_that_does_not_stop_is_stopped(server: ScriptedServer) -> None:
    server.replies("So", "me", finish="length")
    model = opened(server)
    assert ask(model).finish == "length"
    server.replies(*["word "] * 2000)
    answer = ask(model)
    assert answer.finish == "length"
    assert answer.reply_tokens <= Sampling().max_tokens + 1


def test_half_a_character_waits_for_its_other_half(server: ScriptedServer) -> None:
    server.replies("a\ud83d", "\udc4bb")
    said: list[str] = []
    assert ask(opened(server), said=said).text == "a👋b"
    assert said == ["a", "👋b"]


def test_without_a_key_a_harmless_one_is_sent_and_the_real_one_only_to_that_server(server: ScriptedServer) -> None:
    server.replies("Hi")
    ask(opened(server))
    ask(RemoteModel.open(f"{server.url}/v1/", key="sesame", context=4096))
    sent = [headers["Authorization"] for path, headers, _ in server.asked if path.endswith("completions")]
    assert sent == ["Bearer none", "Bearer sesame"]


def test_a_key_that_cannot_be_sent_is_said_and_not_repeated(server: ScriptedServer) -> None:
    error = fails(InvalidInput, lambda: RemoteModel.open(server.url, key="sésame", context=512), "api_key")
    assert "same" not in str(error)
    server.replies("Hi")
    ask(RemoteModel.open(server.url, key=" sesame\n", context=4096))
    assert server.asked[-1][1]["Authorization"] == "Bearer sesame"


def test_a_proxy_of_the_environment_is_not_used(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.replies("Hi")
    assert ask(opened(server)).text == "Hi"


@pytest.mark.parametrize("when", ["before the first word", "in the middle", "before it is asked"])
def test_stop_ends_it_at_once_and_the_server_sees_the_connection_end(server: ScriptedServer, when: str) -> None:
    stop, gone, asked = StopSignal(), threading.Event(), threading.Event()

    def answer(request: Request) -> None:
        asked.set()
        request.begin()
        if when == "in the middle":
            request.text("Once upon")
        if request.connection.recv(1) == b"":
            gone.set()

    server.chat(answer)
    model, said = opened(server), list[str]()
    if when == "before it is asked":
        stop.set()
    elif when == "before the first word":
        threading.Thread(target=lambda: (asked.wait(PATIENCE), stop.set()), daemon=True).start()

    def heard(text: str) -> None:
        said.append(text)
        stop.set()

    answered = model.generate(HELLO, Sampling(), on_text=heard, stop=stop)
    assert answered.finish == "stopped"
    assert answered.text == "".join(said) == ("Once upon" if when == "in the middle" else "")
    assert when == "before it is asked" or gone.wait(PATIENCE)


def test_the_lanes_do_not_wait_for_each_other(server: ScriptedServer) -> None:
    thinking = threading.Event()

    def answer(request: Request) -> None:
        request.begin()
        if request.body["messages"][-1]["content"] == "Think":
            thinking.set()
            server.released.wait(PATIENCE)
        request.text("Done", "stop")
        request.event("[DONE]")
        request.end()

    server.chat(answer)
    model = opened(server)
    thought: list[Generation] = []
    think = [Message("user", "Think")]
    thread = threading.Thread(
        target=lambda: thought.append(model.generate(think, Sampling(), on_text=lambda _: None, lane="think"))
    )
    thread.start()
    assert thinking.wait(PATIENCE)
    assert ask(model).text == "Done"
    assert not thought
    server.released.set()
    thread.join()
    assert thought[0].text == "Done"


# What goes wrong


def fails(kind: type[CompanionError], call: Callable[[], object], *words: str) -> CompanionError:
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    for word in words:
        assert word in f"{error} {error.hint}", f"{error} | {error.hint}"
    assert error.hint
    return error


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    fails(ServerUnreachable, lambda: RemoteModel.open(f"http://127.0.0.1:{port}", context=512), str(port), "Start")


def test_no_such_computer() -> None:
    fails(ServerUnreachable, lambda: RemoteModel.open("http://no-such.invalid:1", context=512), "no-such.invalid")


def test_https_where_there_is_none(server: ScriptedServer) -> None:
    address = server.url.replace("http:", "https:")
    fails(ServerUnreachable, lambda: RemoteModel.open(address, context=512), "http://")


def test_a_wrong_model_lists_those_there_are(server: ScriptedServer) -> None:
    server.models("small", "large\x1b[2J")
    error = fails(ServerUnsuited, lambda: opened(server, name="huge"), "huge", "small", "large", "MODEL__NAME")
    assert "\x1b" not in str(error)


def test_the_model_that_is_wanted_is_asked_for(server: ScriptedServer) -> None:
    server.models("small", "large:latest")
    server.replies("Hi")
    for name, asked in (("", "small"), ("large", "large:latest"), ("large:latest", "large:latest")):
        ask(opened(server, name=name))
        assert server.sent()[-1]["model"] == asked


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [
        (401, ServerRefused, "API_KEY"),
        (403, ServerRefused, "API_KEY"),
        (404, ServerUnsuited, "/v1"),
        (301, ServerUnsuited, "/v1"),
        (429, ServerFailed, "Wait"),
        (500, ServerFailed, "server itself"),
        (503, ServerFailed, "loading"),
    ],
)
def test_each_refusal_says_what_to_do(
    server: ScriptedServer, status: int, kind: type[CompanionError], word: str
) -> None:
    server.answers["/v1/models"] = lambda request: request.say({"error": {"message": "No \x1b[31mway"}}, status)
    error = fails(kind, lambda: opened(server), word, str(status), "No way")
    assert "\x1b" not in str(error)
    server.models("a-model")
    model = opened(server)
    server.chat(lambda request: request.say({"detail": "No way"}, status))
    fails(kind, lambda: ask(model), word, "No way")


@pytest.mark.parametrize("body", ["<html>Welcome!</html>", "[1, 2]", '{"data": 3}', "{", ""])
def test_something_else_than_a_models_server(server: ScriptedServer, body: str) -> None:
    server.answers["/v1/models"] = lambda request: request.say(body, kind="text/html")
    fails(ServerUnsuited, lambda: opened(server), "/v1")


@pytest.mark.parametrize("data", ["nonsense", '"text"', "{"])
def test_garbage_in_the_middle_of_a_reply(server: ScriptedServer, data: str) -> None:
    def answer(request: Request) -> None:
        request.begin()
        request.text("So far")
        request.event(data)
        server.released.wait(PATIENCE)

    server.chat(answer)
    said: list[str] = []
    fails(ServerUnsuited, lambda: ask(opened(server), said=said), "no JSON")
    assert said == ["So far"]


def test_a_page_in_place_of_a_reply(server: ScriptedServer) -> None:
    server.chat(lambda request: request.say("<html>Log in</html>", kind="text/html; charset=utf-8"))
    fails(ServerUnsuited, lambda: ask(opened(server)), "text/html")


def test_a_reply_that_breaks_off_is_no_whole_one(server: ScriptedServer) -> None:
    def answer(request: Request) -> None:
        request.begin()
        request.text("Half a")

    server.chat(answer)
    said: list[str] = []
    fails(ServerFailed, lambda: ask(opened(server), said=said), "middle", "kept")
    assert said == ["Half a"]


def test_an_error_in_the_middle_of_a_reply_is_told(server: ScriptedServer) -> None:
    def answer(request: Request) -> None:
        request.begin()
        request.text("Half a")
        request.event({"error": {"message": "out of memory"}})
        request.end()

    server.chat(answer)
    fails(ServerFailed, lambda: ask(opened(server)), "out of memory")


def test_a_model_that_thinks_the_reply_away_is_told_of(server: ScriptedServer) -> None:
    def answer(request: Request) -> None:
        request.begin()
        request.event({"choices": [{"delta": {"reasoning_content": "Hmm."}, "finish_reason": None}]})
        request.text("", "length")
        request.event("[DONE]")
        request.end()

    server.chat(answer)
    fails(ServerFailed, lambda: ask(opened(server)), "thinking")


@pytest.mark.parametrize("begun", [False, True])
def test_silence_is_given_up(server: ScriptedServer, begun: bool) -> None:
    def answer(request: Request) -> None:
        if begun:
            request.begin()
            request.text("Well")
        server.released.wait(PATIENCE)

    server.chat(answer)
    model = opened(server, timeout=0.2)
    fails(ServerSilent, lambda: ask(model), "0.2 seconds", "middle of its reply" if begun else "model.timeout")


def test_after_trouble_the_server_is_looked_at_anew(server: ScriptedServer) -> None:
    model = opened(server)
    server.chat(lambda request: request.say({}, 500))
    fails(ServerFailed, lambda: ask(model))
    before = identity(model.info)
    server.models("another-model")
    server.replies("Here again")
    assert ask(model).text == "Here again"
    assert model.info.name == "another-model"
    assert identity(model.info) != before


def test_after_trouble_looking_anew_can_be_stopped(server: ScriptedServer) -> None:
    model, stop, asked = opened(server), StopSignal(), threading.Event()
    server.chat(lambda request: request.say({}, 500))
    fails(ServerFailed, lambda: ask(model))

    def hang(_: Request) -> None:
        asked.set()
        server.released.wait(PATIENCE)

    server.answers["/v1/models"] = hang
    threading.Thread(target=lambda: (asked.wait(PATIENCE), stop.set()), daemon=True).start()
    assert model.generate(HELLO, Sampling(), on_text=lambda _: None, stop=stop).finish == "stopped"


def test_closed_it_says_so(server: ScriptedServer) -> None:
    model = opened(server)
    model.close()
    model.close()
    fails(ModelFailed, lambda: ask(model))


# Servers differ


def test_fields_that_a_server_refuses_are_left_out_from_then_on(server: ScriptedServer) -> None:
    server.replies("Fine")
    good = server.answers["/v1/chat/completions"]

    def strict(request: Request) -> None:
        unknown = set(request.body) - {
            "model",
            "messages",
            "stream",
            "max_tokens",
            "temperature",
            "top_p",
            "stream_options",
        }
        request.say({"detail": f"unknown: {sorted(unknown)[0]}"}, 422) if unknown else good(request)

    server.chat(strict)
    model = opened(server)
    assert ask(model).text == "Fine"
    refused = len(server.sent())
    assert ask(model).text == "Fine"
    assert len(server.sent()) == refused + 1
    assert "stream_options" in server.sent()[-1]


def test_a_template_without_a_system_role_gets_it_from_the_person(server: ScriptedServer) -> None:
    server.replies("Fine")
    good = server.answers["/v1/chat/completions"]

    def strict(request: Request) -> None:
        if request.body["messages"][0]["role"] == "system":
            request.say({"error": {"message": "System role not supported"}}, 500)
        else:
            good(request)

    server.chat(strict)
    assert ask(opened(server)).text == "Fine"
    assert server.sent()[-1]["messages"] == [{"role": "user", "content": "Be kind.\n\nHello"}]


MESSAGES = st.lists(
    st.builds(Message, st.sampled_from(["system", "user", "assistant"]), st.text(max_size=5), st.text(max_size=5)),
    max_size=8,
)


@given(MESSAGES, st.booleans())
def test_roles_always_alternate_and_no_text_is_lost(messages: list[Message], fold: bool) -> None:
    messages = [m for at, m in enumerate(messages) if m.role != "system" or at == 0]
    sent = chat_messages(messages, fold_system=fold)
    roles = [each["role"] for each in sent]
    assert all(a != b for a, b in pairwise(roles))
    assert "assistant" not in roles[:1]
    assert "system" not in (roles if fold else roles[1:])
    everything = "".join(each["content"] for each in sent)
    for message in messages:
        assert message.text.encode("utf-8", "replace").decode() in everything or not message.text.isprintable()


def test_memories_stand_ahead_of_the_words_they_are_for() -> None:
    assert chat_messages([Message("user", "Where?", "Context:\nRome")])[0]["content"] == "Context:\nRome\n\nWhere?"


def test_llama_server_tells_its_context_and_counts(server: ScriptedServer) -> None:
    server.models("/models/m.gguf", owned_by="llamacpp", meta={"n_params": 1_000, "n_ctx_train": 9_000, "size": 5})
    server.answers["/props"] = lambda request: request.say({"default_generation_settings": {"n_ctx": 2048}})
    server.answers["/tokenize"] = lambda request: request.say({"tokens": [1] * len(request.body["content"].split())})
    model = opened(server)
    info = model.info
    assert (info.name, info.context_tokens, info.trained_context, info.parameters) == ("m.gguf", 2048, 9_000, 1_000)
    assert model.kind == "llama-server"
    assert model.count("one two three") == model.count("one two three") == 3
    assert len(server.sent("/tokenize")) == 1
    assert opened(server, context=1024).info.context_tokens == 1024


def test_vllm_tells_its_context_counts_and_holds_to_grammars(server: ScriptedServer) -> None:
    server.models("org/model", owned_by="vllm", max_model_len=8192)
    server.answers["/tokenize"] = lambda request: request.say(
        {"count": len(request.body["prompt"]), "max_model_len": 1}
    )
    server.replies("{}")
    model = opened(server, context=16_384)
    assert (model.kind, model.info.context_tokens, model.info.name) == ("vLLM", 8192, "model")
    assert model.count("abc") == 3
    ask(model, grammar='root ::= "{}"')
    assert server.sent()[-1]["structured_outputs"] == {"grammar": 'root ::= "{}"'}


def test_ollama_tells_its_context_and_counts_are_estimated(server: ScriptedServer) -> None:
    server.models("m:latest", owned_by="library")
    shown = {"model_info": {"llama.context_length": 131_072, "general.parameter_count": 8_000_000_000}}
    server.answers["/api/show"] = lambda request: request.say(shown)
    model = opened(server)
    assert (model.kind, model.info.context_tokens, model.info.parameters) == ("Ollama", 4096, 8_000_000_000)
    assert model.count("Hello") == estimate("Hello")
    server.answers["/api/ps"] = lambda request: request.say({"models": [{"name": "m:latest", "context_length": 2048}]})
    assert opened(server).info.context_tokens == 2048


def test_a_server_that_stops_counting_is_estimated_instead(server: ScriptedServer) -> None:
    server.models("m", owned_by="vllm", max_model_len=8192)
    server.answers["/tokenize"] = lambda request: request.say({"count": "many"})
    model = opened(server)
    assert model.count("Hello there") == estimate("Hello there")
    assert not model.exact


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 2048 tokens. However, you requested 9000 tokens",
        "the request exceeds the available context size (2048 tokens), try increasing it",
        "request (4476 tokens) exceeds the available context size (2048 tokens)",
        "Requested tokens (6015) exceed context window of 2048",
    ],
)
def test_a_context_that_only_shows_when_it_is_exceeded_is_learned(server: ScriptedServer, message: str) -> None:
    model = opened(server)
    server.chat(lambda request: request.say({"error": {"message": message}}, 400))
    error = fails(ContextExceeded, lambda: ask(model), "2,048", "again")
    assert isinstance(error, ServerFailed)
    assert model.info.context_tokens == 2048
    server.replies("Fits now")
    assert ask(model).text == "Fits now"
    assert model.info.context_tokens == 2048


def test_a_prompt_that_leaves_no_room_is_not_sent(server: ScriptedServer) -> None:
    model = opened(server, context=512)
    fails(InvalidInput, lambda: ask(model, [Message("user", "word " * 1000)]))
    assert not server.sent()


def test_thinking_that_the_server_ended_for_another_is_interrupted_and_talking_is_cut(server: ScriptedServer) -> None:
    """llama_cpp.server does this: [DONE] without a reason."""
    server.replies("Whole")
    model = opened(server)
    ask(model)

    def cut(request: Request) -> None:
        request.begin()
        request.text("Half")
        request.event("[DONE]")
        request.end()

    server.chat(cut)
    with pytest.raises(ThinkingStopped):
        model.generate(HELLO, Sampling(), on_text=lambda _: None, lane="think")
    fails(ServerFailed, lambda: ask(model), "middle")
    assert ask(opened(server)).text == "Half"  # one that never gives reasons


# Choosing and the probe


def choice(tokens: dict[str, float]) -> dict[str, object]:
    top = [{"token": token, "logprob": chance} for token, chance in tokens.items()]
    logprobs = (
        {"content": [{"token": top[0]["token"], "logprob": top[0]["logprob"], "top_logprobs": top}]} if top else None
    )
    return {"choices": [{"message": {"content": "x"}, "finish_reason": "length", "logprobs": logprobs}]}


def test_choosing_is_by_the_likeliest_first_tokens(server: ScriptedServer) -> None:
    model = opened(server)
    server.chat(lambda request: request.say(choice({" Yes": -0.5, "no": -1.5, "Maybe": -2.0})))
    yes, no = model.choose(HELLO, ("yes", "no"))
    assert yes > no > 0
    assert yes + no == pytest.approx(1)
    assert server.sent()[-1]["logprobs"] is True


@given(
    st.lists(st.sampled_from(["same", "update", "contradiction", "different"]), min_size=2, unique=True),
    st.lists(st.tuples(st.text(max_size=6), st.floats(max_value=0, allow_nan=False)), min_size=1, max_size=20),
)
def test_shares_always_sum_to_one(options: list[str], likely: list[tuple[str, float]]) -> None:
    found = shares(options, likely)
    assert sum(found) == pytest.approx(1)
    assert all(each > 0 for each in found)


def test_a_server_that_does_not_tell_chances_says_so(server: ScriptedServer) -> None:
    model = opened(server)
    server.chat(lambda request: request.say(choice({})))
    fails(NotOffered, lambda: model.choose(HELLO, ("yes", "no")))
    server.chat(lambda request: request.say({"error": {"message": "logprobs are not supported"}}, 400))
    fails(NotOffered, lambda: model.choose(HELLO, ("yes", "no")))
    fails(NotOffered, lambda: model.surprise(HELLO))
    assert model.surprise([Message("user", " ")]) == ()
    assert model.read_ahead(HELLO) == 0


@pytest.mark.parametrize("tells_chances", [True, False])
def test_the_probe_of_a_poor_server_ends_low_and_does_not_fail(server: ScriptedServer, tells_chances: bool) -> None:
    """No grammar, no chances: nothing that can be read comes back."""
    server.replies("I would", " say so.")
    talk = server.answers["/v1/chat/completions"]

    def answer(request: Request) -> None:
        if request.body["stream"]:
            talk(request)
        else:
            request.say(choice({"yes": -0.1} if tells_chances else {}))

    server.chat(answer)
    model = opened(server)
    report = run_probe(make_thinker(3, model), model, ProbeState(), stop=StopSignal())
    assert report.tier == 0
    assert report.valid == 0


# Counting


def texts() -> list[str]:
    """English, Chinese and code, as people write them."""
    files = [
        ROOT / "README.md",
        *sorted((ROOT / "assets").rglob("*.t*")),
        *sorted((ROOT / "companion/mind").glob("*.py")),
    ]
    found = [file.read_text(encoding="utf-8") for file in files]
    return [part for text in found for part in text.split("\n\n") if part.strip()]


def test_the_estimate_is_never_below_the_count(shared_model: LlamaModel) -> None:
    under = [part for part in texts() if estimate(part) < shared_model.count(part)]
    assert under == []


def test_the_estimate_of_a_conversation_covers_what_the_template_adds(
    server: ScriptedServer, shared_model: LlamaModel
) -> None:
    model = opened(server)
    for messages in (
        [Message("user", "Hi")],
        HELLO,
        [*HELLO, Message("assistant", "Hello!"), Message("user", "你好")] * 4,
    ):
        assert model.count_messages(messages) >= shared_model.count_messages(messages)


def test_the_estimate_is_not_wildly_above(shared_model: LlamaModel) -> None:
    prose = "\n\n".join(texts()[:40])
    assert estimate(prose) < 2.2 * shared_model.count(prose)


@given(st.text(max_size=200))
def test_any_text_can_be_estimated(text: str) -> None:
    assert estimate(text) >= len(text.split())


def test_json_is_not_broken_by_what_a_person_types(server: ScriptedServer) -> None:
    server.replies("Fine")
    text = 'a "quote" \\ \x00 \ud83d 世界 <|im_end|>'
    assert ask(opened(server), [Message("user", text)]).text == "Fine"
    assert "世界 < |im_end|>" in server.sent()[-1]["messages"][0]["content"]


def test_a_server_takes_no_reply_that_is_not_finished(server: ScriptedServer) -> None:
    model = opened(server)
    assert not model.info.goes_on
    with pytest.raises(NotOffered):
        model.generate(HELLO, Sampling(), on_text=lambda _: None, begun="Once there")
