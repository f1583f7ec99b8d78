"""The Markdown a reply may use. What a model writes must not act, hide or reorder anything on the screen."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from companion.text import sanitise


def parser(links: bool = False) -> MarkdownIt:
    """GitHub's Markdown without HTML (shown as typed). A link shows where it leads; what is clicked asks first
    (`chat_links`). With `links` their addresses are left as they are written, for who looks for them.

    Sanitising the source is not enough: "&#x202e;" becomes a bidirectional control while parsing.
    """
    markdown = MarkdownIt("gfm-like", {"html": False, "linkify": False})
    if not links:
        markdown.core.ruler.push("companion", _plain)
    return markdown


def _plain(state: StateCore) -> None:
    for token in state.tokens:
        token.content = sanitise(token.content)
        token.info = sanitise(token.info)
        if token.children is not None:
            token.children = _inline(token.children)


def _inline(tokens: list[Token]) -> list[Token]:
    """Links have their address behind them, images become their words and address; a line break stays one, as in a
    letter."""
    plain: list[Token] = []
    links: list[tuple[int, str]] = []
    for token in tokens:
        if token.type == "link_open":
            address = sanitise(str(token.attrs.get("href", "")))
            plain.append(Token("link_open", "a", 1, attrs={"href": address}))
            links.append((len(plain), address))
        elif token.type == "link_close":
            start, address = links.pop()
            label = "".join(inner.content for inner in plain[start:])
            plain.append(Token("link_close", "a", -1))
            if sanitise(address).removeprefix("mailto:") not in (label, f"http://{label}"):
                plain.append(_text(f" ({address})"))
        elif token.type == "image":
            plain.append(_text(f"[{token.content}] ({token.attrs.get('src', '')})"))
        elif token.type == "softbreak":
            plain.append(Token("hardbreak", "br", 0))
        else:
            token.content = sanitise(token.content)
            plain.append(token)
    return plain


def _text(content: str) -> Token:
    return Token("text", "", 0, content=sanitise(content))
