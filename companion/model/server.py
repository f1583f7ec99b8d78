"""What kind of server a model runs on, which model it offers, and how much that holds: asked once, when it is opened.

All of them speak the same chat API; they differ in what stands beside it:

    llama-server       /props tells the context; /tokenize counts; holds replies to GBNF
    llama_cpp.server   /extras/tokenize/count counts; holds replies to GBNF; its context shows only when it is exceeded
    vLLM               /v1/models tells the context; /tokenize counts; holds replies to EBNF under another name
    Ollama             /api/ps and /api/show tell the context; counts nothing, knows no grammars
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from companion.errors import ServerError
from companion.model.protocol import ModelInfo
from companion.model.wire import Refusal, Wire
from companion.model.wire_errors import no_json, of_status, unknown_model
from companion.text import one_line

log = logging.getLogger(__name__)

Kind = Literal["llama-server", "llama_cpp.server", "vLLM", "Ollama", "other"]


@dataclass(frozen=True, slots=True)
class Server:
    """`model` is the name to ask for (as the server gives it: not for showing), `info` what is known of it."""

    kind: Kind
    model: str
    info: ModelInfo


def look(wire: Wire, name: str, context: int) -> Server:
    """Ask a server what it is. `name`: the model that is wanted, empty for the first; `context`: the most tokens that
    are wanted, and taken for granted where it tells of no limit. Raises ServerError."""
    entry = _choose(wire, _offered(wire), name)
    model = str(entry["id"])
    owner = str(entry.get("owned_by", ""))
    details = entry["meta"] if isinstance(entry.get("meta"), dict) else {}
    kind: Kind = "other"
    limit = trained = 0
    if owner == "vllm":
        kind, limit = "vLLM", _number(entry.get("max_model_len"))
    elif (
        isinstance(props := _maybe(lambda: wire.ask("GET", "//props")), dict) and "default_generation_settings" in props
    ):
        kind = "llama-server"
        settings = props["default_generation_settings"]
        limit = _number(settings.get("n_ctx")) if isinstance(settings, dict) else 0
    elif owner == "me":
        kind = "llama_cpp.server"
    elif isinstance(shown := _maybe(lambda: wire.ask("POST", "//api/show", {"model": model})), dict):
        kind, facts = "Ollama", shown.get("model_info")
        facts = facts if isinstance(facts, dict) else {}
        trained = max((_number(facts[key]) for key in facts if str(key).endswith(".context_length")), default=0)
        details = {"n_params": facts.get("general.parameter_count")}
        limit = _ollama_holds(_maybe(lambda: wire.ask("GET", "//api/ps")), model) or trained
    trained = _number(details.get("n_ctx_train")) or trained or limit or context
    info = ModelInfo(
        name=one_line(PurePosixPath(model.replace("\\", "/")).name or model, 80),
        path=None,
        context_tokens=min(context, limit or context),
        trained_context=trained,
        size_bytes=_number(details.get("size")),
        parameters=_number(details.get("n_params")),
        host=one_line(wire.host, 80),
        goes_on=False,  # the chat API of most of them closes every message, whoever it is of
    )
    return Server(kind, model, info)


def _offered(wire: Wire) -> list[dict[str, Any]]:
    try:
        found = wire.ask("GET", "/models")
    except Refusal as refusal:
        raise of_status(wire.host, refusal.status, refusal.body) from refusal
    entries = found.get("data") if isinstance(found, dict) else None
    if not isinstance(entries, list):
        raise no_json(wire.host, "")
    return [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]


def _choose(wire: Wire, offered: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for entry in offered:
        if not name or entry["id"] in (name, f"{name}:latest"):
            return entry
    raise unknown_model(wire.host, name, [entry["id"] for entry in offered])


def _ollama_holds(running: Any, model: str) -> int:
    """The context of a model that Ollama has loaded, 0 while it is not."""
    loaded = running.get("models") if isinstance(running, dict) else None
    for entry in loaded if isinstance(loaded, list) else []:
        if isinstance(entry, dict) and model in (entry.get("name"), entry.get("model")):
            return _number(entry.get("context_length"))
    return 0


def _maybe(ask: Callable[[], Any]) -> Any:
    """The answer to a question that only some servers know; None from the others."""
    try:
        return ask()
    except (Refusal, ServerError) as error:
        log.debug("not known there: %s", type(error).__name__)
        return None


def _number(value: object) -> int:
    """`value` where it is a positive whole number, else 0."""
    return value if type(value) is int and 0 < value < 1 << 50 else 0
