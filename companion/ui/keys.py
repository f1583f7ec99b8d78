"""Keys of what has the focus, acting in the order in which they were typed.

Textual runs bindings when a key has bubbled up, characters when it arrives: typed quickly, or on a busy machine, a
letter that is a command would act after the letters that follow it, or be taken for text by a screen above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len
from textual.binding import BindingsMap, NoBinding
from textual.events import Key
from textual.keys import format_key
from textual.widget import Widget


def bindings_of(node: Widget) -> BindingsMap:
    """Those of `node` itself, with the keys that the person chose (settings, ui.keys)."""
    bindings = node._bindings.copy()
    if node.app._keymap:
        bindings.apply_keymap(node.app._keymap)
    return bindings


async def act_on_key(node: Widget, event: Key) -> bool:
    """Do at once what `event.key` is bound to on `node`; False when it is bound to nothing there."""
    try:
        bound = bindings_of(node).get_bindings_for_key(event.key)
    except NoBinding:
        return False
    event.stop()
    event.prevent_default()
    await node.run_action(bound[0].action)
    return True


class CommandKeys:
    """A line whose letters are commands: what has none goes to the prompt, and so does all that is typed after it,
    were it a letter with a command, until the person comes back."""

    def __init__(self, node: Widget) -> None:
        self._node = node
        self.leaving = False

    async def act(self, event: Key) -> None:
        if event.is_printable and self.leaving:
            return
        if not await act_on_key(self._node, event) and event.is_printable and event.key != "space":
            self.leaving = True


def key_for(node: Widget, action: str) -> str:
    """The key that does `action` on `node`, as one writes it; empty when none does."""
    for key, bindings in bindings_of(node).key_to_bindings.items():
        if any(binding.action == action for binding in bindings):
            return {"enter": "Enter", "escape": "Esc", "space": "Space"}.get(key, format_key(key))
    return ""


def each_of(keys: str) -> list[str]:
    """ "k keep   Esc back" one by one."""
    return [key for key in re.split(r"\s{2,}", keys) if key]


def fitted(keys: Sequence[str], cells: int) -> str:
    """All of `keys` in one line of `cells` cells; where they are too many the last ones but the very last, which leads
    back, are left out."""
    for between in ("   ", "  "):
        if cell_len(between.join(keys)) <= cells:
            return between.join(keys)
    kept = list(keys)
    while len(kept) > 2 and cell_len("  ".join(kept)) > cells:
        kept.pop(-2)
    return "  ".join(kept)
