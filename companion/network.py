"""The offline seal: this program reaches no computer but this one, unless the person asked for that very thing.

Python tells audit hooks (PEP 578) of every socket that is connected, bound or sent from and of every name that is
looked up, whichever library does it; a hook cannot be taken off again. What is not this computer is refused outside of
`allowing`, noted, and told with what was reached. Native code is not seen by such hooks: `companion.kernel_seal`
refuses it where the system can, and `connections()` asks the system what is open.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import socket
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from companion.strings import text

log = logging.getLogger(__name__)

QUIET = {
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime looks its maker's hosts up when it is imported
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}
"""What libraries want to be told, in words of their own, before they are imported."""
MOST = 100
"""Hosts and attempts that are remembered."""
_LOCAL_FAMILIES = frozenset(
    getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK", "AF_ALG") if hasattr(socket, name)
)
_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyname_ex", "socket.gethostbyaddr"})
_SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_BETWEEN = frozenset(
    {"socket", "ssl", "http", "urllib", "asyncio", "httpx", "httpcore", "anyio", "urllib3", "requests"}
)


class NotAllowed(PermissionError):
    """Another computer was asked for, and nobody said that this may be."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was refused: the host, and the package that asked for it."""

    host: str
    package: str


class _Scope(threading.local):
    """What may be reached in this thread: these hosts; `every`: whichever is asked for."""

    hosts: frozenset[str] = frozenset()
    every: bool = False
    looked_up: str = ""
    """The allowed host whose address the next connection goes to."""


_scope = _Scope()
_always: set[str] = set()
_noting = threading.Lock()
_reached: dict[str, None] = {}
_refused: dict[Attempt, int] = {}
_sealed = False


def seal() -> None:
    """From here on, for the life of the process. Call before anything else is imported."""
    global _sealed
    for name, value in QUIET.items():
        os.environ[name] = value
    if not _sealed:
        _sealed = True
        sys.addaudithook(_hook)


def is_sealed() -> bool:
    return _sealed


@contextmanager
def allowing(*hosts: str) -> Generator[None]:
    """In this thread, meanwhile, these hosts may be reached; without any: whichever is asked for, as when a model is
    fetched, which may be handed on from host to host."""
    before = (_scope.hosts, _scope.every)
    _scope.hosts, _scope.every = _scope.hosts | {host.lower() for host in hosts}, _scope.every or not hosts
    try:
        yield
    finally:
        (_scope.hosts, _scope.every), _scope.looked_up = before, ""


def permit(*hosts: str) -> None:
    """These may be reached from now on, from every thread: the servers that settings name."""
    _always.update(host.lower() for host in hosts if host)


def reached() -> tuple[str, ...]:
    """Hosts other than this computer that this process reached for and was allowed to, in that order."""
    with _noting:
        return tuple(_reached)


def refused() -> tuple[Attempt, ...]:
    with _noting:
        return tuple(_refused)


def connections() -> tuple[str, ...]:
    """Addresses of other computers to which this process has a socket open, whichever code made it: the system's own
    list."""
    import psutil

    try:
        found = psutil.Process().net_connections("inet")
    except (psutil.Error, OSError):
        return ()
    return tuple(sorted({one.raddr.ip for one in found if one.raddr and not is_here(one.raddr.ip)}))


def is_here(host: object) -> bool:
    """Whether an address or a name never leaves this computer."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else host
    if name is None or name == "":
        return True
    name = str(name).split("%", 1)[0].rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address: Any = ipaddress.ip_address(name)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return bool(address.is_loopback)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _LOOKUPS:
        host = arguments[0]
        if not is_here(host):
            _look(_named(host))
            _scope.looked_up = _named(host)
    elif event in _SENDING:
        where = arguments[0], arguments[1]
        if not _stays(event, *where):
            _reach(_named(where[1][0]))


def _stays(event: str, origin: Any, address: Any) -> bool:
    if address is None or getattr(origin, "family", None) in _LOCAL_FAMILIES:
        return True
    if not isinstance(address, tuple) or not address:
        return isinstance(address, str | bytes)  # a path
    if event == "socket.bind" and address[0] in ("", "0.0.0.0", "::"):  # noqa: S104 - to refuse it
        return False
    return is_here(address[0]) or (event != "socket.bind" and address[0] in ("0.0.0.0", "::"))  # noqa: S104


def _named(host: object) -> str:
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    return name.lower() or "*"


def _look(host: str) -> None:
    if not _may(host):
        _refuse(host)
    _note(host)


def _reach(host: str) -> None:
    """An address: that of a name which was allowed and looked up before, or itself allowed."""
    if _scope.looked_up and _may(_scope.looked_up):
        return
    if not _may(host):
        _refuse(host)
    _note(host)


def _may(host: str) -> bool:
    return _scope.every or host in _scope.hosts or host in _always


def _note(host: str) -> None:
    with _noting:
        if len(_reached) < MOST:
            _reached[host] = None


def _refuse(host: str) -> None:
    attempt = Attempt(host, _who_asked())
    with _noting:
        new = attempt not in _refused
        if new and len(_refused) < MOST:
            _refused[attempt] = 0
    if new:
        log.warning("%s wanted to reach %s, which was refused", attempt.package, host)
    raise NotAllowed(errno.EACCES, text("network.refused", host=host))


def _who_asked() -> str:
    frame: Any = sys._getframe(3)
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).split(".", 1)[0]
        if package not in _BETWEEN and frame.f_globals.get("__name__") != __name__:
            return package
        frame = frame.f_back
    return "?"
