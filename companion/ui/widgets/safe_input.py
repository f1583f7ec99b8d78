"""A line to type in that holds no terminal control: what is pasted may."""

from __future__ import annotations

from textual.widgets import Input

from companion.text import sanitise


class SafeInput(Input):
    """Its value is always one line of harmless characters."""

    def validate_value(self, value: str) -> str:
        return sanitise(value).replace("\n", " ").replace("\t", " ")
