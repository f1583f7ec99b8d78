"""Real servers on the loopback interface, and a scripted one for what real ones seldom do."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support import PATIENCE


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Process:
    """A server in a process of its own that can be stopped, killed and started again on its port."""

    def __init__(self, command: list[str], port: int, log: Path) -> None:
        self._command = command
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False", "NO_COLOR": "1"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
            )
        until = time.monotonic() + PATIENCE
        while not self._listens():
            assert self._process.poll() is None, self._log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, "the server does not come up"
            time.sleep(0.05)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def running(process: Process) -> Iterator[Process]:
    try:
        process.start()
        yield process
    finally:
        process.kill()


def chroma(folder: Path, port: int | None = None) -> Process:
    """The Chroma server of the chromadb package, with its data in `folder`."""
    port = port or free_port()
    program = Path(sys.executable).with_name("chroma")
    command = [str(program), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    return Process(command, port, folder.with_name("chroma.log"))


def llama_server(model: Path, folder: Path, *, context: int = 2048, key: str = "") -> Process:
    """The server of llama-cpp-python with one model."""
    port = free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model), "--model_alias", "smollm2"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_ctx", str(context), "--n_threads", "1"]
    command += ["--api_key", key] if key else []
    return Process(command, port, folder / "llama.log")


Answer = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request to a scripted server, with short ways to answer it."""

    protocol_version = "HTTP/1.1"
    server: ScriptedServer  # type: ignore[assignment]
    body: dict[str, Any]

    def handle_one_request(self) -> None:
        super().handle_one_request()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.body = json.loads(raw) if raw else {}
        self.close_connection = True
        self.server.asked.append((self.path, dict(self.headers), self.body))
        answer = self.server.answers.get(self.path)
        if answer is None:
            self.say({"detail": "Not Found"}, 404)
        else:
            answer(self)

    def say(self, what: Any, status: int = 200, kind: str = "application/json") -> None:
        data = what.encode() if isinstance(what, str) else json.dumps(what).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def begin(self, kind: str = "text/event-stream") -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def event(self, data: Any) -> None:
        self.bytes(f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode())

    def text(self, text: str, finish: str | None = None) -> None:
        """A chunk of a reply."""
        self.event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})

    def bytes(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def end(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        return


class ScriptedServer(ThreadingHTTPServer):
    """Answers paths as it is told: `answers["/v1/models"] = lambda request: request.say(…)`. `released` is an event for
    answers to wait on; it is set when the server ends."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Request)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.released = threading.Event()
        self.models("a-model")
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def models(self, *names: str, **more: Any) -> None:
        entries = [{"id": name, "object": "model", **more} for name in names]
        self.answers["/v1/models"] = lambda request: request.say({"object": "list", "data": entries})

    def chat(self, answer: Answer) -> None:
        self.answers["/v1/chat/completions"] = answer

    def replies(self, *texts: str, finish: str = "stop", usage: dict[str, Any] | None = None) -> None:
        """A reply in pieces, as a good server streams it."""

        def answer(request: Request) -> None:
            request.begin()
            request.event({"choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]})
            for text in texts:
                request.text(text)
            request.event({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
            if usage is not None:
                request.event({"choices": [], "usage": usage})
            request.event("[DONE]")
            request.end()

        self.chat(answer)

    def sent(self, path: str = "/v1/chat/completions") -> list[dict[str, Any]]:
        """The bodies that were sent to a path."""
        return [body for asked, _, body in self.asked if asked == path]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what is tested."""


@contextmanager
def scripted() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    try:
        yield server
    finally:
        server.end()
