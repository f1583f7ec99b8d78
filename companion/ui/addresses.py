"""Where a link of a reply leads, said plainly, or why it is not opened at all.

A reply may hold whatever a page said: a link whose words name one host and lead to another, a host in letters that look
like others, a scheme that starts a program. What is shown is what is opened: the host in ASCII, nothing ahead of it.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from markdown_it.token import Token

from companion.strings import text
from companion.text import one_line, sanitise
from companion.ui.markdown import parser

SCHEMES = ("https", "http", "mailto")
LONGEST = 2_000
"""Characters of an address; longer ones are made to hide something, or to carry something out."""
_BARE = re.compile(r"(?:https?://|mailto:)[^\s<>\"'`“”‘’（）【】]+", re.IGNORECASE)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}\Z")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_KEPT = "!#$%&'()*+,-./:;=?@[]_~"


class Refused(Exception):
    """Why, in words for the person."""


@dataclass(frozen=True, slots=True)
class Address:
    """`url` is what is opened, ASCII alone; `host` what it leads to, in ASCII; `remarks` what is to be known of it."""

    url: str
    host: str
    remarks: tuple[str, ...] = ()


def read_address(written: str) -> Address:
    """Raises Refused."""
    address = written.strip()
    if sanitise(address) != address or any(unicodedata.category(c) in ("Cc", "Cf", "Zs", "Zl", "Zp") for c in address):
        raise Refused(text("web_link.hidden"))
    if len(address) > LONGEST:
        raise Refused(text("web_link.too_long", count=len(address), most=LONGEST))
    scheme, colon, _ = address.partition(":")
    scheme = scheme.lower()
    if not colon or scheme not in SCHEMES:
        raise Refused(text("web_link.scheme", scheme=one_line(scheme, 30) if colon else ""))
    return _mail(address) if scheme == "mailto" else _web(address, scheme)


def _mail(address: str) -> Address:
    to = address[len("mailto:") :].partition("?")[0]
    if not _MAIL.match(to):
        raise Refused(text("web_link.no_mail"))
    more = (text("web_link.mail_bare"),) if "?" in address else ()  # some programs attach the files that it names
    return Address(f"mailto:{to}", to.rpartition("@")[2], more)


def _web(address: str, scheme: str) -> Address:
    try:
        parts = urlsplit(address)
        written, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused(text("web_link.no_host")) from error
    # Browsers take "\" for "/", and some "@" behind it for the end of a name.
    if "\\" in address.partition("?")[0] or not address.lower().startswith(f"{scheme}://"):
        raise Refused(text("web_link.no_host"))
    if "@" in parts.netloc:
        raise Refused(text("web_link.user", host=one_line(written, 60)))
    host = _host(written)
    remarks = []
    if host != written.lower():
        remarks.append(text("web_link.other_letters", written=one_line(written, 80)))
    if _is_number(host):
        remarks.append(text("web_link.number"))
    if port is not None and port not in (80, 443):
        remarks.append(text("web_link.port", port=port))
    if scheme == "http":
        remarks.append(text("web_link.open_to_all"))
    shown = f"[{host}]" if ":" in host else host
    place = shown if port is None else f"{shown}:{port}"
    rest = [quote(part, safe=_KEPT) for part in (parts.path, parts.query, parts.fragment)]
    return Address(urlunsplit((scheme, place, *rest)), host, tuple(remarks))


def _host(written: str) -> str:
    """In ASCII, as it is asked for: "xn--…" for a name in other letters."""
    if ":" in written:  # urlsplit checked the brackets
        return str(ipaddress.ip_address(written))
    labels = unicodedata.normalize("NFKC", written).lower().replace("。", ".").rstrip(".").split(".")
    found = [label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}" for label in labels]
    if not all(map(_LABEL.match, found)) or len(".".join(found)) > 253:
        raise Refused(text("web_link.no_host"))
    return ".".join(found)


def _is_number(host: str) -> bool:
    """Also as browsers read it: 2130706433 and 0x7f.1 are addresses."""
    return ":" in host or all(re.fullmatch(r"\d+|0x[0-9a-f]*", label) for label in host.split("."))


def links_in(words: str) -> list[str]:
    """The addresses in a text of Markdown, in their order, each once: those of its links, and those that stand bare."""
    found: list[str] = []
    for token in parser(links=True).parse(sanitise(words)):
        for each in token.children or ():
            if each.type == "link_open":
                found.append(str(each.attrs.get("href", "")))
            elif each.type in ("text", "code_inline"):
                found += _bare(each)
        if token.type in ("fence", "code_block"):
            found += _bare(token)
    return [each for each in dict.fromkeys(found) if each]


def _bare(token: Token) -> Iterator[str]:
    for match in _BARE.finditer(token.content):
        address = match[0].rstrip(".,;:!?，。；：！？、…")
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(")")
        yield address
