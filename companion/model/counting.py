"""How many tokens a text has for a model on another computer: asked there, or estimated, rather too many than too few.

The estimate knows no vocabulary. It counts a short word as one token and longer ones as one for each two further
letters, figures and marks one each, and every byte of any other script, which no tokeniser can exceed. Measured with
the starter's tokeniser (49,000 entries) on this project's own texts: 1.7 times the count for English prose, 2.3 for
code, 1.4 for Chinese, and never below it for a paragraph. Of letters thrown at random a few in a hundred come below.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from companion.errors import ServerError
from companion.model.protocol import Message
from companion.model.server import Server
from companion.model.wire import Refusal, Wire
from companion.text import valid_text

log = logging.getLogger(__name__)

PER_MESSAGE = 8
"""Tokens that a chat template puts around a message, at most (Llama 3 and ChatML: 5)."""
OPENING = 48
"""Tokens ahead of all messages and of the reply: the beginning, and the system message or date that some templates add
by themselves (Qwen 2.5, Llama 3.1: about 30)."""
PATIENCE = 2.0
"""Seconds: a server that needs longer to count is not asked again."""
_KEPT = 4096

_PIECES = re.compile(r"(?P<word>[A-Za-z0-9]+)|(?P<spaces> +)|(?P<other>.)", re.S)
_ODD = re.compile(r"[0-9]|[a-z][A-Z]|[A-Z]{2}|[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{4}|[jqxz].?[jqxz]")


def estimate(text: str) -> int:
    """Tokens of `text`, rather too many than too few."""
    total = 0
    for piece in _PIECES.finditer(text):
        found = piece[0]
        match piece.lastgroup:
            case "word":
                # Figures, hashes, keys and names in camel case fall into pieces of a letter or two.
                total += len(found) if _ODD.search(found) else 1 + max(0, len(found) - 2) // 2
            case "spaces":
                total += len(found) - 1
            case _:
                total += len(found.encode("utf-8", "surrogatepass"))
    return total


class Counter:
    """Counts for one server; each text is asked for once. Safe from several threads."""

    def __init__(self, wire: Wire, server: Server) -> None:
        self._wire = wire
        self._server = server
        self._known: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()
        self.exact = server.kind in ("llama-server", "llama_cpp.server", "vLLM")

    def count(self, text: str) -> int:
        if not text:
            return 0
        text = valid_text(text)
        key = hashlib.sha256(text.encode()).digest()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = self._ask(text) if self.exact else None
        if found is None:
            return estimate(text)
        with self._lock:
            self._known[key] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def count_messages(self, messages: Sequence[Message]) -> int:
        """Of a whole prompt; what the template adds is a bound, not a count."""
        texts = sum(self.count(m.text) + self.count(m.memories) + PER_MESSAGE for m in messages)
        return OPENING + texts

    def _ask(self, text: str) -> int | None:
        try:
            match self._server.kind:
                case "llama-server":
                    body: dict[str, Any] = {"content": text, "add_special": False}
                    found = self._wire.ask("POST", "//tokenize", body, patience=PATIENCE)["tokens"]
                case "vLLM":
                    body = {"model": self._server.model, "prompt": text, "add_special_tokens": False}
                    found = self._wire.ask("POST", "//tokenize", body, patience=PATIENCE)["count"]
                case _:
                    body = {"model": self._server.model, "input": text}
                    found = self._wire.ask("POST", "//extras/tokenize/count", body, patience=PATIENCE)["count"]
            count = len(found) if isinstance(found, list) else found
            if type(count) is int and count >= 0:
                return count
        except (Refusal, ServerError, KeyError, TypeError) as error:
            log.warning("tokens are estimated from now on: the server does not count them (%s)", type(error).__name__)
        self.exact = False
        return None
