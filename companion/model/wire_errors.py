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
            f"{host} does not take the connection",
            hint="Is that computer switched on, and on this network? Send a message to try again.",
        )
    if "refused" in low:
        return ServerUnreachable(
            f"nothing listens at {host}", hint="Start the server there, then send your message again: it is tried anew."
        )
    if "certificate" in low or "ssl" in low or "tls" in low:
        return ServerUnreachable(
            f"no secure connection to {host} ({one_line(why, 120)})",
            hint="If it speaks plain http, write http:// in model.url; if its certificate is your own, put that into "
            "the system's store (or point SSL_CERT_FILE to it).",
        )
    if any(word in low for word in ("name", "getaddrinfo", "nodename", "resol")):
        return ServerUnreachable(
            f"no computer is known as {host}", hint="Check the name in model.url, and the network of this computer."
        )
    return ServerUnreachable(
        f"{host} ({one_line(why, 120)})", hint="Check model.url and the network, then send your message again."
    )


def silent(host: str, patience: float, begun: bool) -> ServerError:
    """Nothing came for `patience` seconds, before the first word or after some."""
    if begun:
        return ServerSilent(
            f"{host} fell silent in the middle of its reply, for {patience:g} seconds",
            hint="What it had written is kept. Send another message to go on.",
        )
    return ServerSilent(
        f"{host} said nothing for {patience:g} seconds",
        hint="Your message is saved. It may be loading its model, or be too slow: send another message to try again, "
        "or let it take longer (model.timeout).",
    )


def cut_short(host: str, begun: bool) -> ServerError:
    """The connection ended before the reply did."""
    if begun:
        return ServerFailed(
            f"the connection to {host} broke in the middle of the reply",
            hint="What it had written is kept. Send another message to go on.",
        )
    return ServerFailed(f"{host} closed the connection without an answer", hint="Look at what the server itself says.")


def only_thought(host: str) -> ServerError:
    """A model that thinks at length before it answers came to no answer."""
    return ServerFailed(
        f"{host} spent the whole reply on thinking, and wrote nothing",
        hint="Turn thinking off for this model at the server, or choose a model that does not do it.",
    )


def no_json(host: str, kind: str) -> ServerError:
    """It speaks HTTP, and something else than an OpenAI-compatible server would."""
    what = f" but {one_line(kind, 60)}" if kind and "json" not in kind and "event-stream" not in kind else ""
    return ServerUnsuited(
        f"{host} does not answer as a model's server does: no JSON{what}",
        hint="Check model.url: it should be the address of an OpenAI-compatible server and end in /v1.",
    )


def refused(host: str, why: str) -> ServerError:
    return ServerFailed(f"{host} ({one_line(why, 120)})", hint="Check model.url, then send your message again.")


def unknown_model(host: str, name: str, offered: Sequence[str]) -> ServerError:
    names = ", ".join(one_line(each, 80) for each in offered[:_SHOWN]) or "none"
    more = f" and {len(offered) - _SHOWN} more" if len(offered) > _SHOWN else ""
    return ServerUnsuited(
        f"{host} has no model {one_line(name, 80)!r}; it offers: {names}{more}",
        hint="Set model.name (COMPANION_MODEL__NAME) to one of these, or leave it empty for the first.",
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
            hint="Set model.api_key in settings.toml, or COMPANION_MODEL__API_KEY, to the key it expects.",
        )
    if status in (404, 405, 410, 501) or 300 <= status < 400:
        return ServerUnsuited(
            f"{host} knows no such path or model ({status}{told})",
            hint="Check model.url, which usually ends in /v1, and model.name.",
        )
    if status == 429:
        return ServerFailed(f"{host} has too much to do ({status}{told})", hint="Wait a little, then send it again.")
    if status == 503:
        return ServerFailed(
            f"{host} is not ready ({status}{told})", hint="It may be loading its model: send your message again."
        )
    if status >= 500:
        return ServerFailed(
            f"{host} ({status}{told})", hint="Your message is saved. Look at what the server itself says."
        )
    return ServerFailed(f"{host} does not accept what was asked ({status}{told})")
