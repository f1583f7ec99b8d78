"""A line for a passphrase: nobody sees it, and no key copies it."""

from __future__ import annotations

from textual.widgets import Input

LONGEST = 1_000


class SecretInput(Input):
    """Its value is exactly what was typed or pasted: what is not shown needs no cleaning."""

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(password=True, placeholder=placeholder, max_length=LONGEST, select_on_focus=False, id=id)

    def action_cut(self) -> None:
        """Not into a clipboard."""
        self.delete_selection()

    def action_copy(self) -> None:
        """Not into a clipboard."""

    def take(self) -> str:
        """What is written; the line is empty afterwards."""
        written, self.value = self.value, ""
        return written
