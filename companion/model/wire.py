"""Talking HTTP to a model's server: JSON, and streams of server-sent events that end the moment they are told to.

The only importer of httpx, and nothing imports this module before a server is asked for. httpx and not the vendor's
own client: half of the paths used are outside that vendor's API, it is there with chromadb anyway, reads no keys or
organisation names from the environment, tells nobody about this computer, and gives the socket to close.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any, TypeVar

import httpx

from companion import __version__, strings
from companion.addresses import host_of
from companion.errors import InvalidInput, ServerError
from companion.model.protocol import StopSignal
from companion.model.wire_errors import cut_short, no_json, not_reached, refused, silent

CONNECT_PATIENCE = 5.0
"""Seconds for a connection to come about: a computer that is switched off does not say so."""
QUESTION_PATIENCE = 10.0
"""Seconds for an answer that costs the server nothing."""
_KEY_HINT = strings.text("server.key")
_LONGEST_LINE = 4_000_000
_LONGEST_ERROR = 20_000

Json = dict[str, Any]


class Refusal(Exception):
    """The server's answer was no: its status and what it said about it (not sanitised)."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Wire:
    """One server. `url` as `server_url` leaves it; `timeout`: seconds of silence after which a reply is given up.
    Raises InvalidInput for a key that cannot be sent."""

    def __init__(self, url: str, key: str, timeout: float) -> None:
        self.host = host_of(url)
        self._url = url
        self._timeout = timeout
        key = key.strip()
        if not (key.isascii() and key.isprintable()):
            raise InvalidInput(strings.text("server.key_characters"), hint=_KEY_HINT)
        # Servers without keys take any; some clients' habit of sending none at all is refused by a few.
        self._headers = {"Authorization": f"Bearer {key or 'none'}", "User-Agent": f"companion/{__version__}"}
        # No proxy, no .netrc: words go to the computer that was named, by the straight way.
        self._verify: ssl.SSLContext | bool = ssl.create_default_context() if url.startswith("https") else False

    def ask(self, method: str, path: str, body: Json | None = None, *, patience: float = QUESTION_PATIENCE) -> Any:
        """The JSON that the server answers. `path` is put behind the url, or in place of all its path when it begins
        with "//". Raises Refusal (a status that is not 200), ServerError."""
        try:
            with self._client(patience) as client:
                answer = client.request(method, self._at(path), json=body)
        except httpx.HTTPError as error:
            raise self._trouble(error, patience) from error
        if answer.status_code != 200:
            raise Refusal(answer.status_code, answer.text[:_LONGEST_ERROR])
        try:
            return answer.json()
        except ValueError as error:
            raise no_json(self.host, answer.headers.get("content-type", "")) from error

    def stream(self, path: str, body: Json, stop: StopSignal) -> Iterator[Json]:
        """The events of an answer, to "[DONE]" or to the stream's end. Ends at once, in whatever state the connection
        is, when `stop` is set. Raises Refusal, ServerError."""
        came: SimpleQueue[Json | Exception | None] = SimpleQueue()
        line = _Line()
        reader = threading.Thread(target=self._read, args=(path, body, came, line), name="model-server", daemon=True)
        with stop.calling(lambda: came.put(None)):
            reader.start()
            try:
                while not stop.is_set() and (event := came.get()) is not None:
                    if isinstance(event, Exception):
                        raise event
                    yield event
            finally:
                line.cut()

    def _read(self, path: str, body: Json, came: SimpleQueue[Json | Exception | None], line: _Line) -> None:
        """Put the events into `came`, at last None or what went wrong."""
        begun = False
        try:
            with (
                self._client(self._timeout) as client,
                client.stream("POST", self._at(path), json=body, extensions={"trace": line.trace}) as answer,
            ):
                if answer.status_code != 200:
                    answer.read()
                    raise Refusal(answer.status_code, answer.text[:_LONGEST_ERROR])
                kind = answer.headers.get("content-type", "")
                if kind.startswith("application/json"):  # not every question is answered bit by bit
                    came.put(_event(answer.read().decode("utf-8", "replace"), self.host))
                    came.put({"done": True})
                elif not kind.startswith("text/event-stream"):
                    raise no_json(self.host, kind)
                for text in _lines(answer.iter_bytes(), lambda: no_json(self.host, kind)):
                    data = text.removeprefix("data:").strip() if text.startswith("data:") else ""
                    if data == "[DONE]":
                        came.put({"done": True})
                        break
                    if data:
                        begun = True
                        came.put(_event(data, self.host))
            came.put(None)
        except httpx.HTTPError as error:
            came.put(self._trouble(error, self._timeout, begun))
        except Exception as error:  # whatever it is, the one who waits must hear of it
            came.put(error)

    def _client(self, patience: float) -> httpx.Client:
        timeout = httpx.Timeout(patience, connect=min(patience, CONNECT_PATIENCE))
        return httpx.Client(headers=self._headers, timeout=timeout, verify=self._verify, trust_env=False)

    def _at(self, path: str) -> str:
        if path.startswith("//"):
            return str(httpx.URL(self._url).copy_with(raw_path=path[1:].encode()))
        return self._url + path

    def _trouble(self, error: httpx.HTTPError, patience: float, begun: bool = False) -> ServerError:
        match error:
            case httpx.ConnectError() | httpx.ConnectTimeout():
                return not_reached(self.host, str(error), isinstance(error, httpx.ConnectTimeout))
            case httpx.TimeoutException():
                return silent(self.host, patience, begun)
            case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.WriteError() | httpx.CloseError():
                return cut_short(self.host, begun)
            case _:
                return refused(self.host, type(error).__name__)


Found = TypeVar("Found")


def stoppable(do: Callable[[], Found], stop: StopSignal) -> Found | None:
    """What `do` returns or raises; None as soon as `stop` is set, and then `do` ends by itself some time."""
    outcome: SimpleQueue[tuple[Found | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            outcome.put((do(), None))
        except BaseException as error:
            outcome.put((None, error))

    with stop.calling(lambda: outcome.put((None, None))):
        threading.Thread(target=run, name="model-server", daemon=True).start()
        found, error = outcome.get()
    if error is not None:
        raise error
    return found


class _Line:
    """The connection under a request, to be cut from another thread: whoever waits on it wakes up at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: Any = None
        self._is_cut = False

    def trace(self, name: str, info: Json) -> None:
        """What httpx calls with each step (its "trace" extension)."""
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                self._shut()

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
            self._shut()

    def _shut(self) -> None:
        if self._is_cut and self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _lines(parts: Iterator[bytes], too_long: Callable[[], Exception]) -> Iterator[str]:
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace").rstrip("\r")
        if len(rest) > _LONGEST_LINE:
            raise too_long()
    if rest:
        yield rest.decode("utf-8", "replace").rstrip("\r")


def _event(data: str, host: str) -> Json:
    try:
        event = json.loads(data)
    except ValueError as error:
        raise no_json(host, "") from error
    if not isinstance(event, dict):
        raise no_json(host, "")
    return event
