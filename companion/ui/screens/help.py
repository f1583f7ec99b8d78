"""F1: the keys, and what the screen one comes from is for."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer

from companion.paths import asset
from companion.ui.widgets.safe_markdown import SafeMarkdown

FURTHER = {"keys": (), "memories": ("forgetting", "keys")}
"""Pages that follow one."""


def help_text(topic: str) -> str:
    """assets/help/`topic`.md, then what belongs to it, and the keys."""
    pages = [topic, *FURTHER.get(topic, ("keys",))]
    return "\n\n".join(asset("help", f"{page}.md").read_text("utf-8") for page in pages)


class HelpScreen(Screen[None]):
    """Scrolls with the arrow keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1", "back", "Back", key_display="esc"),
    ]
    DEFAULT_CSS = """
    HelpScreen VerticalScroll { padding: 1 2; scrollbar-size-vertical: 1; }
    """

    def __init__(self, topic: str) -> None:
        super().__init__()
        self._topic = topic

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield SafeMarkdown(help_text(self._topic))
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_back(self) -> None:
        self.dismiss()
