"""What can go wrong with a model's server, in words: what happened, and what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from companion.errors import (
    ServerError,
    ServerFailed,
    ServerRefused,
    ServerSilent,
    ServerUnreachable,
    ServerUnsuited,
)
from companion.strings import text
from companion.text import one_line

_LENGTH = re.compile(
    r"maximum context length is (\d+)|n_ctx\D{1,6}(\d+)|context (?:size|window)[^0-9]{1,40}(\d+)", re.I
)
_SHOWN = 20
"""Models of a server that are named in an error."""


def not_reached(host: str, why: str, timed_out: bool) -> ServerError:
    """No connection came about. `why`: the system's words for it."""
    low = why.lower()
    if timed_out:
        return ServerUnreachable(
            text("server.no_connection", host=host),
            hint=text("server.no_connection_hint"),
        )
    if "refused" in low:
        return ServerUnreachable(text("server.nothing_listens", host=host), hint=text("server.nothing_listens_hint"))
    if "certificate" in low or "ssl" in low or "tls" in low:
        return ServerUnreachable(
            text("server.not_secure", host=host, why=one_line(why, 120)),
            hint=text("server.not_secure_hint"),
        )
    if any(word in low for word in ("name", "getaddrinfo", "nodename", "resol")):
        return ServerUnreachable(text("server.no_computer", host=host), hint=text("server.no_computer_hint"))
    return ServerUnreachable(f"{host} ({one_line(why, 120)})", hint=text("server.check_network"))


def silent(host: str, patience: float, begun: bool) -> ServerError:
    """Nothing came for `patience` seconds, before the first word or after some."""
    if begun:
        return ServerSilent(
            text("server.fell_silent", host=host, patience=patience),
            hint=text("server.written_kept"),
        )
    return ServerSilent(
        text("server.said_nothing", host=host, patience=patience),
        hint=text("server.said_nothing_hint"),
    )


def cut_short(host: str, begun: bool) -> ServerError:
    """The connection ended before the reply did."""
    if begun:
        return ServerFailed(
            text("server.broke", host=host),
            hint=text("server.written_kept"),
        )
    return ServerFailed(text("server.closed", host=host), hint=text("server.look"))


def only_thought(host: str) -> ServerError:
    """A model that thinks at length before it answers came to no answer."""
    return ServerFailed(
        text("server.only_thought", host=host),
        hint=text("server.only_thought_hint"),
    )


def no_json(host: str, kind: str) -> ServerError:
    """It speaks HTTP, and something else than an OpenAI-compatible server would."""
    what = f" but {one_line(kind, 60)}" if kind and "json" not in kind and "event-stream" not in kind else ""
    return ServerUnsuited(
        text("server.no_json", host=host, what=what),
        hint=text("server.no_json_hint"),
    )


def refused(host: str, why: str) -> ServerError:
    return ServerFailed(f"{host} ({one_line(why, 120)})", hint=text("server.check_url"))


def unknown_model(host: str, name: str, offered: Sequence[str]) -> ServerError:
    names = ", ".join(one_line(each, 80) for each in offered[:_SHOWN]) or "none"
    more = f" and {len(offered) - _SHOWN} more" if len(offered) > _SHOWN else ""
    return ServerUnsuited(
        text("server.no_model", host=host, name=one_line(name, 80), names=names, more=more),
        hint=text("server.no_model_hint"),
    )


def said(body: str) -> str:
    """What a server says went wrong, from the forms there are: {"error": {"message"}}, {"error"}, {"detail"}."""
    try:
        found: Any = json.loads(body)
    except ValueError:
        return ""
    for key in ("error", "detail", "message"):
        if isinstance(found, dict) and key in found:
            found = found[key]
    return one_line(found if isinstance(found, str) else json.dumps(found), 200)


def learned_context(body: str) -> int:
    """The server's context in tokens, where it says that a prompt was too long for it; else 0."""
    low = body.lower()
    if "context" not in low and "n_ctx" not in low:
        return 0
    found = _LENGTH.search(body)
    return int(next(group for group in found.groups() if group)) if found else 0


def of_status(host: str, status: int, body: str) -> ServerError:
    """What an answer other than 200 means."""
    words = said(body)
    told = f": {words}" if words else ""
    if status in (401, 403):
        return ServerRefused(
            f"{host} ({status}{told})",
            hint=text("server.set_key"),
        )
    if status in (404, 405, 410, 501) or 300 <= status < 400:
        return ServerUnsuited(
            text("server.no_path", host=host, status=status, told=told),
            hint=text("server.no_path_hint"),
        )
    if status == 429:
        return ServerFailed(text("server.too_busy", host=host, status=status, told=told), hint=text("server.wait"))
    if status == 503:
        return ServerFailed(
            text("server.not_ready", host=host, status=status, told=told), hint=text("server.not_ready_hint")
        )
    if status >= 500:
        return ServerFailed(f"{host} ({status}{told})", hint=text("server.saved_look"))
    return ServerFailed(text("server.not_accepted", host=host, status=status, told=told))
