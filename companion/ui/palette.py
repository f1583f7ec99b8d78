"""Textual's command palette in the person's language."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette
from textual.widgets.option_list import Option

from companion.strings import text
from companion.ui.widgets.literal import literal


class Palette(CommandPalette):
    """What Textual (8.2.8) says when nothing is found is written into it, in English."""

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()
        self._no_matches_timer = self.set_timer(
            self._NO_MATCHES_COUNTDOWN, lambda: self._tell_nothing_found(search_value)
        )

    def _tell_nothing_found(self, sought: str) -> None:
        if sought:
            words = literal((text("app.no_command"), "$text-muted"))
            self.query_one(CommandList).add_option(Option(words, disabled=True, id=self._NO_MATCHES))
        self._list_visible = bool(sought)
