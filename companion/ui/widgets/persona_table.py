"""The list of personas: who they are, whether they share what is remembered, who is talking now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from companion.chats import PersonaCard
from companion.strings import text
from companion.ui.widgets.literal import cell
from companion.ui.widgets.row_table import RowTable


class PersonaTable(RowTable):
    COLUMNS = (
        ("name", text("persona_list.column_name"), 24),
        ("memory", text("persona_list.column_memory"), 10),
        ("state", "", 14),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", text("persona_list.key_use"), key_display="⏎", id="personas.use")
    ]

    def __init__(self) -> None:
        super().__init__()
        self.cards: tuple[PersonaCard, ...] = ()

    @property
    def current(self) -> PersonaCard | None:
        """The one under the cursor."""
        return self.cards[self.cursor_row] if 0 <= self.cursor_row < len(self.cards) else None

    def show(self, cards: Sequence[PersonaCard], key: str = "") -> None:
        """The cursor goes to `key`, else stays on its persona, at first to the one in use."""
        before = key or (self.current.key if self.current else "")
        self.cards = tuple(cards)
        keys = [each.key for each in self.cards]
        in_use = next((at for at, each in enumerate(self.cards) if each.in_use), 0)
        self._fill(keys.index(before) if before in keys else in_use)

    def refill(self) -> None:
        self._fill(self.cursor_row)

    def _fill(self, place: int) -> None:
        self.put((_row(card) for card in self.cards), place)


def _row(card: PersonaCard) -> tuple[object, object, object]:
    memory = text("persona_list.shared") if card.memory == "shared" else text("persona_list.own")
    state = text("persona_list.in_use") if card.in_use else ("" if card.built_in else text("persona_list.yours"))
    if card.problem:
        state = text("persona_list.broken")
    style = "bold" if card.in_use else ""
    return cell(card.name or card.key, style), cell(memory, "dim"), cell(state, style or "dim")
