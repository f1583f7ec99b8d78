"""Fetches one file over HTTP: resumable, checked, never half a file under its own name.

Bytes go to NAME.part and are hashed on the way. A broken connection is taken up again with Range, and If-Range keeps a
file that changed meanwhile from being glued to its predecessor (RFC 9110, 13.1.5 and 14.2). Only what has the promised
length and checksum, and a head that llama.cpp can use, gets the name. httpx is used plainly: huggingface_hub would ask
more hosts than the one named and keep its files in a store of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx

from companion.errors import DiskFull, ModelError, ModelWithoutTemplate, PullFailed, PullRunning
from companion.model.gguf import read_header
from companion.model.partial import NO_ROOM, Mark, Partial
from companion.model.pull_stop import PullStop
from companion.model.wanted import OnProgress, Patience, Wanted
from companion.network import allowing
from companion.store.lock import held
from companion.strings import text
from companion.text import one_line

REDIRECTS = 10
TOLERANCE = 0.05
"""Share by which a file may differ from the size that the person was told."""
AGAIN = (408, 425, 429, 500, 502, 503, 504)
"""Answers after which asking again makes sense."""


def fetch(
    wanted: Wanted, *, on_progress: OnProgress, stop: PullStop | None = None, patience: Patience | None = None
) -> str:
    """Fetch the file to `wanted.target`; its sha256. Raises PullFailed, PullStopped, PullRunning, DiskFull,
    ModelWithoutTemplate. What has come is kept unless it is of no use."""
    patience = patience or Patience()
    lock = wanted.target.with_name(wanted.target.name + ".part.lock")
    try:
        wanted.target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with held(lock) as free:
            if not free:
                raise PullRunning(wanted.target.name)
            try:
                # The host may hand on to another, and a proxy may lie between: the person asked for the file.
                with allowing(), Partial(wanted.target, patience.reserve) as partial:
                    return _Fetching(wanted, partial, on_progress, stop or PullStop(), patience).run()
            finally:
                with suppress(OSError):  # Windows lets nobody remove a file that is open; it is empty
                    lock.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFull(str(wanted.target.parent)) from error
        raise PullFailed(f"{wanted.target} ({error.strerror or error})", hint=text("download.may_write")) from error


class _Fetching:
    def __init__(
        self, wanted: Wanted, partial: Partial, on_progress: OnProgress, stop: PullStop, patience: Patience
    ) -> None:
        self._wanted = wanted
        self._partial = partial
        self._on_progress = on_progress
        self._stop = stop
        self._patience = patience
        self._came = 0

    def run(self) -> str:
        self._partial.take_up(self._wanted.source, self._checking)
        self._partial.check_room(self._wanted.size)
        try:
            client = httpx.Client(
                timeout=httpx.Timeout(self._patience.read, connect=self._patience.connect),
                headers={"User-Agent": "companion", "Accept-Encoding": "identity"},
                follow_redirects=False,
            )
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            raise PullFailed(
                text("download.proxy", error=one_line(str(error))),
                hint=text("download.proxy_hint"),
            ) from error
        with client:
            self._all_of_it(client)
        self._partial.settle()
        return self._accept()

    def _checking(self, done: int, total: int) -> None:
        self._stop.check()
        self._on_progress(done, total, text("download.checking"))

    def _all_of_it(self, client: httpx.Client) -> None:
        tries = 0
        while True:
            before = self._partial.size
            try:
                if self._once(client):
                    return
                continue
            except httpx.HTTPError as error:
                self._stop.check()
                trouble = _Trouble.of(error, self._host)
            except _Trouble as error:
                trouble = error
            total = self._partial.mark.total if self._partial.mark else 0
            if self._partial.size - before >= max(1, min(1 << 20, total // 20)):
                tries = 0
            if trouble.final or (trouble.unreached and not self._came) or tries >= len(self._patience.pauses):
                raise self._gave_up(trouble)
            self._on_progress(self._partial.size, total, text("download.trying_again", what=trouble.what))
            self._stop.wait(self._patience.pauses[tries])
            tries += 1

    def _gave_up(self, trouble: _Trouble) -> PullFailed:
        kept = self._partial.size
        if trouble.hint:
            hint = trouble.hint
        elif kept:
            hint = text("download.kept", kept=kept / 1e6)
        else:
            hint = text("download.online")
        return PullFailed(trouble.what, hint=hint)

    @property
    def _host(self) -> str:
        return httpx.URL(self._wanted.url).host

    def _once(self, client: httpx.Client) -> bool:
        """One request and what it answers. True when all is there; False to ask anew, from the beginning."""
        partial = self._partial
        self._stop.check()
        with self._answer(client) as (response, first):
            if response.status_code == 416 and partial.mark is not None and partial.size == partial.mark.total > 0:
                return True
            if response.status_code == 416 and partial.size:
                partial.restart(None)
                return False
            if response.status_code not in (200, 206):
                raise _Trouble.answered(response.status_code, response.url.host)
            if response.headers.get("content-encoding", "identity") != "identity":
                raise _Trouble(text("download.packed", host=response.url.host), final=True)
            start, total = _span(response)
            mark = Mark(
                self._wanted.source,
                response.headers.get("etag", ""),
                response.headers.get("last-modified", ""),
                total,
                first.sha256,
            )
            if response.status_code == 206 and partial.size:
                if start != partial.size or partial.mark is None or not partial.mark.same_file(mark):
                    partial.restart(None)
                    return False
            elif start:
                raise _Trouble(text("download.other_part", host=response.url.host), final=True)
            else:
                self._check_size(total)
                partial.restart(mark)
            partial.check_room(total)
            self._receive(response, total)
        if total and partial.size != total:
            raise _Trouble(text("download.lost"))
        return True

    def _receive(self, response: httpx.Response, total: int) -> None:
        what = text("download.fetching", host=response.url.host)
        self._on_progress(self._partial.size, total, what)
        with self._stop.over(response):
            for data in response.iter_raw():
                self._stop.check()
                if self._partial.size < 4:
                    _check_magic(self._partial.size, data, response.url.host)
                self._partial.write(data)
                self._came += len(data)
                self._on_progress(self._partial.size, total, what)
        self._stop.check()

    @contextmanager
    def _answer(self, client: httpx.Client) -> Iterator[tuple[httpx.Response, Mark]]:
        """The answer at the end of all redirections, unread, and what the first host said of the file."""
        url, partial = httpx.URL(self._wanted.url), self._partial
        headers = {}
        if partial.size and partial.mark is not None:
            headers["Range"] = f"bytes={partial.size}-"
            if partial.mark.validator:
                headers["If-Range"] = partial.mark.validator
        first: Mark | None = None
        for _ in range(REDIRECTS + 1):
            with client.stream("GET", url, headers=headers) as response:
                if first is None:
                    first = _linked(response, self._wanted.source)
                    known = partial.mark.sha256 if partial.mark is not None else ""
                    if known and known == first.sha256:
                        headers.pop("If-Range", None)  # the first host vouches for it, whatever the next one calls it
                if not response.has_redirect_location:
                    yield response, first
                    return
                url = _next(url, response)
        raise _Trouble(text("download.round", host=self._host), final=True)

    def _check_size(self, total: int) -> None:
        promised = self._wanted.size
        if promised and total and abs(total - promised) > TOLERANCE * promised:
            raise _Trouble(
                text("download.other_size", total=total / 1e6, promised=promised / 1e6),
                final=True,
                hint=text("download.other_size_hint"),
            )

    def _accept(self) -> str:
        """The finished file under its name, when it is what it should be; else it is removed."""
        partial, mark = self._partial, self._partial.mark
        sha256 = partial.sha256()
        wanted = self._wanted.sha256 or (mark.sha256 if mark is not None else "")
        if wanted and sha256 != wanted:
            partial.discard()
            raise PullFailed(
                text("download.checksum", sha256=sha256[:12], wanted=wanted[:12]),
                hint=text("download.checksum_hint"),
            )
        try:
            header = read_header(partial.part)
        except ModelError as error:
            partial.discard()
            detail = error.detail.replace(str(partial.part), partial.target.name)
            raise PullFailed(detail, hint=text("download.unusable_hint")) from error
        if header.unsuited:
            partial.discard()
            raise ModelWithoutTemplate(
                f"{partial.target.name}: {header.unsuited}",
                hint=text("download.no_chat_hint"),
            )
        partial.publish()
        return sha256


class _Trouble(Exception):
    """What went wrong with one try. `final`: another would go the same way."""

    def __init__(self, what: str, *, final: bool = False, unreached: bool = False, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.final = final
        self.unreached = unreached
        self.hint = hint

    @classmethod
    def of(cls, error: httpx.HTTPError, host: str) -> _Trouble:
        said = one_line(str(error), 120) or type(error).__name__
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return cls(text("download.unreachable", host=host, said=said), unreached=True)
        if isinstance(error, httpx.TimeoutException):
            return cls(text("download.silent", host=host))
        if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
            return cls(text("download.lost"))
        return cls(f"{host}: {said}", final=True)

    @classmethod
    def answered(cls, status: int, host: str) -> _Trouble:
        if status in (401, 403):
            return cls(
                text("download.sign_in", host=host, status=status),
                final=True,
                hint=text("download.sign_in_hint"),
            )
        if status in (404, 410):
            return cls(
                text("download.no_file", host=host, status=status),
                final=True,
                hint=text("download.no_file_hint"),
            )
        return cls(text("download.answered", host=host, status=status), final=status not in AGAIN)


def _next(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    """Where a redirection leads. Raises _Trouble when that is not to be followed."""
    try:
        target = url.join(response.headers["location"])
    except (httpx.InvalidURL, ValueError) as error:
        raise _Trouble(text("download.no_address", host=url.host), final=True) from error
    if target.scheme not in ("http", "https") or not target.host:
        raise _Trouble(text("download.no_web", host=url.host), final=True)
    if url.scheme == "https" and target.scheme == "http":
        raise _Trouble(
            text("download.no_encryption", host=url.host, host_2=target.host),
            final=True,
            hint=text("download.no_encryption_hint"),
        )
    return target


def _linked(response: httpx.Response, source: str) -> Mark:
    """Hugging Face tells the sha256 of a large file beside the redirection to where it lies (X-Linked-Etag)."""
    etag = response.headers.get("x-linked-etag", "").strip('"').lower()
    return Mark(source, sha256=etag if re.fullmatch("[0-9a-f]{64}", etag) else "")


def _span(response: httpx.Response) -> tuple[int, int]:
    """The first byte that an answer holds, and how many the whole file has (0: not said)."""
    if response.status_code == 200:
        length = response.headers.get("content-length", "")
        return 0, int(length) if length.isdigit() else 0
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", ""))
    if not match:
        return -1, 0
    return int(match[1]), int(match[2]) if match[2] != "*" else 0


def _check_magic(at: int, data: bytes, host: str) -> None:
    """A page that says "sign in" comes with the same good answer as a model."""
    if data[: 4 - at] != b"GGUF"[at : at + len(data[: 4 - at])]:
        raise _Trouble(
            text("download.no_gguf", host=host),
            final=True,
            hint=text("download.no_gguf_hint"),
        )
