"""A web server in a thread that gives files out, well or badly."""

from __future__ import annotations

import hashlib
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Served:
    """A file, and what is wrong with how it is given out."""

    data: bytes
    etag: str | None = None
    """None: made of the data."""
    ranges: bool = True
    """Whether Range is understood."""
    cuts: list[int] = field(default_factory=list)
    """Bytes after which the connection is cut, for each request in turn; after the last, no more."""
    claims: int | None = None
    """A Content-Length that is not true."""
    lengths: bool = True
    """Whether the length is told at all."""
    statuses: list[int] = field(default_factory=list)
    """Answers instead of the file, for each request in turn."""
    location: str | None = None
    """Send the asker on to another address."""
    headers: dict[str, str] = field(default_factory=dict)
    hold_after: int | None = None
    """Send so many bytes, then nothing until `go_on`."""
    go_on: threading.Event = field(default_factory=threading.Event)
    holding: threading.Event = field(default_factory=threading.Event)

    @property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.data).hexdigest()[:16]}"' if self.etag is None else self.etag


class FileServer(ThreadingHTTPServer):
    """`files` by path; `asked` holds (path, Range) of every request, in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, Served] = {}
        self.asked: list[tuple[str, str]] = []
        self.conditions: list[str | None] = []
        """The If-Range of every request."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Who hangs up in the middle is what is tested here."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def ranges(self) -> list[str]:
        return [asked for _, asked in self.asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FileServer

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        path, wanted = self.path.split("?")[0], self.headers.get("Range", "")
        self.server.asked.append((path, wanted))
        self.server.conditions.append(self.headers.get("If-Range"))
        served = self.server.files.get(path)
        if served is None:
            self._refuse(404)
        elif served.statuses and (status := served.statuses.pop(0)) != 200:
            self._refuse(status)
        elif served.location is not None:
            self.send_response(302)
            self.send_header("Location", served.location)
            for name, value in served.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._give(served, wanted)

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _give(self, served: Served, wanted: str) -> None:
        total, start = len(served.data), 0
        match = re.fullmatch(r"bytes=(\d+)-", wanted)
        condition = self.headers.get("If-Range")
        if match and served.ranges and condition in (None, served.tag):
            start = int(match[1])
            if start >= total:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{total}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        else:
            self.send_response(200)
        if served.tag:
            self.send_header("ETag", served.tag)
        for name, value in served.headers.items():
            self.send_header(name, value)
        body = served.data[start:]
        if served.lengths:
            self.send_header("Content-Length", str(len(body) if served.claims is None else served.claims))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self._send(served, body)

    def _send(self, served: Served, body: bytes) -> None:
        cut = served.cuts.pop(0) if served.cuts else None
        try:
            if served.hold_after is not None:
                self.wfile.write(body[: served.hold_after])
                self.wfile.flush()
                served.holding.set()
                served.go_on.wait()
                body = body[served.hold_after :]
            self.wfile.write(body[:cut])
        except OSError:  # whoever asked has hung up
            self.close_connection = True
            return
        if cut is not None or not served.lengths or served.claims is not None:
            self.close_connection = True


@contextmanager
def serving() -> Iterator[FileServer]:
    server = FileServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        for served in server.files.values():
            served.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()
