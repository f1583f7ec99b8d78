"""Markdown from outside: no HTML, no link that opens by itself, nothing hidden; laid out without wasted rows."""

from __future__ import annotations

from textual.widgets import Markdown

from companion.text import sanitise
from companion.ui.markdown import parser


class SafeMarkdown(Markdown):
    """`text` is sanitised; `append()` and `update()` expect text that is."""

    DEFAULT_CSS = """
    SafeMarkdown { padding: 0; background: transparent; }
    SafeMarkdown > * { margin: 0 0 1 0; }
    SafeMarkdown > *:last-child { margin-bottom: 0; }
    SafeMarkdown MarkdownH1, SafeMarkdown MarkdownH2 { content-align: left middle; text-style: bold; }
    SafeMarkdown MarkdownFence > Label { padding: 0 2; }
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(sanitise(text), parser_factory=parser, open_links=False)
