"""A line to type in that holds no terminal control, which what is pasted may, and takes its keys in their order."""

from __future__ import annotations

from textual.binding import NoBinding
from textual.events import Key
from textual.widgets import Input

from companion.text import sanitise


class SafeInput(Input):
    """Its value is always one line of harmless characters."""

    def validate_value(self, value: str) -> str:
        return sanitise(value).replace("\n", " ").replace("\t", " ")

    async def _on_key(self, event: Key) -> None:
        # As in Prompt: Textual acts on Backspace or Ctrl+U once the key has bubbled up, on letters when they arrive, so
        # that what is typed quickly after one of them would be deleted by it.
        try:
            bound = self._bindings.get_bindings_for_key(event.key)
        except NoBinding:
            return  # Input's own handler comes next
        event.stop()
        event.prevent_default()
        await self.run_action(bound[0].action)
