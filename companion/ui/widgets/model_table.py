"""The table of models: one row each, cut to fit the width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from companion.offers import ModelOffer
from companion.strings import text
from companion.ui.format import amount
from companion.ui.model_text import fit, where
from companion.ui.widgets.literal import cell
from companion.ui.widgets.row_table import RowTable

_STYLES = {"fits": "", "tight": "yellow", "too large": "red", "unknown": "dim"}


class ModelTable(RowTable):
    """`show()` keeps the cursor on its model; the name takes what the other columns leave."""

    COLUMNS = (
        ("name", text("models.column_model"), 0),
        ("size", text("models.column_size"), 8),
        ("fit", text("models.column_memory"), 11),
        ("where", text("models.column_where"), 10),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", text("models.key_choose"), key_display="⏎", id="models.choose")
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shown: Sequence[ModelOffer] = ()

    @property
    def current(self) -> ModelOffer | None:
        """The model under the cursor."""
        return self._shown[self.cursor_row] if 0 <= self.cursor_row < len(self._shown) else None

    def show(self, models: Sequence[ModelOffer]) -> None:
        """Replace the rows."""
        before, at = self.current, self.cursor_row
        self._shown = models
        keys = [(model.path, model.key) for model in models]
        key = (before.path, before.key) if before else None
        names = [model.name for model in models]
        if key in keys:
            place = keys.index(key)
        elif before is not None and before.name in names:
            place = names.index(before.name)
        else:
            place = min(at, len(keys) - 1)
        self.put(map(_cells, models), place)

    def refill(self) -> None:
        self.show(self._shown)


def _cells(model: ModelOffer) -> tuple[object, ...]:
    word = text("models.no_use") if model.problem else fit(model)
    return (
        cell(f"{'*' if model.in_use else ' '} {model.name}", "bold" if model.in_use else ""),
        cell(f"{amount(model.size_bytes):>7}" if model.size_bytes else ""),
        cell(f" {word}", "dim" if model.problem else _STYLES.get(model.fit, "dim")),
        cell(where(model)),
    )
