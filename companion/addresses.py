"""Addresses of servers, as settings give them and as screens show them."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from companion.strings import text


def server_url(url: str) -> str:
    """`url` without white space and slashes at its ends; empty stays empty. Raises ValueError saying what is wrong,
    with nothing in it that may be a password."""
    url = url.strip().rstrip("/")
    if not url:
        return ""
    if any(character.isspace() or not character.isprintable() for character in url):
        raise ValueError(text("address.white_space"))
    parts = _split(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(text("address.scheme"))
    if not parts.hostname:
        raise ValueError(text("address.computer"))
    if parts.username is not None or parts.password is not None:
        raise ValueError(text("address.password"))
    if parts.query or parts.fragment:
        raise ValueError(text("address.query"))
    return url


def host_of(url: str) -> str:
    """Computer and port of a checked address, for showing; empty for an empty one."""
    return _split(url).netloc if url else ""


def hostname_of(url: str) -> str:
    """The computer of a checked address, without its port; empty for an empty one."""
    return (_split(url).hostname or "") if url else ""


def is_this_computer(url: str) -> bool:
    """Whether a checked address never leaves this computer."""
    host = _split(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is found out only here
    except ValueError as error:
        raise ValueError(text("address.unreadable")) from error
    return parts
